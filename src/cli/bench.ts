/** `recurra bench`: how fast products and training steps are here, as a fraction of what a core can do. */

import { setImmediate } from 'node:timers/promises';
import { measureProduct, productName, PRODUCTS } from '../bench/products.js';
import type { ProductResult } from '../bench/products.js';
import { parseShapes } from '../bench/shapes-file.js';
import { SHAPES } from '../bench/shapes.js';
import type { TrainingShape } from '../bench/shapes.js';
import { measureTrainStep } from '../bench/train-step.js';
import type { TrainStepResult } from '../bench/train-step.js';
import { createEngine } from '../engine.js';
import { OptionError } from '../errors.js';
import { engineOptions } from './engine.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { readText } from './files.js';
import { Interruption } from './interruption.js';
import { ProgressLine } from './progress.js';

/** The options of `recurra bench`. */
export interface BenchArguments extends EngineArguments {
  readonly shapes?: string;
  readonly shape?: string;
  readonly json?: boolean;
}

type Result = ProductResult | TrainStepResult;

/** One row. */
interface Measurement {
  readonly label: string;
  /** Nothing if the signal has come. */
  readonly run: (signal: AbortSignal) => Promise<Result | undefined>;
}

/** Runs the command. @returns the exit code */
export async function benchCommand(options: BenchArguments): Promise<number> {
  const measurements = await plan(options);
  const interruption = new Interruption(() => process.stderr.write('stopping; once more to quit at once\n'));
  const progress = new ProgressLine({ label: 'bench', total: measurements.length, unit: 'row' });
  const print = options.json === true ? printJson : tablePrinter();
  try {
    for (const [done, { label, run }] of measurements.entries()) {
      progress.update(done, { now: label });
      const result = await run(interruption.signal);
      if (result === undefined) return interruption.exitCode;
      progress.above(() => print(result));
    }
    progress.finish({}, measurements.length);
    return EXIT.done;
  } finally {
    progress.finish();
    interruption.end();
  }
}

/** Every product on one engine, unless a shape is asked for by name; every training step on an engine of its own. */
async function plan(options: BenchArguments): Promise<Measurement[]> {
  const shapes = await chosenShapes(options);
  const engine = await createEngine(engineOptions(options)); // a tier that is not there shows at once
  const { threads } = engine.report();
  const last = PRODUCTS.at(-1);
  const products = PRODUCTS.map((product) => ({
    label: productName(product),
    run: async (signal: AbortSignal) => {
      const result = await paced(measureProduct(engine, product, threads), signal);
      if (product === last) engine.dispose();
      return result;
    },
  }));
  const steps = shapes.map((shape) => ({
    label: shape.name,
    run: (signal: AbortSignal) => runStep(options, shape, threads, signal),
  }));
  if (options.shape === undefined) return [...products, ...steps];
  engine.dispose();
  return steps;
}

async function runStep(
  options: BenchArguments,
  shape: TrainingShape,
  threads: number,
  signal: AbortSignal,
): Promise<TrainStepResult | undefined> {
  const engine = await createEngine(engineOptions(options));
  try {
    return await paced(measureTrainStep(engine, shape, threads), signal);
  } finally {
    engine.dispose();
  }
}

/** Runs what yields, with a breath for signals in between. @returns nothing if one has come */
async function paced<T>(work: Generator<void, T>, signal: AbortSignal): Promise<T | undefined> {
  for (;;) {
    const { done, value } = work.next();
    await setImmediate();
    if (signal.aborted) return undefined;
    if (done === true) return value;
  }
}

async function chosenShapes({ shapes: file, shape: name }: BenchArguments): Promise<readonly TrainingShape[]> {
  const shapes = file === undefined ? SHAPES : parseShapes(await readText(file), file);
  if (name === undefined) return shapes;
  const chosen = shapes.filter((shape) => shape.name === name);
  if (chosen.length > 0) return chosen;
  throw new OptionError(`--shape must be one of ${shapes.map((shape) => shape.name).join(', ')}, got '${name}'.`);
}

function printJson(result: Result): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Prints rows, and a heading before the first of each kind. */
function tablePrinter(): (result: Result) => void {
  let last = '';
  return (result) => {
    const cells = result.bench === 'product' ? productCells(result) : stepCells(result);
    const joined = result.revectorized ? ', joined vectors' : '';
    const heading = `${result.kernels} kernels${joined}, ${result.threads === 1 ? '1 thread' : `${result.threads} threads`}`;
    if (result.bench !== last) process.stdout.write(`${last === '' ? `${heading}\n` : ''}\n${row(Object.keys(cells))}`);
    process.stdout.write(row(Object.values(cells)));
    last = result.bench;
  };
}

/** The first two columns to the left, figures to the right. */
function row(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(27) : cell.padStart(i === 1 ? 14 : 9)));
  return `${padded.join(' ')}\n`;
}

function productCells(result: ProductResult): Record<string, string> {
  const { product, use, usPerCall, gflops, peakGflops, fractionOfPeak } = result;
  return {
    product: use,
    'M x K x N': product,
    µs: usPerCall.toFixed(1),
    'GFLOP/s': gflops.toFixed(1),
    peak: peakGflops.toFixed(1),
    fraction: fractionOfPeak.toFixed(2),
  };
}

function stepCells(result: TrainStepResult): Record<string, string> {
  const { shape, msPerStep, tokensPerSecond, gflops, peakGflops, fractionOfPeak, stepBytes, bytesOverFloor } = result;
  return {
    'training step': shape,
    ms: msPerStep.toFixed(2),
    'tokens/s': Math.round(tokensPerSecond).toString(),
    'GFLOP/s': gflops.toFixed(1),
    peak: peakGflops.toFixed(1),
    fraction: fractionOfPeak.toFixed(2),
    MB: (stepBytes / 1e6).toFixed(1),
    'of floor': bytesOverFloor.toFixed(2),
  };
}
