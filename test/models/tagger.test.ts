/** The tagger: gradients with each option, what it learns, what comes back from a checkpoint, what it refuses. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { allBatches } from '../../src/data/examples.js';
import { TagSymbols } from '../../src/data/tag-symbols.js';
import { TaggedExamples } from '../../src/data/tagged-examples.js';
import { brokenLinks, taggedSentences } from '../../src/data/tagged-text.js';
import type { TaggedText } from '../../src/data/tagged-text.js';
import { createEngine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError } from '../../src/errors.js';
import { Tagger } from '../../src/models/tagger.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import type { TaggerOptions } from '../../src/models/tagger.js';
import { fit } from '../../src/train/fit.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';

/** Sizes small enough for a finite difference of every weight. */
const SMALL = { embeddingSize: 3, characters: 2, characterEmbedding: 2, hiddenSize: 3 } as const;

const sentences = [
  { words: ['The', 'old', 'cat', 'sat'], labels: ['O', 'B-X', 'I-X', 'O'] },
  { words: ['Cats', 'sat'], labels: ['B-X', 'O'] },
  { words: ['the', 'cat', 'Ran'], labels: ['O', 'B-Y', 'O'] },
];

function modelOf(engine: Awaited<ReturnType<typeof doubleEngine>>, options: Partial<TaggerOptions> = {}) {
  const symbols = TagSymbols.fromSentences(sentences);
  return new Tagger(engine, { symbols, ...SMALL, ...options });
}

describe('gradients', () => {
  test.each<Partial<TaggerOptions>>([
    {},
    { output: 'softmax' },
    { characters: 0, characterEmbedding: 0 },
    { cell: 'gru', numLayers: 2, dropout: 0.2 },
    { cell: 'rnn', bidirectional: false, output: 'softmax' },
    { unknownRate: 0.4 },
  ])('%j', async (options) => {
    const engine = await doubleEngine();
    const model = modelOf(engine, { unknownRate: 0, ...options });
    const batch = new TaggedExamples(sentences, model.options.symbols).batch([1, 0, 2]);
    expect(gradcheck(engine, model.parameters(), () => [model.loss(batch)], { directional: true })).toEqual([]);
  });
});

