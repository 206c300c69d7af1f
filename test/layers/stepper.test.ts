/** A layer one step at a time: the numbers of the whole sequence bit for bit, states in and out, and no allocation. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import { RNN } from '../../src/layers/rnn.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RecurrentState } from '../../src/layers/state.js';
import type { Stepper } from '../../src/layers/stepper.js';
import { SGD } from '../../src/optim/sgd.js';
import { outcome } from '../cli/command.js';
import { everywhere } from '../engine/settings.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { thrown } from '../thrown.js';
import { casesEverywhere, EVERY_PART, H, I, layerOf, listed, titled } from './layer-cases.js';
import { drawnBatch, evaluated } from './layer-runs.js';
import type { Batch } from './layer-runs.js';

const T = 4;

const engines: readonly [string, Engine][] = await Promise.all(
  everywhere.map(async ({ name, options }): Promise<[string, Engine]> => [name, await createEngine(options)]),
);

/** What reads the past alone. */
const cases = casesEverywhere.filter(({ options }) => !('bidirectional' in options) && !('reverse' in options));

/** The outputs of all steps, one after another. */
function stepped(stepper: Stepper, { data, shape: [steps, B] }: Batch): number[] {
  const x = Float64Array.from(data);
  return Array.from({ length: steps }, (_, t) => [...stepper.step(x.slice(t * B * I, (t + 1) * B * I))]).flat();
}

/** A change of all weights by an optimizer. */
function train(layer: RecurrentLayer): void {
  const { engine } = layer;
  const sgd = new SGD(layer.parameters(), { lr: 0.1 });
  engine.step(() => {
    const { output } = layer.forward(engine.input(drawnBatch(T, 2)));
    return weightedSum([{ view: output, weights: numbers(engine.random, output.size) }]);
  });
  sgd.step();
}

describe.each(engines)('%s', (_, engine) => {
  test.each(listed(cases))('%s: steps are the sequence', (_, layerCase) => {
    const layer = layerOf(engine, layerCase);
    const steppers = [1, 3].map((batch) => layer.stepper(batch));
    for (const stepper of steppers) {
      const x = drawnBatch(T, stepper.batch);
      const { results, state } = evaluated(layer, x);
      expect(stepped(stepper, x)).toEqual(results['output[0]']);
      expect(stepper.state).toEqual(state);
      // A later part of a sequence, from a state that forward gave; then anew.
      const later = evaluated(layer, x, {}, state);
      stepper.reset(state);
      expect(stepper.state).toEqual(state);
      expect(stepped(stepper, x)).toEqual(later.results['output[0]']);
      expect(evaluated(layer, x, {}, stepper.state).results).toEqual(evaluated(layer, x, {}, later.state).results);
      stepper.reset();
      expect(stepped(stepper, x)).toEqual(results['output[0]']);
    }
  });

  const changing = [
    { cell: 'RNN', options: {} },
    { cell: 'RNN', options: { independent: true, numLayers: 2 } },
    { cell: 'GRU', options: {} },
    { cell: 'GRU', options: { resetAfter: false, learnInitialState: true } },
    { cell: 'LSTM', options: {} },
    { cell: 'LSTM', options: { ...EVERY_PART, numLayers: 2, residual: true, learnInitialState: true } },
  ] as const;

  test.each(listed(changing.map(titled)))('%s: the weights as they are now, wherever they are', (_, layerCase) => {
    const layer = layerOf(engine, layerCase);
    const stepper = layer.stepper(2);
    const x = drawnBatch(T, 2);
    const agree = (): number[] => {
      stepper.reset();
      const outputs = stepped(stepper, x);
      expect(outputs).toEqual(evaluated(layer, x).results['output[0]']);
      return outputs;
    };
    const before = agree();
    train(layer);
    stepper.reset();
    const after = stepped(stepper, x); // before any forward has packed the weights anew
    expect(after).not.toEqual(before);
    expect(agree()).toEqual(after);
    layer.loadStateDict(new Map([...layer.stateDict()].map(([name, { data, shape }]) => [name, { data: Array.from(data, (v) => v / 2), shape }]))); // prettier-ignore
    stepper.reset();
    expect(stepped(stepper, x)).not.toEqual(after);
    agree();
    // More layers and steppers move this one's memory, in the middle of a sequence too.
    stepper.reset();
    const whole = stepped(stepper, x);
    stepper.reset();
    const data = Array.from(x.data);
    const first = stepped(stepper, { data: data.slice(0, 2 * I), shape: [1, 2, I] });
    const other = layerOf(engine, { cell: 'GRU', options: { hiddenSize: 90 } });
    other.stepper(3).step(new Float64Array(3 * I));
    expect([...first, ...stepped(stepper, { data: data.slice(2 * I), shape: [T - 1, 2, I] })]).toEqual(whole);
    agree();
  });
});

