/** The sampled softmax: against its equations, its gradients, what it estimates, and what it refuses. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine, Ids } from '../../src/engine.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { Parameter } from '../../src/memory/parameter.js';
import { sampledCrossEntropy } from '../../src/ops/sampled-softmax.js';
import type { Negatives } from '../../src/ops/sampled-softmax.js';
import { Proposals } from '../../src/models/proposals.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const [V, H] = [9, 4];
/** Two rows have a negative as their target. */
const targets: Ids = { data: Int32Array.of(3, 0, 7, 2, 2, 5), shape: [2, 3] };
const negatives: Negatives = { ids: Int32Array.of(7, 1, 0), logExpected: (id) => Math.log((id + 1) / 10) };

function weights(engine: Engine): { x: Parameter; weight: Parameter; bias: Parameter } {
  return {
    x: drawn(engine, 'x', [2, 3, H]),
    weight: drawn(engine, 'weight', [V, H]),
    bias: drawn(engine, 'bias', [V]),
  };
}

/** The loss term by term. */
function lossOf(x: ArrayLike<number>, weight: ArrayLike<number>, bias: ArrayLike<number> | undefined): number {
  const logit = (i: number, c: number): number => {
    let product = (bias?.[c] ?? 0) - negatives.logExpected(c);
    for (let j = 0; j < H; j++) product += x[i * H + j]! * weight[c * H + j]!;
    return product;
  };
  const losses = Array.from(targets.data, (target, i) => {
    const classes = [target, ...negatives.ids].filter((c, k) => k === 0 || c !== target);
    return Math.log(classes.reduce((sum, c) => sum + Math.exp(logit(i, c)), 0)) - logit(i, target);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

test.each(everywhere)('the loss is that of the equations: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const { x, weight, bias } = weights(engine);
  for (const b of [bias, undefined]) {
    const loss = engine.evaluate(() => sampledCrossEntropy(x.view(), { weight, bias: b }, targets, negatives).item());
    expect(Math.abs(loss - lossOf(x.toArray(), weight.toArray(), b?.toArray()))).toBeLessThan(32 * unit);
  }
});

test('gradients of x, weight and bias, also where a negative is the target', async () => {
  const engine = await doubleEngine();
  const { x, weight, bias } = weights(engine);
  expect(
    gradcheck(engine, [x, weight, bias], () => [sampledCrossEntropy(x.view(), { weight, bias }, targets, negatives)]),
  ).toEqual([]);
  expect(
    gradcheck(engine, [x, weight], () => [
      sampledCrossEntropy(x.view(), { weight, bias: undefined }, targets, negatives),
    ]),
  ).toEqual([]);
});

test('a weight that is frozen gets no gradient, and x does', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [2, 3, H]);
  const weight = new Parameter(engine.memory, 'weight', [V, H], false);
  weight.set(numbers(new Random(3), V * H));
  const loss = () => sampledCrossEntropy(x.view(), { weight, bias: undefined }, targets, negatives);
  expect(gradcheck(engine, [x], () => [loss()])).toEqual([]);
  expect(weight.gradientToArray()).toEqual(new Float64Array(V * H));
});

test('over many draws the sum that it normalises by is that over all classes', async () => {
  const engine = await doubleEngine();
  const weight = drawn(engine, 'weight', [40, H], 1);
  const x = drawn(engine, 'x', [1, H], 1);
  const [proposals, random] = [new Proposals(40, 'log-uniform'), new Random(5)];
  const target = { data: Int32Array.of(4), shape: [1] };
  const logit = (c: number): number =>
    Array.from(x.toArray()).reduce((sum, value, j) => sum + value * weight.toArray()[c * H + j]!, 0);
  const all = Array.from({ length: 40 }, (_, c) => Math.exp(logit(c))).reduce((a, b) => a + b, 0);
  const draws = 1500;
  let sum = 0;
  for (let i = 0; i < draws; i++) {
    const negatives = proposals.draw(random, 12);
    const loss = engine.evaluate(() =>
      sampledCrossEntropy(x.view(), { weight, bias: undefined }, target, negatives).item(),
    );
    // exp(loss) is 1 + (the sum over the negatives) / exp(logit' of the target).
    sum += Math.expm1(loss) * Math.exp(logit(4) - negatives.logExpected(4));
  }
  expect(sum / draws / (all - Math.exp(logit(4)))).toBeCloseTo(1, 1.5);
});

test('what does not fit is refused', async () => {
  const engine = await doubleEngine();
  const { x, weight, bias } = weights(engine);
  const refused = (change: { x?: Parameter; targets?: Ids; ids?: Int32Array }) => () =>
    engine.evaluate(() =>
      sampledCrossEntropy((change.x ?? x).view(), { weight, bias }, change.targets ?? targets, {
        ...negatives,
        ids: change.ids ?? negatives.ids,
      }),
    );
  const wide = drawn(engine, 'wide', [2, 3, 5]);
  expect(refused({ x: wide })).toThrow(
    new ShapeError(
      'sampledCrossEntropy: x must be (..., H) = (..., 4), got (2, 3, 5). H = 4 comes from the weight (V, H).',
    ),
  );
  expect(refused({ targets: { ...targets, shape: [3, 2] } })).toThrow(
    new ShapeError(
      'sampledCrossEntropy: targets must be (Na, Nb) = (2, 3), got (3, 2). Na = 2 comes from x (Na, Nb). Nb = 3 comes from x (Na, Nb).',
    ),
  );
  expect(refused({ targets: { data: targets.data.with(4, 9), shape: [2, 3] } })).toThrow(
    new DataError('sampledCrossEntropy: id 9 at [1, 1] is outside the vocabulary of 9.'),
  );
  expect(refused({ ids: Int32Array.of(1, -1) })).toThrow(
    new DataError('sampledCrossEntropy: id -1 at [1] is outside the vocabulary of 9.'),
  );
  expect(refused({ ids: Int32Array.of(1, 1) })).toThrow(
    new DataError(
      'sampledCrossEntropy: the negatives must be different classes, at least one, got 2 with some of them twice.',
    ),
  );
  expect(refused({ ids: new Int32Array(0) })).toThrow(
    new DataError('sampledCrossEntropy: the negatives must be different classes, at least one, got none.'),
  );
});