describe('vectors', () => {
  const vectors = { words: ['cat', 'sat', 'moon'], values: { data: [1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [3, 3] } };

  test.each([true, false])('are what words begin with; they learn: %s', async (tuneVectors) => {
    const model = modelOf(await createEngine(), { embeddingSize: undefined, vectors, tuneVectors });
    const rowOf = (word: string): number[] => {
      const id = model.options.symbols.wordId(word);
      return Array.from(model.stateDict().get('words.weight')!.data).slice(3 * id, 3 * id + 3);
    };
    expect([rowOf('Cat'), rowOf('sat')]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await fit(model, { train: new TaggedExamples(sentences, model.options.symbols) }, { steps: 2 });
    expect(rowOf('cat').join() === '1,2,3').toBe(!tuneVectors);
    const again = Tagger.fromSnapshot(await createEngine(), model.snapshot());
    expect([again.stateDict(), again.parameterCount]).toEqual([model.stateDict(), model.parameterCount]);
  });

  test('that do not fit are refused', async () => {
    const engine = await createEngine();
    expect(() => modelOf(engine, { embeddingSize: 4, vectors })).toThrow(
      /^Tagger: embeddingSize 4 contradicts vectors, whose rows have 3 numbers/,
    );
    expect(() => modelOf(engine, { tuneVectors: false })).toThrow(/^Tagger: tuneVectors false freezes vectors, and/);
    expect(() => modelOf(engine, { vectors: { ...vectors, words: ['x', 'y', 'z'] } })).toThrow(/none of the 3 words/);
  });
});

test('the loss is a mean over words: batches add up by their weights', async () => {
  for (const output of ['softmax', 'crf'] as const) {
    const engine = await doubleEngine();
    const model = modelOf(engine, { output });
    const examples = new TaggedExamples(sentences, model.options.symbols);
    const lossOf = (indices: number[]): number => {
      const batch = examples.batch(indices);
      return model.weight(batch) * engine.evaluate(() => model.loss(batch).item());
    };
    expect(model.weight(examples.batch([0, 1, 2]))).toBe(9);
    expect(lossOf([0, 1, 2])).toBeCloseTo(lossOf([0]) + lossOf([1]) + lossOf([2]), 12);
    const whole = model.evaluate(allBatches(examples, 3));
    expect(model.evaluate(allBatches(examples, 1)).loss).toBeCloseTo(whole.loss, 12);
    expect(whole.loss).toBeCloseTo(lossOf([0, 1, 2]) / 9, 12);
  }
});

/** Trains on generated sentences. */
async function trained(kind: TaggedText, count: number, epochs: number, options: Partial<TaggerOptions>) {
  const engine = await createEngine({ kernels: 'simd' });
  const train = taggedSentences(kind, { count, seed: 1 });
  const symbols = TagSymbols.fromSentences(train, { minCount: 2 });
  const model = new Tagger(engine, { symbols, ...options });
  await fit(model, { train: new TaggedExamples(train, symbols) }, { epochs, batch: 16, lr: 0.01 });
  const unseen = new TaggedExamples(taggedSentences(kind, { count: 150, seed: 2 }), symbols);
  return { model, unseen, score: model.evaluate(allBatches(unseen, 50)) };
}

describe('what it learns', () => {
  const sizes = { embeddingSize: 16, characters: 6, characterEmbedding: 6, hiddenSize: 16 };

  test('labels that need both directions, on names it has never seen', async () => {
    const { model, score } = await trained('names', 300, 8, sizes);
    expect(score.figures!['accuracy']).toBeGreaterThan(0.99);
    expect(score.figures!['f1']).toBeGreaterThan(0.97);
    expect(score.right).toBeGreaterThan(0.9);
    const words = 'near the old Zimbudo Laka that opened , for Rinu again wrote .'.split(' ');
    const labels = 'O O O B-LOC I-LOC O O O O B-MISC O O O'.split(' ');
    expect(model.tag(words)).toEqual(labels);
    expect(model.tagAll([['for', 'Rinu', 'again', 'wrote', '.'], words, ['.']])).toEqual([
      labels.slice(8),
      labels,
      ['O'],
    ]);
  });

  test('one direction does not', async () => {
    const { score } = await trained('names', 300, 8, { ...sizes, bidirectional: false });
    expect(score.figures!['accuracy']).toBeLessThan(0.92);
    expect(score.figures!['f1']).toBeLessThan(0.7);
  });

  test('a random field keeps a chain that the softmax breaks', async () => {
    const brokenBy = async (output: 'softmax' | 'crf') => {
      const { model, unseen, score } = await trained('chain', 200, 10, { ...sizes, characters: 0, characterEmbedding: 0, output }); // prettier-ignore
      expect(Object.keys(score.figures!)).toEqual(['accuracy']);
      const tags = model.tagAll(unseen.sentences.map(({ words }) => words));
      return tags.reduce((sum, labels) => sum + brokenLinks(labels), 0);
    };
    const [softmax, crf] = [await brokenBy('softmax'), await brokenBy('crf')];
    expect(softmax).toBeGreaterThan(60);
    expect(crf).toBeLessThan(softmax / 2);
  });
});

test('evaluation neither drops nor takes words for unknown', async () => {
  const engine = await doubleEngine();
  const model = modelOf(engine, { unknownRate: 0.5, dropout: 0.5 });
  const examples = new TaggedExamples(sentences, model.options.symbols);
  const score = () => model.evaluate(allBatches(examples, 2));
  expect(score()).toEqual(score());
});

describe('checkpoints', () => {
  test.each<Partial<TaggerOptions>>([{}, { output: 'softmax', characters: 0, characterEmbedding: 0, cell: 'gru' }])(
    'a model comes back as it was: %j',
    async (options) => {
      const model = modelOf(await createEngine(), options);
      const bytes = encodeCheckpoint(model);
      const engine = await createEngine({ seed: 9 });
      const { model: again } = decodeCheckpoint(engine, bytes, 'run', { models: [Tagger] });
      expect(again).toBeInstanceOf(Tagger);
      expect(again.summary()).toBe(model.summary());
      expect(again.stateDict()).toEqual(model.stateDict());
      const words = sentences.map((sentence) => [...sentence.words, 'Zebra']);
      expect(again.tagAll(words)).toEqual(model.tagAll(words));
    },
  );

  test('a run goes on from any update to the same bits', async () => {
    const symbols = TagSymbols.fromSentences(sentences);
    const data = { train: new TaggedExamples(sentences, symbols) };
    const run = async (steps: number, from?: { arrays: Snapshot['arrays']; training: Snapshot }) => {
      const model = modelOf(await createEngine({ kernels: 'simd' }), { symbols, dropout: 0.3, unknownRate: 0.3 });
      if (from !== undefined) model.loadStateDict(from.arrays);
      const running = fit(model, data, { steps, batch: 2, resume: from?.training });
      await running;
      return { arrays: model.stateDict(), training: running.snapshot() };
    };
    const [whole, part] = [await run(9), await run(4)];
    expect((await run(9, part)).arrays).toEqual(whole.arrays);
  });

  test('what is damaged is refused', async () => {
    const engine = await createEngine();
    const { arrays, values } = modelOf(engine).snapshot();
    const changed = (changes: object) => () => Tagger.fromSnapshot(engine, { arrays, values: { ...values, ...changes } as never }); // prettier-ignore
    expect(Tagger.fromSnapshot(engine, { arrays, values }).summary()).toBe(modelOf(engine).summary());
    for (const name of Object.keys(values).filter((key) => key !== 'kind')) {
      expect(changed({ [name]: [] })).toThrow(CheckpointError);
      const { [name]: _, ...rest } = values;
      expect(() => Tagger.fromSnapshot(engine, { arrays, values: rest })).toThrow(CheckpointError);
    }
    expect(changed({ symbols: { ...(values['symbols'] as object), labels: ['O'] } })).toThrow(/must be \(1, 6\)|tensors hold/); // prettier-ignore
    expect(changed({ hiddenSize: 300 })).toThrow(/options take more than the \d+ weights that the tensors hold/);
    expect(changed({ colour: 1 })).toThrow(/unknown option 'colour'/);
  });
});

test('the summary names everything in one line', async () => {
  const engine = await doubleEngine();
  expect(modelOf(engine).summary()).toMatch(
    /^word embedding 3, characters 2 x 2, 1 bidirectional lstm of 3, crf over 4 labels, \d+ parameters$/,
  );
  const plain = modelOf(engine, { characters: 0, characterEmbedding: 0, bidirectional: false, output: 'softmax' });
  expect(plain.summary()).toMatch(/^word embedding 3, 1 lstm of 3, softmax over 4 labels, \d+ parameters$/);
});

test('options that are unknown, out of range or contradict each other are refused', async () => {
  const engine = await doubleEngine();
  const refused = (options: object) => () => modelOf(engine, options);
  expect(refused({ layers: 2 })).toThrow(/^Tagger: unknown option 'layers'. Known options: symbols, cell/);
  expect(refused({ symbols: {} })).toThrow(
    new OptionError('Tagger: symbols must be TagSymbols. Give TagSymbols.fromSentences(sentences).'),
  );
  expect(refused({ characters: 0 })).toThrow(
    new OptionError('Tagger: characterEmbedding 2 is of characters, and characters is 0. Leave one out.'),
  );
  expect(refused({ output: 'viterbi' })).toThrow(
    new OptionError('Tagger: output must be one of softmax, crf, got viterbi.'),
  );
  expect(refused({ cell: 'cnn' })).toThrow(/cell must be one of lstm, gru, rnn/);
  expect(refused({ unknownRate: 1 })).toThrow(/unknownRate must be a number at least 0 and below 1, got 1/);
  expect(refused({ dropout: -1 })).toThrow(/dropout must be/);
  expect(refused({ bidirectional: 1 })).toThrow(/bidirectional must be true or false/);
  for (const size of ['embeddingSize', 'characters', 'characterEmbedding', 'hiddenSize', 'numLayers']) {
    expect(refused({ [size]: 1.5 })).toThrow(new RegExp(`${size} must be a whole number`));
  }
  expect(() => modelOf(engine).tag([])).toThrow(DataError);
});
