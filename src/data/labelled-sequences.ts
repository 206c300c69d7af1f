/** Sequences of numbers with a label each, from a table in long form: one row a step, and a column that says whose. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkKnown, checkNumber, checkSeed } from '../options.js';
import { Random } from '../random.js';
import type { Examples } from './examples.js';
import type { ColumnRows } from './scaler.js';
import { IGNORED } from './sequences.js';
import type { IdTensor } from './sequences.js';
import { checkNames } from './table.js';
import type { Missing, Table } from './table.js';

/** Sequences side by side, time-major. */
export interface LabelledBatch {
  /** (T, B, C) in the units of the file; behind the end of a shorter sequence 0. */
  readonly inputs: { readonly data: Float64Array; readonly shape: readonly [T: number, B: number, C: number] };
  /** Steps of each, (B). */
  readonly lengths: Int32Array;
  /** The place of each label, (B); -1 where it is not known. */
  readonly targets: IdTensor;
}

/** How to read sequences from a table. */
export interface LabelledSequencesOptions {
  /** The column that tells sequences apart. */
  readonly id: string;
  /** The columns that are read at every step. */
  readonly columns: readonly string[];
  /** The column of the label, the same in every row of a sequence. Default: there are no labels. */
  readonly label?: string | undefined;
  /** The labels there may be. Default: those in the table, in the order of the alphabet. */
  readonly labels?: readonly string[] | undefined;
  /** What becomes of empty cells. Default 'refuse'. */
  readonly missing?: Missing | undefined;
}

/** One sequence. */
interface Sequence {
  readonly id: string;
  /** (T, C). */
  readonly data: Float64Array;
  /** Its place among the labels, or -1. */
  readonly label: number;
}

/** Shares of the sequences. */
export interface SequenceSplitOptions {
  /** That validate, and that test. Default 0.1 each. */
  readonly valid?: number | undefined;
  readonly test?: number | undefined;
  /** Of the order they are drawn in. Default 1. */
  readonly seed?: number | undefined;
}

/** Sequences in the order in which they begin in the table. */
export class LabelledSequences implements Examples<LabelledBatch> {
  readonly columns: readonly string[];
  /** The labels there may be. */
  readonly labels: readonly string[];
  readonly #sequences: readonly Sequence[];

  private constructor(columns: readonly string[], labels: readonly string[], sequences: readonly Sequence[]) {
    this.columns = columns;
    this.labels = labels;
    this.#sequences = sequences;
  }

  /**
   * Reads sequences: the rows of one id in their order, wherever they stand.
   * @throws OptionError; DataError, which names the line and the column
   */
  static fromTable(table: Table, options: LabelledSequencesOptions): LabelledSequences {
    const operation = 'LabelledSequences.fromTable';
    checkKnown(operation, options, ['id', 'columns', 'label', 'labels', 'missing']);
    const { id, label, missing } = options;
    const columns = checkNames(operation, 'columns', options.columns);
    for (const [name, column] of [
      ['id', id],
      ['label', label],
    ] as const) {
      if (column === undefined || !columns.includes(column)) continue;
      throw new OptionError(
        `${operation}: columns must be numbers to learn from, got '${column}', which is the ${name}.`,
      );
    }
    const groups = groupRows(table, id);
    const before = new Map([...groups.values()].flatMap((rows) => rows.map((row, i) => [row, rows[i - 1] ?? -1])));
    const values = columns.map((name) => table.numbers(name, missing, (row) => before.get(row)!));
    const names = label === undefined ? [] : table.texts(label);
    const labels =
      options.labels === undefined ? [...new Set(names)].toSorted() : checkNames(operation, 'labels', options.labels);
    const sequences = [...groups].map(([sequence, rows]) => ({
      id: sequence,
      data: Float64Array.from(rows.flatMap((row) => values.map((column) => column[row]!))),
      label: label === undefined ? IGNORED : labelOf({ table, column: label, names, labels }, rows),
    }));
    return new LabelledSequences(columns, labels, sequences);
  }

  /** The number of sequences. */
  get count(): number {
    return this.#sequences.length;
  }

  /** What tells each sequence apart. */
  get ids(): string[] {
    return this.#sequences.map(({ id }) => id);
  }

