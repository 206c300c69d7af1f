/** Scheduled sampling: the probability at each step, the tokens drawn, what is refused. */

import { expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { checkScheduledSampling, drawTokens, forcingAt } from '../../src/models/scheduled-sampling.js';
import { Random } from '../../src/random.js';

const full = (options: object) => checkScheduledSampling('X', options);

test('linear falls to its least, the inverse sigmoid by its formula; evaluation has none', () => {
  const linear = full({ scheduledSampling: 'linear', samplingSteps: 10, leastForcing: 0.25 });
  expect([0, 5, 7.5, 8, 1000].map((step) => forcingAt(linear, step))).toEqual([1, 0.5, 0.25, 0.25, 0.25]);
  const sigmoid = full({ scheduledSampling: 'inverseSigmoid', samplingSteps: 20 });
  expect(forcingAt(sigmoid, 0)).toBeCloseTo(20 / 21, 12);
  expect(forcingAt(sigmoid, 60)).toBeCloseTo(20 / (20 + Math.exp(3)), 12);
  expect(forcingAt(sigmoid, 1e6)).toBe(0);
  expect([linear, sigmoid, full({})].map((options) => forcingAt(options, undefined))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(forcingAt(full({}), 1e6)).toBeUndefined();
});

test('tokens of each row come by the softmax of its logits', () => {
  const random = new Random(1);
  const [a, b] = [Math.log(0.7), Math.log(0.3)];
  const counts = [0, 0, 0];
  for (let i = 0; i < 5000; i++) {
    const [first, second] = drawTokens(Float32Array.of(a, -Infinity, b, -50, 50, -50), 3, random);
    counts[first!]!++;
    expect(second).toBe(1);
  }
  expect(counts[1]).toBe(0);
  expect(counts[0]! / 5000).toBeCloseTo(0.7, 1);
});

test.each<[object, string]>([
  [{ scheduledSampling: 'cosine' }, 'X: scheduledSampling must be one of none, linear, inverseSigmoid, got cosine.'],
  [{ scheduledSampling: 'linear' }, "X: scheduledSampling 'linear' needs samplingSteps, its k in updates. Give both."],
  [{ scheduledSampling: 'linear', samplingSteps: 0 }, 'X: samplingSteps must be a number above 0, got 0.'],
  [{ samplingSteps: 9 }, "X: samplingSteps 9 needs a schedule, and scheduledSampling is 'none'. Leave it out."],
  [
    { scheduledSampling: 'inverseSigmoid', samplingSteps: 9, leastForcing: 0.5 },
    "X: leastForcing 0.5 ends a linear schedule, and scheduledSampling is 'inverseSigmoid'. Leave it out.",
  ],
  [
    { scheduledSampling: 'linear', samplingSteps: 9, leastForcing: 2 },
    'X: leastForcing must be a number at least 0 and at most 1, got 2.',
  ],
])('refused: %o', (options, message) => {
  expect(() => full(options)).toThrow(new OptionError(message));
});
