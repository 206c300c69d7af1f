/**
 * What a layer writes down. The reference runs every cell by itself, one row and one step at a time: there a number can
 * be added to the h of any step, so the norms of gradients follow from finite differences, and the gates from what each
 * step was given.
 */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { OptionError } from '../../src/errors.js';
import { GRU } from '../../src/layers/gru.js';
import { orthogonal } from '../../src/layers/initializers.js';
import type { Initializer } from '../../src/layers/initializers.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { RecurrentState } from '../../src/layers/state.js';
import { Trace } from '../../src/ops/trace.js';
import type { LayerTrace } from '../../src/ops/trace.js';
import { thrown } from '../thrown.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { stacks } from './stacks.js';

const [T, B, I, H] = [4, 3, 2, 3];

/** A central difference errs by a multiple of its square, and by rounding over it: both about 1e-10. */
const STEP = 1e-5;

type Numbers = ArrayLike<number>;
type Make = (engine: Engine, options: RecurrentOptions) => RecurrentLayer;

/** One number added to the h that a cell leaves behind a step. */
interface Shift {
  readonly cell: number;
  readonly t: number;
  readonly row: number;
  readonly unit: number;
  readonly by: number;
}

/** What a step of a cell was given. */
interface Given {
  readonly x: Numbers;
  readonly h: Numbers;
}

/** A row run through all cells. */
interface RowRun {
  /** [t]: the output of the last layer. */
  readonly output: readonly Numbers[];
  /** [cell]: h, and c of an LSTM, behind the last step. */
  readonly final: readonly (readonly Numbers[])[];
  /** [cell][t]. */
  readonly given: readonly (readonly Given[])[];
}

/** A stack to be traced, its cells as layers of their own, and what it runs on. */
class Scene {
  readonly layer: RecurrentLayer;
  readonly lengths: readonly number[];
  /** (T, B, I). */
  readonly x: Float64Array;
  readonly #cells: readonly RecurrentLayer[];
  readonly #weights: { readonly output: Float64Array; readonly h: Float64Array[]; readonly c: Float64Array[] };
  readonly #engine: Engine;

  constructor(engine: Engine, make: Make, options: Partial<RecurrentOptions>, lengths: readonly number[]) {
    this.#engine = engine;
    this.layer = make(engine, { inputSize: I, hiddenSize: H, ...options });
    for (const parameter of this.layer.parameters()) parameter.set(numbers(engine.random, parameter.size));
    this.lengths = lengths;
    this.x = numbers(engine.random, T * B * I);
    this.#cells = this.#names.map((name) => this.#alone(make, options, name));
    const states = (): Float64Array[] => this.#cells.map((cell) => numbers(engine.random, B * cell.outputSize));
    const c = (): Float64Array[] => this.#cells.map(({ hiddenSize }) => numbers(engine.random, B * hiddenSize));
    const hasCell = this.layer.zeroState(1).c.length > 0;
    const output = numbers(engine.random, T * B * this.layer.outputSize);
    this.#weights = { output, h: states(), c: hasCell ? c() : [] };
  }

