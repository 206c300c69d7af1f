/** Generating text, and choosing a token from logits. */

import { describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { BEGINNING, PADDING, UNKNOWN } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';
import { CELLS, LanguageModel } from '../../src/models/language-model.js';
import { sampleToken } from '../../src/models/sample.js';
import type { SampleOptions } from '../../src/models/sample.js';
import { Random } from '../../src/random.js';
import { train } from '../../src/train/train.js';
import { characters, english, smallModel, testEngine } from '../train/texts.js';

const corpus = characters(10);
const words = Corpus.fromText(english(10), { level: 'word' });

describe('sampleToken', () => {
  const logits = [0.5, 3, 1, 2.5, -1];

  /** How often each id is drawn. */
  function frequencies(options: SampleOptions, excluded?: number[]): number[] {
    const random = new Random(3);
    const counts = logits.map(() => 0);
    for (let i = 0; i < 20_000; i++) counts[sampleToken(logits, random, options, excluded)]!++;
    return counts.map((count) => count / 20_000);
  }

  function softmax(values: readonly number[], temperature: number): number[] {
    const weights = values.map((value) => Math.exp(value / temperature));
    return weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
  }

  test.each([1, 0.5, 3])('draws from the softmax at temperature %d', (temperature) => {
    const expected = softmax(logits, temperature);
    frequencies({ temperature }).forEach((share, id) => expect(share).toBeCloseTo(expected[id]!, 1.8));
  });

  test('temperature 0 takes the most likely, and a tiny one nearly always', () => {
    expect(frequencies({ temperature: 0 })).toEqual([0, 1, 0, 0, 0]);
    expect(frequencies({ temperature: 1e-3 })).toEqual([0, 1, 0, 0, 0]);
    expect(frequencies({ temperature: 1e-300 })).toEqual([0, 1, 0, 0, 0]);
  });

  test('topK takes from the k most likely, in their proportions', () => {
    const [, first, , second] = frequencies({ topK: 2 });
    expect(first! + second!).toBe(1);
    expect(first).toBeCloseTo(softmax([3, 2.5], 1)[0]!, 1.8);
    expect(frequencies({ topK: 1 })).toEqual([0, 1, 0, 0, 0]);
    expect(frequencies({ topK: 99 }).every((share) => share > 0)).toBe(true);
  });

  test('topP takes from the fewest that come to p, in their proportions', () => {
    // Probabilities 0.5, 0.25, 0.125, 0.0625, 0.0625.
    const halves = [1, 0, 2, 3, 3].map((power) => -power * Math.log(2));
    const shares = (options: SampleOptions): number[] => {
      const random = new Random(4);
      const counts = halves.map(() => 0);
      for (let i = 0; i < 20_000; i++) counts[sampleToken(halves, random, options)]! += 1 / 20_000;
      return counts;
    };
    const near = (got: number[], wanted: number[]) =>
      got.forEach((share, id) => expect(Math.abs(share - wanted[id]!)).toBeLessThan(wanted[id] === 0 ? 1e-9 : 0.015));
    const sum = 0.5 + 1 + 0.25 + 0.125 + 0.125;
    const p = (id: number): number => Math.exp(halves[id]!) / sum;
    near(shares({ topP: 1 }), [0, 1, 2, 3, 4].map(p));
    near(shares({ topP: p(1) - 1e-9 }), [0, 1, 0, 0, 0]);
    near(shares({ topP: p(1) + 1e-9 }), [1 / 3, 2 / 3, 0, 0, 0]);
    near(shares({ topP: p(1) + p(0) + 1e-9 }), [2 / 7, 4 / 7, 1 / 7, 0, 0]);
    near(shares({ topP: 1e-6 }), [0, 1, 0, 0, 0]);
    // Of the two most likely the first has two thirds; at temperature 1/2 it has four fifths.
    near(shares({ topK: 2, topP: 0.6 }), [0, 1, 0, 0, 0]);
    near(shares({ topK: 2, topP: 0.7 }), [1 / 3, 2 / 3, 0, 0, 0]);
    near(shares({ topK: 2, topP: 0.75, temperature: 0.5 }), [0, 1, 0, 0, 0]);
  });

  test('the penalty divides what is above 0 and multiplies what is below, of what has been seen alone', () => {
    const random = new Random(4);
    const penalised = [0.5 / 2, 3, 1, 2.5 / 2, -1 * 2];
    const expected = softmax(penalised, 1);
    const counts = logits.map(() => 0);
    const seen = new Set([0, 3, 4]);
    for (let i = 0; i < 20_000; i++)
      counts[sampleToken(logits, random, { repetitionPenalty: 2 }, [], seen)]! += 1 / 20_000;
    counts.forEach((share, id) => expect(share).toBeCloseTo(expected[id]!, 1.8));
    const greedy = { temperature: 0, repetitionPenalty: 1.3 };
    expect(sampleToken(logits, random, greedy, [], new Set([1]))).toBe(3);
    expect(sampleToken(logits, random, greedy, [], new Set([1, 3]))).toBe(1);
    expect(sampleToken(logits, random, { temperature: 0 }, [], new Set([1]))).toBe(1);
  });

  test('excluded ids are never taken, and do not count among the k', () => {
    expect(frequencies({ topK: 1 }, [1])).toEqual([0, 0, 0, 1, 0]);
    expect(frequencies({ temperature: 5 }, [0, 1])[1]).toBe(0);
  });

  test('it draws nothing at random for temperature 0, else one number', () => {
    const random = new Random(1);
    const { state } = random;
    sampleToken(logits, random, { temperature: 0 });
    expect(random.state).toEqual(state);
    sampleToken(logits, random, {});
    const other = new Random(1);
    other.uniform();
    expect(random.state).toEqual(other.state);
  });
});

describe('generate', () => {
  test.each(CELLS)('%s: a seed gives a text, another seed another', async (cell) => {
    const model = smallModel(await testEngine(), corpus, { cell });
    const text = model.generate('the ', { seed: 1, length: 40 });
    expect(model.generate('the ', { seed: 1, length: 40 })).toBe(text);
    expect(model.generate('the ', { seed: 2, length: 40 })).not.toBe(text);
    expect(text).toHaveLength(44);
    expect(text.startsWith('the ')).toBe(true);
  });

  test('it leaves the random numbers of the engine alone', async () => {
    const model = smallModel(await testEngine(), corpus);
    const { state } = model.engine.random;
    model.generate('', { length: 5 });
    expect(model.engine.random.state).toEqual(state);
  });

  test.each(CELLS)('%s: each token is what the whole sequence so far predicts', async (cell) => {
    const model = smallModel(await testEngine(), corpus, { cell, numLayers: 2 });
    const text = model.generate('a dog', { temperature: 0, length: 25 });
    const ids = corpus.vocabulary.encode(text);
    const V = corpus.vocabSize;
    const logits = model.engine.evaluate(() => model.forward({ data: ids, shape: [ids.length, 1] }).logits.toArray());
    for (let t = 4; t < ids.length - 1; t++) {
      // Reserved ids are not taken, however likely.
      const row = Array.from(logits.subarray(t * V, (t + 1) * V)).fill(-Infinity, 0, 3);
      expect(row.indexOf(Math.max(...row))).toBe(ids[t + 1]);
    }
  });

  test('temperature 0 does not depend on the seed; topK 1 is the same', async () => {
    const model = smallModel(await testEngine(), corpus);
    const greedy = model.generate('the', { temperature: 0, seed: 1 });
    expect(model.generate('the', { temperature: 0, seed: 9 })).toBe(greedy);
    expect(model.generate('the', { topK: 1, seed: 5 })).toBe(greedy);
    expect(greedy).toHaveLength(203);
  });

  test('without a prompt it gives as many tokens as asked for, and begins like a line', async () => {
    const model = smallModel(await testEngine(), corpus);
    expect(model.generate('', { length: 30 })).toHaveLength(30);
    expect(`\n${model.generate('', { length: 30 })}`).toBe(model.generate('\n', { length: 30 }));
    expect(model.generate('', { length: 0 })).toBe('');
    expect(model.generate('the', { length: 0 })).toBe('the');
    // A text without line breaks begins with its most frequent character.
    const plain = Corpus.fromText('abbb', { level: 'char' });
    expect(smallModel(await testEngine(), plain).generate('', { length: 7 })).toMatch(/^[ab]{7}$/);
  });

  test('words are joined as text; a prompt that ends a line begins a new sentence', async () => {
    const model = smallModel(await testEngine(), words, { cell: 'gru' });
    const text = model.generate('the child', { length: 60, temperature: 3 });
    expect(text.startsWith('the child')).toBe(true);
    expect(text).not.toMatch(/^\s| {2}| [.,?]/m);
    expect(words.vocabulary.encodePrompt(text).length).toBeLessThanOrEqual(1 + 2 + 60);
    expect(model.generate('the child\n', { length: 3 })).toMatch(/^the child\n/);
    expect(model.generate('', { length: 0 })).toBe('');
  });

  test('Japanese words are joined without spaces', async () => {
    const japanese = Corpus.fromText('猫が座った。\n犬が走った。\n', { level: 'word', locale: 'ja' });
    const model = smallModel(await testEngine(), japanese);
    expect(model.generate('猫が', { length: 40 })).toMatch(/^猫が[^ ]*$/);
  });

  test.each([
    ['characters', corpus],
    ['words', words],
  ])('reserved ids are never written, even where the model wants nothing else (%s)', async (level, on) => {
    const model = smallModel(await testEngine(), on);
    const dict = model.stateDict();
    const bias = dict.get('head.bias')!;
    const values = new Float32Array(bias.data.length);
    for (const id of [PADDING, BEGINNING, UNKNOWN]) values[id] = 40;
    model.loadStateDict(dict.set('head.bias', { data: values, shape: bias.shape }));
    const text = model.generate('', { length: 50 });
    expect(text).not.toMatch(/<unk>|<pad>|<s>/);
    // The end of a sentence is a word's to choose; between characters it does not exist.
    if (level === 'words') expect(text).toMatch(/^\n*$/);
    else expect(text).toHaveLength(50);
  });

  test.each([
    ['characters', corpus, 'the '],
    ['words', words, 'the child'],
    ['words', words, 'the child\n'],
    ['words', words, ''],
  ])('a stream of %s is the text, a token a piece', async (_, on, prompt) => {
    const model = smallModel(await testEngine(), on);
    const options = { length: 40, temperature: 2, seed: 3 };
    const pieces = [...model.stream(prompt, options)];
    expect(pieces.join('')).toBe(model.generate(prompt, options));
    const given = prompt === '' ? [] : on.vocabulary.encodePrompt(prompt);
    const breaks = prompt === '' || on.vocabulary.level === 'char' ? 0 : 1;
    expect(pieces.length).toBeGreaterThanOrEqual(given.length - breaks + 40 - 1);
    expect(pieces.length).toBeLessThanOrEqual(given.length + 40);
  });

  test('between two pieces the model may be used, and nothing is drawn before it is asked for', async () => {
    const model = smallModel(await testEngine(), corpus);
    const text = model.generate('the ', { length: 12 });
    const stream = model.stream('the ', { length: 12 });
    let streamed = '';
    for (const piece of stream) {
      streamed += piece;
      model.generate('a', { length: 2, seed: 9 });
    }
    expect(streamed).toBe(text);
    expect(() => model.stream('the ', { topK: 0 })).toThrow(OptionError);
  });

  test('it stops where the sentence or the line ends, and does not write the end', async () => {
    for (const on of [corpus, words]) {
      const model = smallModel(await testEngine(), on);
      const text = model.generate('the', { length: 400, seed: 2 });
      const first = text.indexOf('\n');
      expect(first).toBeGreaterThan(3);
      expect(model.generate('the', { length: 400, seed: 2, stop: 'sentence' })).toBe(text.slice(0, first));
      expect(model.generate('the', { length: 2, seed: 2, stop: 'sentence' })).toBe(model.generate('the', { length: 2, seed: 2 })); // prettier-ignore
    }
    const plain = smallModel(await testEngine(), Corpus.fromText('abbb', { level: 'char' }));
    expect(() => plain.generate('a', { stop: 'sentence' })).toThrow(
      new OptionError(
        "generate: stop 'sentence' ends at a line break, and the model knows none: its text had a single line. Leave stop out.",
      ),
    );
  });

  test('with a penalty the most likely tokens come again less often', async () => {
    const model = smallModel(await testEngine(), words, { cell: 'gru' });
    const different = (repetitionPenalty: number): number => {
      const text = model.generate('the', { length: 30, temperature: 0, repetitionPenalty });
      return new Set(words.vocabulary.encodePrompt(text)).size;
    };
    expect(different(3)).toBeGreaterThan(different(1));
  });

  test('symbols the model has never seen are named, the first five of them', async () => {
    const engine = await testEngine();
    const byCharacter = () => smallModel(engine, corpus).generate('the 漢字 дом x');
    expect(byCharacter).toThrow(DataError);
    expect(byCharacter).toThrow(
      'the prompt holds characters the model has never seen: "漢", "字", "д", "о", "м". Leave them',
    );
    const byWord = () => smallModel(engine, words).generate('the zebra sleeps');
    expect(byWord).toThrow(DataError);
    expect(byWord).toThrow(/words the model has never seen: "zebra"/);
    expect(() => smallModel(engine, words).generate('<unk>')).toThrow(DataError);
    expect(() => smallModel(engine, corpus).generate('a\u0000')).toThrow(/"\\u0000"/);
  });

  test.each<[object, RegExp]>([
    [{ temperature: -1 }, /generate: temperature/],
    [{ temperature: NaN }, /temperature/],
    [{ topK: 0 }, /topK must be a whole number of at least 1, got 0/],
    [{ topK: 1.5 }, /topK/],
    [{ length: -1 }, /length/],
    [{ topP: 0 }, /generate: topP must be a number above 0 and at most 1, got 0/],
    [{ topP: 1.1 }, /topP/],
    [{ repetitionPenalty: 0.9 }, /generate: repetitionPenalty must be a number at least 1, got 0.9/],
    [{ stop: 'never' }, /generate: stop must be one of length, sentence, got never/],
    [{ seed: 0.5 }, /seed must be a whole number from 0 to 4294967295, got 0.5/],
    [{ seed: 'x' }, /seed/],
    [{ temp: 1 }, /generate: unknown option 'temp'/],
  ])('%o is refused, also where nothing is to be generated', async (options, message) => {
    const model = smallModel(await testEngine(), corpus);
    for (const length of [5, 0]) {
      const attempt = () => model.generate('', { length, ...options } as never);
      expect(attempt).toThrow(OptionError);
      expect(attempt).toThrow(message);
    }
  });
});

test('a model learns a line by heart and writes it', async () => {
  const line = 'a recurrent network reads one symbol at a time.\n';
  const text = Corpus.fromText(line.repeat(40), { level: 'char' });
  const model = new LanguageModel(await testEngine(), {
    vocabulary: text.vocabulary,
    embeddingSize: 16,
    hiddenSize: 32,
  });
  await train(model, text, { epochs: 25, batch: 4, window: 24, lr: 1e-2 });
  expect(model.generate('', { temperature: 0, length: line.length })).toBe(line);
});
