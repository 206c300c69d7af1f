/**
 * What every loss promises: a gradient by each of its inputs; a mean over what counts, or a sum; masks and lengths
 * behind which there may be anything. PyTorch's numbers: test/ops/torch-losses.test.ts.
 */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine, HostArray } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import type { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import type { LossOptions } from '../../src/ops/loss.js';
import { binaryCrossEntropy, huberLoss, meanAbsoluteError, meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { klDivergence, softCrossEntropy } from '../../src/ops/soft-targets.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const [T, B, V] = [4, 3, 5];
const SHAPE = [T, B, V];

/** A loss under test: what it is called, and what a position of padding may hold. */
interface Loss {
  readonly name: string;
  /** Inputs with a gradient, all of SHAPE. */
  readonly inputs: readonly string[];
  /** Whether its mean is over elements, not rows of V. */
  readonly byElement: boolean;
  /** What the shape of its predictions is called in messages, and the axes that a mask may have. */
  readonly argument: string;
  readonly targets: (random: Random) => Float64Array;
  readonly run: (views: View[], targets: HostArray, options: LossOptions) => View;
}

/** Out of reach of predictions in [-0.8, 0.8), so that no difference is near the kink at 0. */
const away = (random: Random): Float64Array =>
  numbers(random, T * B * V).map((value) => (value < 0 ? -1 : 1) * (Math.abs(value) > 0.5 ? 1.3 : 2.5));

const shares = (random: Random): Float64Array => numbers(random, T * B * V).map((value) => (value + 1) / 2);

const distributions = (random: Random): Float64Array => {
  const weights = shares(random).map((value, i) => (i % 4 === 1 ? 0 : value));
  return weights.map((value, i) => {
    const row = weights.subarray(i - (i % V), i - (i % V) + V);
    return value / row.reduce((sum, weight) => sum + weight, 0);
  });
};

const ids = (random: Random): Float64Array => Float64Array.from({ length: T * B }, () => random.integer(V));

const toIds = ({ data }: HostArray) => ({ data: Int32Array.from(data), shape: [T, B] });

const pointwise = { inputs: ['y'], byElement: true, argument: 'predictions' };
const byRow = { inputs: ['x'], byElement: false, argument: 'predictions' };

const losses: readonly Loss[] = [
  { name: 'meanSquaredError', ...pointwise, targets: away, run: ([y], t, by) => meanSquaredError(y!, t, by) },
  { name: 'meanAbsoluteError', ...pointwise, targets: away, run: ([y], t, by) => meanAbsoluteError(y!, t, by) },
  { name: 'huberLoss', ...pointwise, targets: away, run: ([y], t, by) => huberLoss(y!, t, { ...by, delta: 1.9 }) },
  {
    name: 'binaryCrossEntropy',
    ...pointwise,
    argument: 'logits',
    targets: shares,
    run: ([y], t, by) => binaryCrossEntropy(y!, t, by),
  },
  {
    name: 'crossEntropy',
    ...byRow,
    argument: 'logits',
    targets: ids,
    run: ([x], t, by) => crossEntropy(x!, toIds(t), by),
  },
  {
    name: 'crossEntropy, smoothed',
    ...byRow,
    argument: 'logits',
    targets: ids,
    run: ([x], t, by) => crossEntropy(x!, toIds(t), { ...by, labelSmoothing: 0.2 }),
  },
  { name: 'softCrossEntropy', ...byRow, targets: distributions, run: ([x], t, by) => softCrossEntropy(x!, t, by) },
  { name: 'klDivergence', ...byRow, targets: distributions, run: ([x], t, by) => klDivergence(x!, t, by) },
  {
    name: 'klDivergence of log-probabilities',
    ...byRow,
    targets: distributions,
    run: ([x], t, by) => klDivergence(x!, t, { ...by, form: 'logProbabilities' }),
  },
  {
    name: 'gaussianDivergence',
    inputs: ['mean', 'logVariance'],
    byElement: false,
    argument: 'mean',
    targets: away,
    run: ([mean, logVariance], _, by) => gaussianDivergence({ mean: mean!, logVariance: logVariance! }, by),
  },
  {
    name: 'gaussianDivergence from a prior',
    inputs: ['mean', 'logVariance', 'priorMean', 'priorLogVariance'],
    byElement: false,
    argument: 'mean',
    targets: away,
    run: ([mean, logVariance, priorMean, prior], _, by) =>
      gaussianDivergence(
        { mean: mean!, logVariance: logVariance! },
        { ...by, prior: { mean: priorMean!, logVariance: prior! } },
      ),
  },
];

const LENGTHS = [4, 0, 2];
const MASK: HostArray = { data: [1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0], shape: [T, B] }; // those lengths

/** What of MASK is padding: rows of V. */
const padded = (i: number): boolean => MASK.data[Math.floor(i / V)] === 0;

/** A loss on an engine, with inputs and targets of its own. */
interface Bench {
  readonly engine: Engine;
  readonly parameters: readonly Parameter[];
  readonly targets: HostArray;
  readonly loss: (options?: LossOptions) => View;
}

function benchOf(engine: Engine, { inputs, targets, run }: Loss): Bench {
  const parameters = inputs.map((name) => drawn(engine, name, SHAPE));
  const wanted = { data: targets(new Random(5)), shape: SHAPE };
  const views = () => parameters.map((parameter) => parameter.view());
  return { engine, parameters, targets: wanted, loss: (options = {}) => run(views(), wanted, options) };
}

describe.each(losses)('$name', (loss) => {
  test.each<{ what: string; options: LossOptions }>([
    { what: 'the mean of all', options: {} },
    { what: 'a sum', options: { reduction: 'sum' } },
    { what: 'the mean of what a mask leaves', options: { mask: MASK } },
    { what: 'a sum over lengths', options: { reduction: 'sum', lengths: LENGTHS } },
  ])('gradients of $what', async ({ options }) => {
    const { engine, parameters, loss: make } = benchOf(await doubleEngine(), loss);
    expect(gradcheck(engine, parameters, () => [make(options)])).toEqual([]);
  });

  test('inputs that two losses and a layer read gather all gradients', async () => {
    const { engine, parameters, targets } = benchOf(await doubleEngine(), loss);
    const weights = new LinearWeights(drawn(engine, 'weight', [V, V], 0.2), undefined);
    const outputs = (): View[] => {
      const views = parameters.map((parameter) => linear(parameter.view(), weights));
      return [loss.run(views, targets, {}), loss.run(views, targets, { mask: MASK }), linear(views[0]!, weights)];
    };
    expect(gradcheck(engine, [...parameters, weights.weight], outputs)).toEqual([]);
  });

  test.each(everywhere)('the mean is the sum over what counts by how much that is: $name', async (setting) => {
    const { engine, loss: make } = benchOf(await createEngine(setting.options), loss);
    for (const [options, rows] of [
      [{}, T * B],
      [{ mask: MASK }, 6],
      [{ lengths: LENGTHS }, 6],
    ] as const) {
      const [mean, sum] = engine.evaluate(() => [make(options).item(), make({ ...options, reduction: 'sum' }).item()]);
      const count = loss.byElement ? rows * V : rows;
      expect(Math.abs(mean! * count - sum!)).toBeLessThan(4 * setting.unit * Math.abs(sum!));
    }
  });

  test.each(everywhere)('padding may hold anything, and has a gradient of 0: $name', async (setting) => {
    const engine = await createEngine(setting.options);
    const { parameters, targets } = benchOf(engine, loss);
    const values = parameters.map((parameter) => parameter.toArray());
    const byId = targets.data.length === T * B;
    const isPadding = (i: number): boolean => padded(byId ? i * V : i);
    const results = [0, NaN, Infinity, -1e30].flatMap((filler) => {
      parameters.forEach((parameter, k) => parameter.set(values[k]!.map((x, i) => (padded(i) ? filler : x))));
      const data = Array.from(targets.data, (t, i) => (isPadding(i) ? filler : t));
      return [{ mask: MASK }, { lengths: LENGTHS }].map((options) => {
        const value = engine.step(() => {
          return loss.run(parameters.map((parameter) => parameter.view()), { data, shape: SHAPE }, options); // prettier-ignore
        });
        const gradients = parameters.map((parameter) => parameter.gradientToArray());
        for (const gradient of gradients) {
          expect(gradient.every((x, i) => (padded(i) ? x === 0 : Number.isFinite(x)))).toBe(true);
        }
        return { value, gradients };
      });
    });
    expect(Number.isFinite(results[0]!.value)).toBe(true);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('a mask of ones and full lengths are no mask, to the bit', async () => {
    const { engine, parameters, loss: make } = benchOf(await createEngine({ kernels: 'simd' }), loss);
    const all: LossOptions[] = [{}, { mask: { data: new Array<number>(T * B).fill(1), shape: [T, B] } }, { lengths: [T, T, T] }]; // prettier-ignore
    const results = all.map((options) => {
      const value = engine.step(() => make(options));
      return { value, gradients: parameters.map((parameter) => parameter.gradientToArray()) };
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(engine.evaluate(() => make().item())).toBe(results[0]!.value);
  });

  test('a mask may have fewer axes: whole steps', async () => {
    const { engine, loss: make } = benchOf(await doubleEngine(), loss);
    const steps = { data: [1, 0, 1, 1], shape: [T] };
    const rows = { data: [1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1], shape: [T, B] };
    const [a, b] = engine.evaluate(() => [make({ mask: steps }).item(), make({ mask: rows }).item()]);
    expect(a).toBe(b);
  });

  test('what cannot be a mask or lengths is refused', async () => {
    const { engine, loss: make } = benchOf(await doubleEngine(), loss);
    const operation = loss.name.split(/,| /)[0]!;
    const { argument } = loss;
    const refused = (options: unknown) => () => engine.evaluate(() => make(options as LossOptions));
    const axes = loss.byElement ? '(Na, Nb, Nc)' : '(Na, Nb)';
    const source = (name: string, length: number) => `${name} = ${length} comes from ${argument} ${axes}.`;
    expect(refused({ mask: { data: MASK.data, shape: [B, T] } })).toThrow(
      new ShapeError(`${operation}: mask must be (Na, Nb) = (4, 3), got (3, 4). ${source('Na', 4)} ${source('Nb', 3)}`),
    );
    expect(refused({ mask: { data: [], shape: [T, B, V, 1] } })).toThrow(ShapeError);
    expect(refused({ mask: { data: [1], shape: [T, B] } })).toThrow(
      new ShapeError(`${operation}: mask of shape (4, 3) takes 12 values, got 1.`),
    );
    expect(refused({ mask: [1, 0] })).toThrow(
      new ShapeError(`${operation}: mask must be numbers with their shape, { data, shape }.`),
    );
    for (const value of [2, NaN, -1]) {
      expect(refused({ mask: { data: Array.from(MASK.data).with(7, value), shape: [T, B] } })).toThrow(
        new DataError(`${operation}: mask must hold 0 and 1, got ${value} at [2, 1].`),
      );
    }
    expect(refused({ lengths: [4, 4] })).toThrow(
      new ShapeError(`${operation}: lengths must be (B,) = (3,), got (2,). B = 3 comes from ${argument} (T, B, ...).`),
    );
    expect(refused({ lengths: 4 })).toThrow(
      new ShapeError(
        `${operation}: lengths must be (B,) = (3,), got number. B = 3 comes from ${argument} (T, B, ...).`,
      ),
    );
    for (const value of [5, -1, 1.5, NaN]) {
      expect(refused({ lengths: [4, value, 1] })).toThrow(
        new DataError(`${operation}: lengths must be whole numbers from 0 to T = 4, got ${value} at 1.`),
      );
    }
    expect(refused({ mask: MASK, lengths: LENGTHS })).toThrow(
      new OptionError(`${operation}: mask and lengths both say what counts. Give one of them.`),
    );
    expect(refused({ reduction: 'none' })).toThrow(
      new OptionError(`${operation}: reduction must be one of mean, sum, got none.`),
    );
    expect(refused({ weight: 1 })).toThrow(OptionError);
  });

  test('if nothing counts there is no loss', async () => {
    const { engine, loss: make } = benchOf(await doubleEngine(), loss);
    const operation = loss.name.split(/,| /)[0]!;
    for (const reduction of ['mean', 'sum'] as const) {
      const mask = { data: new Uint8Array(T * B), shape: [T, B] };
      expect(() => engine.step(() => make({ reduction, mask }))).toThrow(
        new DataError(`${operation}: the mask excludes everything, so there is no loss to take.`),
      );
      expect(() => engine.step(() => make({ reduction, lengths: Int32Array.of(0, 0, 0) }))).toThrow(
        new DataError(`${operation}: every length is 0, so there is no loss to take.`),
      );
    }
  });
});
