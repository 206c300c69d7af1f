import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLocale, countCharacters, isLocale, joinWords, sentences } from '../../src/data/tokenizer.js';
import { OptionError } from '../../src/errors.js';

const split = (text: string, locale: string = 'en'): (readonly string[])[] =>
  Array.from(sentences(text, locale), ({ words }) => words);

describe('characters', () => {
  test('surrogate pairs count once, combining marks on their own', () => {
    expect(countCharacters('a🐈e\u0301\n')).toBe(5);
  });

  test('agree with the iterator of strings, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(countCharacters(text)).toBe([...text].length);
      }),
    );
    expect(countCharacters('\ud83d\ud83d\udc08\udc08')).toBe(3);
  });
});

describe('sentences', () => {
  test('words, punctuation and symbols are tokens, spaces are not', () => {
    expect(split(' Don\'t  "panic" , it costs $3.14! ')).toEqual([
      ["Don't", '"', 'panic', '"', ',', 'it', 'costs', '$', '3.14', '!'],
    ]);
  });

  test('each kind of line break ends a sentence, blank lines make none', () => {
    expect(split('\n a\nb\r\nc\rd\n\n \t\ne')).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  });

  test('nothing to read gives no sentence', () => {
    for (const text of ['', '\n', ' \t\r\n\u3000\n']) expect(split(text)).toEqual([]);
  });

  test('Japanese without spaces is split into words', () => {
    expect(split('吾輩は猫である。', 'ja')).toEqual([['吾輩', 'は', '猫', 'で', 'ある', '。']]);
  });

  test('an emoji of several code points and a letter with its mark stay whole', () => {
    expect(split('👩‍👩‍👧 cafe\u0301 🇯🇵 \u0301x')).toEqual([['👩‍👩‍👧', 'cafe\u0301', '🇯🇵', '\u0301', 'x']]);
  });

  test('blank lines count for the sentence before, leading ones for the first', () => {
    const spans = [...sentences('\n\nab c\r\n\n d\n', 'en')].map(({ characters }) => characters);
    expect(spans).toEqual([9, 3]);
  });

  test('the characters of the sentences add up to those of the text', () => {
    const line = fc.constantFrom('a b', '', ' ', '猫がいる', '🐈!', '\n', '\r', '\r\n');
    fc.assert(
      fc.property(fc.array(line), (pieces) => {
        const text = pieces.join('');
        const all = [...sentences(text, 'en')];
        const sum = all.reduce((total, { characters }) => total + characters, 0);
        expect(sum).toBe(all.length === 0 ? 0 : countCharacters(text));
      }),
    );
  });
});

describe('long lines', () => {
  test('a megabyte in one line is split, which takes minutes when done at once', () => {
    const [line] = split('the quick brown fox. '.repeat(50_000));
    expect(line).toHaveLength(250_000);
    expect(new Set(line)).toEqual(new Set(['the', 'quick', 'brown', 'fox', '.']));
  });

  test('no word is cut, wherever the pieces end', () => {
    const words = ["can't", '3.14', '👩‍👩‍👧', '-', 'e\u0301tude'];
    for (let shift = 1; shift < 40; shift++) {
      const repeated = Array.from({ length: 300 }, (_, index) => words[index % words.length]!);
      expect(split(`${'x'.repeat(shift)} ${repeated.join(' ')}`)).toEqual([['x'.repeat(shift), ...repeated]]);
    }
  });

  test('a word longer than a piece stays whole', () => {
    const word = 'ab'.repeat(5000);
    expect(split(`one ${word} two`)).toEqual([['one', word, 'two']]);
  });

  test('a long line without spaces splits as its sentences do', () => {
    const sentence = '吾輩は猫である。';
    expect(split(sentence.repeat(2000), 'ja')[0]).toEqual(
      Array.from({ length: 2000 }, () => split(sentence, 'ja')[0]!).flat(),
    );
  });
});

describe('joining words', () => {
  test.each([
    ['Yes , he said : " no ! " ( twice )', 'Yes, he said: "no!" (twice)'],
    ['“ Well ” , I ‘ think ’ so …', '“Well”, I ‘think’ so…'],
    ['a well - known and / or 50 % of $ 5', 'a well-known and/or 50% of $5'],
    ["the cats ' tails and ' quotes ' end", "the cats' tails and 'quotes' end"],
    ["don't stop", "don't stop"],
    ['先生 は 「 猫 」 、 犬 を 3 匹 、 見 ます 。', '先生は「猫」、犬を3匹、見ます。'],
    ['第 3 章 と ABC 。', '第3章と ABC。'],
    ['ภาษา ไทย and Thai', 'ภาษาไทย and Thai'],
    ['한국어 는 띄어 쓴다 .', '한국어 는 띄어 쓴다.'],
    ['<unk> , <unk>', '<unk>, <unk>'],
    ['', ''],
  ])('%s', (words, text) => {
    expect(joinWords(words.split(' ').filter((word) => word !== ''))).toBe(text);
  });

  const anyWord = fc.constantFrom(
    ...['cat', 'boys', "don't", '3', '3.14', '.', ',', '!', '?', ';', ':', '(', ')', '[', ']', '"', "'", '“', '”'],
    ...['‘', '’', '-', '—', '/', '$', '%', '…', '&', '🐈', '👩‍👩‍👧', 'été', '한국어'],
  );

  test('splitting joined words gives them back', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1 }), (words) => {
        const text = joinWords(words);
        const again = split(text)[0]!;
        expect(joinWords(again)).toBe(text);
        expect(again).toEqual(words);
      }),
      { numRuns: 500 },
    );
  });

  test('more words only append', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyWord, fc.constantFrom('猫', 'は', '。'))), fc.nat(), (words, cut) => {
        const prefix = joinWords(words.slice(0, cut % (words.length + 1)));
        expect(joinWords(words).startsWith(prefix)).toBe(true);
      }),
    );
  });
});

describe('locales', () => {
  test('words have one, English unless given; characters have none', () => {
    expect(checkLocale('op', 'word', undefined)).toBe('en');
    expect(checkLocale('op', 'word', 'ja-JP')).toBe('ja-JP');
    expect(checkLocale('op', 'char', undefined)).toBe('und');
  });

  test('what cannot be honoured is refused', () => {
    expect(() => checkLocale('op', 'char', 'en')).toThrow(
      new OptionError("op: locale is for level 'word'; characters have none. Leave it out."),
    );
    for (const bad of ['xx', 'not a locale', '', '__proto__'])
      expect(() => checkLocale('op', 'word', bad)).toThrow(
        /op: locale must be a language .* Give a language tag such as 'en'/,
      );
  });

  test('only strings of the right form are tags', () => {
    expect(['en', 'ja-JP', 'zh-Hant-TW'].every(isLocale)).toBe(true);
    expect([undefined, null, 3, ['en'], {}, '', 'e n'].some(isLocale)).toBe(false);
  });
});