test('a memory that grows under a stepper', async () => {
  const engine = await createEngine({ kernels: 'simd' });
  const layer = layerOf(engine, { cell: 'LSTM', options: EVERY_PART });
  const stepper = layer.stepper();
  const x = drawnBatch(T, 1);
  const before = stepped(stepper, x);
  const { memoryBytes } = engine.report();
  const large = new RNN(engine, { inputSize: 2, hiddenSize: 600 });
  engine.evaluate(() => large.forward(engine.input({ data: new Float32Array(2000), shape: [1000, 1, 2] })));
  expect(engine.report().memoryBytes).toBeGreaterThan(2 * memoryBytes);
  const { state } = stepper;
  expect(state).toEqual(evaluated(layer, x).state);
  stepper.reset();
  expect(stepped(stepper, x)).toEqual(before);
});

test('a released stepper gives its memory to the next one, and refuses to go on', async () => {
  const engine = await createEngine({ kernels: 'js' });
  const lstm = new LSTM(engine, { inputSize: I, hiddenSize: H });
  const make = (): void => lstm.stepper().release();
  make();
  const { memoryBytes } = engine.report();
  for (let i = 0; i < 10_000; i++) make();
  expect(engine.report().memoryBytes).toBe(memoryBytes);
  const stepper = lstm.stepper();
  stepper.release();
  stepper.release();
  const error = new RecurraError('LSTM.stepper: it was released. Make a new one with layer.stepper().');
  for (const use of [() => stepper.step(new Float32Array(I)), () => stepper.reset(), () => stepper.state]) {
    expect(thrown(use)).toEqual(error);
  }
});

test('the result is the same array after every step, and the state a copy', async () => {
  const engine = await createEngine();
  const stepper = new GRU(engine, { inputSize: I, hiddenSize: H }).stepper();
  const [first, { state }] = [stepper.step([1, 2, 3]), stepper];
  const values = Array.from(state.h[0]!.data);
  expect(stepper.step([3, 2, 1])).toBe(first);
  expect(state.h[0]!.data).toEqual(Float32Array.from(values));
  expect(stepper.state.h[0]!.data).not.toEqual(state.h[0]!.data);
});

