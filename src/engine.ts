/**
 * An engine: one memory, one set of kernels, one tape, one stream of random numbers. Layers, optimizers and models
 * are made on an engine and live as long as it does.
 */

import { OptionError, RecurraError } from './errors.js';
import { MOST_THREADS, selectKernels, TIERS } from './kernels/select.js';
import type { Selection, Tier } from './kernels/select.js';
import type { WasmSource, WasmSources } from './kernels/wasm-source.js';
import { countingKernels } from './kernels/flops.js';
import type { Kernels } from './kernels/kernels.js';
import type { Tile } from './kernels/tune.js';
import { MAX_BYTES } from './memory/heap.js';
import { Memory } from './memory/memory.js';
import { View } from './memory/view.js';
import { Random } from './random.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSeed } from './options.js';
import { checkFilled, sizeOf } from './shape.js';
import type { Shape } from './shape.js';
import { noTape, StepTape } from './tape.js';
import type { Tape } from './tape.js';

/** Options of `createEngine`. */
export interface EngineOptions {
  /** Seed of initial weights and dropout, from 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** The kernels: the fastest there are ('auto', the default), or one tier by name. 'simd' is reproducible bit for bit. */
  readonly kernels?: 'auto' | Tier;
  /** 'float64' runs the JavaScript kernels on 64-bit floats, for gradient checks. Default 'float32'. */
  readonly precision?: 'float32' | 'float64';
  /**
   * Threads that the kernels run on, from 1 to 64, or 'auto' for the cores there are, at most 16. Results are the same
   * bits for any number. Default 1. Where it is more, `dispose()` ends them.
   */
  readonly threads?: number | 'auto';
  /** Most bytes the engine's memory may grow to. Default 4 GiB less a page, which is also the most there is. */
  readonly memoryLimit?: number;
  /**
   * Experimental: let V8 join pairs of vector operations to 256 bits, which nearly doubles products. Node 24 or later
   * on x64, checked against JavaScript at the start. Default false.
   */
  readonly revectorize?: boolean;
  /**
   * Where the compiled kernels come from, instead of the files of the package: for bundlers that do not ship those, or a
   * page that has them in a cache. A URL, a Response, bytes or a module, by the name of the binary: `simd`, `relaxed`,
   * `simd.threads`, `relaxed.threads`; tiers without one are passed over. A single one is that of the tier that `kernels`
   * names, `simd` for 'auto'; several threads and joined vectors take those of `threads`. A URL that does not answer is an error, unlike a runtime that cannot run the binary.
   */
  readonly wasm?: WasmSource | WasmSources | undefined;
  /** Fill the memory of a step with NaN when it ends, so that a use of dead memory shows. Default false. */
  readonly debug?: boolean;
}

/** What an engine runs on, and why. */
export interface EngineReport {
  readonly kernels: Tier;
  /** Threads that the kernels run on. */
  readonly threads: number;
  /** Why each faster tier was passed over, and why threads 'auto' came to one, a sentence each. */
  readonly notes: readonly string[];
  /** The tile of the products that was fastest at the start (src/kernels/tune.ts); none in JavaScript. */
  readonly tile: Tile | undefined;
  /** Whether V8 was asked to join pairs of vector operations. */
  readonly revectorized: boolean;
  readonly precision: 'float32' | 'float64';
  /** Bytes of the memory now, in all. */
  readonly memoryBytes: number;
  /** Most bytes any step has used on top of parameters and optimizer state. */
  readonly peakStepBytes: number;
}

/** A plain array with a shape, outside of the engine's memory: it outlives steps. */
export interface HostArray {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/** Whole numbers with a shape: token ids, (T, B) or any other. */
export interface Ids {
  readonly data: Int32Array;
  readonly shape: Shape;
}

/** What a training step costs. */
export interface Rehearsal {
  /** Floating-point operations of its products, forwards and backwards. */
  readonly flops: number;
  /** Bytes it takes on top of parameters and optimizer state. */
  readonly bytes: number;
}

const engines = new WeakMap<Memory, Engine>();

/** The engine that a view or a parameter belongs to. */
export function engineOf(owned: { readonly memory: Memory }): Engine {
  const { memory } = Object(owned) as { readonly memory?: Memory };
  const engine = memory === undefined ? undefined : engines.get(memory);
  if (engine !== undefined) return engine;
  throw notAView('', owned);
}

function notAView(operation: string, got: unknown): RecurraError {
  const kind = typeof got === 'object' ? 'another object' : typeof got;
  const isResult = 'output' in (Object(got) as object);
  const remedy = isResult ? "Give the .output of the layer's result." : 'Copy numbers into a step with engine.input.';
  return new RecurraError(`${operation}expected a view or a parameter of an engine, got ${kind}. ${remedy}`);
}

/**
 * Refuses an argument that is no view, or one of another engine: its address would mean something else here.
 * @throws RecurraError
 */
export function checkEngine(operation: string, argument: View, engine: Engine): void {
  if (!(argument instanceof View)) throw notAView(`${operation}: `, argument);
  if (argument.memory === engine.memory) return;
  throw new RecurraError(`${operation}: ${argument.label} belongs to another engine than the weights.`);
}

/** One memory, one kernel table, one tape. Made by `createEngine`. */
export class Engine {
  readonly memory: Memory;
  /** Initial weights, dropout and sampling draw from here, in order. */
  readonly random: Random;
  readonly #chosen: Pick<Selection, 'tier' | 'notes' | 'tile' | 'team'> & { readonly revectorized: boolean };
  #kernels: Kernels | undefined;
  #tape: Tape = noTape;

