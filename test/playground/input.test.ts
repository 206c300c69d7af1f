import { describe, expect, it } from 'vitest';
import { MOST_BYTES, readTextFile } from '../../playground/src/language/text-file.js';
import { seriesColumns } from '../../playground/src/series/columns.js';
import { MOST_VALUES, parseSeries } from '../../playground/src/series/parse.js';
import { drawnValues, stroke } from '../../playground/src/series/pad.js';
import { Problem } from '../../playground/src/texts/problem.js';
import type { Parameters } from '../../playground/src/texts/texts.js';

/** The problem that is thrown, as its key and parameters. */
async function problemOf(act: () => unknown): Promise<[string, Parameters]> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Problem) return [error.key, error.parameters];
    throw error;
  }
  throw new Error('nothing was thrown');
}

const file = (...parts: (string | Uint8Array<ArrayBuffer>)[]): File => new File(parts, 'a.txt');

describe('a pasted series', () => {
  it('is numbers between spaces, commas, semicolons and lines', () => {
    expect(parseSeries('1, 2;3\t-4.5\r\n1e2\r 6\n\n')).toEqual([1, 2, 3, -4.5, 100, 6]);
    expect(parseSeries(' \n ')).toEqual([]);
  });

  it('names the line of what is no number', async () => {
    expect(await problemOf(() => parseSeries('1 2\n3 four'))).toEqual([
      'problem.notNumber',
      { line: 2, found: 'four' },
    ]);
    expect(await problemOf(() => parseSeries('Infinity'))).toEqual([
      'problem.notNumber',
      { line: 1, found: 'Infinity' },
    ]);
    expect(await problemOf(() => parseSeries('1 '.repeat(MOST_VALUES + 1)))).toEqual([
      'problem.manyNumbers',
      { count: MOST_VALUES + 1, most: MOST_VALUES },
    ]);
  });
});

describe('a drawn series', () => {
  it('joins the points of a stroke, in either direction', () => {
    const values: (number | undefined)[] = [];
    stroke(values, [2, 0], [4, 1]);
    stroke(values, [2, 0], [0, -1]);
    expect(values).toEqual([-1, -0.5, 0, 0.5, 1]);
    stroke(values, [3, 9], [3, 7]);
    expect(values[3]).toBe(7);
  });

  it('is what lies between its ends, gaps filled', () => {
    expect(drawnValues([undefined, 1, undefined, undefined, 2])).toEqual([1, 1, 1, 2]);
    expect(drawnValues([])).toEqual([]);
  });

  it('is one axis with what was forecast of it and what follows', () => {
    expect(seriesColumns([1, 2, 3], [2.5, 3.5], [4, 5])).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 3, null, null],
      [null, 2.5, 3.5, null, null],
      [null, null, 3, 4, 5],
    ]);
    expect(seriesColumns([], [], [])).toEqual([[], [], [], []]);
  });
});

describe('a text file', () => {
  it('is read whole, also where a character is cut in two', async () => {
    const long = 'あ'.repeat(100_000);
    expect(await readTextFile(file('a', long))).toBe(`a${long}`);
  });

  it('is refused with what to do', async () => {
    const huge = { name: 'b.txt', size: 2 * MOST_BYTES } as File;
    expect(await problemOf(() => readTextFile(huge))).toEqual([
      'problem.tooLarge',
      { name: 'b.txt', size: '100', most: '50' },
    ]);
    const kinds: readonly [string, File][] = [
      ['problem.empty', file('')],
      ['problem.empty', file(' \n')],
      ['problem.binary', file('text', Uint8Array.of(0, 1))],
      ['problem.encoding', file(Uint8Array.of(0x61, 0xe9, 0x62))],
      ['problem.encoding', file(Uint8Array.of(0x61, 0xe3))],
    ];
    for (const [key, given] of kinds) expect((await problemOf(() => readTextFile(given)))[0]).toBe(key);
  });
});
