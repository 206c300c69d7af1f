/** Sequences of unlike length: padding, lines of a text, parts, and what they cannot be. */

import { describe, expect, test } from 'vitest';
import { countEqual, Sequences, shifted, withEnd } from '../../src/data/ragged.js';
import { BEGINNING, Vocabulary } from '../../src/data/vocabulary.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';

const ids = [Int32Array.of(3, 4, 5), Int32Array.of(6), Int32Array.of(7, 8)];

describe('batches', () => {
  test('ids are padded with zeros, time-major', () => {
    const sequences = new Sequences(ids);
    expect([sequences.count, sequences.width, sequences.length(0), sequences.length(1)]).toEqual([3, 0, 3, 1]);
    expect(sequences.batch([1, 0])).toEqual({
      inputs: { data: Int32Array.of(6, 3, 0, 4, 0, 5), shape: [3, 2] },
      lengths: Int32Array.of(1, 3),
    });
  });

  test('values keep their width', () => {
    const sequences = new Sequences([Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6)], 2);
    expect([sequences.width, sequences.length(0), sequences.length(1)]).toEqual([2, 2, 1]);
    expect(sequences.batch([0, 1])).toEqual({
      inputs: { data: Float32Array.of(1, 2, 5, 6, 3, 4, 0, 0), shape: [2, 2, 2] },
      lengths: Int32Array.of(2, 1),
    });
  });

  test('the end is one more id, what came before is one step later', () => {
    const batch = new Sequences(ids).batch([0, 1]);
    const ended = withEnd(batch);
    expect(ended.inputs).toEqual({ data: Int32Array.of(3, 6, 4, 1, 5, 0, 1, 0), shape: [4, 2] });
    expect(ended.lengths).toEqual(Int32Array.of(4, 2));
    expect(shifted(batch.inputs, [4, 2], BEGINNING)).toEqual({
      data: Int32Array.of(1, 1, 3, 6, 4, 0, 5, 0),
      shape: [4, 2],
    });
    const values = new Sequences([Float32Array.of(1, 2, 3, 4)], 2).batch([0]);
    expect(shifted(values.inputs, [2, 1, 2], 0)).toEqual({ data: Float32Array.of(0, 0, 1, 2), shape: [2, 1, 2] });
  });

  test('sequences are the same where length and ids are, whatever the padding', () => {
    const all = new Sequences(ids).batch([0, 1, 2]);
    const shorter = new Sequences([ids[1]!, ids[2]!, ids[2]!]).batch([0, 0, 1]);
    expect(countEqual(all, all)).toBe(3);
    expect(countEqual(all, shorter)).toBe(2);
    expect(countEqual(all, new Sequences([Int32Array.of(3, 4, 6), ids[1]!, ids[2]!]).batch([0, 1, 2]))).toBe(2);
  });
});

describe('lines', () => {
  test('of characters, without their breaks; blank ones are none', () => {
    const { sequences, vocabulary } = Sequences.fromLines('ab\n\n  \r\nba b\n', { level: 'char' });
    expect(sequences.count).toBe(2);
    expect(vocabulary.idOf('\n')).toBe(vocabulary.idOf('never seen'));
    expect([0, 1].map((i) => vocabulary.decode(sequences.batch([i]).inputs.data as Int32Array))).toEqual([
      'ab',
      'ba b',
    ]);
  });

  test('of words, by a vocabulary of their own or by a given one', () => {
    const { sequences, vocabulary } = Sequences.fromLines('the cat.\na dog\n', { level: 'word' });
    expect([sequences.length(0), sequences.length(1)]).toEqual([3, 2]);
    const other = Sequences.fromLines('a cat flies', { vocabulary });
    expect(other.vocabulary).toBe(vocabulary);
    expect(Array.from(other.sequences.batch([0]).inputs.data)).toEqual([
      vocabulary.idOf('a'),
      vocabulary.idOf('cat'),
      2,
    ]);
    expect(Sequences.fromLines('a a b', { level: 'word', vocabSize: 1 }).vocabulary.size).toBe(4);
  });

  test('that are none, or with options that contradict one another', () => {
    const vocabulary = Vocabulary.fromText('ab', { level: 'char' });
    expect(() => Sequences.fromLines(' \n\n', { vocabulary })).toThrow(DataError);
    expect(() => Sequences.fromLines(' \n\n', { level: 'char' })).toThrow(DataError);
    expect(() => Sequences.fromLines('a', {})).toThrow(OptionError);
    expect(() => Sequences.fromLines('a', { level: 'char', words: 1 } as never)).toThrow(
      /^Sequences.fromLines: unknown option 'words'/,
    );
    for (const given of [{ level: 'char' }, { locale: 'en' }, { vocabSize: 9 }] as const) {
      expect(() => Sequences.fromLines('a', { vocabulary, ...given })).toThrow(
        new OptionError(
          `Sequences.fromLines: ${Object.keys(given)[0]} cannot be given with vocabulary, which settles it. Leave it out.`,
        ),
      );
    }
  });
});

test('the fingerprint follows from the ids and where each sequence ends', () => {
  const print = (sequences: readonly Int32Array[]): string => new Sequences(sequences).fingerprint;
  expect(print(ids.map((sequence) => sequence.slice()))).toBe(print(ids));
  expect(print([ids[1]!, ids[0]!, ids[2]!])).not.toBe(print(ids));
  expect(print([Int32Array.of(3, 4), Int32Array.of(5)])).not.toBe(print([Int32Array.of(3), Int32Array.of(4, 5)]));
});

test('the end is cut off, at least one sequence of it', () => {
  const { train, held } = new Sequences(ids).split(0.4);
  expect([train.count, held.count, held.length(0)]).toEqual([2, 1, 2]);
  expect(() => new Sequences(ids).split(0.9)).toThrow(
    new DataError('split: each part needs a sequence, and fraction 0.9 leaves none of 3 to train on.'),
  );
});

test.each<[readonly (Int32Array | Float32Array)[], number, Error]>([
  [[], 1, new DataError('Sequences: there is no sequence. Give at least one.')],
  [[ids[0]!, new Int32Array(0)], 1, new DataError('Sequences: sequence 1 is empty. Leave it out.')],
  [
    [ids[0]!, new Float32Array(2)],
    1,
    new DataError('Sequences: sequence 1 holds values, and sequence 0 ids. Give one kind.'),
  ],
  [[new Float32Array(3)], 2, new ShapeError('Sequences: sequence 0 must be (T, I) with I = 2, got 3 values.')],
])('refused: %o', (sequences, width, error) => {
  expect(() => new Sequences(sequences, width)).toThrow(error);
});

test('lines of other symbols have another fingerprint, in their parts too', () => {
  const of = (text: string): Sequences => Sequences.fromLines(text, { level: 'char' }).sequences;
  const [one, same, other] = [of('ab\nba\n'), of('ab\nba\n'), of('xy\nyx\n')];
  expect(one.fingerprint).toBe(same.fingerprint);
  expect(one.fingerprint).not.toBe(other.fingerprint);
  expect(one.split(0.5).held.fingerprint).toBe(same.split(0.5).held.fingerprint);
  expect(one.split(0.5).held.fingerprint).not.toBe(other.split(0.5).held.fingerprint);
});
