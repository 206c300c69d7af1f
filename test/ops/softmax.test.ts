/** Softmax and its logarithm: values from the definition, masks of every shape, gradients, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { logSoftmax, softmax } from '../../src/ops/softmax.js';
import { slice } from '../../src/ops/concat.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const [B, T, S] = [2, 3, 4];

/** Masks of (B, T, S) by shape; element (b, t, s) of the whole is at the place beside it. Some rows allow nothing. */
const masks: { shape: number[]; data: number[]; at: (b: number, t: number, s: number) => number }[] = [
  { shape: [S], data: [1, 0, 1, 1], at: (_b, _t, s) => s },
  { shape: [1, 1, S], data: [1, 0, 1, 1], at: (_b, _t, s) => s },
  { shape: [T, S], data: [1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0], at: (_b, t, s) => t * S + s },
  { shape: [B, 1, S], data: [1, 1, 0, 0, 1, 1, 1, 0], at: (b, _t, s) => b * S + s },
  {
    shape: [B, T, S],
    data: [1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1],
    at: (b, t, s) => (b * T + t) * S + s,
  },
];

test.each(everywhere)('values are those of the definition, with and without masks: $name', async (setting) => {
  const { options, unit } = setting;
  const engine = await createEngine(options);
  const x = drawn(engine, 'x', [B, T, S], 3);
  for (const mask of [undefined, ...masks]) {
    const given = mask === undefined ? {} : { mask };
    const [p, log] = engine.evaluate(() => [softmax(x.view(), given).toArray(), logSoftmax(x.view(), given).toArray()]);
    for (let row = 0; row < B * T; row++) {
      const place = (s: number): number => mask?.at(Math.floor(row / T), row % T, s) ?? 0;
      const isAllowed = (s: number): boolean => mask === undefined || mask.data[place(s)] === 1;
      const powers = Array.from(x.toArray().slice(row * S, (row + 1) * S), (v, s) => (isAllowed(s) ? Math.exp(v) : 0));
      const total = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, s) => {
        const [got, gotLog] = [p[row * S + s]!, log[row * S + s]!];
        if (power === 0) expect([got, gotLog]).toEqual([0, -Infinity]);
        else {
          expect(Math.abs(got - power / total)).toBeLessThan(16 * unit);
          expect(Math.abs(gotLog - Math.log(power / total))).toBeLessThan(32 * unit);
        }
      });
    }
  }
});

describe('gradients', () => {
  test.each([[[B, T, S]], [[S]], [[2, 1]], [[1, 9]]])('without a mask: %j', async (shape) => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', shape, 2);
    const unused = shape.at(-1) === 1 ? [x] : []; // the only one has probability 1
    expect(gradcheck(engine, [x], () => [softmax(x.view()), logSoftmax(x.view())], { unused })).toEqual([]);
  });

  test.each(masks)('with a mask $shape', async (mask) => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [B, T, S], 2);
    expect(gradcheck(engine, [x], () => [softmax(x.view(), { mask })])).toEqual([]);
  });

  test('of the logarithm where the mask allows it', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [B, T, S], 2);
    const mask = { data: [1, 1, 1, 0], shape: [S] };
    expect(gradcheck(engine, [x], () => [slice(logSoftmax(x.view(), { mask }), -1, 0, 3)])).toEqual([]);
  });

  test('of an input that others read', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [4, 5]);
    const weights = new LinearWeights(drawn(engine, 'weight', [3, 5]), undefined);
    const outputs = () => {
      const shared = linear(x.view(), weights);
      return [softmax(shared), logSoftmax(shared), shared];
    };
    expect(gradcheck(engine, [x, weights.weight], outputs)).toEqual([]);
  });
});

test.each(everywhere)('what is masked changes nothing, even if it is NaN: $name', async ({ options }) => {
  const engine = await createEngine(options);
  const mask = { data: [1, 0, 1, 0], shape: [S] };
  const values = [1, 2, 3, 4];
  const [plain, hidden] = [values, values.with(1, NaN).with(3, Infinity)].map((data) =>
    engine.evaluate(() => softmax(engine.input({ data, shape: [S] }), { mask }).toArray()),
  );
  expect(hidden).toEqual(plain);
});

test('masks that do not fit or are none, and unknown options, are refused', async () => {
  const engine = await doubleEngine();
  const refused =
    (options: object, shape: number[] = [B, T, S]) =>
    () =>
      engine.evaluate(() => softmax(engine.output('x', shape, false), options));
  const ones = (...shape: number[]) => ({ mask: { data: new Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape } });
  expect(refused(ones(5))).toThrow(new ShapeError('softmax: mask must end in 4, got (5,). 4 comes from x (2, 3, 4).'));
  expect(refused(ones(B, S))).toThrow(
    new ShapeError(
      'softmax: the rows of mask must fit those of x (2, 3), each axis from the last the same, or 1, or missing, ' +
        'got (2,). Reshape it.',
    ),
  );
  expect(refused(ones(2, 1, 2, S), [2, 3, 2, S])).toThrow(
    new ShapeError(
      'softmax: the axes of mask that are not 1 must be neighbours, but for the last, got (2, 1, 2, 4) for x (2, 3, 2, 4). ' +
        'Repeat the mask along the axes between.',
    ),
  );
  expect(refused({ mask: { data: [1, 1], shape: [S] } })).toThrow(
    new ShapeError('softmax: mask of shape (4,) takes 4 values, got 2.'),
  );
  expect(refused({ mask: [1, 1, 1, 1] })).toThrow(
    new ShapeError('softmax: mask must be numbers with their shape, { data, shape }.'),
  );
  expect(refused({ mask: { data: [1, 0, 0.5, 1], shape: [S] } })).toThrow(
    new DataError('softmax: mask must hold 0 and 1, got 0.5 at element 2.'),
  );
  expect(refused({ axis: 0 })).toThrow(new OptionError("softmax: unknown option 'axis'. Known options: mask."));
  expect(refused({}, [])).toThrow(new ShapeError('softmax: x must be (..., N), got ().'));
});