describe('refusals', () => {
  test.each([
    [{ bidirectional: true }, 'bidirectional'],
    [{ reverse: true }, 'reverse'],
  ])('a layer that reads from the end: %j', async (options, name) => {
    const layer = new RNN(await createEngine(), { inputSize: I, hiddenSize: H, ...options });
    expect(thrown(() => layer.stepper())).toEqual(
      new OptionError(
        `RNN.stepper: a step at a time needs the past alone, and ${name} is true: it reads from the end.`,
      ),
    );
  });

  test('sizes', async () => {
    const layer = new LSTM(await createEngine(), { inputSize: I, hiddenSize: H });
    for (const batch of [0, 1.5, '2', null]) {
      const shown = typeof batch === 'string' ? `'${batch}'` : String(batch);
      expect(thrown(() => layer.stepper(batch as number))).toEqual(
        new OptionError(`LSTM.stepper: batch must be a whole number of at least 1, got ${shown}.`),
      );
    }
    const stepper = layer.stepper(2);
    for (const length of [0, 3, 7]) {
      expect(thrown(() => stepper.step(new Float32Array(length)))).toEqual(
        new ShapeError(
          `LSTM.stepper: x must hold (B, I) = (2, 3), 6 numbers, got ${length}. B = 2 comes from stepper(batch).`,
        ),
      );
    }
  });

  test('states, which leave it where it was', async () => {
    const engine = await createEngine();
    const layer = new LSTM(engine, { inputSize: I, hiddenSize: H, numLayers: 2 });
    const stepper = layer.stepper(2);
    stepper.step(new Float32Array(2 * I).fill(1));
    const { state } = stepper;
    const advice = 'Use the state of a layer of the same kind, numLayers and directions.';
    const view = engine.evaluate(() =>
      layer.forward(engine.input({ data: new Float32Array(2 * I), shape: [1, 2, I] })),
    );
    const short = new RecurrentState(state.h, [state.c[0]!, { data: [1, 2], shape: [2, H] }]);
    const wide = new RecurrentState([state.h[0]!, { data: new Float32Array(16), shape: [2, 8] }], state.c);
    const zeros = (options: object, batch: number) =>
      new LSTM(engine, { inputSize: I, hiddenSize: H, ...options }).zeroState(batch);
    const refused: [unknown, string][] = [
      [zeros({}, 2), `LSTM: state must hold 2 h and 2 c, got 1 h and 1 c. ${advice}`],
      [zeros({ numLayers: 3 }, 2), `LSTM: state must hold 2 h and 2 c, got 3 h and 3 c. ${advice}`],
      [new RecurrentState(state.h), `LSTM: state must hold 2 h and 2 c, got 2 h and 0 c. ${advice}`],
      [zeros({ numLayers: 2 }, 1), 'LSTM.stepper: state.h[0] must be (2, 7), got (1, 7).'],
      [wide, 'LSTM.stepper: state.h[1] must be (2, 7), got (2, 8).'],
      [short, 'LSTM.stepper: state.c[1] of shape (2, 7) takes 14 values, got 2.'],
      [view.state, 'LSTM.stepper: state.h[0] must be (2, 7), got a view, which ends with its step: detach() it.'],
      [{}, 'LSTM: state must be a RecurrentState, of views or of { data, shape }, as forward and zeroState give it.'],
    ];
    for (const [wrong, message] of refused) {
      expect(thrown(() => stepper.reset(wrong as typeof state))).toEqual(new ShapeError(message));
      expect(stepper.state).toEqual(state);
    }
  });

  test('a step of nothing', async () => {
    const stepper = new RNN(await createEngine(), { inputSize: I, hiddenSize: H }).stepper(2);
    for (const [x, got] of [
      [undefined, 'no array'],
      [null, 'no array'],
      [3, 'no array'],
      [[1], '1'],
    ] as const) {
      // prettier-ignore
      expect(thrown(() => stepper.step(x as never))).toEqual(
        new ShapeError(
          `RNN.stepper: x must hold (B, I) = (2, ${I}), ${2 * I} numbers, got ${got}. B = 2 comes from stepper(batch).`,
        ),
      );
    }
  });

  test('an engine that is gone, and a stepper made inside a step', async () => {
    const engine = await createEngine();
    const layer = new RNN(engine, { inputSize: I, hiddenSize: H });
    expect(() => engine.evaluate(() => layer.stepper())).toThrow(
      /cannot grow inside a step. Make layers, optimizers, steppers, RTRL and/,
    );
    const stepper = layer.stepper();
    engine.dispose();
    expect(thrown(() => stepper.step([1, 2, 3]))).toEqual(
      new RecurraError('engine: it was disposed of. Make a new one with createEngine.'),
    );
  });
});

test('a step allocates nothing', async () => {
  const script = fileURLToPath(new URL('stepper-loop.ts', import.meta.url));
  // The young generation holds all that the loop could allocate, so that none of it is collected unseen.
  const args = ['--import', 'tsx', '--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { code, stdout, stderr } = await outcome(child);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const growth = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(growth)).toHaveLength(5);
  expect(Object.entries(growth).filter(([, bytes]) => !(bytes < 1))).toEqual([]);
});
