/** Times that go on in their own form, and columns that hold none. */

import { describe, expect, test } from 'vitest';
import { Table } from '../../src/data/table.js';
import { timesAfter } from '../../src/data/times.js';
import { DataError, OptionError } from '../../src/errors.js';

const after = (times: readonly string[], steps: number = 2): string[] =>
  timesAfter(new Table([['when'], ...times.map((time) => [time])], { source: 'data.csv' }), 'when', steps);

describe('what follows', () => {
  test.each([
    [
      ['3', '5'],
      ['7', '9'],
    ],
    [
      ['-1', '0', '0.25'],
      ['0.50', '0.75'],
    ],
    [
      ['2024-02-27', '2024-02-28'],
      ['2024-02-29', '2024-03-01'],
    ],
    [
      ['2024-01-01', '2024-01-08'],
      ['2024-01-15', '2024-01-22'],
    ],
    [
      ['2023-11-01', '2023-12-01'],
      ['2024-01-01', '2024-02-01'],
    ],
    [
      ['2023-09-28', '2023-12-28'],
      ['2024-03-28', '2024-06-28'],
    ],
    [
      ['2022-02-01', '2023-02-01'],
      ['2024-02-01', '2025-02-01'],
    ],
    // The last days of months are followed by others.
    [
      ['2023-07-31', '2023-08-31'],
      ['2023-09-30', '2023-10-31'],
    ],
    [
      ['2023-12-31 12:00', '2024-01-31 12:00'],
      ['2024-02-29 12:00', '2024-03-31 12:00'],
    ],
    [
      ['2023-11-30', '2024-02-29'],
      ['2024-05-31', '2024-08-31'],
    ],
    // The 30th is no day that every month has, and not the last one of May: 30 days go on.
    [
      ['2023-04-30', '2023-05-30'],
      ['2023-06-29', '2023-07-29'],
    ],
    [
      ['2024-03-01 22:00', '2024-03-01 23:00'],
      ['2024-03-02 00:00', '2024-03-02 01:00'],
    ],
    [
      ['2024-03-01T22:00:30Z', '2024-03-01T22:00:45Z'],
      ['2024-03-01T22:01:00Z', '2024-03-01T22:01:15Z'],
    ],
    [
      ['2024-03-30T12:30:00', '2024-03-31T12:30:00'],
      ['2024-04-01T12:30:00', '2024-04-02T12:30:00'],
    ],
  ])('%j', (times, wanted) => {
    expect(after(times)).toEqual(wanted);
  });
});

describe('refusals', () => {
  test.each<[readonly string[], string]>([
    [
      ['2024-01-02', '2024-01-01'],
      "data.csv: line 3, column 'when': times must ascend, got '2024-01-01' behind '2024-01-02'. Sort the rows by time.",
    ],
    [['1', '2', '2'], "data.csv: line 4, column 'when': times must ascend, got '2' behind '2'. Sort the rows by time."],
    [
      ['1/2/2024'],
      "data.csv: line 2, column 'when': a time must be a number, or a date such as 2024-03-01 or 2024-03-01 12:00, " +
        "got '1/2/2024'. Correct it, or leave the times out.",
    ],
    [
      ['2024-01-01', '2024-13-01'],
      "data.csv: line 3, column 'when': a time must be a number, or a date such as 2024-03-01 or 2024-03-01 12:00, " +
        "got '2024-13-01'. Correct it, or leave the times out.",
    ],
    ...['2024-02-30', '2023-02-29', '2024-04-31 12:00', '2024-01-01T24:00Z', '2024-02-29T12:60'].map(
      (date): [string[], string] => [
        ['2023-01-01', date],
        `data.csv: line 3, column 'when': a time must be a number, or a date such as 2024-03-01 or 2024-03-01 12:00, got '${date}'. Correct it, or leave the times out.`,
      ],
    ),
    [
      ['1', '2024-01-01'],
      "data.csv: line 3, column 'when': a time must be a number, as the first is, got '2024-01-01'. " +
        'Correct it, or leave the times out.',
    ],
    [['1'], "data.csv: line 2, column 'when': there must be two times, to tell how far apart they are, got one."],
  ])('%j', (times, message) => {
    expect(() => after(times)).toThrow(new DataError(message));
  });

  test('no steps', () => {
    expect(() => after(['1', '2'], 0)).toThrow(OptionError);
  });
});
