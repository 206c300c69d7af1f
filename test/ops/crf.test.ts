/** Chains: likelihoods and best paths against all paths there are, gradients, ragged batches, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { CRF } from '../../src/layers/crf.js';
import { uniform } from '../../src/layers/initializers.js';
import { crfLogLikelihood } from '../../src/ops/crf.js';
import type { CrfOptions } from '../../src/ops/crf.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { sum } from '../../src/ops/reduce.js';
import { viterbi } from '../../src/ops/viterbi.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { allPaths, scoreOf } from './chains.js';
import { drawn, gradcheck } from './gradcheck.js';

/** Chains of all kinds of sizes, dense and ragged, the longest row not the first. */
const cases: { T: number; B: number; K: number; lengths?: number[] }[] = [
  { T: 1, B: 1, K: 1 },
  { T: 1, B: 2, K: 3 },
  { T: 4, B: 1, K: 3 },
  { T: 5, B: 3, K: 2 },
  { T: 3, B: 2, K: 9 },
  { T: 5, B: 4, K: 3, lengths: [3, 5, 1, 4] },
  { T: 4, B: 3, K: 4, lengths: [2, 2, 3] },
];

/** A chain with emissions and targets; what is behind the end of a row is NaN and -1. */
function chainOf(engine: Engine, { T, B, K, lengths }: (typeof cases)[number], scale: number = 2) {
  const own = lengths ?? new Array<number>(B).fill(T);
  const crf = new CRF(engine, { labels: K, init: uniform(1) });
  const emissions = drawn(engine, 'emissions', [T, B, K], scale);
  const padded = emissions.toArray().map((value, i) => (Math.floor(i / (B * K)) < own[Math.floor(i / K) % B]! ? value : NaN)); // prettier-ignore
  const ids = Int32Array.from({ length: T * B }, (_, i) => {
    return Math.floor(i / B) < own[i % B]! ? engine.random.integer(K) : -1;
  });
  const options: CrfOptions = lengths === undefined ? {} : { lengths };
  return { crf, emissions, padded, targets: { data: ids, shape: [T, B] }, options, lengths: own };
}

/** The numbers of a chain for the reference. */
function numbersOf({ transitions, start, end }: CRF) {
  return { transitions: transitions.toArray(), start: start.toArray(), end: end.toArray() };
}

describe.each(everywhere)('against all paths: $name', ({ options: engineOptions, unit }) => {
  test.each(cases)('T $T, B $B, K $K, lengths $lengths', async (sizes) => {
    const engine = await createEngine(engineOptions);
    const { T, B, K } = sizes;
    const { crf, padded, targets, options, lengths } = chainOf(engine, sizes);
    const input = { data: padded, shape: [T, B, K] };
    const [likelihoods, decoded] = engine.evaluate(() => {
      const emissions = engine.input(input);
      return [crf.logLikelihood(emissions, targets, options).toArray(), crf.decode(emissions, options)] as const;
    });
    const numbers = numbersOf(crf);
    for (const [b, length] of lengths.entries()) {
      const score = (path: readonly number[]) => scoreOf(path, (t, j) => padded[(t * B + b) * K + j]!, numbers);
      const paths = [...allPaths(K, length)];
      const logZ = Math.log(paths.reduce((sum, path) => sum + Math.exp(score(path)), 0));
      const given = Array.from({ length }, (_, t) => targets.data[t * B + b]!);
      expect(Math.abs(likelihoods[b]! - (score(given) - logZ))).toBeLessThan(200 * unit);
      const best = paths.reduce((top, path) => (score(path) > score(top) ? path : top));
      expect([...decoded.paths[b]!]).toEqual(best);
      expect(decoded.scores[b]).toBeCloseTo(score(best), 12);
    }
  });
});

