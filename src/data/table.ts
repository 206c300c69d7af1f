/** Named columns of text cells, as a CSV file has them, and what may be read from them: numbers, texts. */

import { DataError, OptionError } from '../errors.js';
import { checkChoice } from '../options.js';

/** What becomes of a number that is missing: it is refused, or is what it was in the row before. */
export const MISSING = ['refuse', 'previous'] as const;

/** What becomes of a number that is missing. */
export type Missing = (typeof MISSING)[number];

/** Where a table comes from, for messages. */
export interface TableSource {
  /** Such as the path of the file. Default 'table'. */
  readonly source?: string | undefined;
  /** The line of every row, that of the header first. Default 1, 2, 3, ... */
  readonly lines?: readonly number[] | undefined;
}

/** How a cell says that there is no number. */
const ABSENT = /^(|na|nan|n\/a|null)$/i;

/** A decimal number; not 0x10, not Infinity. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Rows of text cells under a header. */
export class Table {
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly #lines: readonly number[];

  /**
   * @param cells the header first, then rows of as many cells
   * @throws DataError if there is no header or no row, a name is there twice, or a row has another number of cells
   */
  constructor(cells: readonly (readonly string[])[], { source = 'table', lines }: TableSource = {}) {
    const [header, ...rows] = cells;
    this.source = source;
    this.#lines = (lines ?? cells.map((_, i) => i + 1)).slice(1);
    if (header === undefined) {
      throw new DataError(`${source}: is empty. The first line must name the columns, and rows must follow.`);
    }
    this.columns = header.map((name) => name.trim());
    this.rows = rows;
    this.#checkHeader(lines?.[0] ?? 1);
    for (const [row, { length }] of rows.entries()) if (length !== header.length) throw this.#ragged(row, length);
    if (rows.length === 0) throw new DataError(`${source}: has a header and no rows. Rows must follow the first line.`);
  }

  #checkHeader(line: number): void {
    for (const [at, name] of this.columns.entries()) {
      const where = `${this.source}: line ${line}, the header: column ${at + 1}`;
      if (name === '') throw new DataError(`${where} has no name. Give every column one.`);
      if (this.columns.indexOf(name) === at) continue;
      throw new DataError(`${where} is named '${name}', as one before it. Give every column a name of its own.`);
    }
  }

  #ragged(row: number, cells: number): DataError {
    const wanted = this.columns.length;
    return new DataError(
      `${this.#at(row)} has ${cells} ${cells === 1 ? 'cell' : 'cells'}, and the header names ${wanted} columns. ` +
        `Give the line ${wanted} cells; one with a separator in it stands in double quotes.`,
    );
  }

  /** `data.csv: line 7` @param row from 0 */
  #at(row: number): string {
    return `${this.source}: line ${this.#lines[row]!}`;
  }

  /** The place of a row's cell, for messages: `data.csv: line 7, column 'load'`. @param row from 0 */
  place(row: number, column: string): string {
    return `${this.#at(row)}, column '${column}'`;
  }

  /**
   * The cells of a column, without space around them.
   * @throws DataError if there is no such column
   */
  texts(column: string): string[] {
    const at = this.columns.indexOf(column);
    if (at >= 0) return this.rows.map((row) => row[at]!.trim());
    throw new DataError(`${this.source}: has no column '${column}'. Its columns: ${this.columns.join(', ')}.`);
  }

  /**
   * The numbers of a column.
   * @param missing what becomes of cells that are empty or say NaN, NA or null; default 'refuse'
   * @param before the row that a missing number may be taken from, below 0 for none; default: the one above
   * @throws DataError for a column that is not there, or a cell that is no number
   */
  numbers(
    column: string,
    missing: Missing = 'refuse',
    before: (row: number) => number = (row) => row - 1,
  ): Float64Array {
    checkChoice('Table.numbers', 'missing', missing, MISSING);
    const cells = this.texts(column);
    const values = new Float64Array(cells.length);
    for (const [row, cell] of cells.entries()) {
      values[row] = ABSENT.test(cell)
        ? this.#absent(row, column, missing, values[before(row)])
        : this.#number(row, column, cell);
    }
    return values;
  }

  #number(row: number, column: string, cell: string): number {
    const value = DECIMAL.test(cell) ? Number(cell) : NaN;
    if (Number.isFinite(value)) return value;
    throw new DataError(
      `${this.place(row, column)}: must be a number such as -1.5, got '${cell.slice(0, 40)}'. Correct it, or leave the column out.`,
    );
  }

  #absent(row: number, column: string, missing: Missing, before: number | undefined): number {
    if (missing === 'previous' && before !== undefined) return before;
    const fix =
      missing === 'refuse'
        ? "Fill it in, or take what stands before it: missing 'previous' (--missing previous)."
        : 'There is nothing before it to take instead: fill it in.';
    throw new DataError(`${this.place(row, column)}: the number is missing. ${fix}`);
  }
}

/** Checks names given as an option, such as those of columns: at least one, none twice. @throws OptionError */
export function checkNames(operation: string, option: string, value: unknown): readonly string[] {
  const names: unknown[] = Array.isArray(value) ? value : [];
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== '')) {
    const got = JSON.stringify(value) ?? 'nothing';
    throw new OptionError(`${operation}: ${option} must be a list of at least one name, got ${got}.`);
  }
  const twice = (names as string[]).find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return [...(names as string[])];
  throw new OptionError(`${operation}: ${option} has '${twice}' twice. Name each once.`);
}
