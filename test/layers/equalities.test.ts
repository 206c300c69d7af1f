/** Forms of cells that are equal where an option is without effect, or where weights make one form of another. */

import { describe, expect, test } from 'vitest';
import type { Engine, HostArray } from '../../src/engine.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { doubleEngine } from '../engine/settings.js';
import { H, layerOf, listed, P, titled } from './layer-cases.js';
import type { LayerCase } from './layer-cases.js';
import { distance, drawnBatch, evaluated, trained } from './layer-runs.js';
import type { Results } from './layer-runs.js';

const [T, B] = [5, 4];
const LENGTHS = [2, 0, 5, 3];
const x = drawnBatch(T, B);

/** sigma(40) is 1 to the last bit of 64. */
const OPEN = 40;

type Values = Record<string, HostArray>;

function load(layer: RecurrentLayer, values: Values): void {
  layer.loadStateDict(new Map(Object.entries(values)));
}

function valuesOf(layer: RecurrentLayer): Values {
  return Object.fromEntries(layer.stateDict());
}

/** Rows of each block of H, mapped: a matrix (blocks H, columns) from another. */
function blocks({ data, shape }: HostArray, order: readonly (number | ((row: number[]) => number[]))[]): HostArray {
  const columns = shape[1] ?? 1;
  const rows = (k: number): number[] => Array.from(data).slice(k * H * columns, (k + 1) * H * columns);
  const made = order.map((from, k) =>
    typeof from === 'number' ? rows(from) : from(rows(Math.min(k, shape[0]! / H - 1))),
  );
  return { data: made.flat(), shape: [order.length * H, ...shape.slice(1)] };
}

/** Whether two layers have the same results, of training too, rows that end early among them. */
function expectSame(a: RecurrentLayer, b: RecurrentLayer, names?: readonly string[]): void {
  for (const options of [{}, { lengths: LENGTHS }]) {
    const [one, other] = [trained(a, x, options), trained(b, x, options)];
    const keys = names ?? Object.keys(one).filter((name) => name in other);
    const chosen = (results: Results): Results => Object.fromEntries(keys.map((key) => [key, results[key]!]));
    expect(distance(chosen(one), chosen(other))).toBeLessThan(1e-13);
  }
}

/** Layers with the same weights as far as both have them; the others zeros. */
function pair(engine: Engine, one: LayerCase, other: LayerCase): [RecurrentLayer, RecurrentLayer] {
  const [a, b] = [layerOf(engine, one), layerOf(engine, other)];
  const zeros = Object.entries(valuesOf(b)).map(([name, { data, shape }]): [string, HostArray] => [
    name,
    { data: new Float64Array(data.length), shape },
  ]);
  load(b, { ...Object.fromEntries(zeros), ...valuesOf(a) });
  return [a, b];
}

describe('an option without effect changes nothing', () => {
  const idle: [LayerCase['cell'], object, object][] = [
    ['LSTM', {}, { peepholes: true }],
    ['LSTM', { gates: 'coupled' }, { gates: 'coupled', peepholes: true }],
    ['LSTM', {}, { gateClip: 1e6 }],
    ['LSTM', {}, { cellClip: 1e6 }],
    ['GRU', {}, { gateClip: 1e6 }],
    ['GRU', { resetAfter: false }, { resetAfter: false, gateClip: 1e6 }],
    ...[{ zoneout: 0 }, { zoneout: { h: 0, c: 0 } }, { recurrentDropout: 0 }, { weightDropout: 0 }].map(
      (options): [LayerCase['cell'], object, object] => ['LSTM', {}, options],
    ),
    ['GRU', {}, { learnInitialState: true }],
    ['LSTM', {}, { learnInitialState: true }],
    ['RNN', { numLayers: 2 }, { numLayers: 2, dropout: 0 }],
  ];
  test.each(idle)('%s %j and %j', async (cell, one, other) => {
    const engine = await doubleEngine();
    expectSame(...pair(engine, { cell, options: { ...one } }, { cell, options: { ...other } }));
  });
});