test('the likelihoods of all paths add up to 1', async () => {
  const engine = await doubleEngine();
  const [T, K] = [4, 3];
  const { crf, emissions } = chainOf(engine, { T, B: 1, K });
  const sum = [...allPaths(K, T)].reduce((total, path) => {
    const targets = { data: Int32Array.from(path), shape: [T, 1] };
    return total + Math.exp(engine.evaluate(() => crf.logLikelihood(emissions.view(), targets).item()));
  }, 0);
  expect(sum).toBeCloseTo(1, 12);
});

describe('gradients', () => {
  test.each(cases.filter(({ K }) => K > 1))('T $T, B $B, K $K, lengths $lengths', async (sizes) => {
    const engine = await doubleEngine();
    const { crf, emissions, targets, options } = chainOf(engine, sizes);
    const unused = sizes.T === 1 ? [crf.transitions] : [];
    const outputs = () => [crf.logLikelihood(emissions.view(), targets, options)];
    expect(gradcheck(engine, [emissions, ...crf.parameters()], outputs, { unused })).toEqual([]);
  });

  test('of emissions that others read', async () => {
    const engine = await doubleEngine();
    const { crf, targets } = chainOf(engine, { T: 3, B: 2, K: 4 });
    const [x, weight] = [drawn(engine, 'x', [3, 2, 5]), drawn(engine, 'weight', [4, 5])];
    const weights = new LinearWeights(weight, undefined);
    const outputs = () => {
      const emissions = linear(x.view(), weights);
      return [emissions, crf.logLikelihood(emissions, targets), crf.logLikelihood(emissions, targets, { lengths: [2, 3] })]; // prettier-ignore
    };
    expect(gradcheck(engine, [x, weight, ...crf.parameters()], outputs)).toEqual([]);
  });

  test('padding has none, and what it holds, NaN included, changes nothing', async () => {
    const engine = await doubleEngine();
    const sizes = { T: 4, B: 3, K: 3, lengths: [2, 4, 1] };
    const { crf, emissions, padded, targets, options } = chainOf(engine, sizes);
    const run = (values: ArrayLike<number>) => {
      emissions.set(values);
      const loss = engine.step(() => sum(crf.logLikelihood(emissions.view(), targets, options)));
      return [loss, ...[emissions, ...crf.parameters()].map((parameter) => parameter.gradientToArray())] as const;
    };
    const [plain, hidden] = [run(padded.map((value) => (Number.isNaN(value) ? 1 : value))), run(padded)];
    expect(hidden).toEqual(plain);
    const gradient = plain[1] as Float64Array;
    padded.forEach((value, i) => expect(Number.isNaN(value)).toBe(gradient[i] === 0));
  });
});

test('rows of a ragged batch are scored as each on its own', async () => {
  const engine = await doubleEngine();
  const lengths = [3, 5, 1, 4];
  const { crf, emissions, targets } = chainOf(engine, { T: 5, B: 4, K: 3, lengths });
  const values = emissions.toArray();
  const together = engine.evaluate(() => crf.logLikelihood(emissions.view(), targets, { lengths }).toArray());
  for (const [b, T] of lengths.entries()) {
    const data = Float64Array.from({ length: 3 * T }, (_, i) => values[(Math.floor(i / 3) * 4 + b) * 3 + (i % 3)]!);
    const ids = { data: Int32Array.from({ length: T }, (_, t) => targets.data[4 * t + b]!), shape: [T, 1] };
    const alone = engine.evaluate(() => crf.logLikelihood(engine.input({ data, shape: [T, 1, 3] }), ids).item());
    expect(together[b]).toBeCloseTo(alone, 12);
  }
});

test('a long sequence of large scores loses nothing in 32 bits', async () => {
  const [T, K] = [400, 3];
  const [engine, exact] = [await createEngine({ kernels: 'simd' }), await doubleEngine()];
  const run = (on: Engine) => {
    const { crf, emissions, targets } = chainOf(on, { T, B: 1, K }, 50);
    return on.evaluate(() => crf.logLikelihood(emissions.view(), targets).item());
  };
  expect(run(engine) / run(exact)).toBeCloseTo(1, 6);
});

