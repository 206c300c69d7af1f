/**
 * Batches whose rows end at different steps. The rows are sorted by length, longest first, and only the valid steps are
 * kept, one step after another; behind the layers they are put back, with zeros where a row had ended. So no work is
 * done on padding, and whatever it holds is never read.
 */

import { DataError, ShapeError } from '../errors.js';
import { View } from '../memory/view.js';
import { formatShape } from '../shape.js';
import { Batches } from './batches.js';
import { putRows, takeRows } from './rows.js';
import type { StateSource } from './sequence.js';

/** The order of a ragged batch. */
export class Ragged {
  readonly batches: Batches;
  readonly #T: number;
  /** Place in the batch of each sorted row, and the other way round. */
  readonly #order: Int32Array;
  readonly #places: Int32Array;
  /** (N): the row of (T, B) that each packed row is. */
  readonly #rows: Int32Array;

  /** @param lengths valid steps of each row, from 0 to T */
  constructor(lengths: ArrayLike<number>, T: number) {
    const B = lengths.length;
    this.#T = T;
    this.#order = Int32Array.from({ length: B }, (_, b) => b).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
    this.#places = new Int32Array(B);
    for (const [place, b] of this.#order.entries()) this.#places[b] = place;
    this.batches = Batches.ragged(Int32Array.from(this.#order, (b) => lengths[b]!));
    this.#rows = new Int32Array(this.batches.N);
    for (let t = 0; t < this.batches.T; t++) {
      const at = this.batches.at(t);
      for (let j = 0; j < this.batches.rows(t); j++) this.#rows[at + j] = t * B + this.#order[j]!;
    }
  }

  /** (T, B, W) to (N, W). */
  pack(x: View): View {
    return takeRows(x, this.#rows, [this.batches.N, x.shape[2]!]);
  }

  /** Ids (T, B) to (N). */
  packIds(ids: Int32Array): Int32Array {
    return this.#rows.map((row) => ids[row]!);
  }

  /** (N, W) to (T, B, W), zero past the end of each row. */
  unpack(y: View): View {
    return putRows(y, this.#rows, [this.#T, this.#order.length, y.shape[1]!]);
  }

  /** A state (B, W) in the order of the packed rows. */
  sort(source: StateSource): StateSource {
    const [B, W] = source.shape as [number, number];
    if (source instanceof View) return takeRows(source, this.#order, [B, W]);
    const data = Float64Array.from({ length: B * W }, (_, i) => {
      return source.data[this.#order[Math.floor(i / W)]! * W + (i % W)]!;
    });
    return { data, shape: source.shape };
  }

  /** A state (B, W) in the order of the batch. */
  restore(state: View): View {
    return takeRows(state, this.#places, state.shape);
  }
}

/**
 * The order of a ragged batch, or none where every row has all T steps.
 * @param lengths valid steps of each row of x (T, B, I)
 * @throws ShapeError, DataError
 */
export function raggedBatch(operation: string, x: View, lengths: ArrayLike<number>): Ragged | undefined {
  const [T, B] = x.shape as [number, number];
  if (x.shape.length !== 3 || lengths?.length !== B) {
    const got = `${lengths?.length ?? 'none'} for x ${formatShape(x.shape)}`;
    throw new ShapeError(`${operation}: lengths must be one number for each of the B rows of x (T, B, I), got ${got}.`);
  }
  for (let b = 0; b < B; b++) {
    const length = lengths[b]!;
    if (Number.isInteger(length) && length >= 0 && length <= T) continue;
    throw new DataError(
      `${operation}: lengths[${b}] must be a whole number from 0 to T = ${T}, got ${length}. T comes from x (T, B, I).`,
    );
  }
  return Array.from(lengths).every((length) => length === T) ? undefined : new Ragged(lengths, T);
}
