/** The logarithmic axis; the linear one is in test/cli/plot.test.ts. */

import { expect, test } from 'vitest';
import { Axis } from '../../src/plot/axis.js';

test.each([
  { values: [1e-5, 1], most: 5, labels: ['1e-5', '1e-4', '0.001', '0.01', '0.1', '1'] },
  { values: [2e-12, 30], most: 4, labels: ['1e-10', '1e-5', '1'] },
  { values: [1e-4, 100], most: 2, labels: ['1e-4', '0.01', '1', '100'] },
  { values: [1, 1e6], most: 10, labels: ['1', '10', '100', '1000', '1e4', '1e5', '1e6'] },
  { values: [0.3, 4], most: 5, labels: ['0.5', '1', '2'] },
  { values: [11, 14], most: 4, labels: ['11', '12', '13', '14'] },
  { values: [0.25, 0.25], most: 5, labels: ['0.25'] },
])('ticks of $values are $labels', ({ values, most, labels }) => {
  const axis = new Axis(values, 100, 'log');
  const ticks = axis.ticks(most);
  expect(ticks.map(({ label }) => label)).toEqual(labels);
  for (const { value, label } of ticks) expect(value).toBeCloseTo(Number(label), 12);
});

test('equal factors are equal distances; equal values stand in the middle', () => {
  const axis = new Axis([1e-4, 1e4], 9, 'log');
  expect([1e-4, 1e-2, 1, 1e4].map((value) => axis.position(value))).toEqual([0, 0.25, 0.5, 1]);
  expect([1e-4, 1e-3, 1, 1e4].map((value) => axis.dot(value))).toEqual([0, 1, 4, 8]);
  expect(new Axis([3, 3], 9, 'log').position(3)).toBe(0.5);
});