  constructor(selection: Selection, seed: number, debug: boolean, revectorized: boolean = false) {
    const { tier, notes, heap, kernels, tile, team } = selection;
    this.#chosen = { tier, notes, tile, team, revectorized };
    this.memory = new Memory(heap, debug);
    this.#kernels = kernels;
    this.random = new Random(seed);
    engines.set(this.memory, this);
  }

  /** The kernels, over this engine's memory. */
  get kernels(): Kernels {
    if (this.#kernels !== undefined) return this.#kernels;
    throw new RecurraError('engine: it was disposed of. Make a new one with createEngine.');
  }

  /** The running step's tape; takes nothing while evaluating. */
  get tape(): Tape {
    return this.#tape;
  }

  /**
   * One training step: runs `fn`, then the tape backwards, so that every parameter holds the gradient of the loss.
   * Views made inside end with the step.
   * @param fn returns the loss, a view of one element; it must be synchronous
   * @param options.accumulate add to the gradients that are there instead of starting from zero
   * @returns the loss
   */
  step(fn: () => View, options: { readonly accumulate?: boolean } = {}): number {
    checkKnown('engine.step', options, ['accumulate']);
    const tape = new StepTape();
    return this.#run(tape, () => {
      if (!checkFlag('engine.step', 'accumulate', options.accumulate ?? false)) this.#zeroGradients();
      const loss: unknown = fn();
      if (!(loss instanceof View)) throw notALoss(loss);
      const value = loss.item();
      if (!loss.requiresGrad) {
        throw new RecurraError(
          `engine.step: ${loss.label} depends on no parameter, so there is no gradient to bring back.`,
        );
      }
      this.memory.view(loss.gradient(), 1)[0] = 1;
      tape.run();
      return value;
    });
  }

  /**
   * Runs `fn` without a tape: no gradients, no dropout. Views made inside end with it; numbers and copies leave.
   */
  evaluate<T>(fn: () => T): T {
    return this.#run(noTape, () => {
      const result = fn();
      if (result instanceof Promise) throw notSynchronous('engine.evaluate', result);
      return result;
    });
  }

  /**
   * Runs a training step for what it costs: its loss is forgotten, and random numbers go on as if it had not been. The
   * gradients are those of the rehearsal until the next step.
   * @param fn as for `step`
   * @throws MemoryError where there is no room for it
   */
  rehearse(fn: () => View): Rehearsal {
    const { kernels } = this;
    const before = this.random.state;
    const counting = countingKernels(kernels);
    this.#kernels = counting.kernels;
    try {
      this.step(fn);
    } finally {
      this.#kernels = kernels;
      this.random.state = before;
    }
    return { flops: counting.flops, bytes: this.memory.lastStepBytes };
  }

  #run<T>(tape: Tape, fn: () => T): T {
    this.memory.beginStep();
    this.#tape = tape;
    try {
      return fn();
    } finally {
      this.#tape = noTape;
      this.memory.endStep();
    }
  }

  #zeroGradients(): void {
    const { base, bytes } = this.memory.region('gradients');
    this.memory.zero(base, bytes / this.memory.bytes(1));
  }

  /**
   * Copies numbers into the running step.
   * @param array row-major, as many as the shape holds
   * @throws ShapeError
   */
  input(array: HostArray, label: string = 'input'): View {
    const size = sizeOf(array.shape);
    checkFilled(`${label}:`, array.shape, array.data.length);
    const ptr = this.memory.reserve(size);
    this.memory.view(ptr, size).set(array.data);
    return new View(this.memory, label, ptr, array.shape, false);
  }

  /** Copies whole numbers into the running step. @returns their address */
  ids(data: Int32Array): number {
    const ptr = this.memory.reserve(Math.ceil((data.length * 4) / this.memory.bytes(1)));
    this.memory.heap.ints.set(data, ptr / 4);
    return ptr;
  }

  /** Reserves an operation's result in the running step. */
  output(label: string, shape: Shape, requiresGrad: boolean): View {
    return new View(this.memory, label, this.memory.reserve(sizeOf(shape)), shape, requiresGrad);
  }

  /** Which kernels run and why, and the memory in use. */
  report(): EngineReport {
    return {
      kernels: this.#chosen.tier,
      threads: this.#chosen.team?.threads ?? 1,
      notes: this.#chosen.notes,
      tile: this.#chosen.tile,
      revectorized: this.#chosen.revectorized,
      precision: this.memory.heap.shift === 3 ? 'float64' : 'float32',
      memoryBytes: this.memory.heap.byteLength,
      peakStepBytes: this.memory.peakArenaBytes,
    };
  }

  /**
   * Ends the threads and lets go of the memory and the kernels, whoever still holds layers or views. Every use
   * afterwards throws.
   */
  dispose(): void {
    this.memory.dispose();
    this.#chosen.team?.close();
    this.#kernels = undefined;
  }
}

