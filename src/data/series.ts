/** Time series: numbers of several columns, one row a step, in the units of the file. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkNames } from './table.js';
import type { Missing, Table } from './table.js';

/** N steps of C columns. */
export class TimeSeries {
  readonly columns: readonly string[];
  /** (N, C), row-major. */
  readonly data: Float64Array;
  /** N. */
  readonly length: number;

  /**
   * @param columns a name for each
   * @param data (N, C), row-major
   * @throws OptionError for names that are no names; DataError for numbers that are not finite, or fill no whole row
   */
  constructor(columns: readonly string[], data: ArrayLike<number>) {
    this.columns = checkNames('TimeSeries', 'columns', columns);
    const C = columns.length;
    if (data.length % C !== 0) {
      throw new DataError(`TimeSeries: data must fill rows of ${C} columns, got ${data.length} numbers.`);
    }
    this.data = Float64Array.from(data);
    this.length = data.length / C;
    const at = this.data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return;
    throw new DataError(
      `TimeSeries: data must be finite, got ${this.data[at]} at step ${Math.floor(at / C)} of '${columns[at % C]}'.`,
    );
  }

  /**
   * The series of some columns of a table, one row a step.
   * @param missing what becomes of empty cells; default 'refuse'
   * @throws DataError, which names the line and the column
   */
  static fromTable(table: Table, columns: readonly string[], missing: Missing = 'refuse'): TimeSeries {
    const C = checkNames('TimeSeries.fromTable', 'columns', columns).length;
    const data = new Float64Array(table.rows.length * C);
    for (const [c, name] of columns.entries()) {
      for (const [row, value] of table.numbers(name, missing).entries()) data[row * C + c] = value;
    }
    return new TimeSeries(columns, data);
  }

  /** The place of a column. @throws DataError if there is none of that name */
  index(column: string): number {
    const at = this.columns.indexOf(column);
    if (at >= 0) return at;
    throw new DataError(`TimeSeries: has no column '${column}'. Its columns: ${this.columns.join(', ')}.`);
  }

  /** The numbers of a column, a copy. @throws DataError if there is none of that name */
  column(name: string): Float64Array {
    const at = this.index(name);
    return Float64Array.from({ length: this.length }, (_, t) => this.data[t * this.columns.length + at]!);
  }

  /** Some columns, in the order given. @throws DataError for one that is not there */
  select(columns: readonly string[]): TimeSeries {
    const places = checkNames('TimeSeries.select', 'columns', columns).map((name) => this.index(name));
    const C = places.length;
    const data = Float64Array.from({ length: this.length * C }, (_, i) => {
      return this.data[Math.floor(i / C) * this.columns.length + places[i % C]!]!;
    });
    return new TimeSeries(columns, data);
  }

  /**
   * Steps `from` up to `to`, without it.
   * @param to default: the end
   * @throws OptionError for steps outside the series
   */
  slice(from: number, to: number = this.length): TimeSeries {
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= this.length)) {
      throw new OptionError(
        `TimeSeries.slice: from and to must be whole numbers with 0 <= from <= to <= ${this.length}, got ${from} and ${to}.`,
      );
    }
    const C = this.columns.length;
    return new TimeSeries(this.columns, this.data.subarray(from * C, to * C));
  }

  /** Tells this series from others: a checksum of its names and numbers. */
  get fingerprint(): string {
    const names = new TextEncoder().encode(JSON.stringify(this.columns));
    const bytes = new Uint8Array(this.data.buffer, this.data.byteOffset, this.data.byteLength);
    return crc32(bytes, crc32(names)).toString(16).padStart(8, '0');
  }
}