describe('an option with effect changes something', () => {
  const active: [LayerCase['cell'], object, object][] = [
    ['LSTM', {}, { gateClip: 0.6 }],
    ['LSTM', {}, { cellClip: 0.4 }],
    ['LSTM', { gates: 'none' }, { gates: 'none', gateClip: 0.6 }],
    ['LSTM', { gates: 'coupled' }, { gates: 'input-output' }],
    ['LSTM', { layerNorm: 'output' }, { layerNorm: 'carry' }],
    ['LSTM', { layerNorm: 'carry' }, { layerNorm: 'carry', layerNormEps: 0.5 }],
    ['LSTM', {}, { zoneout: { h: 0.3 } }],
    ['LSTM', { zoneout: 0.3 }, { zoneout: { h: 0.3, c: 0.3 } }],
    ['GRU', {}, { gateClip: 0.6 }],
    ['GRU', {}, { resetAfter: false }],
    ['RNN', {}, { zoneout: 0.3 }],
    ['RNN', {}, { reverse: true }],
    ['RNN', { numLayers: 2 }, { numLayers: 2, residual: true }],
    ['RNN', {}, { nonlinearity: 'sigmoid' }],
  ];
  test.each(active)('%s %j and %j', async (cell, one, other) => {
    const [a, b] = pair(await doubleEngine(), { cell, options: { ...one } }, { cell, options: { ...other } });
    expect(distance(evaluated(a, x).results, evaluated(b, x).results)).toBeGreaterThan(0.01);
  });

  const drawn = [
    { recurrentDropout: 0.3 },
    { weightDropout: 0.3 },
    { zoneout: 0.3 },
    { numLayers: 2, dropout: 0.3 },
    { numLayers: 2, dropout: 0.3, dropoutMask: 'sequence' },
  ];
  test.each(
    listed((['RNN', 'LSTM', 'GRU'] as const).flatMap((cell) => drawn.map((options) => titled({ cell, options })))),
  )('%s: in training alone, drawn by the seed', async (_, layerCase) => {
    const engine = await doubleEngine();
    const layer = layerOf(engine, layerCase);
    const first = trained(layer, x, {});
    expect(trained(layer, x, {})).toEqual(first);
    const output = (): readonly number[] => evaluated(layer, x).results['output[0]']!;
    const { state } = engine.random;
    expect(output()).toEqual(output());
    expect(engine.random.state).toEqual(state);
    expect(first['output[0]']).not.toEqual(output());
  });
});

