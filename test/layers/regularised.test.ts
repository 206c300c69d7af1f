/** What is drawn at random while a recurrent layer trains: which units, at which steps, with what scale. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { RecurrentState } from '../../src/layers/state.js';
import { Parameter } from '../../src/memory/parameter.js';
import { Adam, AdamW } from '../../src/optim/adam.js';
import type { Optimizer } from '../../src/optim/optimizer.js';
import { RMSprop } from '../../src/optim/rmsprop.js';
import { SGD } from '../../src/optim/sgd.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { H, I, layerOf } from './layer-cases.js';
import type { LayerCase } from './layer-cases.js';
import { distance, drawnBatch, evaluated } from './layer-runs.js';

const [T, B, W] = [6, 40, 25];

/** A layer of W linear units that reads W numbers, x_t W_ih^T + h_{t-1} W_hh^T, of which the matrices are a or b times identity. */
function linearUnits(engine: Engine, options: object, [a, b]: readonly [number, number]): RNN {
  const identity = (factor: number) => (values: Float64Array) => {
    values.forEach((_, i) => (values[i] = i % W === Math.floor(i / W) ? factor : 0));
  };
  const initial = { inputInit: identity(a), recurrentInit: identity(b), bias: false };
  return new RNN(engine, { inputSize: W, hiddenSize: W, nonlinearity: 'identity', ...initial, ...options });
}

/** Outputs of a training step, (T, B W), from x and h0 that are functions of the step. */
function outputs(layer: RNN, x: (t: number) => number, h0: number, lengths?: readonly number[]): number[][] {
  const { engine } = layer;
  let values: number[] = [];
  engine.step(() => {
    const data = Float64Array.from({ length: T * B * W }, (_, i) => x(Math.floor(i / (B * W))));
    const h = layer.zeroState(B).h.map(({ shape }) => ({ data: new Float64Array(B * W).fill(h0), shape }));
    const { output } = layer.forward(engine.input({ data, shape: [T, B, W] }), new RecurrentState(h), { lengths });
    values = Array.from(output.toArray());
    return weightedSum([{ view: output, weights: numbers(engine.random, output.size) }]);
  });
  return Array.from({ length: T }, (_, t) => values.slice(t * B * W, (t + 1) * B * W));
}

const share = (values: readonly number[], of: number): number =>
  values.filter((value) => value === of).length / values.length;

describe.each(everywhere)('$name', ({ options: setting }) => {
  test('recurrent dropout: one mask for all steps, of its own for each row, scaled by 1 / (1 - p)', async () => {
    const layer = linearUnits(await createEngine(setting), { recurrentDropout: 0.5 }, [0, 1]);
    const steps = outputs(layer, () => 0, 1);
    // h_t = 2 m h_{t-1}: what is kept doubles at every step, what is dropped stays away.
    const kept = steps[0]!.map((value) => value === 2);
    for (const [t, step] of steps.entries()) expect(step).toEqual(kept.map((k) => (k ? 2 ** (t + 1) : 0)));
    expect(Math.abs(share(steps[0]!, 2) - 0.5)).toBeLessThan(0.06);
    expect(kept.slice(0, W)).not.toEqual(kept.slice(W, 2 * W));
    expect(outputs(layer, () => 0, 1)[0]).not.toEqual(steps[0]);
  });

  test('recurrent dropout of rows that end: the masks of those that go on stay', async () => {
    const layer = linearUnits(await createEngine(setting), { recurrentDropout: 0.5 }, [0, 1]);
    const lengths = Array.from({ length: B }, (_, b) => (b * 5) % (T + 1));
    const steps = outputs(layer, () => 0, 1, lengths);
    const lasting = (t: number) => steps[t]!.map((_, i) => t < lengths[Math.floor(i / W)]!);
    for (const [t, step] of steps.entries()) {
      expect(step).toEqual(lasting(t).map((goesOn, i) => (goesOn && steps[0]![i] === 2 ? 2 ** (t + 1) : 0)));
    }
  });

  test('zoneout: each unit is the one before or the new one, drawn anew at every step', async () => {
    const layer = linearUnits(await createEngine(setting), { zoneout: 0.3 }, [1, 0]);
    const steps = outputs(layer, (t) => t + 1, 0);
    let before = new Array<number>(B * W).fill(0);
    const stayed = steps.map((step, t) => {
      const stays = step.map((value, i) => value === before[i]);
      expect(step).toEqual(stays.map((stay, i) => (stay ? before[i] : t + 1)));
      expect(Math.abs(stays.filter(Boolean).length / stays.length - 0.3)).toBeLessThan(0.06);
      before = step;
      return stays.join();
    });
    expect(new Set(stayed).size).toBe(T);
  });

  test('zoneout while evaluating: the mean, p h_{t-1} + (1 - p) h_t', async () => {
    const engine = await createEngine(setting);
    const layer = linearUnits(engine, { zoneout: 0.25 }, [1, 0]);
    const data = Float64Array.from({ length: T * W }, (_, i) => 2 ** Math.floor(i / W));
    const output = engine.evaluate(() => layer.forward(engine.input({ data, shape: [T, 1, W] })).output.toArray());
    let h = 0;
    const expected = Array.from({ length: T }, (_, t) => new Array<number>(W).fill((h = 0.25 * h + 0.75 * 2 ** t)));
    expect(Array.from(output)).toEqual(expected.flat());
  });

  test.each(['element', 'sequence'] as const)('dropout between layers, by %s', async (dropoutMask) => {
    const options = { numLayers: 2, dropout: 0.5, dropoutMask };
    const steps = outputs(linearUnits(await createEngine(setting), options, [1, 0]), () => 3, 0);
    for (const step of steps) expect(Math.abs(share(step, 6) - 0.5)).toBeLessThan(0.06);
    expect(steps.flat().every((value) => value === 0 || value === 6)).toBe(true);
    expect(new Set(steps.map((step) => step.join())).size).toBe(dropoutMask === 'sequence' ? 1 : T);
    expect(steps[0]!.slice(0, W)).not.toEqual(steps[0]!.slice(W, 2 * W));
  });
});

