/**
 * Real-time recurrent learning: gradients forwards in time are those backwards in time, in a
 * memory that does not grow; what is refused.
 */

import { describe, expect, test } from 'vitest';
import { createEngine, Engine } from '../../src/engine.js';
import type { HostArray } from '../../src/engine.js';
import { MemoryError, OptionError, RecurraError, ShapeError, StaleViewError } from '../../src/errors.js';
import { selectKernels } from '../../src/kernels/select.js';
import { Embedding } from '../../src/layers/embedding.js';
import { GRU } from '../../src/layers/gru.js';
import type { Layer } from '../../src/layers/layer.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentOptions } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { RTRL } from '../../src/layers/rtrl.js';
import { RecurrentState } from '../../src/layers/state.js';
import { meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { NONLINEARITIES } from '../../src/ops/rnn.js';
import { SGD } from '../../src/optim/sgd.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { thrown } from '../thrown.js';

const [T, B, I, H, O] = [9, 3, 4, 5, 2];

type Make = (engine: Engine, options?: Partial<RecurrentOptions>) => RNN | LSTM;

const cells: { cell: string; make: Make }[] = [
  ...NONLINEARITIES.map((nonlinearity) => ({
    cell: `RNN of ${nonlinearity}`,
    make: ((engine, options) => new RNN(engine, { inputSize: I, hiddenSize: H, nonlinearity, ...options })) as Make,
  })),
  { cell: 'LSTM', make: (engine, options) => new LSTM(engine, { inputSize: I, hiddenSize: H, ...options }) },
];

const random = new Random(5);
const xs = numbers(random, T * B * I);
const upstream = numbers(random, T * B * H);
const targets = numbers(random, T * B * O);

/** Step t of numbers (T, B, width), as (B, width). */
const at = (values: Float64Array, t: number, width: number): HostArray => ({
  data: values.subarray(t * B * width, (t + 1) * B * width),
  shape: [B, width],
});

/** Gives every parameter random values, so that no bias is zero. */
function draw(layer: Layer): void {
  const values = new Random(7);
  for (const parameter of layer.parameters()) parameter.set(numbers(values, parameter.size, 0.7));
}

/** States (B, H) of the cell's kind. */
function stateOf(layer: RNN | LSTM): RecurrentState<HostArray> {
  const state = (): HostArray => ({ data: numbers(new Random(11), B * H), shape: [B, H] });
  return new RecurrentState([state()], layer instanceof LSTM ? [state()] : []);
}

const gradients = (...layers: Layer[]): number[][] =>
  layers.flatMap((layer) => layer.parameters().map((parameter) => [...parameter.gradientToArray()]));

/** Expects vectors that differ by less than `tolerance` of the largest element. */
function expectNear(got: readonly number[][], wanted: readonly number[][], tolerance: number): void {
  expect(got.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  for (const [k, values] of wanted.entries()) {
    const size = Math.max(...values.map(Math.abs));
    expect(size).toBeGreaterThan(1e-3);
    const error = Math.max(...values.map((value, i) => Math.abs(got[k]![i]! - value)));
    expect(error / size).toBeLessThan(tolerance);
  }
}

/** One sequence with the weights as they are; the gradients of a loss at every step add up. */
function learnSequence(engine: Engine, learner: RTRL): void {
  for (let t = 0; t < T; t++) {
    const loss = () =>
      weightedSum([{ view: learner.step(engine.input(at(xs, t, I))), weights: at(upstream, t, H).data }]);
    engine.step(loss, { accumulate: t > 0 });
  }
}

/** The same by back-propagation through time. */
function propagateBack(engine: Engine, layer: RNN | LSTM, state?: RecurrentState): void {
  const shape = [T, B, I];
  engine.step(() =>
    weightedSum([{ view: layer.forward(engine.input({ data: xs, shape }), state).output, weights: upstream }]),
  );
}

describe.each(everywhere)('$name', ({ options, unit }) => {
  const tolerance = unit < 1e-10 ? 1e-12 : 1e-4;

  describe.each(cells)('$cell', ({ make }) => {
    test.each([
      { bias: true, begun: false },
      { bias: true, begun: true },
      { bias: false, begun: true },
    ])('gradients are those of BPTT: bias $bias, initial state $begun', async ({ bias, begun }) => {
      const engine = await createEngine(options);
      const layer = make(engine, { bias });
      draw(layer);
      const state = begun ? stateOf(layer) : undefined;
      propagateBack(engine, layer, state);
      const wanted = gradients(layer);
      expect(wanted).toHaveLength(bias ? 4 : 2);
      const learner = new RTRL(layer, { batch: B });
      // The second sequence begins like the first, whatever is left of it.
      for (const _ of [1, 2]) {
        learner.reset(state);
        learnSequence(engine, learner);
        expectNear(gradients(layer), wanted, tolerance);
      }
    });

    test('behind a linear layer and a loss it trains as BPTT does', async () => {
      const engine = await createEngine(options);
      const layer = make(engine);
      draw(layer);
      const head = new Linear(engine, { inputSize: H, outputSize: O });
      const learner = new RTRL(layer, { batch: B });
      let sum = 0;
      for (let t = 0; t < T; t++) {
        const loss = () => meanSquaredError(head.forward(learner.step(engine.input(at(xs, t, I)))), at(targets, t, O));
        sum += engine.step(loss, { accumulate: t > 0 });
      }
      const got = gradients(layer, head);
      const shape = [T, B, I];
      const mean = engine.step(() => {
        const { output } = layer.forward(engine.input({ data: xs, shape }));
        return meanSquaredError(head.forward(output), { data: targets, shape: [T, B, O] });
      });
      expect(Math.abs(sum / T - mean)).toBeLessThan(tolerance * mean);
      const wanted = gradients(layer, head).map((values) => values.map((value) => T * value));
      expectNear(got, wanted, tolerance);
    });

    test('a loss at the last step alone: the steps before may be those of an evaluation', async () => {
      const engine = await createEngine(options);
      const layer = make(engine);
      draw(layer);
      const learner = new RTRL(layer, { batch: B });
      engine.evaluate(() => {
        for (let t = 0; t < T - 1; t++) learner.step(engine.input(at(xs, t, I)));
      });
      const weights = at(upstream, T - 1, H).data;
      engine.step(() => weightedSum([{ view: learner.step(engine.input(at(xs, T - 1, I))), weights }]));
      const got = gradients(layer);
      const shape = [T, B, I];
      engine.step(() => {
        const { h } = layer.forward(engine.input({ data: xs, shape })).state;
        return weightedSum([{ view: h[0]!, weights }]);
      });
      expectNear(got, gradients(layer), tolerance);
    });

    test('the state is that of the layer, and both go on from it', async () => {
      const engine = await createEngine(options);
      const layer = make(engine);
      const learner = new RTRL(layer, { batch: B });
      const whole = engine.evaluate(() => layer.forward(engine.input({ data: xs, shape: [T, B, I] })).output.toArray());
      const outputs = [...Array(4).keys()].flatMap((t) =>
        engine.evaluate(() => [...learner.step(engine.input(at(xs, t, I))).toArray()]),
      );
      const rest = { data: xs.subarray(4 * B * I), shape: [T - 4, B, I] };
      const { state } = learner;
      outputs.push(...engine.evaluate(() => layer.forward(engine.input(rest), state).output.toArray()));
      expectNear([outputs], [[...whole]], tolerance);
      learner.reset();
      expect([...learner.state.h, ...learner.state.c].flatMap(({ data }) => [...(data as Float32Array)])).toEqual(
        new Array(state.c.length === 1 ? 2 * B * H : B * H).fill(0),
      );
      learner.reset(state);
      expect(learner.state).toEqual(state);
    });
  });

  test('gradients are those of BPTT where the products of a block are made in several parts', async () => {
    const engine = await createEngine(options);
    const [steps, inputSize, hiddenSize] = [3, 41, 19];
    const layer = new LSTM(engine, { inputSize, hiddenSize });
    draw(layer);
    const learner = new RTRL(layer);
    const weights = numbers(new Random(3), steps * hiddenSize);
    const data = numbers(new Random(4), steps * inputSize);
    engine.step(() => {
      const x = engine.input({ data, shape: [steps, 1, inputSize] });
      return weightedSum([{ view: layer.forward(x).output, weights }]);
    });
    const wanted = gradients(layer);
    for (let t = 0; t < steps; t++) {
      const x = { data: data.subarray(t * inputSize, (t + 1) * inputSize), shape: [1, inputSize] };
      const own = weights.subarray(t * hiddenSize, (t + 1) * hiddenSize);
      const loss = () => weightedSum([{ view: learner.step(engine.input(x)), weights: own }]);
      engine.step(loss, { accumulate: t > 0 });
    }
    expectNear(gradients(layer), wanted, tolerance);
    expect(learner.bytes).toBe(
      engine.memory.bytes(2 * hiddenSize * (1 + 4 * hiddenSize * (inputSize + hiddenSize + 1))),
    );
  });

  test.each(cells)('$cell: the memory of step 5 is that of step 200', async ({ make }) => {
    const engine = await createEngine(options);
    const layer = make(engine);
    const { memory } = engine;
    const before = memory.heap.byteLength;
    const learner = new RTRL(layer, { batch: B });
    const sgd = new SGD(layer.parameters(), { lr: 1e-6 });
    const footprint = () => [memory.heap.byteLength, memory.peakArenaBytes, memory.arenaBytes, memory.region('none').base]; // prettier-ignore
    let early: number[] = [];
    for (let n = 0; n < 200; n++) {
      if (n === 5) early = footprint();
      const weights = at(upstream, n % T, H).data;
      engine.step(() => weightedSum([{ view: learner.step(engine.input(at(xs, n % T, I))), weights }]));
      sgd.step();
    }
    expect(footprint()).toEqual(early);
    expect(memory.heap.byteLength).toBe(before);
  });
});

describe.each(cells)('$cell', ({ make }) => {
  /** What an online run of plain gradient descent adds up to, divided by the learning rate, less the sequence's gradient. */
  async function onlineError(lr: number): Promise<number> {
    const engine = await doubleEngine();
    const layer = make(engine);
    draw(layer);
    const learner = new RTRL(layer, { batch: B });
    learnSequence(engine, learner);
    const wanted = gradients(layer).flat();
    const begin = layer.parameters().flatMap((parameter) => [...parameter.toArray()]);
    const sgd = new SGD(layer.parameters(), { lr });
    learner.reset();
    for (let t = 0; t < T; t++) {
      const weights = at(upstream, t, H).data;
      engine.step(() => weightedSum([{ view: learner.step(engine.input(at(xs, t, I))), weights }]));
      sgd.step();
    }
    const end = layer.parameters().flatMap((parameter) => [...parameter.toArray()]);
    return Math.hypot(...wanted.map((value, i) => (begin[i]! - end[i]!) / lr - value));
  }

  test('an update after every step differs from one behind the sequence by the order of the learning rate', async () => {
    const errors = [await onlineError(4e-5), await onlineError(2e-5), await onlineError(1e-5)];
    expect(errors[2]).toBeGreaterThan(1e-6);
    for (const i of [1, 2]) expect(errors[i - 1]! / errors[i]!).toBeCloseTo(2, 1);
  });

  test('the same bits on 1, 2 and 3 threads', async () => {
    const runs: number[][][] = [];
    for (const threads of [1, 2, 3]) {
      const selection = await selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: 2 ** 28, threads, grain: 0 }); // prettier-ignore
      const engine = new Engine(selection, 1, true);
      const layer = make(engine, { hiddenSize: H });
      draw(layer);
      learnSequence(engine, new RTRL(layer, { batch: B }));
      runs.push(gradients(layer));
      for (const name of ['gemm', `${layer instanceof LSTM ? 'lstm' : 'rnn'}Sensitivities`, 'gemv'] as const) {
        if (threads > 1) expect(selection.team!.forksOf(name as 'gemm')).toBeGreaterThan(0);
      }
      engine.dispose();
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});

describe('what is refused', () => {
  const sizes = { inputSize: I, hiddenSize: H };

  test.each([
    [(engine: Engine) => new RNN(engine, { ...sizes, numLayers: 2 }), 'this RNN has numLayers 2. Make it without.'],
    [
      (engine: Engine) => new LSTM(engine, { ...sizes, numLayers: 2, dropout: 0.5 }),
      'this LSTM has numLayers 2, dropout 0.5. Make it without.',
    ],
    [(engine: Engine) => new GRU(engine, sizes), 'got GRU.'],
    [(engine: Engine) => new Linear(engine, { inputSize: I, outputSize: O }), 'got Linear.'],
    [() => undefined, 'got undefined.'],
    [() => null, 'got null.'],
  ])('other layers: %s', async (make, end) => {
    const layer = make(await doubleEngine());
    const message = `RTRL: layer must be an RNN or LSTM of one layer with the plain cell, ${end}`;
    expect(thrown(() => new RTRL(layer as LSTM))).toEqual(new OptionError(message));
  });

  test.each([
    ['independent true', (engine: Engine) => new RNN(engine, { ...sizes, independent: true })],
    ['bidirectional true', (engine: Engine) => new RNN(engine, { ...sizes, bidirectional: true })],
    ['reverse true', (engine: Engine) => new RNN(engine, { ...sizes, reverse: true })],
    ['recurrentDropout 0.1', (engine: Engine) => new RNN(engine, { ...sizes, recurrentDropout: 0.1 })],
    ['weightDropout 0.1', (engine: Engine) => new LSTM(engine, { ...sizes, weightDropout: 0.1 })],
    ['zoneout', (engine: Engine) => new LSTM(engine, { ...sizes, zoneout: { h: 0, c: 0.1 } })],
    ['learnInitialState true', (engine: Engine) => new LSTM(engine, { ...sizes, learnInitialState: true })],
    ['gates coupled', (engine: Engine) => new LSTM(engine, { ...sizes, gates: 'coupled' })],
    ['peepholes true, projSize 3', (engine: Engine) => new LSTM(engine, { ...sizes, peepholes: true, projSize: 3 })],
    ['gateClip 3, cellClip 2', (engine: Engine) => new LSTM(engine, { ...sizes, gateClip: 3, cellClip: 2 })],
    ['layerNorm carry', (engine: Engine) => new LSTM(engine, { ...sizes, layerNorm: 'carry' })],
    ['numLayers 2', (engine: Engine) => new LSTM(engine, { inputSize: I, hiddenSize: [H, H] })],
  ])('other cells: %s', async (strange, make) => {
    const layer = make(await doubleEngine());
    const message = `RTRL: layer must be an RNN or LSTM of one layer with the plain cell, this ${layer.kind} has ${strange}. Make it without.`;
    expect(thrown(() => new RTRL(layer))).toEqual(new OptionError(message));
  });

  test('cells to come: an option that is not known, or a parameter that the plain cell does not have', async () => {
    const engine = await doubleEngine();
    class Damped extends LSTM {
      override readonly given = { ...sizes, damping: 3, mixture: { of: 2 } };
    }
    class Shifted extends LSTM {
      constructor() {
        super(engine, sizes);
        this.declare('shift_l0', [3 * H], () => undefined);
      }
    }
    const message = (end: string) =>
      new OptionError(`RTRL: layer must be an RNN or LSTM of one layer with the plain cell, this ${end}`);
    expect(thrown(() => new RTRL(new Damped(engine, sizes)))).toEqual(
      message('Damped has damping 3, mixture. Make it without.'),
    );
    expect(thrown(() => new RTRL(new Shifted()))).toEqual(message('Shifted has shift_l0. Make it without.'));
  });

  test('options that ask for nothing are not', async () => {
    const engine = await doubleEngine();
    const off = { bidirectional: false, residual: false, dropout: 0, recurrentDropout: 0, zoneout: { h: 0 } };
    const lstm = new LSTM(engine, { ...sizes, ...off, numLayers: 1, gates: 'all', peepholes: false, forgetBias: 2 });
    expect(new RTRL(lstm).layer).toBe(lstm);
    expect(new RTRL(new RNN(engine, { inputSize: I, hiddenSize: [H], bias: false })).batch).toBe(1);
  });

  test('options', async () => {
    const lstm = new LSTM(await doubleEngine(), sizes);
    expect(thrown(() => new RTRL(lstm, { bacth: 1 } as object))).toEqual(
      new OptionError("RTRL: unknown option 'bacth'. Known options: batch."),
    );
    expect(thrown(() => new RTRL(lstm, { batch: 0 }))).toEqual(
      new OptionError('RTRL: batch must be a whole number of at least 1, got 0.'),
    );
  });

  test('more memory than there is, and then nothing is taken', async () => {
    const engine = await createEngine({ memoryLimit: 2 ** 22 });
    const lstm = new LSTM(engine, { inputSize: 8, hiddenSize: 8 });
    expect(thrown(() => new RTRL(lstm, { batch: 1000 }))).toBeInstanceOf(MemoryError);
    expect(new RTRL(lstm, { batch: 10 }).batch).toBe(10);
  });

  /** A learner, a head, and a step of both with any numbers. */
  async function start() {
    const engine = await doubleEngine();
    const lstm = new LSTM(engine, sizes);
    const learner = new RTRL(lstm, { batch: B });
    const step = (x: HostArray = at(xs, 0, I)) => learner.step(engine.input(x));
    const loss = () => weightedSum([{ view: step(), weights: at(upstream, 0, H).data }]);
    return { engine, lstm, learner, step, loss };
  }

  test('x of another shape, of another engine, or of a layer; the state stays', async () => {
    const { engine, learner, step } = await start();
    const other = await doubleEngine();
    const embedding = new Embedding(engine, { vocabSize: 9, size: I });
    expect(thrown(() => engine.evaluate(() => step({ data: xs.subarray(0, 2 * I), shape: [2, I] })))).toEqual(
      new ShapeError(
        'rtrl: x must be (B, I) = (3, 4), got (2, 4). B = 3 comes from batch. I = 4 comes from inputSize.',
      ),
    );
    expect(thrown(() => engine.evaluate(() => step({ data: xs, shape: [T, B, I] })))).toEqual(
      new ShapeError(
        'rtrl: x must be (B, I) = (3, 4), got (9, 3, 4). B = 3 comes from batch. I = 4 comes from inputSize.',
      ),
    );
    expect(thrown(() => other.evaluate(() => learner.step(other.input(at(xs, 0, I)))))).toEqual(
      new RecurraError('rtrl: input belongs to another engine than the weights.'),
    );
    const ids = { data: Int32Array.of(1, 2, 3), shape: [B] };
    expect(thrown(() => engine.step(() => learner.step(embedding.forward(ids))))).toEqual(
      new RecurraError(
        'rtrl: x is the output of embedding, which wants a gradient, and there is none: sensitivities are those of the ' +
          "cell's own weights. Give numbers, by engine.input.",
      ),
    );
    expect(learner.state.h[0]!.data).toEqual(new Float64Array(B * H));
  });

  test('a second step, or a reset, before the gradient of the first; outside of a step; a view kept', async () => {
    const { engine, learner, step, loss } = await start();
    const behind = (operation: string) =>
      new RecurraError(
        `RTRL: ${operation} was called behind a step in the same engine.step, whose gradient needs the sensitivities as ` +
          'they are. Make one engine.step for each step, with { accumulate: true } to add up the gradients of several.',
      );
    expect(thrown(() => engine.step(() => (step(), loss())))).toEqual(behind('step'));
    const resetBehind = () => {
      step();
      learner.reset();
      return loss();
    };
    expect(thrown(() => engine.step(resetBehind))).toEqual(behind('reset'));
    expect(thrown(() => learner.step(engine.input(at(xs, 0, I))))).toEqual(
      new RecurraError('memory: operations run inside engine.step or engine.evaluate, and none is running.'),
    );
    const { state } = learner;
    const failing = () => {
      step();
      throw new Error('on purpose');
    };
    expect(() => engine.step(failing)).toThrow('on purpose');
    expect(learner.state).not.toEqual(state); // the learner has taken its step
    const h = engine.evaluate(() => step());
    expect(thrown(() => h.toArray())).toBeInstanceOf(StaleViewError);
    learner.reset();
    expect(Number.isFinite(engine.step(loss))).toBe(true);
  });

  test('states of another kind or shape', async () => {
    const { engine, lstm, learner } = await start();
    engine.evaluate(() => learner.step(engine.input(at(xs, 0, I))));
    const { state } = learner;
    const rnn = new RNN(engine, sizes);
    expect(thrown(() => learner.reset(rnn.zeroState(B)))).toEqual(
      new ShapeError(
        'LSTM: state must hold 1 h and 1 c, got 1 h and 0 c. Use the state of a layer of the same kind, numLayers and directions.',
      ),
    );
    for (const none of [null, {}, { h: [1], c: [] }, 'zeros']) {
      expect(thrown(() => learner.reset(none as never))).toEqual(
        new ShapeError(
          'LSTM: state must be a RecurrentState, of views or of { data, shape }, as forward and zeroState give it.',
        ),
      );
    }
    expect(thrown(() => learner.reset(lstm.zeroState(2)))).toEqual(
      new ShapeError(
        'rtrl: h must be (B, H) = (3, 5), got (2, 5). B = 3 comes from batch. H = 5 comes from hiddenSize.',
      ),
    );
    const [h] = lstm.zeroState(B).h;
    expect(thrown(() => learner.reset(new RecurrentState([h!], [{ data: [1], shape: [B, H] }])))).toEqual(
      new ShapeError('rtrl: c of shape (3, 5) takes 15 values, got 1.'),
    );
    expect(learner.state).toEqual(state);
  });

  test('anything behind release, which gives the memory to the next learner', async () => {
    const { engine, lstm, learner, step } = await start();
    learner.release();
    learner.release();
    const released = new RecurraError('rtrl: its sensitivities were released. Make a new learner.');
    expect(thrown(() => engine.evaluate(() => step()))).toEqual(released);
    expect(thrown(() => learner.reset())).toEqual(released);
    expect(thrown(() => learner.state)).toEqual(released);
    const end = engine.memory.region('none').base;
    expect(new RTRL(lstm, { batch: B }).state.h[0]!.data).toEqual(new Float64Array(B * H));
    expect(engine.memory.region('none').base).toBe(end);
  });
});
