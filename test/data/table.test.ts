/** Tables: what is read from their cells, and what is refused, with the line and the column. */

import { describe, expect, test } from 'vitest';
import { checkNames, Table } from '../../src/data/table.js';
import type { Missing } from '../../src/data/table.js';
import { DataError, OptionError } from '../../src/errors.js';

/** A table from rows of words. */
const table = (...rows: string[]): Table =>
  new Table(
    rows.map((row) => row.split('|')),
    { source: 'data.csv' },
  );

describe('cells', () => {
  test('numbers as they are written, with space around them', () => {
    const { numbers } = { numbers: table('x', ' 1 ', '-2.5', '+.5', '3.', '1e3', '2E-2').numbers('x') };
    expect([...numbers]).toEqual([1, -2.5, 0.5, 3, 1000, 0.02]);
  });

  test('texts', () => {
    expect(table('a|b', '1| x ', '2|y').texts('b')).toEqual(['x', 'y']);
  });

  test.each(['', 'NaN', 'na', 'N/A', 'null'])('%j is missing, and may be what it was before', (cell) => {
    const rows = table('x|y', '1|2', `${cell}|3`, `${cell}|4`, '5|6');
    expect([...rows.numbers('x', 'previous')]).toEqual([1, 1, 1, 5]);
    expect(() => rows.numbers('x')).toThrow(
      new DataError(
        "data.csv: line 3, column 'x': the number is missing. " +
          "Fill it in, or take what stands before it: missing 'previous' (--missing previous).",
      ),
    );
  });

  test('before the first row there is nothing', () => {
    const rows = table('x|y', '1|2', '|3', '|4');
    expect(() => table('x|y', '|2').numbers('x', 'previous')).toThrow(
      new DataError(
        "data.csv: line 2, column 'x': the number is missing. There is nothing before it to take instead: fill it in.",
      ),
    );
    // Row 2 follows row 0, and row 1 follows none.
    expect(() => rows.numbers('x', 'previous', (row) => [-1, -1, 0][row]!)).toThrow(/line 3/);
    expect([...rows.numbers('x', 'previous', (row) => [-1, 0, 0][row]!)]).toEqual([1, 1, 1]);
  });
});

describe('refusals', () => {
  test.each(['abc', '1,5', '0x10', 'Infinity', '1e999', '12 px', '2024-01-01'])('%j is no number', (cell) => {
    expect(() => table('x', '1', cell).numbers('x')).toThrow(
      new DataError(
        `data.csv: line 3, column 'x': must be a number such as -1.5, got '${cell}'. Correct it, or leave the column out.`,
      ),
    );
  });

  test('a column that is not there', () => {
    expect(() => table('a|b', '1|2').texts('c')).toThrow(
      new DataError("data.csv: has no column 'c'. Its columns: a, b."),
    );
  });

  test('names that are missing or there twice', () => {
    expect(() => table('a|', '1|2')).toThrow(
      new DataError('data.csv: line 1, the header: column 2 has no name. Give every column one.'),
    );
    expect(() => table('a|b|a', '1|2|3')).toThrow(
      new DataError(
        "data.csv: line 1, the header: column 3 is named 'a', as one before it. Give every column a name of its own.",
      ),
    );
  });

  test('an unknown way to treat what is missing', () => {
    expect(() => table('x', '1').numbers('x', 'zero' as Missing)).toThrow(
      new OptionError('Table.numbers: missing must be one of refuse, previous, got zero.'),
    );
  });

  test.each<[unknown, string]>([
    ['a', 'op: columns must be a list of at least one name, got "a".'],
    [[], 'op: columns must be a list of at least one name, got [].'],
    [[1], 'op: columns must be a list of at least one name, got [1].'],
    [undefined, 'op: columns must be a list of at least one name, got nothing.'],
    [['a', 'a'], "op: columns has 'a' twice. Name each once."],
  ])('columns %j', (value, message) => {
    expect(() => checkNames('op', 'columns', value)).toThrow(new OptionError(message));
  });
});