const dropped: LayerCase[] = [
  { cell: 'RNN', options: { weightDropout: 0.4 } },
  { cell: 'GRU', options: { weightDropout: 0.4 } },
  { cell: 'GRU', options: { weightDropout: 0.4, resetAfter: false } },
  { cell: 'LSTM', options: { weightDropout: 0.4 } },
  { cell: 'LSTM', options: { weightDropout: 0.4, peepholes: true, projSize: 5 } },
];
const KINDS = { RNN, GRU, LSTM };

/** A training step; the outputs it had. */
function trainStep(layer: RecurrentLayer): number[] {
  const { engine } = layer;
  let values: number[] = [];
  engine.step(() => {
    const { output } = layer.forward(engine.input(drawnBatch(4, 3)));
    values = Array.from(output.toArray());
    return weightedSum([{ view: output, weights: numbers(engine.random, output.size) }]);
  });
  return values;
}

describe.each(dropped)('weight drop: $cell $options', (layerCase) => {
  test('a forward has the weights that are left, over 1 - p; those left out get no gradient; evaluation has all', async () => {
    const engine = await doubleEngine();
    const layer = layerOf(engine, layerCase);
    const weight = layer.parameters().find(({ name }) => name === 'weight_hh_l0')!;
    const raw = weight.toArray();
    const { weightDropout: _, ...options } = layerCase.options;
    const plain = layerOf(engine, { cell: layerCase.cell, options });
    const masks = [1, 2].map(() => {
      const values = trainStep(layer);
      const left = Array.from(weight.gradientToArray(), (slope) => slope !== 0);
      expect(weight.toArray()).toEqual(raw);
      const data = raw.map((value, i) => (left[i] ? value / 0.6 : 0));
      plain.loadStateDict(new Map([...layer.stateDict(), ['weight_hh_l0', { data, shape: weight.shape }]]));
      const { results } = evaluated(plain, drawnBatch(4, 3));
      expect(distance({ y: values }, { y: results['output[0]']! })).toBeLessThan(1e-13);
      expect(Math.abs(left.filter(Boolean).length / left.length - 0.6)).toBeLessThan(0.12);
      return left.join();
    });
    expect(masks[0]).not.toBe(masks[1]);
    plain.loadStateDict(layer.stateDict());
    expect(evaluated(layer, drawnBatch(4, 3))).toEqual(evaluated(plain, drawnBatch(4, 3)));
  });

  const rules: [string, (parameters: readonly Parameter[]) => Optimizer][] = [
    ['SGD', (parameters) => new SGD(parameters, { lr: 0.1 })],
    ['momentum', (parameters) => new SGD(parameters, { lr: 0.1, momentum: 0.9 })],
    ['RMSprop', (parameters) => new RMSprop(parameters, { lr: 0.01 })],
    ['Adam', (parameters) => new Adam(parameters, { lr: 0.01 })],
    ['AdamW', (parameters) => new AdamW(parameters, { lr: 0.01, weightDecay: 0.1 })],
  ];
  test.each(rules)('%s moves the raw weights, by the gradients that there are', async (_, rule) => {
    const engine = await createEngine({ kernels: 'simd' });
    const sizes = { inputSize: I, hiddenSize: H };
    const layer = new KINDS[layerCase.cell](engine, { ...sizes, ...layerCase.options });
    const weight = layer.parameters().find(({ name }) => name === 'weight_hh_l0')!;
    const copy = new Parameter(engine.memory, 'copy', weight.shape);
    copy.set(weight.toArray());
    const [optimizer, alone] = [rule(layer.parameters()), rule([copy])];
    for (let step = 0; step < 4; step++) {
      trainStep(layer);
      const gradient = weight.gradientToArray();
      expect(gradient.includes(0)).toBe(true);
      engine.memory.view(copy.gradientPtr, copy.size).set(gradient);
      optimizer.step();
      alone.step();
      expect(weight.toArray()).toEqual(copy.toArray());
    }
  });
});
