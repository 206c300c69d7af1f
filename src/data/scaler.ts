/** Columns on a common scale: x' = (x - offset) / scale for each, and back. */

import { DataError } from '../errors.js';
import { checkChoice } from '../options.js';

/**
 * 'standard': mean 0 and variance 1; 'min-max': from 0 to 1; 'none': as they are. A column that is the same throughout
 * is only moved.
 */
export const SCALES = ['standard', 'min-max', 'none'] as const;

/** How columns are scaled. */
export type ColumnScale = (typeof SCALES)[number];

/** ColumnRows of C numbers. */
export interface ColumnRows {
  readonly columns: readonly string[];
  /** (N, C), row-major. */
  readonly data: Float64Array;
}

/** A scaler as it is stored. */
export interface ScalerJSON {
  readonly offset: readonly number[];
  readonly scale: readonly number[];
}

/** An offset and a scale for each column. */
export class Scaler {
  readonly offset: readonly number[];
  readonly scale: readonly number[];

  private constructor(offset: readonly number[], scale: readonly number[]) {
    this.offset = Object.freeze([...offset]);
    this.scale = Object.freeze([...scale]);
  }

  /**
   * Fits the scale of every column on rows: those of the training part alone, as what comes later is not known yet.
   * @throws OptionError; DataError if there is no row, or values are too large to be squared and added up
   */
  static fit({ columns, data }: ColumnRows, scale: ColumnScale = 'standard'): Scaler {
    checkChoice('Scaler.fit', 'scale', scale, SCALES);
    if (data.length === 0) throw new DataError('Scaler.fit: there must be at least one row to fit on, got none.');
    const C = columns.length;
    const pairs = columns.map((name, c) => {
      const values = Float64Array.from({ length: data.length / C }, (_unused, row) => data[row * C + c]!);
      checkSquares(name, values);
      return FITS[scale](values);
    });
    return new Scaler(
      pairs.map(([offset]) => offset),
      pairs.map(([, factor]) => factor || 1),
    );
  }

  /** Reads what `toJSON` wrote. The value may come from an untrusted file: every field is checked. @throws DataError */
  static fromJSON(json: unknown): Scaler {
    const { offset, scale } = Object(json) as Partial<ScalerJSON>;
    const fits =
      [offset, scale].every((list) => Array.isArray(list) && list.every(Number.isFinite)) &&
      offset!.length === scale!.length &&
      scale!.every((factor) => factor > 0);
    if (fits) return new Scaler(offset!, scale!);
    throw new DataError('Scaler: a stored one must be { offset, scale }, finite numbers, as many and scales above 0.');
  }

  /** The number of columns. */
  get columns(): number {
    return this.offset.length;
  }

  /** A number of column c on the common scale. */
  apply(value: number, c: number): number {
    return (value - this.offset[c]!) / this.scale[c]!;
  }

  /** Back from the common scale into the unit of column c. */
  invert(value: number, c: number): number {
    return value * this.scale[c]! + this.offset[c]!;
  }

  /** For a checkpoint. */
  toJSON(): { offset: number[]; scale: number[] } {
    return { offset: [...this.offset], scale: [...this.scale] };
  }
}

/** Variances and squared errors must be finite. @throws DataError */
function checkSquares(column: string, values: Float64Array): void {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (Number.isFinite(values.length * (2 * most) ** 2)) return;
  throw new DataError(
    `Scaler.fit: column '${column}': the squares of its ${values.length} values must have a finite sum, got values up to ${most}. ` +
      'Give the column in a larger unit, or leave it out.',
  );
}

/** The offset and the scale of a column's values; a scale of 0 is taken for 1. */
const FITS: Readonly<Record<ColumnScale, (values: Float64Array) => readonly [offset: number, scale: number]>> = {
  standard(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return [mean, values.every((value) => value === values[0]) ? 0 : Math.sqrt(variance)];
  },
  'min-max'(values) {
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return [least, most - least];
  },
  none: () => [0, 1],
};
