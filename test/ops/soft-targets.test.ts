/** Losses against distributions: how they are related, the place of the gradient, what is refused. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { HostArray } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import type { View } from '../../src/memory/view.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { klDivergence, softCrossEntropy } from '../../src/ops/soft-targets.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck } from './gradcheck.js';

const V = 4;
const P: HostArray = { data: [0.1, 0.2, 0.3, 0.4, 0, 1, 0, 0, 0.5, 0, 0.25, 0.25], shape: [3, 1, V] };

test.each(everywhere)('the divergence is the cross-entropy less the entropy of the targets: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  const x = drawn(engine, 'x', [3, 1, V], 3);
  const results = [softCrossEntropy, klDivergence].map((loss) => {
    const value = engine.step(() => loss(x.view(), P));
    return { value, gradient: x.gradientToArray() };
  });
  const entropy = Array.from(P.data).reduce((sum, p) => sum - (p === 0 ? 0 : p * Math.log(p)), 0) / 3;
  expect(Math.abs(results[0]!.value - results[1]!.value - entropy)).toBeLessThan(32 * setting.unit);
  expect(results[1]!.gradient).toEqual(results[0]!.gradient);
});

test.each(everywhere)('predictions that are the targets diverge by nothing: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const data = Array.from(P.data, (p) => Math.log(p)); // -Infinity where there is no share
  for (const form of ['logits', 'logProbabilities'] as const) {
    const loss = engine.evaluate(() => klDivergence(engine.input({ data, shape: P.shape }), P, { form }).item());
    expect(Math.abs(loss)).toBeLessThan(8 * unit);
  }
});

test.each(everywhere)('one-hot targets give the cross-entropy of classes: $name', async ({ options, unit }) => {
  const engine = await createEngine(options);
  const x = drawn(engine, 'x', [3, V], 3);
  const ids = { data: Int32Array.of(2, 0, 3), shape: [3] };
  const oneHot = { data: [...ids.data].flatMap((id) => [0, 1, 2, 3].map((v) => (v === id ? 1 : 0))), shape: [3, V] };
  const [soft, hard] = [() => softCrossEntropy(x.view(), oneHot), () => crossEntropy(x.view(), ids)].map((loss) => {
    const value = engine.step(loss);
    return { value, gradient: x.gradientToArray() };
  });
  expect(Math.abs(soft!.value - hard!.value)).toBeLessThan(8 * unit);
  soft!.gradient.forEach((value, i) => expect(Math.abs(value - hard!.gradient[i]!)).toBeLessThan(2 * unit));
});

test('a row alone needs no axes before V', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [V], 2);
  const p = { data: [0.1, 0.2, 0.3, 0.4], shape: [V] };
  expect(gradcheck(engine, [x], () => [klDivergence(x.view(), p)])).toEqual([]);
});

test('the gradient takes the place of predictions that nothing else reads', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3, 1, 5]);
  const weights = new LinearWeights(drawn(engine, 'weight', [V, 5]), undefined);
  for (const form of ['logits', 'logProbabilities'] as const) {
    const places: number[] = [];
    const outputs = (): View[] => {
      const logits = linear(x.view(), weights);
      engine.tape.record('look', () => places.push(logits.gradient() - logits.ptr));
      return [softCrossEntropy(logits, P, { form })];
    };
    expect(gradcheck(engine, [x, weights.weight], outputs)).toEqual([]);
    expect(new Set(places)).toEqual(new Set([0]));
  }
});

test('targets that are no distributions, or of another shape, are refused', async () => {
  const engine = await doubleEngine();
  const refused =
    (data: ArrayLike<number>, shape: number[] = [3, 1, V], options = {}) =>
    () =>
      engine.evaluate(() => klDivergence(engine.output('x', [3, 1, V], false), { data, shape }, options));
  const with5 = (value: number): number[] => Array.from(P.data).with(5, value);
  expect(refused(with5(0.9))).toThrow(
    new DataError('klDivergence: targets must add up to 1 along the last axis, got 0.9 at [1, 0].'),
  );
  for (const value of [-0.5, 1.5, NaN]) {
    expect(refused(with5(value))).toThrow(
      new DataError(`klDivergence: targets must be probabilities in [0, 1], got ${value} at [1, 0, 1].`),
    );
  }
  expect(refused(P.data, [1, 3, V])).toThrow(
    new ShapeError(
      'klDivergence: targets must be (Na, Nb, Nc) = (3, 1, 4), got (1, 3, 4). Na = 3 comes from predictions (Na, Nb, Nc). ' +
        'Nb = 1 comes from predictions (Na, Nb, Nc). Nc = 4 comes from predictions (Na, Nb, Nc).',
    ),
  );
  expect(refused([1, 0])).toThrow(new ShapeError('targets of klDivergence: shape (3, 1, 4) takes 12 values, got 2.'));
  expect(refused(P.data, P.shape as number[], { form: 'probabilities' })).toThrow(
    new OptionError('klDivergence: form must be one of logits, logProbabilities, got probabilities.'),
  );
  expect(refused(P.data, P.shape as number[], { labelSmoothing: 0.1 })).toThrow(
    new OptionError("klDivergence: unknown option 'labelSmoothing'. Known options: form, reduction, mask, lengths."),
  );
  expect(() => engine.evaluate(() => klDivergence(engine.output('x', [], false), { data: [1], shape: [] }))).toThrow(
    new ShapeError('klDivergence: predictions must be (..., V), got ().'),
  );
  expect(() =>
    engine.evaluate(() => klDivergence(engine.output('x', [0, V], false), { data: [], shape: [0, V] })),
  ).toThrow(new ShapeError('klDivergence: targets of shape (0, 4) hold nothing to predict.'));
});
