/** Sequences from tables in long form: steps, labels, parts, and files that cannot be read so. */

import { describe, expect, test } from 'vitest';
import { LabelledSequences } from '../../src/data/labelled-sequences.js';
import type { LabelledSequencesOptions } from '../../src/data/labelled-sequences.js';
import { Table } from '../../src/data/table.js';
import { DataError, OptionError } from '../../src/errors.js';

const ROWS = ['who|x|y|kind', 'b|1|2|up', 'a|3|4|down', 'b|5|6|up', 'b|7|8|up', 'c|9|10|up'];
const OPTIONS = { id: 'who', columns: ['x', 'y'], label: 'kind' };

function read(rows: readonly string[] = ROWS, options: Partial<LabelledSequencesOptions> = {}): LabelledSequences {
  const table = new Table(
    rows.map((row) => row.split('|')),
    { source: 'data.csv' },
  );
  return LabelledSequences.fromTable(table, { ...OPTIONS, ...options });
}

/** N sequences of one step. */
const many = (N: number): LabelledSequences =>
  read(['who|x|y|kind', ...Array.from({ length: N }, (_, i) => `s${i}|${i}|0|${i % 2 === 0 ? 'even' : 'odd'}`)]);

describe('what is read', () => {
  test('the rows of each id, wherever they stand, and its label', () => {
    const sequences = read();
    expect(sequences.ids).toEqual(['b', 'a', 'c']);
    expect(sequences.labels).toEqual(['down', 'up']);
    expect([0, 1, 2].map((i) => sequences.length(i))).toEqual([3, 1, 1]);
  });

  test('a batch, time-major, with zeros behind the end', () => {
    const { inputs, lengths, targets } = read().batch([1, 0]);
    expect(inputs.shape).toEqual([3, 2, 2]);
    expect([...inputs.data]).toEqual([3, 4, 1, 2, 0, 0, 5, 6, 0, 0, 7, 8]);
    expect([...lengths]).toEqual([1, 3]);
    expect([...targets.data]).toEqual([0, 1]);
  });

  test('the labels of a model, and none', () => {
    expect([...read(ROWS, { labels: ['up', 'sideways', 'down'] }).batch([0, 1]).targets.data]).toEqual([0, 2]);
    const { labels, batch } = {
      labels: read(ROWS, { label: undefined }).labels,
      batch: read(ROWS, { label: undefined }).batch([0]),
    };
    expect(labels).toEqual([]);
    expect([...batch.targets.data]).toEqual([-1]);
  });

  test('a missing number is that of the step before, in the same sequence', () => {
    const rows = ['who|x|y|kind', 'a|1|2|up', 'b|3|4|up', 'a||6|up'];
    expect([...read(rows, { missing: 'previous' }).batch([0]).inputs.data]).toEqual([1, 2, 1, 6]);
    expect(() => read(['who|x|y|kind', 'a|1|2|up', 'b||4|up'], { missing: 'previous' })).toThrow(
      /^data\.csv: line 3, column 'x': the number is missing\. There is nothing before it/,
    );
    expect(() => read(rows)).toThrow(/^data\.csv: line 4, column 'x'/);
  });

  test('a row without an id belongs to no sequence', () => {
    expect(() => read(ROWS.toSpliced(3, 0, '|3|4|down', ' |5|6|down'))).toThrow(
      new DataError("data.csv: line 4, column 'who': the id is missing. Fill it in."),
    );
  });

  test('all steps, for a scale', () => {
    expect([...read().select([1, 2]).rows.data]).toEqual([3, 4, 9, 10]);
  });

  test('the fingerprint tells numbers, labels, columns and order', () => {
    const prints = [
      read(),
      read(ROWS.with(1, 'b|1|3|up')),
      read(ROWS.with(2, 'a|3|4|up')),
      read(ROWS, { columns: ['y', 'x'] }),
      read().select([1, 0, 2]),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(5);
    expect(read().fingerprint).toBe(prints[0]);
  });
});

describe('split', () => {
  test('by chance, every sequence in one part', () => {
    const { train, valid, test: end } = many(50).split({ valid: 0.2, test: 0.1, seed: 3 });
    expect([train.count, valid!.count, end!.count]).toEqual([35, 10, 5]);
    const ids = [train, valid!, end!].flatMap((part) => part.ids);
    expect(ids.toSorted()).toEqual(many(50).ids.toSorted());
    expect(ids).not.toEqual(many(50).ids);
    expect(many(50).split({ valid: 0.2, test: 0.1, seed: 3 }).train.ids).toEqual(train.ids);
    expect(many(50).split({ valid: 0.2, test: 0.1, seed: 4 }).train.ids).not.toEqual(train.ids);
  });

  test('a share of 0 is no part, and an empty part is refused', () => {
    expect(many(5).split({ valid: 0, test: 0 })).toMatchObject({ valid: undefined, test: undefined });
    expect(() => many(4).split({ valid: 0.1, test: 0 })).toThrow(
      new DataError(
        'LabelledSequences.split: 4 sequences leave a part empty: valid 0.1 and test 0 make 0 and 0. ' +
          'Give more sequences, or other shares.',
      ),
    );
    expect(() => many(4).split({ valid: 0.5, test: 0.5 })).toThrow(DataError);
    expect(() => many(4).split({ valid: -1 })).toThrow(OptionError);
    expect(() => many(4).split({ share: 1 } as never)).toThrow(/unknown option 'share'/);
  });
});

describe('refusals', () => {
  test('a sequence with two labels, with none, with one that is not known', () => {
    expect(() => read(ROWS.with(4, 'b|7|8|down'))).toThrow(
      new DataError(
        "data.csv: line 5, column 'kind': a sequence has one label, got 'down' where its first row has 'up'. " +
          'Correct one, or the column of ids.',
      ),
    );
    expect(() => read(ROWS.with(2, 'a|3|4|'))).toThrow(
      new DataError("data.csv: line 3, column 'kind': the label is missing. Fill it in."),
    );
    expect(() => read(ROWS, { labels: ['up', 'left'] })).toThrow(
      new DataError(
        "data.csv: line 3, column 'kind': 'down' is none of the labels up, left. Correct it, or train on a file that has it.",
      ),
    );
  });

  test('columns that are not there, or are something else', () => {
    expect(() => read(ROWS, { id: 'whom' })).toThrow(/^data\.csv: has no column 'whom'/);
    expect(() => read(ROWS, { label: 'sort' })).toThrow(/^data\.csv: has no column 'sort'/);
    expect(() => read(ROWS, { columns: ['x', 'kind'] })).toThrow(
      new OptionError(
        "LabelledSequences.fromTable: columns must be numbers to learn from, got 'kind', which is the label.",
      ),
    );
    expect(() => read(ROWS, { columns: ['who'] })).toThrow(/got 'who', which is the id/);
    expect(() => read(ROWS, { columns: [] })).toThrow(OptionError);
    expect(() => read(ROWS, { features: ['x'] } as never)).toThrow(/unknown option 'features'/);
  });
});
