import { describe, expect, test } from 'vitest';
import { BUNDLED_LANGUAGES, bundledCorpus, bundledGrammar } from '../../src/data/bundled.js';
import { ENGLISH } from '../../src/data/english.js';
import { JAPANESE } from '../../src/data/japanese.js';
import { Corpus } from '../../src/data/corpus.js';
import { UNKNOWN } from '../../src/data/vocabulary.js';
import { OptionError } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { parser } from './derivations.js';

const english = bundledGrammar('en');
const japanese = bundledGrammar('ja');
const parseEnglish = parser(english);
const parseJapanese = parser(japanese);

describe.each(BUNDLED_LANGUAGES)('the grammar %s', (language) => {
  const grammar = bundledGrammar(language);
  const random = new Random(7);
  const samples = Array.from({ length: 4000 }, () => grammar.sentence(random));
  const parsed = samples.map(parser(grammar));
  const { natsPerSentence, tokensPerSentence, perplexity } = grammar.entropyRate();

  test('gives every sentence one derivation, so the entropy of derivations is that of sentences', () => {
    const ambiguous = samples.filter((_, index) => parsed[index]!.count !== 1);
    expect(ambiguous).toEqual([]);
  });

  test('has the entropy and length that samples show, within 4 standard errors', () => {
    const surprise = parsed.map(({ probability }) => -Math.log(probability));
    expectMean(surprise, natsPerSentence);
    expectMean(
      samples.map((words) => words.length + 1),
      tokensPerSentence,
    );
  });

  test('has a moderate perplexity and sentences of the usual length', () => {
    expect(perplexity).toBeGreaterThan(5);
    expect(perplexity).toBeLessThan(12);
    const lengths = samples.map((words) => words.length).toSorted((a, b) => a - b);
    const quantile = (share: number): number => lengths[Math.floor(share * lengths.length)]!;
    expect(quantile(0.1)).toBeGreaterThanOrEqual(5);
    expect(quantile(0.5)).toBeLessThanOrEqual(11);
    expect(quantile(0.75)).toBeLessThanOrEqual(14);
  });
});

function expectMean(samples: readonly number[], expected: number): void {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (samples.length - 1);
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / samples.length));
}

describe('words', () => {
  test.each(['en', 'ja'] as const)('%s: 120 to 180 of them, each often enough to be learnt', (language) => {
    const { corpus } = bundledCorpus({ language, sentences: 20_000, seed: 1 });
    expect(corpus.vocabSize - 3).toBeGreaterThanOrEqual(120);
    expect(corpus.vocabSize - 3).toBeLessThanOrEqual(180);
    const counts = new Map<number, number>();
    for (const id of corpus.tokens) counts.set(id, (counts.get(id) ?? 0) + 1);
    const rare = corpus.vocabulary.symbols.slice(3).filter((_, index) => (counts.get(index + 3) ?? 0) < 50);
    expect(rare).toEqual([]);
  });

  test('the two languages share no rule and no word', () => {
    expect(Object.keys(ENGLISH).filter((name) => name in JAPANESE)).toEqual([]);
    const words = new Set(english.terminals);
    expect(japanese.terminals.filter((word) => words.has(word))).toEqual([]);
  });
});

describe('agreement', () => {
  test.each([
    ['the cats that the farmer feeds sleep in the barn .', 'the cats that the farmer feeds sleeps in the barn .'],
    ['the cats that the old farmer feeds sleep .', 'the cats who the old farmer feeds sleep .'],
    ['the girl who loves the dogs sings .', 'the girl who loves the dogs sing .'],
    ['a boy and these girls work .', 'a boy and these girls works .'],
    ['why does the dog that the boys follow hide ?', 'why does the dog that the boys follow hides ?'],
    ['do the dogs hide ?', 'do the dogs hide .'],
    ['the box that two sailors carry is heavy .', 'the box that two sailors carry are heavy .'],
    ['an old woman says that the birds are hungry .', 'a old woman says that the birds are hungry .'],
  ])('English: %s', (right, wrong) => {
    const count = (sentence: string): number => parseEnglish(sentence.split(' ')).count;
    expect(count(right)).toBe(1);
    expect(count(wrong)).toBe(0);
  });

  test.each([
    ['先生 は 妹 が 選ぶ 本 を お 読み になり ます 。', '先生 は 妹 が 選ぶ 本 を 読み ます 。'],
    ['妹 は 先生 が お 選び になる 本 を 読み ます 。', '妹 は 先生 が お 選び になる 本 を お 読み になり ます 。'],
    ['本 は 妹 が 運ぶ 机 の 上 に 三 冊 あります 。', '本 は 妹 が 運ぶ 机 の 上 に 三 匹 います 。'],
    ['猫 は 妹 が 運ぶ 机 の 上 に 三 匹 います 。', '猫 は 妹 が 運ぶ 机 の 上 に 三 冊 あります 。'],
    ['先生 は 庭 に いらっしゃいます 。', '先生 は 庭 に います 。'],
    ['兄 も 決して 古い 雑誌 を 買い ません よ 。', '兄 も 決して 古い 雑誌 を 買い ます よ 。'],
    ['なぜ 兄 は 遊び ます か 。', 'なぜ 兄 は 遊び ます 。'],
  ])('Japanese: %s', (right, wrong) => {
    expect(parseJapanese(right.split(' ')).count).toBe(1);
    expect(parseJapanese(wrong.split(' ')).count).toBe(0);
  });
});

