/**
 * Rows of a table by token id (Bengio et al. 2003):
 *
 *     y_i = table[ids_i]          dTable[ids_i] += dy_i
 */

import type { Heap } from '../memory/heap.js';

/** Gather and scatter-add. Ids must be below the number of rows. */
export interface EmbeddingKernels {
  /**
   * @param y out, (n, E)
   * @param table in, (V, E)
   * @param ids in, (n) 32-bit integers
   */
  embeddingForward(y: number, table: number, ids: number, n: number, E: number): void;

  /**
   * Rows are added in the order of i, so that repeated ids sum the same way everywhere.
   * @param dTable in-out, (V, E)
   * @param dy in, (n, E)
   * @param ids in, (n) 32-bit integers
   */
  embeddingBackward(dTable: number, dy: number, ids: number, n: number, E: number): void;
}

/** The kernels of this file in JavaScript. */
export const embeddingJs = (heap: Heap): EmbeddingKernels => ({
  embeddingForward(y, table, ids, n, E) {
    const { floats, ints, shift } = heap;
    for (let i = 0; i < n; i++) {
      const row = (table >>> shift) + ints[(ids >>> 2) + i]! * E;
      floats.copyWithin((y >>> shift) + i * E, row, row + E);
    }
  },

  embeddingBackward(dTable, dy, ids, n, E) {
    const { floats, ints, shift } = heap;
    for (let i = 0; i < n; i++) {
      const row = (dTable >>> shift) + ints[(ids >>> 2) + i]! * E;
      const from = (dy >>> shift) + i * E;
      for (let j = 0; j < E; j++) floats[row + j]! += floats[from + j]!;
    }
  },
});
