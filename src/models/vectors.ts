/** Vectors of words that were learnt elsewhere, as the beginning of an embedding. */

import type { Vocabulary } from '../data/vocabulary.js';
import type { HostArray } from '../engine.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import { normal } from '../layers/initializers.js';
import type { Initializer } from '../layers/initializers.js';
import { formatShape } from '../shape.js';

/** Words, and a row of numbers for each. */
export interface WordTable {
  readonly words: readonly string[];
  /** (N, E), the row of each word. */
  readonly values: HostArray;
}

/** Checks the form of a table. @returns E @throws OptionError, ShapeError */
export function checkVectors(operation: string, vectors: WordTable): number {
  const { words, values } = Object(vectors) as Partial<WordTable>;
  const { data, shape } = Object(values) as Partial<HostArray>;
  if (!Array.isArray(words) || words.length === 0 || !Array.isArray(shape) || typeof data?.length !== 'number') {
    throw new OptionError(`${operation}: vectors must be { words, values: { data, shape } } with at least one word.`);
  }
  const [rows, E] = shape as number[];
  if (shape.length === 2 && rows === words.length && E! > 0 && data.length === rows * E!) return E!;
  throw new ShapeError(
    `${operation}: the values of vectors must be (N, E) with N = ${words.length}, got ${data.length} numbers of shape ` +
      `${formatShape(shape as number[])}. N comes from words.`,
  );
}

/** The row in the table of each symbol of a vocabulary: of the symbol as it is, or in lower case; -1 where there is none. */
export function rowsOf({ symbols }: Vocabulary, { words }: WordTable): Int32Array {
  const rows = new Map<string, number>();
  for (const [row, word] of words.entries()) if (!rows.has(word)) rows.set(word, row);
  return Int32Array.from(symbols, (symbol) => rows.get(symbol) ?? rows.get(symbol.toLowerCase()) ?? -1);
}

/**
 * Begins an embedding with the vectors of the table; the other rows are drawn with the deviation that those have.
 * @throws DataError if no symbol has a vector
 */
export function fromVectors(operation: string, vocabulary: Vocabulary, vectors: WordTable): Initializer {
  const rows = rowsOf(vocabulary, vectors);
  const { data } = vectors.values;
  if (rows.every((row) => row < 0)) {
    throw new DataError(
      `${operation}: none of the ${vectors.words.length} words of vectors is in the vocabulary of ${vocabulary.size}. ` +
        'Give vectors of the language and level of the text.',
    );
  }
  const deviation = Math.sqrt((Array.prototype.reduce.call(data, squares, 0) as number) / data.length);
  return (values, V, E, random) => {
    normal(deviation)(values, V, E, random);
    for (const [id, row] of rows.entries()) {
      if (row < 0) continue;
      for (let j = 0; j < E; j++) values[id * E + j] = data[row * E + j]!;
    }
  };
}

function squares(sum: unknown, value: unknown): number {
  return (sum as number) + (value as number) ** 2;
}
