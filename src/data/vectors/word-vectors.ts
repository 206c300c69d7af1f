/** Words with a vector each, wherever they come from: which are near, and what is to c as b is to a. */

import { DataError, ShapeError } from '../../errors.js';
import { checkSize } from '../../options.js';

/** A word and the cosine of the angle between its vector and the one that was asked for. */
export interface Neighbor {
  readonly word: string;
  readonly similarity: number;
}

const OPERATION = 'WordVectors';

/** The vectors of words. */
export class WordVectors {
  readonly words: readonly string[];
  /** (V, E), row-major. */
  readonly data: Float32Array;
  /** E. */
  readonly size: number;
  readonly #ids: ReadonlyMap<string, number>;
  /** The rows at length 1, made when first asked for. */
  #unit: Float32Array | undefined;

  /**
   * @param words all different
   * @param data (V, E), row-major
   * @param size E
   * @throws ShapeError, DataError
   */
  constructor(words: readonly string[], data: Float32Array, size: number) {
    checkSize(OPERATION, 'size', size);
    if (data.length !== words.length * size) {
      throw new ShapeError(
        `${OPERATION}: data must hold (V, E) = (${words.length}, ${size}) numbers, got ${data.length}. V comes from words.`,
      );
    }
    this.words = Object.freeze([...words]);
    this.data = data;
    this.size = size;
    this.#ids = new Map(words.map((word, id) => [word, id]));
    if (this.#ids.size === words.length && words.length > 0) return;
    const double = words.find((word, id) => this.#ids.get(word) !== id);
    const problem = double === undefined ? 'there are none' : `'${double}' comes twice`;
    throw new DataError(`${OPERATION}: words must be different ones, at least one, and ${problem}.`);
  }

  /** Whether the word has a vector. */
  has(word: string): boolean {
    return this.#ids.has(word);
  }

  /** The rank of a word in the list, or undefined. */
  idOf(word: string): number | undefined {
    return this.#ids.get(word);
  }

  /** A copy of the vector of a word. @throws DataError for one that has none */
  vector(word: string): Float32Array {
    const id = this.#idOf(word);
    return this.data.slice(id * this.size, (id + 1) * this.size);
  }

  /** The cosine of the angle between the vectors of two words; 0 where one of them is zero. @throws DataError */
  similarity(a: string, b: string): number {
    const [first, second] = [this.#unitRow(this.#idOf(a)), this.#unitRow(this.#idOf(b))];
    return first.reduce((sum, value, k) => sum + value * second[k]!, 0);
  }

  /** The n words nearest to a word, itself left out, the nearest first. @throws DataError, OptionError */
  neighbors(word: string, n: number = 10): Neighbor[] {
    const id = this.#idOf(word);
    return this.#nearest(this.#unitRow(id), n, [id]);
  }

  /**
   * The n words nearest to a vector.
   * @param exclude words that do not count
   * @throws ShapeError, DataError for a word of `exclude` without a vector, OptionError
   */
  nearestTo(vector: ArrayLike<number>, n: number = 10, exclude: readonly string[] = []): Neighbor[] {
    if (vector.length !== this.size) {
      throw new ShapeError(
        `${OPERATION}: vector must be (E) = (${this.size}), got (${vector.length}). E comes from the vectors.`,
      );
    }
    const excluded = exclude.map((word) => this.#idOf(word));
    return this.#nearest(Float64Array.from(vector), n, excluded);
  }

  /**
   * What is to c as b is to a: the words nearest to b - a + c, all three at length 1, and left out themselves (3CosAdd;
   * Mikolov, Yih and Zweig 2013).
   * @param most look among the first so many words only. Default: all
   * @throws DataError, OptionError
   */
  analogy(a: string, b: string, c: string, n: number = 1, most: number = this.words.length): Neighbor[] {
    const ids = [a, b, c].map((word) => this.#idOf(word));
    const [A, B, C] = ids.map((id) => this.#unitRow(id));
    const target = Float64Array.from(B!, (value, k) => value - A![k]! + C![k]!);
    return this.#nearest(target, n, ids, most);
  }

  /**
   * The vectors of other words, such as the symbols of a vocabulary, as a table to begin an embedding from.
   * @returns the table, with zeros for those that have none, and which these are
   */
  tableFor(symbols: readonly string[]): { readonly data: Float32Array; readonly missing: readonly string[] } {
    const data = new Float32Array(symbols.length * this.size);
    const missing = symbols.filter((symbol, row) => {
      const id = this.#ids.get(symbol);
      if (id !== undefined) data.set(this.data.subarray(id * this.size, (id + 1) * this.size), row * this.size);
      return id === undefined;
    });
    return { data, missing };
  }

  #idOf(word: string): number {
    const id = this.#ids.get(word);
    if (id !== undefined) return id;
    const other = [word.toLowerCase(), word.toUpperCase()].find((form) => this.#ids.has(form));
    const hint = other === undefined ? 'Take one of its words' : `There is '${other}'`;
    throw new DataError(`${OPERATION}: there is no vector for '${word}' among ${this.words.length} words. ${hint}.`);
  }

  #unitRow(id: number): Float32Array {
    this.#unit ??= unitRows(this.data, this.size);
    return this.#unit.subarray(id * this.size, (id + 1) * this.size);
  }

  #nearest(
    target: ArrayLike<number>,
    n: number,
    excluded: readonly number[],
    most: number = this.words.length,
  ): Neighbor[] {
    checkSize(OPERATION, 'n', n);
    const end = Math.min(checkSize(OPERATION, 'most', most), this.words.length);
    this.#unit ??= unitRows(this.data, this.size);
    const length = Math.sqrt(dot(target, 0, target)) || 1;
    const best: { id: number; product: number }[] = [];
    for (let id = 0; id < end; id++) {
      const product = dot(this.#unit, id * this.size, target);
      if (best.length === n && product <= best.at(-1)!.product) continue;
      if (excluded.includes(id)) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]!.product < product) at--;
      best.splice(at, 0, { id, product });
      if (best.length > n) best.pop();
    }
    return best.map(({ id, product }) => ({ word: this.words[id]!, similarity: product / length }));
  }
}

/** Rows divided by their lengths; a row of zeros stays. */
function unitRows(data: Float32Array, size: number): Float32Array {
  const unit = data.slice();
  for (let start = 0; start < unit.length; start += size) {
    const row = unit.subarray(start, start + size);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    row.forEach((value, k) => (row[k] = value / length));
  }
  return unit;
}

/** The product with the row that begins at `start`: four sums, which wait for one another less than one would. */
function dot(rows: ArrayLike<number>, start: number, vector: ArrayLike<number>): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= vector.length; k += 4) {
    a += rows[start + k]! * vector[k]!;
    b += rows[start + k + 1]! * vector[k + 1]!;
    c += rows[start + k + 2]! * vector[k + 2]!;
    d += rows[start + k + 3]! * vector[k + 3]!;
  }
  for (; k < vector.length; k++) a += rows[start + k]! * vector[k]!;
  return a + b + (c + d);
}
