/** The language model as a whole: options, parameters, sequences, snapshots. */

import { describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { Vocabulary } from '../../src/data/vocabulary.js';
import { CheckpointError, OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import { CELLS, LanguageModel } from '../../src/models/language-model.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { characters, smallModel, testEngine } from '../train/texts.js';

const corpus = characters(10);

describe('options', () => {
  test.each<[object, RegExp]>([
    [{ hidden: 3 }, /LanguageModel: unknown option 'hidden'. Known options: vocabulary, cell/],
    [{ cell: 'transformer' }, /cell must be one of lstm, gru, rnn, got transformer/],
    [{ embeddingSize: 0 }, /embeddingSize must be a whole number of at least 1, got 0/],
    [{ hiddenSize: 2.5 }, /hiddenSize/],
    [{ numLayers: NaN }, /numLayers/],
    [{ dropout: 1 }, /dropout/],
    [{ vocabulary: undefined }, /vocabulary must be a Vocabulary/],
    [{ vocabulary: { size: 5 } }, /vocabulary must be a Vocabulary/],
  ])('%o is refused', async (options, message) => {
    const engine = await testEngine();
    const attempt = () => new LanguageModel(engine, { vocabulary: corpus.vocabulary, ...options });
    expect(attempt).toThrow(OptionError);
    expect(attempt).toThrow(message);
  });

  test('the defaults are those of the documentation', async () => {
    const model = new LanguageModel(await testEngine(), { vocabulary: corpus.vocabulary });
    expect(model).toMatchObject({ cell: 'lstm', embeddingSize: 64, hiddenSize: 128, numLayers: 1, dropout: 0 });
  });
});

test.each(CELLS)('%s: the parameters have the names and shapes of PyTorch', async (cell) => {
  const model = smallModel(await testEngine(), corpus, { cell, numLayers: 2 });
  const G = { lstm: 28, gru: 21, rnn: 7 }[cell];
  const V = corpus.vocabSize;
  const shapes = Object.fromEntries([...model.stateDict()].map(([name, { shape }]) => [name, shape]));
  expect(shapes).toEqual({
    'embedding.weight': [V, 6],
    'rnn.weight_ih_l0': [G, 6],
    'rnn.weight_hh_l0': [G, 7],
    'rnn.bias_ih_l0': [G],
    'rnn.bias_hh_l0': [G],
    'rnn.weight_ih_l1': [G, 7],
    'rnn.weight_hh_l1': [G, 7],
    'rnn.bias_ih_l1': [G],
    'rnn.bias_hh_l1': [G],
    'head.weight': [V, 7],
    'head.bias': [V],
  });
});

test('a seed gives the same weights, another seed others', async () => {
  const weights = async (seed: number) => smallModel(await testEngine({ seed }), corpus).stateDict();
  expect(await weights(4)).toEqual(await weights(4));
  expect(await weights(4)).not.toEqual(await weights(5));
});

test.each(CELLS)('%s: a window of 10 is windows of 4 and 6 with the state carried', async (cell) => {
  const engine = await testEngine();
  const model = smallModel(engine, corpus, { cell, numLayers: 2 });
  const ids = corpus.tokens.slice(0, 10);
  const logits = (part: Int32Array, state?: ReturnType<LanguageModel['zeroState']>) =>
    engine.evaluate(() => {
      const prediction = model.forward({ data: part, shape: [part.length, 1] }, state);
      return { values: [...prediction.logits.toArray()], state: prediction.state.detach() };
    });
  const first = logits(ids.slice(0, 4));
  const second = logits(ids.slice(4), first.state);
  expect([...first.values, ...second.values]).toEqual(logits(ids).values);
});

test('dropout acts while training and not while evaluating', async () => {
  const engine = await testEngine();
  const model = smallModel(engine, corpus, { dropout: 0.5 });
  const ids = { data: corpus.tokens.slice(0, 20), shape: [20, 1] };
  const targets = { data: corpus.tokens.slice(1, 21), shape: [20, 1] };
  const training = () => engine.step(() => model.loss(ids, targets).loss);
  const evaluating = () => engine.evaluate(() => model.loss(ids, targets).loss.item());
  expect(new Set([training(), training(), training()]).size).toBe(3);
  expect(new Set([evaluating(), evaluating()]).size).toBe(1);
});

describe('snapshots', () => {
  const words = Corpus.fromText('the cat sat\non the mat\n', { level: 'word' });
  const japanese = Corpus.fromText('猫が座った\n犬が走った\n', { level: 'word', locale: 'ja' });

  test.each([
    ['characters', corpus],
    ['words', words],
    ['Japanese words', japanese],
  ])('a model of %s comes back from its snapshot through JSON', async (_, on) => {
    for (const cell of CELLS) {
      const model = smallModel(await testEngine(), on, { cell, numLayers: 2, dropout: 0.25 });
      const { arrays, values } = model.snapshot();
      const stored = { arrays, values: JSON.parse(JSON.stringify(values)) as Snapshot['values'] };
      const engine = await testEngine({ seed: 77 });
      const { state } = engine.random;
      const back = LanguageModel.fromSnapshot(engine, stored);
      expect(back.stateDict()).toEqual(model.stateDict());
      expect(back.vocabulary.toJSON()).toEqual(model.vocabulary.toJSON());
      expect(back.snapshot().values).toEqual(values);
      expect(back.generate('', { length: 30 })).toBe(model.generate('', { length: 30 }));
      // No weights are drawn only to be replaced.
      expect(engine.random.state).toEqual(state);
    }
  });

  test.each(['cell', 'embeddingSize', 'hiddenSize', 'numLayers', 'dropout', 'vocabulary'])(
    'it is refused without %s, with another type, or with a number out of range',
    async (name) => {
      const { arrays, values } = smallModel(await testEngine(), corpus).snapshot();
      const engine = await testEngine();
      const { [name]: _, ...without } = values;
      expect(() => LanguageModel.fromSnapshot(engine, { arrays, values: without })).toThrow(`model: ${name} must be`);
      for (const value of [null, true, 'x', [], {}, -1, 0.5, 3, Infinity, 1e9, Number.MAX_SAFE_INTEGER]) {
        if (name === 'dropout' && value === 0.5) continue;
        const changed = { arrays, values: { ...values, [name]: value } } as Snapshot;
        expect(() => LanguageModel.fromSnapshot(engine, changed)).toThrow(RecurraError);
      }
    },
  );

  test('weights that are too few, too many, or of another shape', async () => {
    const { arrays, values } = smallModel(await testEngine(), corpus).snapshot();
    const engine = await testEngine();
    const attempt = (
      change: (arrays: Map<string, Snapshot['arrays'] extends ReadonlyMap<string, infer A> ? A : never>) => void,
    ) => {
      const changed = new Map(arrays);
      change(changed);
      return () => LanguageModel.fromSnapshot(engine, { arrays: changed, values });
    };
    expect(attempt((all) => all.delete('head.bias'))).toThrow(CheckpointError);
    expect(attempt((all) => all.set('more', { data: [1], shape: [1] }))).toThrow(
      /options take \d+ weights, the tensors hold \d+/,
    );
    const { data } = arrays.get('rnn.weight_ih_l0')!;
    expect(attempt((all) => all.set('rnn.weight_ih_l0', { data, shape: [6, 28] }))).toThrow(ShapeError);
    expect(attempt((all) => all.delete('rnn.weight_ih_l0') && all.set('x', { data, shape: [28, 6] }))).toThrow(
      ShapeError,
    );
  });

  test('a vocabulary of another size than the weights', async () => {
    const { arrays, values } = smallModel(await testEngine(), corpus).snapshot();
    const vocabulary = { ...Vocabulary.fromText('abc', { level: 'char' }).toJSON() };
    const engine = await testEngine();
    expect(() => LanguageModel.fromSnapshot(engine, { arrays, values: { ...values, vocabulary } })).toThrow(
      CheckpointError,
    );
  });
});