  get #names(): string[] {
    const { numLayers, bidirectional } = this.layer;
    return Array.from({ length: numLayers }, (_, k) => (bidirectional ? [`l${k}`, `l${k}_reverse`] : [`l${k}`])).flat();
  }

  /** One cell of the stack as a layer from the first step to the last. */
  #alone(make: Make, options: Partial<RecurrentOptions>, name: string): RecurrentLayer {
    const own = [...this.layer.stateDict()].filter(([key]) => key.endsWith(`_${name}`));
    const inputSize = own.find(([key]) => key.startsWith('weight_ih'))![1].shape[1]!;
    const plain = { ...options, numLayers: 1, bidirectional: false, reverse: false };
    const cell = make(this.#engine, { hiddenSize: H, ...plain, inputSize });
    const rename = (key: string): string => `${key.slice(0, -name.length)}l0`;
    cell.loadStateDict(new Map(own.map(([key, value]) => [rename(key), value])));
    return cell;
  }

  /** Traces a step whose loss weights the outputs and the final states. */
  trace(): readonly LayerTrace[] {
    const trace = new Trace();
    this.#engine.step(() => {
      const x = this.#engine.input({ data: this.x, shape: [T, B, I] });
      const { output, state } = this.layer.forward(x, undefined, { lengths: this.lengths, trace });
      const weighted = (views: typeof state.h, weights: readonly Float64Array[]) =>
        views.map((view, k) => ({ view, weights: weights[k]! }));
      const { output: weights, h, c } = this.#weights;
      return weightedSum([{ view: output, weights }, ...weighted(state.h, h), ...weighted(state.c, c)]);
    });
    return trace.layers;
  }

  /** The share of a row in the loss. */
  rowLoss(row: number, shift?: Shift): number {
    const { output, h, c } = this.#weights;
    const run = this.run(row, shift);
    const dot = (values: Numbers, weights: Float64Array, at: number): number =>
      Array.from(values).reduce((sum, value, i) => sum + value * weights[at * values.length + i]!, 0);
    const outputs = run.output.map((values, t) => dot(values, output, t * B + row));
    const finals = run.final.flatMap(([hn, cn], k) => [
      dot(hn!, h[k]!, row),
      ...(cn === undefined ? [] : [dot(cn, c[k]!, row)]),
    ]);
    return [...outputs, ...finals].reduce((a, b) => a + b, 0);
  }

  /** Runs one row, cell by cell and step by step. */
  run(row: number, shift?: Shift): RowRun {
    const steps = this.lengths[row]!;
    let input: Numbers[] = Array.from({ length: steps }, (_, t) => {
      return this.x.subarray((t * B + row) * I, (t * B + row + 1) * I);
    });
    const final: Numbers[][] = [];
    const given: Given[][] = [];
    const directions = this.layer.bidirectional ? 2 : 1;
    for (let k = 0; k < this.layer.numLayers; k++) {
      const outputs = Array.from({ length: directions }, (_, d) => {
        const cell = k * directions + d;
        const backwards = d === 1 || this.layer.options.reverse;
        const ran = this.#runCell(
          cell,
          input,
          backwards,
          shift?.row === row && shift.cell === cell ? shift : undefined,
        );
        final.push(ran.final);
        given.push(ran.given);
        return ran.output;
      });
      input = outputs[0]!.map((values, t) => [...Array.from(values), ...Array.from(outputs[1]?.[t] ?? [])]);
    }
    return { output: input, final, given };
  }

  #runCell(index: number, input: readonly Numbers[], backwards: boolean, shift: Shift | undefined) {
    const engine = this.#engine;
    const cell = this.#cells[index]!;
    const output: Numbers[] = [];
    const given: Given[] = [];
    let state = cell.zeroState(1);
    const order = input.map((_, t) => (backwards ? input.length - 1 - t : t));
    for (const t of order) {
      given[t] = { x: input[t]!, h: numbersOf(state.h[0]!) };
      const next = engine.evaluate(() => {
        return cell.forward(engine.input({ data: input[t]!, shape: [1, 1, input[t]!.length] }), state).state.detach();
      });
      const h = Float64Array.from(numbersOf(next.h[0]!));
      if (shift?.t === t) h[shift.unit]! += shift.by;
      output[t] = h;
      state = new RecurrentState([{ data: h, shape: [1, h.length] }], next.c);
    }
    return { output, given, final: [...state.h, ...state.c].map(numbersOf) };
  }

  /** The norm of the loss's gradient at one step of a cell, by central differences. */
  norm(cell: number, t: number): number {
    let sum = 0;
    for (const row of this.rowsOf(t)) {
      for (let unit = 0; unit < this.#cells[cell]!.outputSize; unit++) {
        const at = (by: number): number => this.rowLoss(row, { cell, t, row, unit, by });
        sum += ((at(STEP) - at(-STEP)) / (2 * STEP)) ** 2;
      }
    }
    return Math.sqrt(sum);
  }

  /** The rows that have step t, longest first. */
  rowsOf(t: number): number[] {
    const rows = [...this.lengths.keys()].sort((a, b) => this.lengths[b]! - this.lengths[a]!);
    return rows.filter((row) => this.lengths[row]! > t);
  }

  get cellCount(): number {
    return this.#cells.length;
  }

  get longest(): number {
    return Math.max(...this.lengths);
  }

  /** The weights of a cell, by the names of a layer of its own. */
  weightsOf(cell: number): ReadonlyMap<string, { readonly data: Numbers; readonly shape: readonly number[] }> {
    return this.#cells[cell]!.stateDict();
  }
}

function numbersOf(source: unknown): Numbers {
  return (source as { readonly data: Numbers }).data;
}

const dense = [T, T, T];
const ragged = [2, 4, 1];

