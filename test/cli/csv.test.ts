/** CSV files as tables: quoting, separators, and files that are none. */

import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTable, readTable } from '../../src/cli/csv.js';
import { DataError } from '../../src/errors.js';
import { thrown } from '../thrown.js';
import { Workplace } from './command.js';

const read = (text: string) => parseTable(text, 'data.csv');

describe('what is read', () => {
  test('a header and rows; quotes, line breaks in cells, empty lines and a byte order mark', () => {
    const table = read('\uFEFFday,"the ""load""",note\r\n1,2.5,"a, b"\r\n\r\n2,3,"two\nlines"\r\n3,x,\r\n');
    expect(table.columns).toEqual(['day', 'the "load"', 'note']);
    expect(table.rows).toEqual([
      ['1', '2.5', 'a, b'],
      ['2', '3', 'two\nlines'],
      ['3', 'x', ''],
    ]);
    // The lines of the file, not of the table: an empty one and one with a break in a cell count.
    expect(thrown(() => table.numbers('the "load"')).message).toMatch(/^data\.csv: line 6, column 'the "load"'/);
  });

  test.each([
    ['a;b\n1;2\n', ';'],
    ['a\tb\n1\t2\n', 'tab'],
    ['a,b\n1,2\n', ','],
  ])('%j', (text) => {
    const table = read(text);
    expect(table.columns).toEqual(['a', 'b']);
    expect(table.rows).toEqual([['1', '2']]);
  });

  test('one column needs no separator', () => {
    expect([...read('load\n1\n2\n').numbers('load')]).toEqual([1, 2]);
  });
});

describe('blank lines', () => {
  test('of one column are numbers that are missing, but for those at the ends', () => {
    const table = read('\n\nload\n1\n\n3\n""\n5\n \n\n');
    expect(table.texts('load')).toEqual(['1', '', '3', '', '5']);
    expect([...table.numbers('load', 'previous')]).toEqual([1, 1, 3, 3, 5]);
    expect(() => table.numbers('load')).toThrow(/^data\.csv: line 5, column 'load': the number is missing/);
    expect(read('load\n1\n""\n\n').texts('load')).toEqual(['1', '']);
  });

  test('of several are none; a line of separators is a row', () => {
    expect(read('\n\na;b\n\n1;2\n;\n\n3;4\n\n').rows).toEqual([
      ['1', '2'],
      ['', ''],
      ['3', '4'],
    ]);
  });
});

describe('what is refused', () => {
  const fix =
    'A cell with quotes, separators or line breaks in it stands in double quotes, and quotes in it are doubled.';

  test.each([
    ['', 'data.csv: is empty. The first line must name the columns, and rows must follow.'],
    ['a,b\n', 'data.csv: has a header and no rows. Rows must follow the first line.'],
    [
      'a,b\n1,2\n\n3\n',
      'data.csv: line 4 has 1 cell, and the header names 2 columns. Give the line 2 cells; one with a separator in it stands in double quotes.',
    ],
    [
      'a,b\n1,2\n3,"4\n5,6\n',
      `data.csv: the row of line 3 is no CSV: a double quote opens a cell and none closes it. ${fix}`,
    ],
    [
      'a,b\n1,2"3"\n',
      `data.csv: the row of line 2 is no CSV: a double quote stands within a cell that does not begin with one. ${fix}`,
    ],
    [
      'a,b\n1,"2"3\n',
      `data.csv: the row of line 2 is no CSV: something stands between the closing double quote and the separator. ${fix}`,
    ],
  ])('%j', (text, message) => {
    expect(() => read(text)).toThrow(new DataError(message));
  });

  test('a file that is not there, or not text', async () => {
    const place = new Workplace();
    await expect(readTable(place.at('none.csv'))).rejects.toThrow(DataError);
    await expect(readTable(place.at('none.csv'))).rejects.toThrow(/none\.csv/);
    writeFileSync(place.at('bytes.csv'), Uint8Array.from([97, 10, 255, 254, 10]));
    await expect(readTable(place.at('bytes.csv'))).rejects.toThrow(/bytes\.csv.*UTF-8/);
  });
});
