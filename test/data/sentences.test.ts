/** Sentences of a text, side by side. */

import { describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { Sentences, sentenceBatch } from '../../src/data/sentences.js';
import { DataError, OptionError } from '../../src/errors.js';

/** Each sentence as text again. */
function texts(sentences: Sentences): string[] {
  return Array.from({ length: sentences.count }, (_, i) => {
    const { ids, lengths } = sentences.batch([i]);
    expect(ids.shape).toEqual([sentences.length(i), 1]);
    expect([...lengths]).toEqual([sentences.length(i)]);
    return sentences.vocabulary.decode(ids.data);
  });
}

describe('words', () => {
  const corpus = Corpus.fromText('a b c\n\nd e\nf\n', { level: 'word' });

  test('a line is a sentence, without what begins and ends it', () => {
    expect(texts(new Sentences(corpus))).toEqual(['a b c', 'd e', 'f']);
  });

  test('a longer one is cut', () => {
    expect(texts(new Sentences(corpus, { maxLength: 2 }))).toEqual(['a b', 'c', 'd e', 'f']);
    expect(texts(new Sentences(corpus, { maxLength: 1 }))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('one of unknown words alone is left out', () => {
    const other = Corpus.fromText('x y\na x\nz\nf\n', { vocabulary: corpus.vocabulary });
    expect(texts(new Sentences(other))).toEqual(['a <unk>', 'f']);
    const none = Corpus.fromText('x y\nz\n', { vocabulary: corpus.vocabulary });
    expect(() => new Sentences(none)).toThrow(
      new DataError('Sentences: no sentence has a token of the vocabulary. Give a text of its language and level.'),
    );
  });
});

test('characters: a line is a sentence, and a text without line breaks is one', () => {
  expect(texts(new Sentences(Corpus.fromText('ab\n\ncd e\n', { level: 'char' })))).toEqual(['ab', 'cd e']);
  expect(texts(new Sentences(Corpus.fromText('abcd', { level: 'char' }), { maxLength: 3 }))).toEqual(['abc', 'd']);
});

test('side by side they are time-major, padded behind their end', () => {
  const { ids, lengths } = sentenceBatch([Int32Array.of(5, 6, 7), Int32Array.of(8), Int32Array.of(9, 4)]);
  expect(ids).toEqual({ data: Int32Array.of(5, 8, 9, 6, 0, 4, 7, 0, 0), shape: [3, 3] });
  expect([...lengths]).toEqual([3, 1, 2]);
});

test('the fingerprint tells texts and cuts apart', () => {
  const of = (text: string, maxLength?: number) =>
    new Sentences(Corpus.fromText(text, { level: 'char' }), maxLength === undefined ? {} : { maxLength }).fingerprint;
  expect(of('ab\nba\n')).toBe(of('ab\nba\n'));
  expect(of('ab\nba\n')).not.toBe(of('ab\nab\n'));
  expect(of('ab\nba\n')).not.toBe(of('ab\nba\n', 1));
});

test.each<[unknown, object, string]>([
  [
    Corpus.fromText('ab', { level: 'char' }),
    { length: 3 },
    "Sentences: unknown option 'length'. Known options: maxLength.",
  ],
  [
    Corpus.fromText('ab', { level: 'char' }),
    { maxLength: 0 },
    'Sentences: maxLength must be a whole number of at least 1, got 0.',
  ],
  ['a text', {}, 'Sentences: takes a Corpus. Make one with Corpus.fromText.'],
])('%o with %o is refused', (corpus, options, message) => {
  expect(() => new Sentences(corpus as Corpus, options)).toThrow(new OptionError(message));
});

test('the fingerprint tells texts of the same form apart', () => {
  const of = (text: string, level: 'char' | 'word') => new Sentences(Corpus.fromText(text, { level })).fingerprint;
  expect(of('ab\nba\n', 'char')).not.toBe(of('xy\nyx\n', 'char'));
  expect(of('one two\ntwo\n', 'word')).not.toBe(of('uno due\ndue\n', 'word'));
});

test('line breaks of any kind end a sentence of characters', () => {
  for (const text of ['ab\r\ncd\r\n', 'ab\rcd', 'ab\ncd\n', 'ab\r\n\r\ncd']) {
    expect(texts(new Sentences(Corpus.fromText(text, { level: 'char' })))).toEqual(['ab', 'cd']);
  }
});

test('as many sentences as there may be lie side by side', () => {
  const many = new Array<Int32Array>(200_000).fill(Int32Array.of(4));
  expect(sentenceBatch(many).ids.shape).toEqual([1, 200_000]);
});