const scenes: readonly (readonly [string, Partial<RecurrentOptions>, readonly number[]])[] = [
  ['one layer', {}, dense],
  ['two layers', { numLayers: 2 }, dense],
  ['two directions', { bidirectional: true }, dense],
  ['two layers of two directions, ragged', { numLayers: 2, bidirectional: true }, ragged],
  ['from the last step to the first, ragged', { reverse: true }, ragged],
  ['ragged, no row to the end', {}, [2, 3, 0]],
];

/** Cells in other forms, of one layer each. */
const variants: readonly (readonly [string, Make])[] = [
  ['LSTM with peepholes and a projection', (engine, options) => new LSTM(engine, { ...options, peepholes: true, projSize: 2 })],
  ['LSTM with coupled gates', (engine, options) => new LSTM(engine, { ...options, gates: 'coupled' })],
  ['GRU that resets before', (engine, options) => new GRU(engine, { ...options, resetAfter: false })],
  ['independent ReLU units', (engine, options) => new RNN(engine, { ...options, nonlinearity: 'relu', independent: true })],
]; // prettier-ignore

function expectNorms(scene: Scene): void {
  const traces = scene.trace();
  expect(traces.length).toBe(scene.cellCount);
  for (const [cell, { gradientNorms }] of traces.entries()) {
    expect(gradientNorms.length).toBe(scene.longest);
    for (const [t, norm] of gradientNorms.entries()) {
      const expected = scene.norm(cell, t);
      expect(expected).toBeGreaterThan(1e-3);
      expect(Math.abs(norm / expected - 1)).toBeLessThan(1e-7);
    }
  }
}

describe.each(stacks)('$cell', ({ cell, make }) => {
  test.each(scenes)('%s: norms are those of finite differences', async (_, options, lengths) => {
    expectNorms(new Scene(await doubleEngine(3), make, options, lengths));
  });

  test.each(scenes)('%s: gates are those of the equations, one row a valid step', async (_, options, lengths) => {
    const scene = new Scene(await doubleEngine(4), make, options, lengths);
    for (const [index, { gates }] of scene.trace().entries()) {
      const expected = gatesOf(scene, index, cell);
      expect([...gates.keys()]).toEqual([...expected.keys()]);
      for (const [name, values] of gates) {
        expect(values.length).toBe(lengths.reduce((a, b) => a + b, 0) * H);
        expect(Array.from(values)).toEqual(expected.get(name)!.map((value) => expect.closeTo(value, 6) as number));
      }
    }
  });
});

test.each(variants)('%s: norms are those of finite differences', async (_, make) => {
  expectNorms(new Scene(await doubleEngine(5), make, {}, ragged));
});

/** The gates of one cell at every valid step, from what the step was given and PyTorch's equations. */
function gatesOf(scene: Scene, cell: number, kind: string): Map<string, number[]> {
  const runs = dense.map((_, row) => scene.run(row));
  const given = Array.from({ length: scene.longest }, (_, t) => t).flatMap((t) => {
    return scene.rowsOf(t).map((row) => runs[row]!.given[cell]![t]!);
  });
  const weights = scene.weightsOf(cell);
  const product = (name: string, row: number, values: Numbers): number => {
    const { data } = weights.get(`weight_${name}_l0`)!;
    const sum = Array.from(values).reduce((total, value, i) => total + value * data[row * values.length + i]!, 0);
    return sum + weights.get(`bias_${name}_l0`)!.data[row]!;
  };
  const input = (block: number, step: Given, unit: number): number => product('ih', block * H + unit, step.x);
  const recurrent = (block: number, step: Given, unit: number): number => product('hh', block * H + unit, step.h);
  const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
  type Gate = (step: Given, unit: number) => number;
  const gate = (block: number, phi: (a: number) => number): Gate => {
    return (step, unit) => phi(input(block, step, unit) + recurrent(block, step, unit));
  };
  const reset = gate(0, sigmoid);
  const candidate: Gate = (step, unit) => {
    return Math.tanh(input(2, step, unit) + reset(step, unit) * recurrent(2, step, unit));
  };
  const cells: Record<string, Record<string, Gate>> = {
    RNN: { h: gate(0, Math.tanh) },
    LSTM: { i: gate(0, sigmoid), f: gate(1, sigmoid), g: gate(2, Math.tanh), o: gate(3, sigmoid) },
    GRU: { n: candidate, r: reset, z: gate(1, sigmoid) },
  };
  const units = Array.from({ length: H }, (_, unit) => unit);
  return new Map(
    Object.entries(cells[kind]!).map(([name, value]) => [
      name,
      given.flatMap((step) => units.map((unit) => value(step, unit))),
    ]),
  );
}

