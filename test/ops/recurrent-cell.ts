/**
 * What is tested of every recurrent operation in the same way. T, B, I and H are distinct and odd, so that a
 * transposed matrix or a wrong stride shows; the upstream gradients are random.
 */

import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine.js';
import { ShapeError } from '../../src/errors.js';
import type { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import type { RecurrentParameters } from '../../src/ops/recurrent.js';
import { recur } from '../../src/ops/sequence.js';
import type { Cell as Operation, StateSource } from '../../src/ops/sequence.js';
import { formatShape } from '../../src/shape.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';
import type { GradcheckOptions } from './gradcheck.js';

/** The views a recurrent operation returns. */
export interface CellViews {
  readonly output: View;
  readonly h: View;
  readonly c?: View;
}

/** A layer with its weights bound: x (T, B, I), then h0 and c0 (B, H) as far as there are any. */
export type Run = (x: View, h0?: StateSource, c0?: StateSource) => CellViews;

/** A recurrent operation under test. */
export interface Cell {
  readonly name: string;
  readonly gates: number;
  /** Which states it has. */
  readonly states: readonly ('h' | 'c')[];
  /** The step of finite differences, where 1e-3 would meet a kink. */
  readonly step?: number;
  /** Seed of the weights and inputs, where the usual ones leave a gradient at zero. */
  readonly seed?: number;
  /** The cell on these weights. */
  build(parameters: RecurrentParameters): Operation;
}

interface Sizes {
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
}

/** A cell with everything it depends on. */
interface Bench {
  readonly engine: Engine;
  readonly run: Run;
  readonly x: Parameter;
  readonly states: readonly Parameter[];
  readonly weights: readonly Parameter[];
}

const usual: Sizes = { T: 4, B: 3, I: 5, H: 7 };

/** Weights of random values, and the list of those there are. */
export function drawnWeights(
  engine: Engine,
  gates: number,
  I: number,
  H: number,
  bias: boolean = true,
): { parameters: RecurrentParameters; list: Parameter[] } {
  const width = gates * H;
  const parameters = {
    weightIh: drawn(engine, 'weight_ih', [width, I]),
    weightHh: drawn(engine, 'weight_hh', [width, H]),
    biasIh: bias ? drawn(engine, 'bias_ih', [width]) : undefined,
    biasHh: bias ? drawn(engine, 'bias_hh', [width]) : undefined,
  };
  return { parameters, list: Object.values(parameters).filter((parameter) => parameter !== undefined) };
}

/** The cell as a function. */
function runOf(cell: Operation): Run {
  return (x, ...states) => {
    const { all, last } = recur(cell, x, states);
    return { output: all[0]!, h: last[0]!, ...(last[1] === undefined ? {} : { c: last[1] }) };
  };
}

async function benchOf(cell: Cell, { T, B, I, H }: Sizes = usual, bias: boolean = true): Promise<Bench> {
  const engine = await doubleEngine(cell.seed);
  const { parameters, list } = drawnWeights(engine, cell.gates, I, H, bias);
  const x = drawn(engine, 'x', [T, B, I]);
  const states = cell.states.map((name) => drawn(engine, `${name}0`, [B, H]));
  return { engine, run: runOf(cell.build(parameters)), x, states, weights: list };
}

const stateViews = ({ states }: Bench): View[] => states.map((state) => state.view());

/** Registers the tests of one operation. */
export function testRecurrent(cell: Cell): void {
  const options: GradcheckOptions = cell.step === undefined ? {} : { step: cell.step };
  testResults(cell, options);
  testSizes(cell, options);
  testUses(cell, options);
  testRefusals(cell);
}

/** Upstream gradients on every result alone and on all together, with and without biases and initial state. */
function testResults({ name, ...cell }: Cell, options: GradcheckOptions): void {
  const results: ('output' | 'h' | 'c')[][] = [['output'], ...cell.states.map((state) => [state])];
  results.push(['output', ...cell.states]);
  for (const wanted of results) {
    for (const bias of [true, false]) {
      const title = `gradients through ${wanted.join(', ')}${bias ? '' : ', without biases'}`;
      test(`${name}: ${title}`, async () => {
        const bench = await benchOf({ name, ...cell }, usual, bias);
        const outputs = () => {
          const views = bench.run(bench.x.view(), ...stateViews(bench));
          return wanted.map((result) => views[result]!);
        };
        const parameters = [bench.x, ...bench.states, ...bench.weights];
        expect(gradcheck(bench.engine, parameters, outputs, options)).toEqual([]);
      });
    }
  }
  test(`${name}: gradients without an initial state, which is the same as one of zeros`, async () => {
    const bench = await benchOf({ name, ...cell });
    const outputs = () => Object.values<View>({ ...bench.run(bench.x.view()) });
    expect(gradcheck(bench.engine, [bench.x, ...bench.weights], outputs, options)).toEqual([]);
    for (const state of bench.states) state.set(new Float64Array(state.size));
    const [without, zeros] = bench.engine.evaluate(() => [
      bench.run(bench.x.view()).output.toArray(),
      bench.run(bench.x.view(), ...stateViews(bench)).output.toArray(),
    ]);
    expect(without).toEqual(zeros);
  });
}

/** One step, one row, one unit, and both sides of a panel of 16 columns. */
function testSizes(cell: Cell, options: GradcheckOptions): void {
  const sizes: Sizes[] = [
    { T: 1, B: 2, I: 3, H: 5 },
    { T: 3, B: 1, I: 2, H: 3 },
    { T: 5, B: 2, I: 3, H: 1 },
    { T: 3, B: 2, I: 1, H: 4 },
    { T: 3, B: 5, I: 17, H: 2 },
    { T: 3, B: 2, I: 3, H: 17 },
  ];
  test.each(sizes)(`${cell.name}: gradients at T = $T, B = $B, I = $I, H = $H`, async (size) => {
    const bench = await benchOf(cell, size);
    const outputs = () => Object.values<View>({ ...bench.run(bench.x.view(), ...stateViews(bench)) });
    const parameters = [bench.x, ...bench.states, ...bench.weights];
    expect(gradcheck(bench.engine, parameters, outputs, options)).toEqual([]);
  });
}

/** Views that several operations read, states handed on within a step, and weights without a gradient to bring. */
function testUses(cell: Cell, options: GradcheckOptions): void {
  const { T, B, I, H } = usual;
  test(`${cell.name}: an input that two layers and the loss read gathers all their gradients`, async () => {
    const bench = await benchOf(cell);
    const { engine, run, x } = bench;
    const before = new LinearWeights(drawn(engine, 'weight', [I, I]), drawn(engine, 'bias', [I]));
    const second = drawnWeights(engine, cell.gates, I, H);
    const runSecond = runOf(cell.build(second.parameters));
    const outputs = () => {
      const shared = linear(x.view(), before);
      return [run(shared, ...stateViews(bench)).output, runSecond(shared).output, shared];
    };
    const parameters = [x, before.weight, before.bias!, ...bench.states, ...bench.weights, ...second.list];
    expect(gradcheck(engine, parameters, outputs, options)).toEqual([]);
  });

  test(`${cell.name}: the same weights twice, the second time from the state of the first`, async () => {
    const bench = await benchOf(cell);
    const { engine, run, x } = bench;
    const later = drawn(engine, 'later', [3, B, I]);
    const outputs = () => {
      const first = run(x.view(), ...stateViews(bench));
      const { output } = run(later.view(), first.h, first.c);
      return [output, first.output, first.h];
    };
    const parameters = [x, later, ...bench.states, ...bench.weights];
    expect(gradcheck(engine, parameters, outputs, options)).toEqual([]);
  });

  test(`${cell.name}: a state given as plain numbers has the same values and stops the gradient`, async () => {
    const bench = await benchOf(cell);
    const { engine, run, x } = bench;
    const plain = bench.states.map((state) => ({ data: state.toArray(), shape: state.shape }));
    const outputs = () => [run(x.view(), ...plain).output];
    const parameters = [x, ...bench.states, ...bench.weights];
    expect(gradcheck(engine, parameters, outputs, { ...options, unused: bench.states })).toEqual([]);
    const [given, viewed] = engine.evaluate(() => [
      run(x.view(), ...plain).output.toArray(),
      run(x.view(), ...stateViews(bench)).output.toArray(),
    ]);
    expect(given).toEqual(viewed);
  });

  test(`${cell.name}: a sequence of no steps hands its state on, and the gradient of it`, async () => {
    const { engine, run, x, states, weights } = await benchOf(cell, { T: 0, B, I, H });
    const outputs = () => Object.values<View>({ ...run(x.view(), ...states.map((state) => state.view())) });
    const unused = [x, ...weights];
    expect(gradcheck(engine, [...states, ...unused], outputs, { unused })).toEqual([]);
    const [output, ...final] = engine.evaluate(() => outputs().map((view) => view.toArray()));
    expect(output).toHaveLength(0);
    expect(final).toEqual(states.map((state) => state.toArray()));
  });

  test(`${cell.name}: an input without gradient is left alone`, async () => {
    const { engine, run, x, weights } = await benchOf(cell);
    const data = x.toArray();
    const outputs = () => [run(engine.input({ data, shape: [T, B, I] })).output];
    expect(gradcheck(engine, [x, ...weights], outputs, { ...options, unused: [x] })).toEqual([]);
  });

  test(`${cell.name}: no biases are biases of zero`, async () => {
    const { engine, run, x, weights, ...bench } = await benchOf(cell);
    const [weightIh, weightHh, biasIh, biasHh] = weights as [Parameter, Parameter, Parameter, Parameter];
    const without = runOf(cell.build({ weightIh, weightHh, biasIh: undefined, biasHh: undefined }));
    const both = () =>
      engine.evaluate(() => {
        const states = bench.states.map((state) => state.view());
        return [run(x.view(), ...states).output.toArray(), without(x.view(), ...states).output.toArray()];
      });
    expect(both()[0]).not.toEqual(both()[1]);
    for (const bias of [biasIh, biasHh]) bias.set(new Float64Array(bias.size));
    expect(both()[0]).toEqual(both()[1]);
  });
}

/** Arguments of the wrong shape, each with the whole message. */
function testRefusals(cell: Cell): void {
  const { name, gates } = cell;
  const { T, B, I, H } = usual;
  const G = gates === 1 ? '' : String(gates);

  async function refusal(change: (bench: Bench) => unknown): Promise<unknown> {
    const bench = await benchOf(cell);
    try {
      bench.engine.evaluate(() => void change(bench));
    } catch (error) {
      return error;
    }
    return 'nothing was refused';
  }

  test(`${name}: an input of the wrong rank or width is refused`, async () => {
    const flat = await refusal(({ engine, run }) => run(engine.output('x', [B, I], false)));
    expect(flat).toEqual(
      new ShapeError(`${name}: x must be (T, B, I) = (T, B, ${I}), got (${B}, ${I}). I = ${I} comes from inputSize.`),
    );
    const wide = await refusal(({ engine, run }) => run(engine.output('x', [T, B, 11], false)));
    expect(wide).toBeInstanceOf(ShapeError);
    expect((wide as Error).message).toBe(
      `${name}: x must be (T, B, I) = (T, B, ${I}), got (${T}, ${B}, 11). I = ${I} comes from inputSize.`,
    );
  });

  test.each(cell.states)(`${name}: an initial state of the wrong shape is refused: %s`, async (state) => {
    const refuse = (shape: number[]) =>
      refusal(({ engine, run, x, states }) => {
        const given = states.map((right, i) =>
          cell.states[i] === state ? engine.output('s', shape, false) : right.view(),
        );
        return run(x.view(), ...given);
      });
    const expected = `${name}: ${state}0 must be (B, H) = (${B}, ${H})`;
    const sources = `B = ${B} comes from x (T, B, I). H = ${H} comes from hiddenSize.`;
    expect(await refuse([B, 11])).toEqual(new ShapeError(`${expected}, got (${B}, 11). ${sources}`));
    expect(await refuse([11, H])).toEqual(new ShapeError(`${expected}, got (11, ${H}). ${sources}`));
    expect(await refuse([1, B, H])).toEqual(new ShapeError(`${expected}, got (1, ${B}, ${H}). ${sources}`));
  });

  test(`${name}: a state of plain numbers must hold as many as its shape says`, async () => {
    for (const length of [B * H - 1, B * H + 1]) {
      const plain = { data: new Float64Array(length), shape: [B, H] };
      expect(await refusal(({ run, x }) => run(x.view(), plain))).toEqual(
        new ShapeError(`${name}: h0 of shape (${B}, ${H}) takes ${B * H} values, got ${length}.`),
      );
    }
  });

  const wrong: [keyof RecurrentParameters, string, number[], string][] = [
    ['weightHh', 'weight_hh', [gates * H + 1, H], `(${G}H, H) = (${gates * H}, ${H})`],
    ['weightIh', 'weight_ih', [gates * H + 1, I], `(${G}H, I) = (${gates * H}, I)`],
    ['biasIh', 'bias_ih', [gates * H - 1], `(${G}H,) = (${gates * H},)`],
    ['biasHh', 'bias_hh', [gates * H + 2], `(${G}H,) = (${gates * H},)`],
  ];
  test.each(wrong)(`${name}: weights that do not fit are refused: %s`, async (key, argument, shape, expected) => {
    const engine = await doubleEngine();
    const { parameters } = drawnWeights(engine, gates, I, H);
    const misfit = { ...parameters, [key]: drawn(engine, argument, shape) };
    expect(() => cell.build(misfit)).toThrow(
      new ShapeError(
        `${name}: ${argument} must be ${expected}, got ${formatShape(shape)}. H = ${H} comes from weight_hh.`,
      ),
    );
  });
}