/**
 * Makes an engine.
 * @throws OptionError for unknown or impossible options
 * @throws KernelUnavailableError if a tier was asked for by name and cannot run here
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const operation = 'createEngine';
  checkKnown(operation, options, [
    'seed',
    'kernels',
    'precision',
    'threads',
    'memoryLimit',
    'revectorize',
    'wasm',
    'debug',
  ]);
  const { seed = 1, kernels = 'auto', precision = 'float32', memoryLimit = MAX_BYTES, debug = false } = options;
  checkSeed(operation, seed);
  checkFlag(operation, 'debug', debug);
  if (precision === 'float64' && kernels !== 'auto' && kernels !== 'js') {
    throw new OptionError(`${operation}: precision float64 runs on the js kernels only, got kernels ${kernels}.`);
  }
  const revectorize = checkFlag(operation, 'revectorize', options.revectorize ?? false);
  if (revectorize && (kernels === 'js' || precision === 'float64')) {
    throw new OptionError(
      `${operation}: revectorize joins WebAssembly's vectors, the js kernels have none. Leave it out.`,
    );
  }
  const selection = await selectKernels({
    tier: checkChoice(operation, 'kernels', kernels, ['auto', ...TIERS]),
    precision: checkChoice(operation, 'precision', precision, ['float32', 'float64']),
    memoryLimit: checkNumber(operation, 'memoryLimit', memoryLimit, { least: 2 ** 20 }),
    threads: checkThreads(operation, options),
    revectorize,
    sources: await checkSources(operation, options),
  });
  return new Engine(selection, seed, debug, revectorize);
}

/** @throws OptionError, also for kernels that come from no binary */
async function checkSources(operation: string, options: EngineOptions): Promise<WasmSources | undefined> {
  const { wasm, kernels = 'auto', threads = 1, precision, revectorize = false } = options;
  if (wasm === undefined) return undefined;
  if (kernels === 'js' || precision === 'float64') {
    const which = kernels === 'js' ? 'kernels js' : 'precision float64';
    throw new OptionError(`${operation}: ${which} runs on JavaScript, wasm is for compiled kernels. Leave one out.`);
  }
  const { namedSources } = await import('./kernels/wasm-source.js');
  const sources = namedSources(wasm, { kernels, threads, revectorize });
  if (revectorize && Object.values(sources).some((source) => source instanceof WebAssembly.Module)) {
    throw new OptionError(`${operation}: revectorize compiles the kernels, wasm is a compiled module. Give bytes.`);
  }
  return sources;
}

/** @throws OptionError, also for several threads where only one can be */
function checkThreads(operation: string, { threads = 1, kernels, precision }: EngineOptions): number | 'auto' {
  if (threads === 'auto') return threads;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    const shown = typeof threads === 'string' ? `'${String(threads)}'` : String(threads);
    throw new OptionError(
      `${operation}: threads must be a whole number from 1 to ${MOST_THREADS}, or 'auto', got ${shown}.`,
    );
  }
  if (threads === 1 || (kernels !== 'js' && precision !== 'float64')) return threads;
  const one = kernels === 'js' ? 'kernels js' : 'precision float64';
  throw new OptionError(`${operation}: ${one} runs on one thread, got threads ${threads}. Leave threads out.`);
}

function notALoss(value: unknown): RecurraError {
  if (value instanceof Promise) return notSynchronous('engine.step', value);
  return new RecurraError(
    `engine.step: the function must return the loss, a view of one element, got ${typeof value}.`,
  );
}

function notSynchronous(operation: string, promise: Promise<unknown>): RecurraError {
  // What it fails with later, for lack of a step, is a consequence of this error and no news of its own.
  promise.catch(() => undefined);
  return new RecurraError(`${operation}: the function must be synchronous, got a promise. Await before the step.`);
}
