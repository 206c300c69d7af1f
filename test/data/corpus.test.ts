import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Corpus, decodeUtf8 } from '../../src/data/corpus.js';
import { BEGINNING, UNKNOWN, Vocabulary } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';

describe('fromText', () => {
  test('characters: one token each', () => {
    const corpus = Corpus.fromText('banana🐈', { level: 'char' });
    expect(corpus.vocabulary.symbols.slice(3)).toEqual(['a', 'n', 'b', '🐈']);
    expect([...corpus.tokens]).toEqual([5, 3, 4, 3, 4, 3, 6]);
    expect(corpus.characters).toBe(7);
    expect(corpus.vocabSize).toBe(7);
  });

  test('words: characters count spaces and line breaks', () => {
    const corpus = Corpus.fromText('A cat.\r\n\r\nA  dog.', { level: 'word', locale: 'en-GB' });
    expect(corpus.vocabulary.decode(corpus.tokens)).toBe('A cat.\nA dog.\n');
    expect(corpus.tokens).toHaveLength(2 * 4 + 1);
    expect(corpus.characters).toBe(17);
    expect(corpus.vocabulary.locale).toBe('en-GB');
  });

  test('vocabSize keeps the most frequent and leaves the rest unknown', () => {
    const corpus = Corpus.fromText('a a b b b c', { level: 'word', vocabSize: 2 });
    expect([...corpus.tokens]).toEqual([1, 4, 4, 3, 3, 3, UNKNOWN, 1]);
    expect(corpus.vocabSize).toBe(5);
  });

  test('a given vocabulary is used as it is', () => {
    const { vocabulary } = Corpus.fromText('ab', { level: 'char' });
    const corpus = Corpus.fromText('bax', { vocabulary });
    expect(corpus.vocabulary).toBe(vocabulary);
    expect([...corpus.tokens]).toEqual([4, 3, UNKNOWN]);
    expect(Corpus.fromText('ba', { vocabulary, level: 'char' }).tokens).toHaveLength(2);
  });

  const words = Vocabulary.fromText('a b', { level: 'word' });
  test.each<[object, string]>([
    [{}, 'Corpus.fromText: level must be one of char, word, got undefined'],
    [{ level: 'word', size: 3 }, "unknown option 'size'. Known options: level, locale, vocabSize, vocabulary"],
    [{ level: 'char', locale: 'ja' }, "locale is for level 'word'"],
    [{ level: 'word', vocabSize: 1.5 }, 'size must be a whole number of at least 1, got 1.5'],
    [{ vocabulary: words, level: 'char' }, "level must be 'word' as in vocabulary, got 'char'. Leave it out."],
    [{ vocabulary: words, locale: 'ja' }, "locale must be 'en' as in vocabulary, got 'ja'. Leave it out."],
    [{ vocabulary: words, vocabSize: 2 }, 'vocabSize cannot be given with vocabulary'],
  ])('refuses options %#', (options, message) => {
    const build = (): Corpus => Corpus.fromText('a b', options);
    expect(build).toThrow(OptionError);
    expect(build).toThrow(message);
  });

  test('refuses a text too short to predict anything', () => {
    const empty = 'Corpus: a corpus needs at least two tokens, the text is empty. Give more text.';
    expect(() => Corpus.fromText('', { level: 'char' })).toThrow(new DataError(empty));
    expect(() => Corpus.fromText('', { level: 'word' })).toThrow(new DataError(empty));
    expect(() => Corpus.fromText(' \n ', { level: 'word' })).toThrow(new DataError(empty));
    expect(() => Corpus.fromText(' \n ', { vocabulary: words })).toThrow(new DataError(empty));
    expect(() => Corpus.fromSentences([])).toThrow(new DataError(empty));
    expect(() => Corpus.fromText('🐈', { level: 'char' })).toThrow(/needs at least two tokens, the text has 1/);
  });
});

describe('fromSentences', () => {
  test('is the corpus of the joined text', () => {
    const sentences = [
      ['the', 'cat', 'sleeps', ',', 'too', '.'],
      ['猫', 'は', '🐈', '。'],
    ];
    const corpus = Corpus.fromSentences(sentences);
    const text = 'the cat sleeps, too.\n猫は 🐈。\n';
    expect(corpus.vocabulary.decode(corpus.tokens)).toBe(text);
    expect(corpus.characters).toBe([...text].length);
    const again = Corpus.fromText(text, { vocabulary: corpus.vocabulary });
    expect(again.tokens).toEqual(corpus.tokens);
    expect(again.characters).toBe(corpus.characters);
  });

  test('takes a vocabulary of words, or a locale', () => {
    const vocabulary = Vocabulary.fromText('b a', { level: 'word' });
    expect([...Corpus.fromSentences([['a', 'x']], { vocabulary }).tokens]).toEqual([1, 4, 2, 1]);
    expect(Corpus.fromSentences([['a']], { locale: 'ja' }).vocabulary.locale).toBe('ja');
    const characters = Vocabulary.fromText('ab', { level: 'char' });
    expect(() => Corpus.fromSentences([['a']], { vocabulary: characters })).toThrow(/level must be 'char' as in/);
    expect(() => Corpus.fromSentences([['a']], { vocabulary, locale: 'ja' })).toThrow(OptionError);
    expect(() => Corpus.fromSentences([['a'], []])).toThrow(DataError);
  });
});

