/** Pairs of texts: what is read from TSV, how batches lie, what is refused. */

import { describe, expect, test } from 'vitest';
import { epochBatches } from '../../src/data/examples.js';
import { Pairs } from '../../src/data/pairs.js';
import type { PairOptions, TextPair } from '../../src/data/pairs.js';
import { BEGINNING, PADDING, UNKNOWN, Vocabulary } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';

const TSV = 'ab\txyz\nb\tz\nabb\tyy\n';
const char = { level: 'char' } as const;

describe('reading', () => {
  test('batches are time-major, padded, with BEGINNING before and behind the targets', () => {
    const pairs = Pairs.fromTsv(TSV, char);
    const { source, target } = pairs.vocabularies;
    const [a, b] = ['a', 'b'].map((symbol) => source.idOf(symbol)) as [number, number];
    const [x, y, z] = ['x', 'y', 'z'].map((symbol) => target.idOf(symbol)) as [number, number, number];
    expect(pairs.count).toBe(3);
    expect([0, 1, 2].map((i) => pairs.length(i))).toEqual([5, 2, 5]);
    expect(pairs.batch([2, 1, 0])).toEqual({
      source: { data: Int32Array.of(a, b, a, b, PADDING, b, b, PADDING, PADDING), shape: [3, 3] },
      sourceLengths: Int32Array.of(3, 1, 2),
      inputs: {
        data: Int32Array.of(BEGINNING, BEGINNING, BEGINNING, y, z, x, y, PADDING, y, PADDING, PADDING, z),
        shape: [4, 3],
      },
      targets: { data: Int32Array.of(y, z, x, y, BEGINNING, y, BEGINNING, -1, z, -1, -1, BEGINNING), shape: [4, 3] },
      targetLengths: Int32Array.of(3, 2, 4),
    });
  });

  test.each(['\r\n', '\r', '\n'])('line breaks %j, at the end too', (lineBreak) => {
    const plain = Pairs.fromTsv(TSV, char);
    for (const end of ['', lineBreak, lineBreak.repeat(3)]) {
      const text = TSV.trimEnd().replaceAll('\n', lineBreak) + end;
      expect(Pairs.fromTsv(text, char).fingerprint).toBe(plain.fingerprint);
    }
  });

  test('words are split by the language of each side', () => {
    const pairs = Pairs.fromTsv('Hello, you!\tBonjour, toi\u202f!\n', { level: 'word', targetLocale: 'fr' });
    expect(pairs.vocabularies.source.symbols.slice(3)).toEqual(['Hello', ',', 'you', '!']);
    expect(pairs.vocabularies.target.symbols.slice(3)).toEqual(['Bonjour', ',', 'toi', '!']);
    expect(pairs.vocabularies.target.locale).toBe('fr');
    const { source, inputs, targets } = pairs.batch([0]);
    expect(Array.from(source.data)).toEqual([3, 4, 5, 6]);
    expect(Array.from(inputs.data)).toEqual([BEGINNING, 3, 4, 5, 6]);
    expect(Array.from(targets.data)).toEqual([3, 4, 5, 6, BEGINNING]);
  });

  test.each(['char', 'word'] as const)('%s: both sides may share a vocabulary', (level) => {
    const { source, target } = Pairs.fromTsv('a b\tc a\n', { level, shared: true }).vocabularies;
    expect(source).toBe(target);
    for (const symbol of ['a', 'b', 'c']) expect(source.idOf(symbol)).toBeGreaterThan(UNKNOWN);
    expect(Pairs.fromTsv('a b\tc a\n', { level }).vocabularies.source.idOf('c')).toBe(UNKNOWN);
  });

  test('the vocabularies of a model encode what others were built from, rare symbols as unknown', () => {
    const first = Pairs.fromTsv('aab\tx\n', { ...char, vocabSize: 1 });
    expect(first.vocabularies.source.size).toBe(4);
    const second = Pairs.fromTsv('cab\tx\n', { vocabularies: first.vocabularies });
    expect(second.vocabularies).toBe(first.vocabularies);
    expect(Array.from(second.batch([0]).source.data)).toEqual([UNKNOWN, 3, UNKNOWN]);
  });

  test('the fingerprint tells pairs apart, and their symbols', () => {
    const texts = ['ab\tc\n', 'a\tbc\n', 'ab\td\n', 'ba\tc\n', 'ab\tc\nab\tc\n'];
    const prints = texts.map((text) => Pairs.fromTsv(text, char).fingerprint);
    expect(new Set(prints).size).toBe(texts.length);
    expect(prints[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(Pairs.fromTsv(texts[0]!, char).fingerprint).toBe(prints[0]);
  });
});

test('an epoch has every pair once; a split keeps order and vocabularies', () => {
  const pairs = Pairs.fromPairs(
    Array.from({ length: 10 }, (_, i): TextPair => ['a'.repeat(i + 1), 'b']),
    char,
  );
  const order = epochBatches(pairs, { batch: 4, seed: 1, epoch: 0 });
  expect(order.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  const { train, valid } = pairs.split(0.2);
  expect([train.count, valid.count]).toEqual([8, 2]);
  expect(valid.length(0)).toBe(pairs.length(8));
  expect(valid.vocabularies).toBe(pairs.vocabularies);
  expect(() => pairs.split(0.01)).toThrow(
    new DataError(
      'split: each part needs a pair, validFraction 0.01 cuts 10 into 10 and 0. Give more pairs, or another fraction.',
    ),
  );
  expect(() => pairs.split(1)).toThrow(OptionError);
});

describe('refusals', () => {
  test.each<[string, string]>([
    ['', 'f.tsv: the file is empty. Give a source, a tab and a target on each line.'],
    ['\n\r\n', 'f.tsv: the file is empty. Give a source, a tab and a target on each line.'],
    [
      'a\tb\nword\n',
      'f.tsv:2: a line must be a source, a tab and a target, got 1 column. Put a tab between source and target.',
    ],
    [
      'a\tb\n\nc\td',
      'f.tsv:2: a line must be a source, a tab and a target, got 1 column. Put a tab between source and target.',
    ],
    ['a\tb\tc', 'f.tsv:1: a line must be a source, a tab and a target, got 3 columns. Take the other columns out.'],
    ['a\tb\n\tc', 'f.tsv:2: the source must not be empty. Fill it in, or leave the pair out.'],
    ['a\tb\nc\t  ', 'f.tsv:2: the target must not be empty. Fill it in, or leave the pair out.'],
  ])('%j', (text, message) => {
    expect(() => Pairs.fromTsv(text, { ...char, name: 'f.tsv' })).toThrow(new DataError(message));
  });

  test('pairs that are none', () => {
    expect(() => Pairs.fromPairs([], char)).toThrow(new DataError('pairs: there is no pair. Give at least one.'));
    expect(() => Pairs.fromPairs([['a', '']], char)).toThrow(/^pairs: pair 0: the target must not be empty/);
  });

  const vocabularies = Pairs.fromTsv(TSV, char).vocabularies;
  test.each<[object, string]>([
    [{}, 'Pairs: level must be one of char, word, got undefined.'],
    [{ level: 'line' }, 'Pairs: level must be one of char, word, got line.'],
    [{ ...char, locale: 'en' }, "Vocabulary.fromText: locale is for level 'word'; characters have none. Leave it out."],
    [{ ...char, vocabSize: 0 }, 'Vocabulary: size must be a whole number of at least 1, got 0.'],
    [{ ...char, shared: 1 }, 'Pairs: shared must be true or false, got 1.'],
    [
      { level: 'word', shared: true, targetLocale: 'fr' },
      "Pairs: a shared vocabulary has one language, and targetLocale is 'fr'. Leave it out.",
    ],
    [{ ...char, vocabularies }, 'Pairs: level is that of the vocabularies given. Leave it out.'],
    [{ shared: true, vocabularies }, 'Pairs: shared is that of the vocabularies given. Leave it out.'],
    [
      { vocabularies: { source: vocabularies.source } },
      'Pairs: vocabularies.target must be a Vocabulary. Give those of a model.',
    ],
    [
      { vocabularies: { ...vocabularies, other: 1 } },
      "Pairs: vocabularies: unknown option 'other'. Known options: source, target.",
    ],
    [
      { ...char, columns: 2 },
      "Pairs.fromTsv: unknown option 'columns'. Known options: level, locale, targetLocale, vocabSize, shared, " +
        'vocabularies, name.',
    ],
  ])('%o', (options, message) => {
    expect(() => Pairs.fromTsv(TSV, options as PairOptions)).toThrow(new OptionError(message));
  });

  test('vocabularies read from JSON serve as well', () => {
    const back = {
      source: Vocabulary.fromJSON(vocabularies.source.toJSON()),
      target: Vocabulary.fromJSON(vocabularies.target.toJSON()),
    };
    expect(Pairs.fromTsv(TSV, { vocabularies: back }).fingerprint).toBe(Pairs.fromTsv(TSV, char).fingerprint);
  });
});

test('a side of any length has a fingerprint', () => {
  const long = 'a'.repeat(300_000);
  const of = (target: string) => Pairs.fromPairs([[long, target]], char).fingerprint;
  expect(of('x')).toMatch(/^[\da-f]{8}$/);
  expect(of('xx')).not.toBe(of('x'));
});
