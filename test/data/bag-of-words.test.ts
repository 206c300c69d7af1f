/** Bags of words, TF-IDF and one-hot rows. */

import { describe, expect, test } from 'vitest';
import { BagOfWords, oneHot, TfIdf, toDense } from '../../src/data/bag-of-words.js';
import type { SparseRows } from '../../src/data/bag-of-words.js';
import { DataError, OptionError } from '../../src/errors.js';
import { thrown } from '../thrown.js';

const documents = [['a', 'b', 'a', 'c', 'a'], ['b', 'x'], [], ['c', 'b']];
const bag = BagOfWords.fromDocuments(documents.slice(0, 3), { maxWords: 3 });
const rowsOf = (rows: SparseRows): number[][] => {
  const dense = toDense(rows);
  const [n, width] = rows.shape;
  return Array.from({ length: n }, (_, row) => [...dense.slice(row * width, (row + 1) * width)]);
};

test('counts: columns by frequency, rising within a row; unknown words are left out', () => {
  expect(bag.vocabulary.words).toEqual(['a', 'b', 'c']);
  const rows = bag.counts(documents);
  expect(rows.shape).toEqual([4, 3]);
  expect([...rows.indptr]).toEqual([0, 3, 4, 4, 6]);
  expect([...rows.indices]).toEqual([0, 1, 2, 1, 1, 2]);
  expect([...rows.values]).toEqual([3, 1, 1, 1, 1, 1]);
  expect(rowsOf(bag.counts(documents, { binary: true }))).toEqual([[1, 1, 1], [0, 1, 0], [0, 0, 0], [0, 1, 1]]); // prettier-ignore
});

describe('TF-IDF', () => {
  const counts = bag.counts(documents);

  test.each([true, false])('smooth %s, by its formula', (smooth) => {
    const more = smooth ? 1 : 0;
    const idf = [1, 3, 2].map((df) => Math.log((4 + more) / (df + more)) + 1);
    const plain = new TfIdf(counts, { smooth, norm: 'none' });
    expect([...plain.idf]).toEqual(idf);
    const weights = rowsOf(plain.weigh(counts));
    const wanted = [[3, 1, 1], [0, 1, 0], [0, 0, 0], [0, 1, 1]].map((row) => row.map((tf, k) => Math.fround(tf * idf[k]!))); // prettier-ignore
    expect(weights).toEqual(wanted);
    const unit = rowsOf(new TfIdf(counts, { smooth }).weigh(counts));
    unit.forEach((row, i) => {
      const length = Math.hypot(...wanted[i]!) || 1;
      row.forEach((value, k) => expect(value).toBeCloseTo(wanted[i]![k]! / length, 6));
    });
    expect(unit[2]).toEqual([0, 0, 0]);
  });

  test('a word that no document has is weighed as the rarest, or not at all', () => {
    const some = bag.counts([['a'], ['a', 'b']]);
    expect(new TfIdf(some).idf[2]).toBeCloseTo(Math.log(3) + 1, 12);
    expect(new TfIdf(some, { smooth: false }).idf[2]).toBe(0);
  });

  test('long rows are as long as they are', () => {
    const words = Array.from({ length: 200_000 }, (_, i) => `w${i}`);
    const large = BagOfWords.fromDocuments([words]).counts([words]);
    const { values } = new TfIdf(large).weigh(large);
    expect(values[0]).toBeCloseTo(1 / Math.sqrt(200_000), 8);
  });
});

test('one-hot rows', () => {
  expect(rowsOf(oneHot([2, 0], 3))).toEqual([[0, 0, 1], [1, 0, 0]]); // prettier-ignore
  expect(oneHot([], 3).shape).toEqual([0, 3]);
});

test.each<[() => unknown, typeof OptionError | typeof DataError, string]>([
  [() => oneHot([3], 3), DataError, 'oneHot: ids must be whole numbers from 0 to 2, got 3 at 0. V is 3.'],
  [() => oneHot([0], 0), OptionError, 'oneHot: V must be a whole number of at least 1, got 0.'],
  [() => new BagOfWords({} as never), OptionError, 'BagOfWords: vocabulary must be a WordCounts. Take BagOfWords.fromDocuments.'],
  [() => bag.counts(documents, { binary: 1 as never }), OptionError, 'BagOfWords.counts: binary must be true or false, got 1.'],
  [() => new TfIdf(bag.counts([])), DataError, 'TfIdf: there are no documents. Give counts with at least one row.'],
  [() => new TfIdf(bag.counts(documents), { norm: 'l1' as never }), OptionError, 'TfIdf: norm must be one of l2, none, got l1.'],
  [
    () => new TfIdf(bag.counts(documents)).weigh(oneHot([0], 5)),
    DataError,
    'TfIdf.weigh: counts must have 3 columns, got 5. Count with the same BagOfWords.',
  ],
])('refusal %#', (run, type, message) => {
  const error = thrown(run);
  expect(error).toBeInstanceOf(type);
  expect(error.message).toBe(message);
}); // prettier-ignore