describe('split', () => {
  test('characters: contiguous, sharing the vocabulary', () => {
    const corpus = Corpus.fromText('abcdefghij', { level: 'char' });
    const { train, valid } = corpus.split(0.3);
    expect(train.vocabulary.decode(train.tokens)).toBe('abcdefg');
    expect(valid.vocabulary.decode(valid.tokens)).toBe('hij');
    expect([train.characters, valid.characters]).toEqual([7, 3]);
    expect(train.vocabulary).toBe(corpus.vocabulary);
    expect(valid.vocabulary).toBe(corpus.vocabulary);
  });

  test('words: each part is what its lines give on their own', () => {
    const line = fc.constantFrom('a b c', 'x', '', '猫 🐈.', '  d e\t');
    const lines = fc.array(line, { minLength: 2, maxLength: 12 }).filter((all) => all.filter(Boolean).length > 1);
    fc.assert(
      fc.property(lines, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (all, fraction) => {
        const corpus = Corpus.fromText(all.join('\n'), { level: 'word' });
        const { train, valid } = corpus.split(fraction);
        expect([...train.tokens, ...valid.tokens.subarray(1)]).toEqual([...corpus.tokens]);
        expect(train.characters + valid.characters).toBe(corpus.characters);
        const { vocabulary } = corpus;
        for (const part of [train, valid]) {
          const own = Corpus.fromText(vocabulary.decode(part.tokens), { vocabulary });
          expect(own.tokens).toEqual(part.tokens);
          expect(part.tokens[0]).toBe(BEGINNING);
          expect(part.tokens.at(-1)).toBe(BEGINNING);
        }
      }),
    );
  });

  test('words: the characters are those of the lines of the part', () => {
    const corpus = Corpus.fromText('\none two\n\nthree\nfour five six\n', { level: 'word' });
    const { train, valid } = corpus.split(0.4);
    expect(corpus.vocabulary.decode(valid.tokens)).toBe('four five six\n');
    expect([train.characters, valid.characters]).toEqual([16, 14]);
    const again = train.split(0.5);
    expect([again.train.characters, again.valid.characters]).toEqual([10, 6]);
  });

  test('words: cut at the first sentence at or after the fraction', () => {
    const corpus = Corpus.fromText(Array.from({ length: 100 }, () => 'a b c').join('\n'), { level: 'word' });
    const { train, valid } = corpus.split(0.1);
    expect([train.tokens.length, valid.tokens.length]).toEqual([4 * 91 + 1, 4 * 9 + 1]);
    expect(corpus.split(0.0001).valid.tokens).toHaveLength(5);
    expect(corpus.split(0.9999).train.tokens).toHaveLength(5);
  });

  test('refuses what cannot be cut', () => {
    const corpus = Corpus.fromText('abcdefghij', { level: 'char' });
    for (const fraction of [0, 1, -0.1, NaN]) expect(() => corpus.split(fraction)).toThrow(OptionError);
    expect(() => corpus.split(0.1)).toThrow(
      'split: each part needs at least two tokens, validFraction cuts 10 tokens into 9 and 1. ' +
        'Give more text, or go without validation.',
    );
    expect(() => Corpus.fromText('one line', { level: 'word' }).split(0.5)).toThrow(/one sentence .* cannot be cut/);
  });
});

describe('decodeUtf8', () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

  test('gives the text, without a byte order mark', () => {
    expect(decodeUtf8(utf8('Grüße 🐈\r\n'), 'a.txt')).toBe('Grüße 🐈\r\n');
    expect(decodeUtf8(utf8('\ufeffab\ufeffc'), 'a.txt')).toBe('ab\ufeffc');
    expect(decodeUtf8(utf8('a \ufffd b'), 'a.txt')).toBe('a \ufffd b');
  });

  test('names the file, the offset and the fix', () => {
    expect(() => decodeUtf8(bytes(0x61, 0xe9, 0x62), 'latin.txt')).toThrow(
      new DataError('latin.txt: the bytes from offset 1 on (0xE9 …) are not UTF-8. Save it as UTF-8.'),
    );
    expect(() => decodeUtf8(bytes(0x61, 0, 0x62), 'x.bin')).toThrow(/x.bin: byte 1 is 0, .* binary file .* as UTF-8/);
    for (const empty of [bytes(), bytes(0xef, 0xbb, 0xbf)])
      expect(() => decodeUtf8(empty, 'e.txt')).toThrow('e.txt: the file is empty. Give a file with text in it.');
  });

  test.each([
    ['a byte that begins nothing', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf5, 0x80, 0x80, 0x80]],
    ['an end that is missing', [0xf0, 0x9f, 0x90]],
    ['a beginning like that of U+FFFD', [0xef, 0x41]],
    ['a UTF-16 mark', [0xff, 0xfe]],
  ])('finds %s after any text', (_, broken) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (before) => {
        const good = utf8(`${before}\ufffd`).filter((byte) => byte !== 0);
        const invalid = Uint8Array.from([...good, ...broken]);
        expect(() => decodeUtf8(invalid, 'f')).toThrow(`offset ${good.length} on`);
      }),
      { numRuns: 30 },
    );
  });
});
