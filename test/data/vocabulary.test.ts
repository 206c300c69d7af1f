import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BEGINNING, PADDING, UNKNOWN, Vocabulary } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';

const RESERVED = ['<pad>', '<s>', '<unk>'];
const textSymbols = (vocabulary: Vocabulary): string[] => vocabulary.symbols.slice(3);

describe('building', () => {
  test('reserved ids come first', () => {
    const vocabulary = Vocabulary.fromText('ab', { level: 'char' });
    expect(vocabulary.symbols).toEqual([...RESERVED, 'a', 'b']);
    expect([PADDING, BEGINNING, UNKNOWN].map((id) => vocabulary.symbolOf(id))).toEqual(RESERVED);
    expect(vocabulary.size).toBe(5);
  });

  test('the most frequent first, ties by first sight', () => {
    expect(textSymbols(Vocabulary.fromText('dcbacbab', { level: 'char' }))).toEqual(['b', 'c', 'a', 'd']);
    expect(textSymbols(Vocabulary.fromText('z y\nx y', { level: 'word' }))).toEqual(['y', 'z', 'x']);
  });

  test('size keeps that many symbols on top of the reserved ones', () => {
    const vocabulary = Vocabulary.fromText('a b b c c c d', { level: 'word', size: 2 });
    expect(textSymbols(vocabulary)).toEqual(['c', 'b']);
    expect(vocabulary.size).toBe(5);
    expect(Vocabulary.fromText('ab', { level: 'char', size: 99 }).size).toBe(5);
    expect(Vocabulary.fromText('ab', { level: 'char', size: undefined }).size).toBe(5);
  });

  test('sentences that are split already give what their text gives', () => {
    const fromSentences = Vocabulary.fromSentences([['b', 'a'], ['a']]);
    expect(fromSentences.toJSON()).toEqual(Vocabulary.fromText('b a\na', { level: 'word' }).toJSON());
    expect(Vocabulary.fromSentences([['猫']], { locale: 'ja', size: 1 }).locale).toBe('ja');
  });

  test('a text that writes out reserved symbols does not reach their ids', () => {
    const text = '<s> <pad> <unk>';
    for (const level of ['char', 'word'] as const) {
      const vocabulary = Vocabulary.fromText(text, { level });
      const reached = [...vocabulary.encode(text)].filter((id) => id === PADDING || id === UNKNOWN);
      expect(reached).toEqual([]);
    }
    expect(() => Vocabulary.fromSentences([['<s>']])).toThrow(/a word must be .* not reserved, got "<s>"/);
  });

  test('names from Object.prototype are words like any other', () => {
    const vocabulary = Vocabulary.fromText('__proto__ constructor toString', { level: 'word' });
    expect([...vocabulary.encode('toString __proto__ hasOwnProperty')]).toEqual([1, 5, 3, 2, 1]);
  });

  test.each<[object, RegExp]>([
    [{ level: 'byte' }, /Vocabulary.fromText: level must be one of char, word, got byte/],
    [{ level: 'word', size: 0 }, /size must be a whole number of at least 1, got 0/],
    [{ level: 'word', vocabSize: 5 }, /unknown option 'vocabSize'. Known options: level, locale, size/],
    [{ level: 'char', locale: 'en' }, /locale is for level 'word'/],
    [{ level: 'word', locale: 'klingon' }, /locale must be a language this runtime can split by, got 'klingon'/],
  ])('refuses %j', (options, message) => {
    const build = (): unknown => Vocabulary.fromText('a b', options as { level: 'char' });
    expect(build).toThrow(OptionError);
    expect(build).toThrow(message);
  });

  test('refuses nothing and words that are none', () => {
    for (const level of ['char', 'word'] as const)
      expect(() => Vocabulary.fromText('', { level })).toThrow(/the text is empty. Give a text/);
    for (const word of ['', ' a', 'a\nb', '\r'])
      expect(() => Vocabulary.fromSentences([[word]])).toThrow(/a word must be a non-empty string/);
    expect(() => Vocabulary.fromSentences([['a'], []])).toThrow(/a sentence must have at least one word/);
  });
});

