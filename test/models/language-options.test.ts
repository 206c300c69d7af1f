/** The language model's options beyond sizes: tied weights, vectors, frozen embeddings, sampled softmax. */

import { describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { Vocabulary } from '../../src/data/vocabulary.js';
import type { Engine } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { LanguageModel } from '../../src/models/language-model.js';
import type { LanguageModelOptions } from '../../src/models/language-model.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { clipGradNorm } from '../../src/optim/clip.js';
import { evaluate } from '../../src/train/evaluate.js';
import { fullSettings, makeOptimizer, OPTIMIZERS } from '../../src/train/settings.js';
import { train } from '../../src/train/train.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';
import { english, testEngine } from '../train/texts.js';

const words = Corpus.fromText(english(40), { level: 'word' });
const { vocabulary } = words;
const V = vocabulary.size;

/** Rows of three for some words of the grammar and some others. */
const vectors = {
  words: ['the', 'unheard', vocabulary.symbolOf(5), 'of'],
  values: { data: Float32Array.of(1, 2, 3, 9, 9, 9, -1, 0.5, 0.25, 4, 5, 6), shape: [4, 3] },
};

const inputs = { data: words.tokens.slice(0, 12), shape: [6, 2] };
const targets = { data: words.tokens.slice(1, 13), shape: [6, 2] };

function model(engine: Engine, options: Omit<LanguageModelOptions, 'vocabulary'>): LanguageModel {
  return new LanguageModel(engine, { vocabulary, embeddingSize: 3, hiddenSize: 3, ...options });
}

const CASES: [string, Omit<LanguageModelOptions, 'vocabulary'>][] = [
  ['tied', { tied: true }],
  ['tied through a projection', { tied: true, projection: true, hiddenSize: 5 }],
  ['vectors', { vectors }],
  ['frozen vectors', { vectors, tuneVectors: false }],
  ['frozen and tied vectors', { vectors, tuneVectors: false, tied: true }],
  ['sampled', { sampled: 5 }],
  ['sampled and tied through a projection', { sampled: 5, tied: true, projection: true, hiddenSize: 4 }],
  ['sampled by counts', { sampled: 5, proposals: words.counts() }],
  ['sampled, tied and frozen', { sampled: 5, tied: true, vectors, tuneVectors: false }],
];

describe.each(CASES)('%s', (_, options) => {
  test('the gradients of the loss', async () => {
    const engine = await doubleEngine();
    const made = model(engine, options);
    const outputs = () => [made.loss(inputs, targets).loss];
    expect(gradcheck(engine, made.parameters(), outputs, { directional: true })).toEqual([]);
  });

  test('it comes back from its snapshot through JSON, weights and options', async () => {
    const made = model(await testEngine(), options);
    const { arrays, values } = made.snapshot();
    const stored = { arrays, values: JSON.parse(JSON.stringify(values)) as Snapshot['values'] };
    const back = LanguageModel.fromSnapshot(await testEngine({ seed: 8 }), stored);
    expect(back.stateDict()).toEqual(made.stateDict());
    expect(back.options).toEqual(made.options);
    expect(back.parameters().map(({ name }) => name)).toEqual(made.parameters().map(({ name }) => name));
    expect(back.generate('the', { length: 9 })).toBe(made.generate('the', { length: 9 }));
  });

  test('a run that is stopped and resumed ends with the same weights', async () => {
    const settings = { steps: 6, batch: 2, window: 4, validFraction: 0 };
    const whole = model(await testEngine(), { ...options, dropout: 0.2 });
    await train(whole, words, settings);
    const first = model(await testEngine(), { ...options, dropout: 0.2 });
    const half = train(first, words, { ...settings, steps: 3 });
    await half;
    const second = LanguageModel.fromSnapshot(await testEngine({ seed: 5 }), first.snapshot());
    await train(second, words, { steps: 6, resume: half.snapshot() });
    expect(second.stateDict()).toEqual(whole.stateDict());
  });
});

test('tied weights are stored once, and both uses learn them', async () => {
  const engine = await testEngine();
  const tied = model(engine, { tied: true });
  const shapes = Object.fromEntries([...tied.stateDict()].map(([name, { shape }]) => [name, shape]));
  expect(shapes).toMatchObject({ 'embedding.weight': [V, 3], 'head.bias': [V] });
  expect(shapes).not.toHaveProperty('head.weight');
  expect(tied.parameterCount).toBe(V * 3 + 4 * 3 * (3 + 3 + 2) + V);
  engine.step(() => tied.loss(inputs, targets).loss);
  const gradient = tied.parameters()[0]!.gradientToArray();
  // A word that is no input of the window has a gradient all the same: that of the output.
  const absent = Array.from({ length: V }, (_, id) => id).find((id) => !inputs.data.includes(id))!;
  expect(gradient.subarray(3 * absent, 3 * absent + 3).some((value) => value !== 0)).toBe(true);
});

test('vectors begin the rows of their words, in lower case too, and others are drawn as wide as they are', async () => {
  const upper = Vocabulary.fromText('The the THE of Zebra', { level: 'word' });
  const made = new LanguageModel(await testEngine(), { vocabulary: upper, vectors });
  const { data } = made.stateDict().get('embedding.weight')!;
  const row = (word: string): number[] => Array.from(data).slice(3 * upper.idOf(word), 3 * upper.idOf(word) + 3);
  expect(made.embeddingSize).toBe(3);
  for (const word of ['The', 'the', 'THE']) expect(row(word)).toEqual([1, 2, 3]);
  expect(row('of')).toEqual([4, 5, 6]);
  expect(new Set(row('Zebra')).size).toBe(3);
  expect(Math.max(...row('Zebra').map(Math.abs))).toBeLessThan(6 * 4.7);
});

describe('a frozen embedding', () => {
  test.each(OPTIMIZERS)('stays as it is under %s, and the others learn', async (optimizer) => {
    const engine = await testEngine();
    const frozen = model(engine, { vectors, tuneVectors: false });
    const before = frozen.stateDict();
    const settings = fullSettings({ optimizer, lr: 0.1 });
    const updates = makeOptimizer(settings, frozen.parameters());
    for (let i = 0; i < 3; i++) {
      engine.step(() => frozen.loss(inputs, targets).loss);
      updates.step(clipGradNorm(frozen.parameters(), 5));
    }
    for (const [name, { data }] of frozen.stateDict()) {
      if (name === 'embedding.weight') expect(data).toEqual(before.get(name)!.data);
      else expect(data).not.toEqual(before.get(name)!.data);
    }
    expect(frozen.parameterCount).toBe(4 * 3 * (3 + 3 + 2) + V * 3 + V);
  });
});

test('a checkpoint of a release before has the options of that time', async () => {
  const made = model(await testEngine(), {});
  const { arrays, values } = made.snapshot();
  const { tied: _, projection: __, tuneVectors: ___, sampled: ____, proposals: _____, ...before } = values;
  const back = LanguageModel.fromSnapshot(await testEngine(), { arrays, values: before });
  expect(back.options).toEqual(made.options);
  expect(back.stateDict()).toEqual(made.stateDict());
});

test('evaluation is on all classes: with and without negatives the same number', async () => {
  const [plain, sampled] = [model(await testEngine(), {}), model(await testEngine(), { sampled: 5 })];
  const options = { batch: 2, window: 8 };
  expect(evaluate(sampled, words.tokens, options)).toEqual(evaluate(plain, words.tokens, options));
});

test('with negatives a model learns what the full softmax learns', async () => {
  const loss = async (options: Omit<LanguageModelOptions, 'vocabulary'>): Promise<number> => {
    const made = model(await testEngine(), { embeddingSize: 16, hiddenSize: 16, ...options });
    await train(made, words, { epochs: 12, batch: 4, window: 8, lr: 1e-2, validFraction: 0 });
    return evaluate(made, words.tokens, { batch: 4, window: 8 }).loss;
  };
  const [full, sampled] = [await loss({}), await loss({ sampled: Math.floor(V / 2) })];
  expect(full).toBeLessThan(0.6 * Math.log(V));
  expect(Math.abs(sampled - full)).toBeLessThan(0.15);
});

describe('refused', () => {
  test.each<[object, string]>([
    [
      { tied: true, embeddingSize: 4, hiddenSize: 6 },
      'LanguageModel: tied weights need embeddingSize = hiddenSize, got 4 and 6. Make them equal, or give projection: true, a layer from 6 to 4.',
    ],
    [{ projection: true }, 'LanguageModel: projection leads to tied weights, and tied is false. Leave projection out.'],
    [
      { tuneVectors: false },
      'LanguageModel: tuneVectors false freezes vectors, and there are none. Give vectors, or leave tuneVectors out.',
    ],
    [
      { vectors, embeddingSize: 4 },
      'LanguageModel: embeddingSize 4 contradicts vectors, whose rows have 3 numbers. Leave embeddingSize out.',
    ],
    [
      { proposals: 'log-uniform' },
      'LanguageModel: proposals are for a sampled softmax, and sampled is 0. Give sampled, or leave proposals out.',
    ],
    [
      { sampled: Math.floor(V / 2) + 1 },
      `LanguageModel: sampled must be at most half of the vocabulary of ${V}, which is ${Math.floor(V / 2)}, got ${Math.floor(V / 2) + 1}. Lower it, or leave it out for the full softmax.`,
    ],
    [{ sampled: 1.5 }, 'LanguageModel: sampled must be a whole number of at least 0, got 1.5.'],
    [{ tied: 1 }, 'LanguageModel: tied must be true or false, got 1.'],
    [
      { vectors: { words: [] } },
      'LanguageModel: vectors must be { words, values: { data, shape } } with at least one word.',
    ],
  ])('%o', async (options, message) => {
    const engine = await testEngine();
    expect(() => new LanguageModel(engine, { vocabulary, ...options })).toThrow(new OptionError(message));
  });

  test('vectors of another shape, and of other words', async () => {
    const engine = await testEngine();
    const given = (changed: object) => () =>
      new LanguageModel(engine, { vocabulary, vectors: { ...vectors, ...changed } });
    expect(given({ values: { data: new Float32Array(12), shape: [3, 4] } })).toThrow(
      new ShapeError(
        'LanguageModel: the values of vectors must be (N, E) with N = 4, got 12 numbers of shape (3, 4). N comes from words.',
      ),
    );
    expect(given({ words: ['x', 'y', 'z', 'w'] })).toThrow(
      new DataError(
        `LanguageModel: none of the 4 words of vectors is in the vocabulary of ${V}. Give vectors of the language and level of the text.`,
      ),
    );
  });
});
