/** Matrices as the numerical tools take them: checked, and scaled so that no square overflows. */

import type { HostArray } from '../engine.js';
import { DataError } from '../errors.js';
import { checkMatrix } from '../shape.js';

/** A copy of a matrix whose largest element is between 1/2 and 1, and the power of two it was divided by. */
export interface Scaled {
  /** (rows, columns), row-major. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly scale: number;
}

/**
 * Checks and copies a matrix.
 * @param matrix finite numbers, (rows, columns)
 * @throws ShapeError, DataError
 */
export function scaledCopy(operation: string, matrix: HostArray): Scaled {
  const [rows, columns] = checkMatrix(operation, matrix);
  const { data } = matrix;
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const where = `row ${Math.floor(i / columns)}, column ${i % columns}`;
      throw new DataError(
        `${operation}: matrix must be finite everywhere, got ${data[i]} in ${where}. Look for where training diverged.`,
      );
    }
    largest = Math.max(largest, Math.abs(data[i]!));
  }
  const scale = largest === 0 ? 1 : 2 ** Math.min(Math.floor(Math.log2(largest)) + 1, 1023);
  return { values: Float64Array.from(data, (value) => value / scale), rows, columns, scale };
}