describe('characters', () => {
  const text = 'Grüße 🐈👩‍👩‍👧 e\u0301\r\n猫。\n';
  const vocabulary = Vocabulary.fromText(text, { level: 'char' });

  test('a text comes back as it was, with no BEGINNING in it', () => {
    const ids = vocabulary.encode(text);
    expect(ids).toHaveLength([...text].length);
    expect(ids).not.toContain(BEGINNING);
    expect(vocabulary.decode(ids)).toBe(text);
    expect(vocabulary.encodePrompt(text)).toEqual(ids);
  });

  test('any well-formed text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (any) => {
        const own = Vocabulary.fromText(any, { level: 'char' });
        expect(own.decode(own.encode(any))).toBe(any);
      }),
    );
  });

  test('unknown and reserved ids are shown or dropped', () => {
    expect(vocabulary.decode([PADDING, UNKNOWN, BEGINNING, vocabulary.idOf('猫'), PADDING])).toBe('<unk>猫');
    expect(vocabulary.decode([])).toBe('');
    expect([...vocabulary.encode('猫犬')]).toEqual([vocabulary.idOf('猫'), UNKNOWN]);
  });

  test('has no locale and takes no sentences', () => {
    expect(vocabulary.locale).toBe('und');
    expect(() => vocabulary.encodeSentences([['a']])).toThrow(OptionError);
  });
});

describe('words', () => {
  const text = 'The cat sleeps.\n\nThe dog runs, too!\n';
  const vocabulary = Vocabulary.fromText(text, { level: 'word' });
  const ids = (words: string): number[] => words.split(' ').map((word) => vocabulary.idOf(word));

  test('every line begins with BEGINNING, and one follows the last', () => {
    const expected = [1, ...ids('The cat sleeps .'), 1, ...ids('The dog runs , too !'), 1];
    expect([...vocabulary.encode(text)]).toEqual(expected);
    expect([...vocabulary.encode(text.trim())]).toEqual(expected);
    expect(vocabulary.encode(' \n')).toHaveLength(0);
  });

  test('a prompt is left open', () => {
    expect([...vocabulary.encodePrompt('The cat')]).toEqual([1, ...ids('The cat')]);
    expect([...vocabulary.encodePrompt('cat\r\nThe')]).toEqual([1, ...ids('cat'), 1, ...ids('The')]);
    expect([...vocabulary.encodePrompt('cat\n')]).toEqual([1, ...ids('cat'), 1]);
    expect([...vocabulary.encodePrompt('\n\n')]).toEqual([1]);
    expect([...vocabulary.encodePrompt('')]).toEqual([1]);
  });

  test('decoding gives one line a sentence, spaced as typography wants', () => {
    expect(vocabulary.decode(vocabulary.encode(text))).toBe('The cat sleeps.\nThe dog runs, too!\n');
    expect(vocabulary.decode(ids('The cat'))).toBe('The cat');
    expect(vocabulary.decode([0, 1, 0, ...ids('cat'), 0, 2, 1, 1, ...ids('dog')])).toBe('cat <unk>\n\ndog');
  });

  test('ids survive decoding and encoding', () => {
    const word = fc.constantFrom('The', 'cat', 'sleeps', '.', ',', '!');
    const sentence = fc.array(word, { minLength: 1 });
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1 }), (all) => {
        const encoded = vocabulary.encodeSentences(all);
        expect(vocabulary.encode(vocabulary.decode(encoded))).toEqual(encoded);
      }),
    );
  });

  test('Japanese', () => {
    const japanese = Vocabulary.fromText('吾輩は猫である。\n名前はまだ無い。', { level: 'word', locale: 'ja' });
    expect(japanese.symbols).toContain('猫');
    expect(japanese.decode(japanese.encode('吾輩は猫である。'))).toBe('吾輩は猫である。\n');
  });

  test('unknown symbols are listed once, the first seen first', () => {
    expect(vocabulary.unknownIn('The fox sees the cat.\nfox the')).toEqual(['fox', 'sees', 'the']);
    expect(vocabulary.unknownIn(text)).toEqual([]);
    expect(vocabulary.unknownIn('')).toEqual([]);
    expect(vocabulary.unknownIn('<unk>')).toEqual(['<', 'unk', '>']);
  });

  test('an id outside the vocabulary is an error', () => {
    for (const id of [-1, vocabulary.size, 1.5, NaN]) expect(() => vocabulary.decode([id])).toThrow(DataError);
    expect(() => vocabulary.symbolOf(99)).toThrow('Vocabulary: an id must be a whole number from 0 to 11, got 99.');
  });
});