test('the same bits for any number of threads', async () => {
  const sizes = { T: 4, B: 64, K: 32, lengths: Array.from({ length: 64 }, (_, b) => 1 + (b % 4)) };
  const run = async (threads: number) => {
    const engine = await createEngine({ kernels: 'simd', threads });
    const { crf, emissions, targets, options } = chainOf(engine, sizes);
    const loss = engine.step(() => sum(crf.logLikelihood(emissions.view(), targets, options)));
    const gradients = [emissions, ...crf.parameters()].map((parameter) => parameter.gradientToArray());
    engine.dispose();
    return [loss, ...gradients];
  };
  expect(await run(3)).toEqual(await run(1));
});

test('among equal paths the one of the lowest ids is taken', async () => {
  const engine = await doubleEngine();
  const crf = new CRF(engine, { labels: 3, init: uniform(0) });
  const emissions = { data: new Float64Array(12), shape: [4, 1, 3] };
  expect([...engine.evaluate(() => crf.decode(engine.input(emissions))).paths[0]!]).toEqual([0, 0, 0, 0]);
});

test('what does not fit is refused', async () => {
  const engine = await doubleEngine();
  const crf = new CRF(engine, { labels: 3 });
  const refused =
    (shape: number[], ids: number[], options: object = {}, idShape: number[] = shape.slice(0, 2)) =>
    () =>
      engine.evaluate(() =>
        crfLogLikelihood(
          engine.output('x', shape, false),
          { data: Int32Array.from(ids), shape: idShape },
          crf,
          options,
        ),
      );
  const four = [0, 1, 2, 0];
  expect(refused([2, 2, 4], four)).toThrow(
    new ShapeError(
      'crfLogLikelihood: transitions must be (K, K) = (4, 4), got (3, 3). K = 4 comes from emissions (T, B, K).',
    ),
  );
  expect(refused([2, 3], four)).toThrow(new ShapeError('crfLogLikelihood: emissions must be (T, B, K), got (2, 3).'));
  expect(refused([0, 2, 3], [])).toThrow(
    new ShapeError('crfLogLikelihood: emissions of shape (0, 2, 3) hold nothing to label.'),
  );
  expect(refused([2, 2, 3], four, {}, [4])).toThrow(
    new ShapeError(
      'crfLogLikelihood: targets must be (T, B) = (2, 2), got (4,). T = 2 comes from emissions (T, B, K). ' +
        'B = 2 comes from emissions (T, B, K).',
    ),
  );
  expect(refused([2, 2, 3], [0, 1, 3, 0])).toThrow(
    new DataError('crfLogLikelihood: id 3 at [1, 0] is outside the 3 labels of emissions (T, B, K).'),
  );
  expect(refused([2, 2, 3], four, { lengths: [2, 0] })).toThrow(
    new DataError('crfLogLikelihood: lengths[1] is 0, and a sequence has at least one label. Leave it out.'),
  );
  expect(refused([2, 2, 3], four, { lengths: [2, 3] })).toThrow(
    new DataError(
      'crfLogLikelihood: lengths[1] must be a whole number from 0 to T = 2, got 3. T comes from x (T, B, I).',
    ),
  );
  expect(refused([2, 2, 3], four, { mask: 1 })).toThrow(
    new OptionError("crfLogLikelihood: unknown option 'mask'. Known options: lengths."),
  );
  expect(() => engine.evaluate(() => viterbi(engine.output('x', [2, 2, 4], false), crf))).toThrow(
    /^viterbi: transitions must be \(K, K\) = \(4, 4\)/,
  );
  expect(() => new CRF(engine, { labels: 0 })).toThrow(
    new OptionError('CRF: labels must be a whole number of at least 1, got 0.'),
  );
  expect(() => new CRF(engine, { labels: 3, size: 3 } as never)).toThrow(
    new OptionError("CRF: unknown option 'size'. Known options: labels, init."),
  );
});
