/**
 * Local representations: a document as the counts of its words, or as their TF-IDF, in sparse rows; a word as a row with
 * a single one.
 */

import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown, checkSize } from '../options.js';
import { WordCounts } from './word-counts.js';
import type { WordCountsOptions } from './word-counts.js';

/** A matrix of which only what is not 0 is kept, by rows (CSR). */
export interface SparseRows {
  readonly shape: readonly [rows: number, columns: number];
  /** Where each row begins in the other two, and where the last one ends. */
  readonly indptr: Int32Array;
  /** Columns, rising within a row. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Documents that are split into words already. */
export type Documents = readonly (readonly string[])[];

/** What a count may become: itself, or 1 wherever the word is there. */
export interface CountOptions {
  /** Default false. */
  readonly binary?: boolean | undefined;
}

/** Counts the words of documents; the columns are the words, the most frequent first. */
export class BagOfWords {
  readonly vocabulary: WordCounts;

  /** @throws OptionError */
  constructor(vocabulary: WordCounts) {
    if (!(vocabulary instanceof WordCounts)) {
      throw new OptionError('BagOfWords: vocabulary must be a WordCounts. Take BagOfWords.fromDocuments.');
    }
    this.vocabulary = vocabulary;
  }

  /** One whose columns are the words of documents. @throws OptionError, DataError */
  static fromDocuments(documents: Documents, options: WordCountsOptions = {}): BagOfWords {
    return new BagOfWords(WordCounts.fromSentences(documents, options));
  }

  /** The counts (documents, V); words without a column are left out. @throws OptionError */
  counts(documents: Documents, options: CountOptions = {}): SparseRows {
    checkKnown('BagOfWords.counts', options, ['binary']);
    const binary = checkFlag('BagOfWords.counts', 'binary', options.binary ?? false);
    const rows = documents.map((document) => {
      const counts = new Map<number, number>();
      for (const word of document) {
        const id = this.vocabulary.idOf(word);
        if (id !== undefined) counts.set(id, binary ? 1 : (counts.get(id) ?? 0) + 1);
      }
      return [...counts].sort(([a], [b]) => a - b);
    });
    return sparse(rows, this.vocabulary.size);
  }
}

/** How counts are weighed. */
export interface TfIdfOptions {
  /** Whether df and N are counted as if one more document had every word, so that no idf is below 1. Default true. */
  readonly smooth?: boolean | undefined;
  /** 'l2' gives rows the length 1. Default 'l2'. */
  readonly norm?: 'l2' | 'none' | undefined;
}

/**
 * Term frequency times inverse document frequency (Sparck Jones 1972). For a word in df of N documents
 *
 *     idf = ln((1 + N) / (1 + df)) + 1      or, not smooth, ln(N / df) + 1
 *
 * and a count tf becomes tf idf, which is divided by the Euclidean length of the row.
 */
export class TfIdf {
  /** The idf of each column; 0 for one that no document has, where it is not smooth. */
  readonly idf: Float64Array;
  readonly norm: 'l2' | 'none';

  /** @param counts of the documents that say how rare a word is @throws OptionError, DataError */
  constructor(counts: SparseRows, options: TfIdfOptions = {}) {
    checkKnown('TfIdf', options, ['smooth', 'norm']);
    const smooth = checkFlag('TfIdf', 'smooth', options.smooth ?? true);
    this.norm = checkChoice('TfIdf', 'norm', options.norm ?? 'l2', ['l2', 'none']);
    const [documents, columns] = counts.shape;
    if (documents === 0) throw new DataError('TfIdf: there are no documents. Give counts with at least one row.');
    const df = new Float64Array(columns);
    for (const column of counts.indices) df[column]!++;
    const more = smooth ? 1 : 0;
    this.idf = df.map((n) => (n + more === 0 ? 0 : Math.log((documents + more) / (n + more)) + 1));
  }

  /** The weights of documents by their counts. @throws DataError for other columns */
  weigh({ shape, indptr, indices, values }: SparseRows): SparseRows {
    if (shape[1] !== this.idf.length) {
      throw new DataError(
        `TfIdf.weigh: counts must have ${this.idf.length} columns, got ${shape[1]}. Count with the same BagOfWords.`,
      );
    }
    const weights = values.map((count, i) => count * this.idf[indices[i]!]!);
    for (let row = 0; this.norm === 'l2' && row < shape[0]; row++) {
      const part = weights.subarray(indptr[row], indptr[row + 1]);
      const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0)) || 1;
      part.forEach((value, k) => (part[k] = value / length));
    }
    return { shape, indptr, indices, values: weights };
  }
}

/** Rows of zeros with a single one, at the id of each. @throws OptionError; DataError for an id that is not below V */
export function oneHot(ids: ArrayLike<number>, V: number): SparseRows {
  checkSize('oneHot', 'V', V);
  const rows = Array.from(ids, (id, row): [number, number][] => {
    if (Number.isInteger(id) && id >= 0 && id < V) return [[id, 1]];
    throw new DataError(`oneHot: ids must be whole numbers from 0 to ${V - 1}, got ${id} at ${row}. V is ${V}.`);
  });
  return sparse(rows, V);
}

/** All of the matrix, zeros included, row-major. */
export function toDense({ shape: [rows, columns], indptr, indices, values }: SparseRows): Float32Array {
  const dense = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = indptr[row]!; i < indptr[row + 1]!; i++) dense[row * columns + indices[i]!] = values[i]!;
  }
  return dense;
}

function sparse(rows: readonly (readonly (readonly [column: number, value: number])[])[], columns: number): SparseRows {
  const indptr = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (indptr[i + 1] = indptr[i]! + row.length));
  const all = rows.flat();
  return {
    shape: [rows.length, columns],
    indptr,
    indices: Int32Array.from(all, ([column]) => column),
    values: Float32Array.from(all, ([, value]) => value),
  };
}