test('an activation other than tanh has no gates', async () => {
  const scene = new Scene(await doubleEngine(), (engine, options) => new RNN(engine, { ...options, nonlinearity: 'relu' }), {}, dense); // prettier-ignore
  expect(scene.trace().map(({ gates }) => gates.size)).toEqual([0]);
});

test.each([0.8, 1, 1.25])('a linear layer with %d times an orthogonal W_hh: norms are its powers', async (factor) => {
  const engine = await doubleEngine();
  const recurrentInit: Initializer = (values, rows, columns, random) => {
    orthogonal(values, rows, columns, random);
    values.set(values.map((value) => factor * value));
  };
  const steps = 50;
  const layer = new RNN(engine, { inputSize: 1, hiddenSize: 6, nonlinearity: 'identity', recurrentInit });
  const trace = new Trace();
  engine.step(() => {
    const x = engine.input({ data: numbers(engine.random, steps * 2), shape: [steps, 2, 1] });
    const { h } = layer.forward(x, undefined, { trace }).state;
    return weightedSum([{ view: h[0]!, weights: numbers(engine.random, 12) }]);
  });
  const norms = trace.layers[0]!.gradientNorms;
  for (const [t, norm] of norms.entries()) {
    // As far as the weights are orthogonal.
    expect(Math.abs(norm / norms.at(-1)! / factor ** (steps - 1 - t) - 1)).toBeLessThan(1e-10);
  }
});

describe.each(everywhere)('$name', ({ options: engineOptions }) => {
  test.each(stacks)('$cell: a trace changes no bit of outputs and gradients', async ({ make }) => {
    const results = async (trace: Trace | undefined): Promise<Float64Array[]> => {
      const engine = await createEngine({ ...engineOptions, seed: 2 });
      const layer = make(engine, { inputSize: I, hiddenSize: H, numLayers: 2, bidirectional: true, dropout: 0.3 });
      const [x, weights] = [numbers(engine.random, T * B * I), numbers(engine.random, T * B * 2 * H)];
      const found: Float64Array[] = [];
      engine.step(() => {
        const input = engine.input({ data: x, shape: [T, B, I] });
        const { output } = layer.forward(input, undefined, { lengths: ragged, trace });
        found.push(Float64Array.from(output.toArray()));
        return weightedSum([{ view: output, weights }]);
      });
      return [...found, ...layer.parameters().map((parameter) => Float64Array.from(parameter.gradientToArray()))];
    };
    const trace = new Trace();
    expect(await results(trace)).toEqual(await results(undefined));
    expect(trace.layers.map(({ name, reverse }) => [name, reverse])).toEqual([
      ['l0', false],
      ['l0_reverse', true],
      ['l1', false],
      ['l1_reverse', true],
    ]);
  });
});

test('while evaluating there are gates, and norms of zero; the next pass replaces them', async () => {
  const engine = await doubleEngine();
  const layer = new LSTM(engine, { inputSize: I, hiddenSize: H });
  const trace = new Trace();
  const pass = (steps: number): void => {
    engine.evaluate(() => {
      const x = engine.input({ data: numbers(engine.random, steps * I), shape: [steps, 1, I] });
      layer.forward(x, undefined, { trace });
    });
  };
  pass(5);
  expect(trace.layers[0]!.gates.get('f')!.every((value) => value > 0 && value < 1)).toBe(true);
  expect([...trace.layers[0]!.gradientNorms]).toEqual([0, 0, 0, 0, 0]);
  pass(2);
  expect(trace.layers[0]!.gates.get('f')!.length).toBe(2 * H);
  expect(trace.layers[0]!.gradientNorms.length).toBe(2);
});

test('what is no Trace is refused', async () => {
  const engine = await doubleEngine();
  const layer = new GRU(engine, { inputSize: I, hiddenSize: H });
  const error = thrown(() =>
    engine.evaluate(() => {
      const x = engine.input({ data: new Float64Array(I), shape: [1, 1, I] });
      layer.forward(x, undefined, { trace: {} as Trace });
    }),
  );
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toBe('GRU.forward: trace must be a Trace, got object. Give new Trace().');
});
