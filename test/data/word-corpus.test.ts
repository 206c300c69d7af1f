/** Texts as sentences of word ids, with their counts. */

import { describe, expect, test } from 'vitest';
import { WordCorpus } from '../../src/data/word-corpus.js';
import { WordCounts } from '../../src/data/word-counts.js';
import { DataError, OptionError } from '../../src/errors.js';
import { thrown } from '../thrown.js';

const text = 'The cat, the dog.\n\n--\r\nA cat sat: the END\n';

describe('WordCounts', () => {
  const sentences = [['b', 'a', 'b'], ['c', 'a', 'b'], ['d']];

  test('the most frequent first and, among equals, the one seen first', () => {
    const counts = WordCounts.fromSentences(sentences);
    expect(counts.words).toEqual(['b', 'a', 'c', 'd']);
    expect([...counts.counts]).toEqual([3, 2, 1, 1]);
    expect([counts.size, counts.total]).toEqual([4, 7]);
    expect(['b', 'd', 'x'].map((word) => counts.idOf(word))).toEqual([0, 3, undefined]);
  });

  test('rare words and those beyond a number are left out', () => {
    expect(WordCounts.fromSentences(sentences, { minCount: 2 }).words).toEqual(['b', 'a']);
    expect(WordCounts.fromSentences(sentences, { maxWords: 3 }).words).toEqual(['b', 'a', 'c']);
    expect(WordCounts.fromSentences(sentences, { maxWords: 1 }).total).toBe(3);
  });

  test('they come back through JSON', () => {
    const counts = WordCounts.fromSentences(sentences);
    expect(WordCounts.fromJSON(JSON.parse(JSON.stringify(counts)))).toEqual(counts);
  });

  test.each([
    [null, /words must be/],
    [{ words: 'ab', counts: [1, 1] }, /words must be/],
    [{ words: [], counts: [] }, /words must be/],
    [{ words: ['a', 'a'], counts: [2, 1] }, /words must be a list of different strings/],
    [{ words: ['a', ''], counts: [2, 1] }, /words must be/],
    [{ words: ['a', 'b'], counts: [1] }, /counts must be 2 whole numbers/],
    [{ words: ['a', 'b'], counts: [1, 2] }, /none above the one before/],
    [{ words: ['a', 'b'], counts: [1, 0] }, /of at least 1/],
    [{ words: ['a', 'b'], counts: [1.5, 1] }, /whole numbers/],
    [{ words: ['a', 'b'], counts: [2, '1'] }, /whole numbers/],
  ])('%j is refused', (json, message) => {
    const error = thrown(() => WordCounts.fromJSON(json));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(message);
  });

  test('what leaves nothing is refused, and says why', () => {
    expect(thrown(() => WordCounts.fromSentences([])).message).toBe(
      'WordCounts: there are no words. Give a text with at least one.',
    );
    expect(thrown(() => WordCounts.fromSentences(sentences, { minCount: 4 })).message).toBe(
      'WordCounts: no word comes 4 times, the most frequent one 3. Lower minCount or give more text.',
    );
    expect(() => WordCounts.fromSentences(sentences, { minCount: 0 })).toThrow(OptionError);
    expect(() => WordCounts.fromSentences(sentences, { min: 1 } as object)).toThrow(/unknown option 'min'/);
  });
});

describe('WordCorpus', () => {
  const wordsOf = ({ ids, starts, vocabulary }: WordCorpus): string[][] =>
    Array.from({ length: starts.length - 1 }, (_, i) =>
      [...ids.subarray(starts[i], starts[i + 1])].map((id) => vocabulary.words[id]!),
    );

  test('by language, without punctuation and lower-case; by spaces as it is', () => {
    expect(wordsOf(WordCorpus.fromText(text))).toEqual([
      ['the', 'cat', 'the', 'dog'],
      ['a', 'cat', 'sat', 'the', 'end'],
    ]);
    expect(wordsOf(WordCorpus.fromText(text, { splitBy: 'spaces', lowerCase: false }))).toEqual([
      ['The', 'cat,', 'the', 'dog.'],
      ['--'],
      ['A', 'cat', 'sat:', 'the', 'END'],
    ]);
    expect(wordsOf(WordCorpus.fromText('猫が座った', { locale: 'ja' }))[0]).toContain('猫');
  });

  test('words without an id are left out, and sentences of nothing else', () => {
    const corpus = WordCorpus.fromText('a a b\nc\nb a c', { splitBy: 'spaces', minCount: 2, maxWords: 2 });
    expect(wordsOf(corpus)).toEqual([['a', 'a', 'b'], ['b', 'a']]); // prettier-ignore
    expect(corpus.length).toBe(5);
  });

  test('long texts keep all of their words', () => {
    const sentences = Array.from({ length: 700 }, (_, i) => ['x', 'y', `z${i % 7}`]);
    expect(wordsOf(WordCorpus.fromSentences(sentences))).toEqual(sentences);
  });

  test('the fingerprint tells words, order and sentences apart', () => {
    const prints = ['a b\nb a', 'a b\na b', 'a b b\na', 'a c\nc a', 'a b b a'].map(
      (content) => WordCorpus.fromText(content).fingerprint,
    );
    expect(new Set(prints).size).toBe(prints.length);
    expect(WordCorpus.fromText('a b\nb a').fingerprint).toBe(prints[0]);
  });

  test.each<[object, string]>([
    [{ splitBy: 'lines' }, 'WordCorpus: splitBy must be one of language, spaces, got lines.'],
    [
      { splitBy: 'spaces', locale: 'en' },
      "WordCorpus: locale is for splitBy 'language', got splitBy 'spaces'. Leave locale out.",
    ],
    [{ lowerCase: 1 }, 'WordCorpus: lowerCase must be true or false, got 1.'],
    [
      { level: 'word' },
      "WordCorpus: unknown option 'level'. Known options: splitBy, locale, lowerCase, minCount, maxWords.",
    ],
  ])('options %j are refused', (options, message) => {
    const error = thrown(() => WordCorpus.fromText(text, options));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test('a text without words of the vocabulary is refused', () => {
    const { vocabulary } = WordCorpus.fromText('a b');
    expect(thrown(() => WordCorpus.encode([['c']], vocabulary)).message).toBe(
      'WordCorpus: none of the words is in the vocabulary. Give other text.',
    );
  });
});
