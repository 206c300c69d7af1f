import { expect, it } from 'vitest';
import { allBatches, epochBatches, largestBatch } from '../../src/data/examples.js';
import type { Examples } from '../../src/data/examples.js';

/** Examples that are their own numbers, of lengths 1 to 7. */
function numbers(count: number): Examples<readonly number[]> {
  return { count, fingerprint: `${count}`, length: (i) => 1 + ((i * 5) % 7), batch: (indices) => indices };
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

it.each([
  [10, 3],
  [1, 4],
  [257, 8],
  [96, 1],
])('has each of %i examples once an epoch, in batches of %i', (count, batch) => {
  const batches = epochBatches(numbers(count), { batch, seed: 3, epoch: 0 });
  expect(batches).toHaveLength(Math.ceil(count / batch));
  expect(sorted(batches.flat())).toEqual(Array.from({ length: count }, (_, i) => i));
  expect(batches.filter(({ length }) => length !== batch).length).toBeLessThanOrEqual(1);
});

it('has the same order for the same seed and epoch, and no other', () => {
  const order = (seed: number, epoch: number): string => epochBatches(numbers(50), { batch: 4, seed, epoch }).join(';');
  expect(order(1, 0)).toBe(order(1, 0));
  expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(1, 70_000)]).size).toBe(4);
});

it('puts examples of about the same length together', () => {
  const examples = numbers(320);
  const padding = epochBatches(examples, { batch: 10, seed: 1, epoch: 0 }).reduce((sum, batch) => {
    const lengths = batch.map((i) => examples.length(i));
    return sum + lengths.reduce((waste, length) => waste + Math.max(...lengths) - length, 0);
  }, 0);
  expect(padding).toBeLessThan(320 * 0.2); // in any order it is near 320 * 2.5
});

it('evaluates all of them, the longest first', () => {
  const batches = [...allBatches(numbers(20), 6)];
  expect(sorted(batches.flat())).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(batches[0]).toEqual(largestBatch(numbers(20), 6));
  expect(batches.flat().map((i) => numbers(20).length(i))).toEqual(
    sorted(batches.flat().map((i) => numbers(20).length(i))).toReversed(),
  );
});