  /** All steps of all sequences: what a scale may be fitted on. */
  get rows(): ColumnRows {
    const data = new Float64Array(this.#sequences.reduce((sum, sequence) => sum + sequence.data.length, 0));
    let at = 0;
    for (const sequence of this.#sequences) {
      data.set(sequence.data, at);
      at += sequence.data.length;
    }
    return { columns: this.columns, data };
  }

  /** Tells these sequences from others: a checksum of all that is in them. */
  get fingerprint(): string {
    const names = this.#sequences.map(({ id, label, data }) => [id, label, data.length]);
    const text = new TextEncoder().encode(JSON.stringify([this.columns, this.labels, names]));
    const bytes = new Uint8Array(this.rows.data.buffer);
    return crc32(bytes, crc32(text)).toString(16).padStart(8, '0');
  }

  /** Steps of sequence i. */
  length(i: number): number {
    return this.#sequences[i]!.data.length / this.columns.length;
  }

  /** The sequences of these numbers side by side. */
  batch(indices: readonly number[]): LabelledBatch {
    const [B, C] = [indices.length, this.columns.length];
    const lengths = Int32Array.from(indices, (i) => this.length(i));
    const T = lengths.reduce((a, b) => Math.max(a, b), 0);
    const data = new Float64Array(T * B * C);
    for (const [b, i] of indices.entries()) {
      const rows = this.#sequences[i]!.data;
      for (let t = 0; t < lengths[b]!; t++) data.set(rows.subarray(t * C, (t + 1) * C), (t * B + b) * C);
    }
    const targets = Int32Array.from(indices, (i) => this.#sequences[i]!.label);
    return { inputs: { data, shape: [T, B, C] }, lengths, targets: { data: targets, shape: [B] } };
  }

  /** Some of the sequences. */
  select(indices: readonly number[]): LabelledSequences {
    return new LabelledSequences(
      this.columns,
      this.labels,
      indices.map((i) => this.#sequences[i]!),
    );
  }

  /**
   * Parts the sequences by chance, as files are often sorted by label.
   * @throws OptionError; DataError if a part that is asked for would be empty
   */
  split(options: SequenceSplitOptions = {}): {
    readonly train: LabelledSequences;
    readonly valid: LabelledSequences | undefined;
    readonly test: LabelledSequences | undefined;
  } {
    const operation = 'LabelledSequences.split';
    checkKnown(operation, options, ['valid', 'test', 'seed']);
    const valid = checkNumber(operation, 'valid', options.valid ?? 0.1, { least: 0, below: 1 });
    const test = checkNumber(operation, 'test', options.test ?? 0.1, { least: 0, below: 1 });
    const order = Array.from({ length: this.count }, (_, i) => i);
    new Random(checkSeed(operation, options.seed ?? 1)).shuffle(order);
    const [validates, tests] = [Math.round(valid * this.count), Math.round(test * this.count)];
    if (validates + tests >= this.count || (valid > 0 && validates === 0) || (test > 0 && tests === 0)) {
      throw new DataError(
        `${operation}: ${this.count} sequences leave a part empty: valid ${valid} and test ${test} make ${validates} and ${tests}. ` +
          'Give more sequences, or other shares.',
      );
    }
    const train = this.count - validates - tests;
    return {
      train: this.select(order.slice(0, train)),
      valid: validates === 0 ? undefined : this.select(order.slice(train, train + validates)),
      test: tests === 0 ? undefined : this.select(order.slice(train + validates)),
    };
  }
}

/** The rows of every id, in the order in which ids are first seen. @throws DataError for a row without one */
function groupRows(table: Table, column: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, id] of table.texts(column).entries()) {
    if (id === '') throw new DataError(`${table.place(row, column)}: the id is missing. Fill it in.`);
    const rows = groups.get(id);
    if (rows === undefined) groups.set(id, [row]);
    else rows.push(row);
  }
  return groups;
}

/** Where labels stand, and which there are. */
interface Labels {
  readonly table: Table;
  readonly column: string;
  /** Of every row. */
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

/** The label of a sequence. @throws DataError if its rows do not agree, or it is none of the labels */
function labelOf({ table, column, names, labels }: Labels, rows: readonly number[]): number {
  const name = names[rows[0]!]!;
  const other = rows.find((row) => names[row] !== name);
  if (other !== undefined) {
    throw new DataError(
      `${table.place(other, column)}: a sequence has one label, got '${names[other]}' where its first row has '${name}'. Correct one, or the column of ids.`,
    );
  }
  if (name === '') throw new DataError(`${table.place(rows[0]!, column)}: the label is missing. Fill it in.`);
  const at = labels.indexOf(name);
  if (at >= 0) return at;
  throw new DataError(
    `${table.place(rows[0]!, column)}: '${name}' is none of the labels ${labels.join(', ')}. Correct it, or train on a file that has it.`,
  );
}
