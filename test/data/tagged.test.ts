/** Labelled sentences as ids and batches, and the generated ones. */

import { describe, expect, test } from 'vitest';
import { spansOf } from '../../src/data/spans.js';
import { TagSymbols } from '../../src/data/tag-symbols.js';
import type { TagSymbolsJSON } from '../../src/data/tag-symbols.js';
import { TaggedExamples } from '../../src/data/tagged-examples.js';
import { brokenLinks, taggedSentences } from '../../src/data/tagged-text.js';
import { PADDING, UNKNOWN } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';

const sentences = [
  { words: ['The', 'cat', 'sat'], labels: ['D', 'N', 'V'], lines: [1, 2, 3] },
  { words: ['the', 'Dog'], labels: ['D', 'N'], lines: [5, 6] },
];

describe('symbols', () => {
  const symbols = TagSymbols.fromSentences(sentences);

  test('words in small letters, characters as they are, labels as they came', () => {
    expect(symbols.words.symbols.slice(3)).toEqual(['the', 'cat', 'sat', 'dog']);
    expect(symbols.labels).toEqual(['D', 'N', 'V']);
    expect(symbols.wordId('THE')).toBe(symbols.wordId('the'));
    expect(symbols.wordId('bird')).toBe(UNKNOWN);
    expect([symbols.labelId('V'), symbols.labelId('X')]).toEqual([2, undefined]);
    const own = TagSymbols.fromSentences(sentences, { lowercase: false });
    expect(own.words.symbols.slice(3)).toEqual(['The', 'cat', 'sat', 'the', 'Dog']);
  });

  test('labels of sentences kept apart come behind', () => {
    expect(TagSymbols.fromSentences(sentences, { labels: ['X', 'N'] }).labels).toEqual(['D', 'N', 'V', 'X']);
  });

  test('rare words, and words that look like reserved symbols, are unknown', () => {
    const frequent = TagSymbols.fromSentences([...sentences, { words: ['<pad>', '<pad>'], labels: ['D', 'D'] }], {
      minCount: 2,
    });
    expect(frequent.words.symbols.slice(3)).toEqual(['the']);
    expect(['<pad>', '<S>', 'cat'].map((word) => frequent.wordId(word))).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  test('ids of sentences, and each different word once, by its characters', () => {
    const { words, lengths, forms, characters, formLengths } = symbols.encode([['the', 'bird', 'the'], ['Cat']]);
    const [the, cat] = [symbols.wordId('the'), symbols.wordId('cat')];
    expect(words).toEqual({ data: Int32Array.of(the, cat, UNKNOWN, PADDING, the, PADDING), shape: [3, 2] });
    expect([...lengths]).toEqual([3, 1]);
    expect(forms).toEqual({ data: Int32Array.of(0, 2, 1, 0, 0, 0), shape: [3, 2] });
    expect([...formLengths]).toEqual([3, 4, 3]);
    const spelt = (w: number) => Array.from({ length: formLengths[w]! }, (_, s) => characters.data[3 * s + w]!);
    expect(characters.shape).toEqual([4, 3]);
    expect([0, 1, 2].map(spelt)).toEqual(['the', 'bird', 'Cat'].map((word) => [...symbols.characters.encode(word)]));
    expect(characters.data[9]).toBe(PADDING);
  });

  test('come back from JSON', () => {
    const again = TagSymbols.fromJSON(JSON.parse(JSON.stringify(symbols)) as TagSymbolsJSON);
    expect(again.toJSON()).toEqual(symbols.toJSON());
    expect(again.encode([['The', 'dog']])).toEqual(symbols.encode([['The', 'dog']]));
  });

  test.each<[object, RegExp]>([
    [{ labels: [] }, /labels must be a list of different strings/],
    [{ labels: ['a', 'a'] }, /labels must be a list of different strings/],
    [{ labels: [1] }, /labels must be a list of different strings/],
    [{ labels: 'ab' }, /labels must be a list of different strings/],
    [{ lowercase: 1 }, /TagSymbols.fromJSON: lowercase must be true or false, got 1/],
    [{ words: 1 }, /Vocabulary.fromJSON: the value must be an object, got 1/],
    [{ words: symbols.characters.toJSON() }, /of level word and characters of level char, got char and char/],
  ])('refuses %j', (changes, message) => {
    expect(() => TagSymbols.fromJSON({ ...symbols.toJSON(), ...changes })).toThrow(message);
  });

  test('refuses nothing', () => {
    expect(() => TagSymbols.fromSentences([])).toThrow(/there is no word to learn from/);
    expect(() => TagSymbols.fromSentences(sentences, { minCount: 3 })).toThrow(/no word is seen 3 times. Lower/);
    expect(() => TagSymbols.fromSentences(sentences, { minCount: 0 })).toThrow(OptionError);
    expect(() => symbols.encode([])).toThrow(DataError);
    expect(() => symbols.encode([['a'], []])).toThrow(/each of at least one word/);
  });
});

describe('examples', () => {
  const symbols = TagSymbols.fromSentences(sentences);

  test('a batch has the labels of its sentences, and nothing behind them', () => {
    const examples = new TaggedExamples(sentences, symbols);
    expect([examples.count, examples.length(0), examples.length(1)]).toEqual([2, 3, 2]);
    const batch = examples.batch([1, 0]);
    expect(batch.targets).toEqual({ data: Int32Array.of(0, 0, 1, 1, -1, 2), shape: [3, 2] });
    expect([...batch.lengths]).toEqual([2, 3]);
  });

  test('the fingerprint tells words and labels apart', () => {
    const of = (changed: object) => new TaggedExamples([{ ...sentences[0]!, ...changed }], symbols).fingerprint;
    expect(of({})).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set([of({}), of({ words: ['The', 'cat', 'sits'] }), of({ labels: ['D', 'N', 'N'] })]).size).toBe(3);
    expect(of({ lines: [7, 8, 9] })).toBe(of({}));
  });

  test.each<[object, string]>([
    [
      { words: ['a', 'b'], labels: ['D', 'X'], lines: [4, 5] },
      "dev.conll:5: label 'X' of 'b' is not among those trained on: D, N, V. Correct it, or train on a file that has it.",
    ],
    [
      { words: ['a'], labels: ['X'] },
      "dev.conll: sentence 1: label 'X' of 'a' is not among those trained on: D, N, V. Correct it, or train on a file that has it.",
    ],
    [
      { words: ['a'], labels: [] },
      'dev.conll: sentence 1: a sentence must have words, and a label for each, got 1 words and 0 labels.',
    ],
  ])('refuses %j', (sentence, message) => {
    expect(() => new TaggedExamples([sentence as never], symbols, 'dev.conll')).toThrow(new DataError(message));
  });

  test('refuses no sentences', () => {
    expect(() => new TaggedExamples([], symbols)).toThrow(new DataError('tagged: there is no sentence. Give at least one.')); // prettier-ignore
  });
});

describe('generated sentences', () => {
  test('of a seed are the same, of another one others', () => {
    const of = (seed?: number) => taggedSentences('names', { count: 5, seed });
    expect(of(3)).toEqual(of(3));
    expect(of()).toEqual(of(1));
    expect(of(3)).not.toEqual(of(4));
    expect(taggedSentences('names', { count: 3 })).toEqual(of().slice(0, 3));
  });

  test('names: the type follows from both cues together, from neither alone', () => {
    const seen = new Map<string, Set<string>>();
    const spans = { LOC: 0, PER: 0, ORG: 0, MISC: 0 };
    for (const { words, labels } of taggedSentences('names', { count: 300 })) {
      for (const { type, start, end } of spansOf(labels)) {
        const before = words.slice(0, start).findLast((word) => CUES.includes(word))!;
        const behind = words.slice(end).find((word) => CUES.includes(word))!;
        for (const key of [before, behind, `${before} ${behind}`])
          seen.set(key, (seen.get(key) ?? new Set()).add(type));
        spans[type as keyof typeof spans]++;
        expect(words.slice(start, end).every((word) => /^[A-Z]/.test(word))).toBe(true);
      }
    }
    for (const [key, types] of seen) expect([key, types.size]).toEqual([key, key.includes(' ') ? 1 : 2]);
    expect(seen.size).toBe(CUES.length + 36);
    const total = Object.values(spans).reduce((a, b) => a + b);
    for (const count of Object.values(spans)) expect(Math.abs(count / total - 1 / 4)).toBeLessThan(0.05);
  });

  test('chain: no link is broken, and a word is right in half of the cases', () => {
    const drawn = taggedSentences('chain', { count: 300 });
    expect(drawn.reduce((sum, { labels }) => sum + brokenLinks(labels), 0)).toBe(0);
    const told = drawn.flatMap(({ words, labels }) => words.map((word, i) => word === `at-${labels[i]}`));
    expect(told.filter(Boolean).length / told.length).toBeCloseTo(0.5, 1);
    expect(brokenLinks(['dawn', 'dusk', 'night', 'night'])).toBe(2);
  });

  test('refuses what it does not know', () => {
    expect(() => taggedSentences('verbs' as never, { count: 1 })).toThrow(
      new OptionError('taggedSentences: kind must be one of names, chain, got verbs.'),
    );
    expect(() => taggedSentences('names', { count: 0 })).toThrow(OptionError);
    expect(() => taggedSentences('names', { count: 1, size: 1 } as never)).toThrow(/unknown option 'size'/);
    expect(() => taggedSentences('names', { count: 1, seed: -1 })).toThrow(/seed must be/);
  });
});

const CUES = 'near behind past for with against opened closed burned spoke wrote slept'.split(' ');

test('as many sentences as there may be lie side by side', () => {
  const symbols = TagSymbols.fromSentences(sentences);
  expect(symbols.encode(Array.from({ length: 200_000 }, () => ['cat'])).words.shape).toEqual([1, 200_000]);
});