describe('weights that make one form of another', () => {
  const lstm = (options: object): LayerCase => ({ cell: 'LSTM', options: { ...options } });
  const map = (values: Values, change: (value: HostArray) => HostArray): Values =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
  const opened = (rows: number[]): number[] => rows.map(() => OPEN);
  const closed = (rows: number[]): number[] => rows.map(() => 0);
  const negative = (rows: number[]): number[] => rows.map((value) => -value);
  const bias = ({ shape }: HostArray): boolean => shape.length === 1;

  test('coupled gates are forget gates of the opposite weights', async () => {
    const engine = await doubleEngine();
    const [coupled, all] = [layerOf(engine, lstm({ gates: 'coupled' })), layerOf(engine, lstm({}))];
    const opposite = (value: HostArray): HostArray => {
      const minus = blocks(value, [negative]);
      const [i, , g, o] = [0, 0, 1, 2].map((k) => blocks(value, [k]));
      return {
        data: [i!, minus, g!, o!].flatMap(({ data }) => Array.from(data)),
        shape: [4 * H, ...value.shape.slice(1)],
      };
    };
    load(all, map(valuesOf(coupled), opposite));
    expectSame(coupled, all, ['output[0]', 'h[0]', 'c[0]', 'all c[0]', 'dx']);
  });

  test('without a forget gate it is open, and without any all are', async () => {
    const engine = await doubleEngine();
    const all = layerOf(engine, lstm({}));
    const names = ['output[0]', 'h[0]', 'c[0]', 'all c[0]', 'dx'];
    for (const [gates, kept] of [
      ['input-output', [0, closed, 1, 2]],
      ['none', [closed, closed, 0, closed]],
    ] as const) {
      // prettier-ignore
      const layer = layerOf(engine, lstm({ gates }));
      const values = map(valuesOf(layer), (value) => blocks(value, [...kept]));
      const begun = Array.from(values['bias_ih_l0']!.data, (v, row) =>
        kept[Math.floor(row / H)] === closed ? OPEN : v,
      );
      load(all, { ...values, bias_ih_l0: { data: begun, shape: [4 * H] } });
      expectSame(layer, all, names);
    }
  });

  test('a projection on the first P units is an LSTM that sees those alone', async () => {
    const engine = await doubleEngine();
    const projected = layerOf(engine, lstm({ projSize: P }));
    const plain = layerOf(engine, lstm({}));
    const first = Array.from({ length: P * H }, (_, i) => (i % H === Math.floor(i / H) ? 1 : 0));
    const values = { ...valuesOf(projected), weight_hr_l0: { data: first, shape: [P, H] } };
    load(projected, values);
    const { weight_hr_l0: _, weight_hh_l0: narrow, ...rest } = values as Values;
    const wide = Array.from({ length: 4 * H * H }, (_, i) =>
      i % H < P ? narrow!.data[Math.floor(i / H) * P + (i % H)]! : 0,
    );
    load(plain, { ...(rest as Values), weight_hh_l0: { data: wide, shape: [4 * H, H] } });
    const [one, other] = [evaluated(projected, x, { lengths: LENGTHS }), evaluated(plain, x, { lengths: LENGTHS })];
    const seen = (values: readonly number[]): number[] => values.filter((_, i) => i % H < P);
    const expected = { y: seen(other.results['output[0]']!), c: other.results['all c[0]']! };
    expect(distance({ y: one.results['output[0]']!, c: one.results['all c[0]']! }, expected)).toBeLessThan(1e-14);
  });

  test('the two forms of the GRU are one where the reset gate is open and the recurrent bias of n zero', async () => {
    const engine = await doubleEngine();
    const [after, before] = pair(engine, { cell: 'GRU', options: {} }, { cell: 'GRU', options: { resetAfter: false } });
    const values = valuesOf(after);
    const open: Values = map(values, (value) => blocks(value, [bias(value) ? opened : closed, 1, 2]));
    const merged = { ...open, bias_hh_l0: blocks(open['bias_hh_l0']!, [0, 1, closed]) };
    for (const layer of [after, before]) load(layer, merged);
    expectSame(after, before, ['output[0]', 'h[0]', 'dx', 'dweight_ih_l0', 'dbias_ih_l0']);
  });

  test('units that see themselves alone are a diagonal', async () => {
    const engine = await doubleEngine();
    const alone = layerOf(engine, { cell: 'RNN', options: { independent: true } });
    const dense = layerOf(engine, { cell: 'RNN', options: {} });
    const values = valuesOf(alone);
    const u = values['weight_hh_l0']!.data;
    const diagonal = Array.from({ length: H * H }, (_, i) => (i % H === Math.floor(i / H) ? u[i % H]! : 0));
    load(dense, { ...values, weight_hh_l0: { data: diagonal, shape: [H, H] } });
    expectSame(alone, dense, ['output[0]', 'h[0]', 'dx', 'dweight_ih_l0', 'dbias_hh_l0']);
  });

  test('an identity matrix and relu keep what they hold (IRNN)', async () => {
    const engine = await doubleEngine();
    const identity = (values: Float64Array, _rows: number, columns: number): void => {
      values.forEach((_, i) => (values[i] = i % columns === Math.floor(i / columns) ? 1 : 0));
    };
    const layer = layerOf(engine, { cell: 'RNN', options: { nonlinearity: 'relu', learnInitialState: true } });
    const held = Array.from({ length: H }, (_, i) => i + 0.5);
    const weight = new Float64Array(H * H);
    identity(weight, H, H);
    const zeros = map(valuesOf(layer), ({ data, shape }) => ({ data: new Float64Array(data.length), shape }));
    load(layer, { ...zeros, weight_hh_l0: { data: weight, shape: [H, H] }, h0_l0: { data: held, shape: [H] } });
    const { results } = evaluated(layer, x);
    expect(results['output[0]']).toEqual(Array.from({ length: T * B }, () => held).flat());
  });

  test.each(['output', 'carry'] as const)(
    'an endless epsilon leaves the biases alone: layerNorm %s',
    async (layerNorm) => {
      const engine = await doubleEngine();
      const layer = layerOf(engine, lstm({ layerNorm, layerNormEps: 1e300 }));
      const { bias_ih_l0: b1, bias_hh_l0: b2, bias_norm_c_l0: bc } = valuesOf(layer);
      const gate = (k: number, j: number): number => b1!.data[k * H + j]! + b2!.data[k * H + j]!;
      const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
      const { results } = evaluated(layer, drawnBatch(1, B));
      const row = Array.from({ length: H }, (_, j) => ({
        h: sigmoid(gate(3, j)) * Math.tanh(bc!.data[j]!),
        c: layerNorm === 'carry' ? bc!.data[j]! : sigmoid(gate(0, j)) * Math.tanh(gate(2, j)),
      }));
      const rows = (of: 'h' | 'c') => Array.from({ length: B }, () => row.map((unit) => unit[of])).flat();
      expect(distance({ h: results['h[0]']!, c: results['c[0]']! }, { h: rows('h'), c: rows('c') })).toBeLessThan(
        1e-14,
      );
    },
  );
});