describe('JSON', () => {
  const stored = { level: 'word', locale: 'en', symbols: [...RESERVED, 'cat', '__proto__'] };
  const read = (json: unknown) => (): Vocabulary => Vocabulary.fromJSON(json);

  test('comes back as it went', () => {
    for (const vocabulary of [
      Vocabulary.fromText('Grüße 🐈\n\ud800', { level: 'char' }),
      Vocabulary.fromText('吾輩は猫である', { level: 'word', locale: 'ja' }),
      Vocabulary.fromText('__proto__ constructor', { level: 'word', size: 1 }),
    ]) {
      const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
      expect(again.toJSON()).toEqual(vocabulary.toJSON());
      expect([...again.encode('Grüße 猫')]).toEqual([...vocabulary.encode('Grüße 猫')]);
    }
  });

  test('later changes to the object do not reach the vocabulary', () => {
    const json = structuredClone(stored);
    const vocabulary = Vocabulary.fromJSON(json);
    json.symbols[3] = 'dog';
    vocabulary.toJSON().symbols[3] = 'dog';
    expect(vocabulary.symbols[3]).toBe('cat');
    expect(() => (vocabulary.symbols as string[]).push('dog')).toThrow(TypeError);
  });

  test.each<[unknown, string]>([
    [null, 'the value must be an object, got null'],
    ['text', 'the value must be an object, got "text"'],
    [[], 'the value must be an object, got an array'],
    [{}, 'level must be one of char, word, got undefined'],
    [{ ...stored, level: 'byte' }, 'level must be one of char, word, got "byte"'],
    [{ ...stored, level: ['word'] }, 'level must be one of char, word, got an array'],
    [{ ...stored, locale: 7 }, 'locale must be a language tag, got 7'],
    [{ ...stored, locale: 'no tag' }, 'locale must be a language tag, got "no tag"'],
    [{ ...stored, level: 'char' }, 'locale must be "und" for characters, got "en"'],
    [{ ...stored, symbols: 'abc' }, 'symbols must be an array, got "abc"'],
    [{ ...stored, symbols: { length: 9 } }, 'symbols must be an array, got an object'],
    [{ ...stored, symbols: [] }, 'symbol 0 must be "<pad>", got undefined'],
    [{ ...stored, symbols: ['a', 'b', 'c', 'd'] }, 'symbol 0 must be "<pad>", got "a"'],
    [{ ...stored, symbols: RESERVED }, 'symbols must be at least four, got 3'],
    [{ ...stored, symbols: [...RESERVED, 'a', 'a'] }, 'symbol 4 must be different from those before it, got "a"'],
    [{ ...stored, symbols: [...RESERVED, 5] }, 'symbol 3 must be a non-empty string'],
    [{ ...stored, symbols: [...RESERVED, ''] }, 'symbol 3 must be a non-empty string'],
    [{ ...stored, symbols: [...RESERVED, 'a', '<s>'] }, 'symbol 4 must be a non-empty string'],
    [{ ...stored, symbols: [...RESERVED, 'a\nb'] }, 'symbol 3 must be a non-empty string'],
    [{ level: 'char', locale: 'und', symbols: [...RESERVED, 'ab'] }, 'symbol 3 must be one character, got "ab"'],
    [{ level: 'char', locale: 'und', symbols: [...RESERVED, 'x'.repeat(1e6)] }, `got "${'x'.repeat(40)}…"`],
    [{ ...stored, extra: 1 }, 'unknown field "extra"'],
    [JSON.parse('{"__proto__": {"level": "word"}}'), 'unknown field "__proto__"'],
    [Object.create(stored), 'level must be one of char, word, got undefined'],
    [{ ...stored, symbols: [...RESERVED, { toString: () => 'cat' }] }, 'got an object'],
  ])('refuses hostile value %#', (json, message) => {
    expect(read(json)).toThrow(DataError);
    expect(read(json)).toThrow(message);
  });

  test('nothing but a DataError comes of any JSON value', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('word', 'char', 'en', 'und', [...RESERVED, 'a']));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ level: field, locale: field, symbols: field })), (json) => {
        try {
          expect(Vocabulary.fromJSON(json)).toBeInstanceOf(Vocabulary);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
        expect(({} as Record<string, unknown>)['level']).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