describe('bundledCorpus', () => {
  test('is the same for the same seed, and another for another', () => {
    const make = (seed: number): Corpus => bundledCorpus({ language: 'both', sentences: 50, seed }).corpus;
    expect(make(3).tokens).toEqual(make(3).tokens);
    expect(make(4).tokens).not.toEqual(make(3).tokens);
  });

  test('begins as it always has', () => {
    const begins = (language: 'en' | 'ja'): string => {
      const { corpus } = bundledCorpus({ language, sentences: 2, seed: 1 });
      return corpus.vocabulary.decode(corpus.tokens);
    };
    expect(begins('en')).toMatchInlineSnapshot(`
      "many teachers near the garden always laugh near the kitchen.
      the child waits in the river.
      "
    `);
    expect(begins('ja')).toMatchInlineSnapshot(`
      "眠る狐もいつも狼を助けますよ。
      少女も歩きますが、校長も新しい小説をお読みになるお客様がお選びになる地図をお選びになります。
      "
    `);
  });

  test('has every word of the grammar in its vocabulary, however short it is', () => {
    for (const language of BUNDLED_LANGUAGES) {
      const short = bundledCorpus({ language, sentences: 1, seed: 1 });
      const other = bundledCorpus({ language, sentences: 30, seed: 2 });
      expect(short.corpus.vocabulary.toJSON()).toEqual(other.corpus.vocabulary.toJSON());
      expect(short.corpus.vocabulary.symbols.slice(3)).toEqual(short.grammar.terminals);
      expect(other.corpus.tokens).not.toContain(UNKNOWN);
      expect(short.entropy).toEqual(short.grammar.entropyRate());
    }
  });

  test('English splits back into its words', () => {
    const { corpus } = bundledCorpus({ language: 'en', sentences: 500, seed: 1 });
    const text = corpus.vocabulary.decode(corpus.tokens);
    const again = Corpus.fromText(text, { vocabulary: corpus.vocabulary });
    expect(again.tokens).toEqual(corpus.tokens);
    expect(again.characters).toBe(corpus.characters);
  });

  test('typed beginnings of Japanese sentences are understood', () => {
    const { vocabulary } = bundledCorpus({ language: 'ja', sentences: 1, seed: 1 }).corpus;
    for (const prompt of ['先生は', '毎日賢い猫も', '学生が選ぶ本は', 'なぜ小さい妹は決して'])
      expect(vocabulary.unknownIn(prompt)).toEqual([]);
  });

  test('both: half of the sentences are English, and the choice is part of the entropy', () => {
    const { corpus, entropy } = bundledCorpus({ language: 'both', sentences: 4000, seed: 5 });
    const lines = corpus.vocabulary.decode(corpus.tokens).trimEnd().split('\n');
    const share = lines.filter((line) => /^[a-z]/.test(line)).length / lines.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.04);
    const [en, ja] = [english.entropyRate(), japanese.entropyRate()];
    const mean = (en.natsPerSentence + ja.natsPerSentence) / 2;
    expect(entropy.natsPerSentence).toBeCloseTo(mean + Math.LN2, 9);
    expect(entropy.tokensPerSentence).toBeCloseTo((en.tokensPerSentence + ja.tokensPerSentence) / 2, 9);
  });

  test.each<[object, string]>([
    [{ language: 'de', sentences: 9, seed: 1 }, 'language must be one of en, ja, both, got de'],
    [{ language: 'en', sentences: 0, seed: 1 }, 'sentences must be a whole number of at least 1, got 0'],
    [{ language: 'en', sentences: 9 }, 'seed must be a whole number from 0 to 4294967295, got undefined'],
    [{ language: 'en', sentences: 9, seed: 1, size: 5 }, "unknown option 'size'"],
  ])('refuses %j', (options, message) => {
    expect(() => bundledCorpus(options as never)).toThrow(OptionError);
    expect(() => bundledCorpus(options as never)).toThrow(message);
  });
});
