/**
 * Which rows take part in each step of a batch. A ragged batch is sorted, longest row first, so that those of step t
 * are the first B_t: nothing is computed for rows that have ended, and the rows of all steps, one step after another,
 * are N = sum of the lengths and no padding (the packed sequences of PyTorch).
 */

/** The rows of each step. */
export class Batches {
  readonly T: number;
  readonly B: number;
  /** Rows of all steps together. */
  readonly N: number;
  /** Whether all steps have B rows. */
  readonly dense: boolean;
  /** (T + 1): the first row of each step, and N. */
  readonly #first: Int32Array;

  private constructor(first: Int32Array, B: number, dense: boolean) {
    this.#first = first;
    this.T = first.length - 1;
    this.B = B;
    this.N = first[this.T]!;
    this.dense = dense;
  }

  /** B rows in each of T steps. */
  static dense(T: number, B: number): Batches {
    return new Batches(
      Int32Array.from({ length: T + 1 }, (_, t) => t * B),
      B,
      true,
    );
  }

  /** @param lengths steps of each row, none longer than the one before it */
  static ragged(lengths: ArrayLike<number>): Batches {
    const B = lengths.length;
    const T = B === 0 ? 0 : lengths[0]!;
    const first = new Int32Array(T + 1);
    for (let t = 0, rows = B; t < T; t++) {
      while (lengths[rows - 1]! <= t) rows--;
      first[t + 1] = first[t]! + rows;
    }
    return new Batches(first, B, false);
  }

  /** The first row of step t among the rows of all steps. */
  at(t: number): number {
    return this.#first[t]!;
  }

  /** B_t, the rows of step t. */
  rows(t: number): number {
    return this.#first[t + 1]! - this.#first[t]!;
  }
}
