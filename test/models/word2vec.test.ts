/** word2vec as a model: options, exact gradients, snapshots. */

import { describe, expect, test } from 'vitest';
import { WordCorpus } from '../../src/data/word-corpus.js';
import { createEngine } from '../../src/engine.js';
import { CheckpointError, OptionError } from '../../src/errors.js';
import { normal } from '../../src/layers/initializers.js';
import { ARCHITECTURES, OUTPUTS, Word2Vec } from '../../src/models/word2vec.js';
import type { Word2VecOptions } from '../../src/models/word2vec.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { Random } from '../../src/random.js';
import { Word2VecRows } from '../../src/train/word2vec-rows.js';
import { fullWord2VecSettings } from '../../src/train/word2vec-settings.js';
import type { Word2VecSettings } from '../../src/train/word2vec-settings.js';
import { thrown } from '../thrown.js';

const corpus = WordCorpus.fromText('a b c d e f\nb a d c a\ne b a f a b c\n'.repeat(3));
const { vocabulary } = corpus;
const E = 5;

const combinations = ARCHITECTURES.flatMap((architecture) => OUTPUTS.map((output) => ({ architecture, output })));

/** The first row of updates of a sentence: its inputs and its outputs with their labels. */
function firstRow(model: Word2Vec, settings: Word2VecSettings = {}) {
  const full = fullWord2VecSettings(model, { window: 3, sample: 0, ...settings });
  const rows = new Word2VecRows(model, full, new Random(4));
  rows.add(corpus.ids.subarray(11, 18));
  // A word in the middle, which has words to both sides.
  const [begin, end] = [rows.starts[3]!, rows.starts[4]!];
  const row = rows.stream.slice(begin, end);
  const [n, m] = [row[0]!, row[1]!];
  expect(row).toHaveLength(2 + n + m);
  const outputs = [...row.slice(2 + n)].map((code) => ({ id: code >> 1, label: code & 1 }));
  return { row, inputs: [...row.slice(2, 2 + n)], outputs };
}

/** The loss of a row, from its definition. */
function loss(
  input: ArrayLike<number>,
  output: ArrayLike<number>,
  { inputs, outputs }: ReturnType<typeof firstRow>,
): number {
  const h = Array.from(
    { length: E },
    (_, k) => inputs.reduce((sum, id) => sum + input[id * E + k]!, 0) / inputs.length,
  );
  return outputs.reduce((sum, { id, label }) => {
    const f = h.reduce((product, value, k) => product + value * output[id * E + k]!, 0);
    return sum + Math.log1p(Math.exp(label === 1 ? -f : f));
  }, 0);
}

describe.each(combinations)('$architecture with $output', ({ architecture, output }) => {
  const make = async (seed: number = 1): Promise<Word2Vec> => {
    const engine = await createEngine({ precision: 'float64', seed });
    return new Word2Vec(engine, { vocabulary, architecture, output, size: E }, normal(0.5));
  };

  test('an update is the gradient of the loss of its row', async () => {
    const model = await make();
    const row = firstRow(model);
    expect(row.inputs.length > 1).toBe(architecture === 'cbow');
    expect(row.outputs.length).toBeGreaterThan(1);
    const tables = [model.input.weight, model.output.weight].map((weight) => Float64Array.from(weight.toArray()));
    const wanted = tables.map((table, t) =>
      table.map((value, i) => {
        const at = (x: number): number => {
          const moved = table.slice();
          moved[i] = x;
          return loss(t === 0 ? moved : tables[0]!, t === 1 ? moved : tables[1]!, row);
        };
        return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
      }),
    );
    const lr = 0.25;
    const scores = run(model, row.row, lr, 1);
    const after = [model.input.weight, model.output.weight].map((weight) => weight.toArray());
    tables.forEach((table, t) => {
      table.forEach((before, i) => expect((before - after[t]![i]!) / lr).toBeCloseTo(wanted[t]![i]!, 7));
      expect(wanted[t]!.some((value) => Math.abs(value) > 0.01)).toBe(true);
    });
    expect(scores.slice(2 + row.inputs.length).every(Number.isFinite)).toBe(true);
  });

  test('without the division the inputs move by as many times as there are, and the outputs the same', async () => {
    const [exact, plain] = [await make(), await make()];
    const row = firstRow(exact);
    const before = exact.input.weight.toArray();
    run(exact, row.row, 0.1, 1);
    run(plain, row.row, 0.1, 0);
    expect(plain.output.weight.toArray()).toEqual(exact.output.weight.toArray());
    const [a, b] = [exact.input.weight.toArray(), plain.input.weight.toArray()];
    const n = row.inputs.length;
    before.forEach((value, i) => expect(b[i]! - value).toBeCloseTo(n * (a[i]! - value), 12));
  });

  test('a snapshot brings it back through JSON', async () => {
    const model = await make();
    const { arrays, values } = model.snapshot();
    const stored = { arrays, values: JSON.parse(JSON.stringify(values)) as Snapshot['values'] };
    const engine = await createEngine({ precision: 'float64', seed: 9 });
    const { state } = engine.random;
    const back = Word2Vec.fromSnapshot(engine, stored);
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(back.snapshot().values).toEqual(values);
    expect(back.summary()).toBe(model.summary());
    expect(engine.random.state).toEqual(state);
  });
});

/** Runs one row. @returns the scores */
function run({ engine, input, output }: Word2Vec, row: Int32Array, lr: number, exact: number): number[] {
  const { memory, kernels } = engine;
  return engine.evaluate(() => {
    const [stream, starts] = [engine.ids(row), engine.ids(Int32Array.of(0))];
    const [scores, tmp] = [memory.reserve(row.length), memory.reserve(3 * E)];
    kernels.word2vecRows(input.weight.ptr, output.weight.ptr, scores, stream, starts, tmp, 1, E, lr, exact, 0);
    return [...memory.view(scores, row.length)];
  });
}

test('the negatives of a row are different words, none of them the one that is predicted', async () => {
  const model = new Word2Vec(await createEngine(), { vocabulary, size: E });
  const settings = fullWord2VecSettings(model, { negatives: 20, sample: 0 });
  const rows = new Word2VecRows(model, settings, new Random(1));
  for (let i = 0; i < 50; i++) rows.add(corpus.ids.subarray(0, 6));
  expect(rows.starts.length).toBeGreaterThan(500);
  for (const begin of rows.starts) {
    const [n, m] = [rows.stream[begin]!, rows.stream[begin + 1]!];
    const outputs = [...rows.stream.subarray(begin + 2 + n, begin + 2 + n + m)];
    expect(outputs[0]! & 1).toBe(1);
    expect(outputs.slice(1).every((code) => (code & 1) === 0)).toBe(true);
    expect(new Set(outputs.map((code) => code >> 1)).size).toBe(m);
  }
});

test('windows reach from 1 to the limit as often as each other, and words stay by their share', async () => {
  const model = new Word2Vec(await createEngine(), { vocabulary, size: E, architecture: 'cbow' });
  const sentence = Int32Array.from({ length: 1000 }, (_, i) => i % vocabulary.size);
  const inputsOf = (settings: Word2VecSettings): number[] => {
    const rows = new Word2VecRows(model, fullWord2VecSettings(model, { window: 4, ...settings }), new Random(2));
    for (let i = 0; i < 20; i++) rows.add(sentence);
    return [...rows.starts].map((begin) => rows.stream[begin]!);
  };
  const all = inputsOf({ sample: 0 });
  expect(all).toHaveLength(20_000);
  for (const n of [2, 4, 6, 8]) {
    expect(Math.abs(all.filter((inputs) => inputs === n).length / 20_000 - 0.25)).toBeLessThan(0.015);
  }
  const t = 0.02;
  const share = [...vocabulary.counts].map((count) => {
    const f = count / vocabulary.total;
    return Math.min(Math.sqrt(t / f) + t / f, 1);
  });
  const wanted = share.reduce((sum, value) => sum + value, 0) / share.length;
  expect(wanted).toBeLessThan(0.7);
  expect(Math.abs(inputsOf({ sample: t }).length / 20_000 - wanted)).toBeLessThan(0.02);
});

test('vectors are those that predict; their beginning is small, and that of the others zero', async () => {
  const model = new Word2Vec(await createEngine(), { vocabulary, size: 8 });
  expect(model.options).toMatchObject({ architecture: 'skip-gram', output: 'negative-sampling' });
  const { data, words, size } = model.vectors();
  expect([words, size]).toEqual([vocabulary.words, 8]);
  expect([...data]).toEqual([...model.input.weight.toArray()]);
  expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.5 / 8);
  expect(new Set(data).size).toBeGreaterThan(40);
  expect(model.output.weight.toArray().every((value) => value === 0)).toBe(true);
  expect(model.summary()).toBe('skip-gram with negative sampling, 6 words of 8 numbers, 96 parameters');
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{}, 'Word2Vec: vocabulary must be a WordCounts. Give the .vocabulary of a WordCorpus.'],
    [
      { vocabulary: WordCorpus.fromText('a a').vocabulary },
      'Word2Vec: vocabulary must have at least 2 words, got 1. Give more text.',
    ],
    [{ vocabulary, architecture: 'glove' }, 'Word2Vec: architecture must be one of skip-gram, cbow, got glove.'],
    [
      { vocabulary, output: 'softmax' },
      'Word2Vec: output must be one of negative-sampling, hierarchical-softmax, got softmax.',
    ],
    [{ vocabulary, size: 0 }, 'Word2Vec: size must be a whole number of at least 1, got 0.'],
    [
      { vocabulary, window: 5 },
      "Word2Vec: unknown option 'window'. Known options: vocabulary, architecture, output, size.",
    ],
  ])('options %#', async (options, message) => {
    const engine = await createEngine();
    const error = thrown(() => new Word2Vec(engine, options as Word2VecOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test('a snapshot whose options and tensors are not of one size', async () => {
    const engine = await createEngine();
    const { arrays, values } = new Word2Vec(engine, { vocabulary, size: 4 }).snapshot();
    for (const changed of [{ size: 5 }, { size: 1e9 }, { vocabulary: { words: ['a', 'b'], counts: [1, 1] } }]) {
      const error = thrown(() => Word2Vec.fromSnapshot(engine, { arrays, values: { ...values, ...changed } }));
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toMatch(/input.weight must be/);
    }
    for (const name of ['vocabulary', 'architecture', 'output', 'size']) {
      const { [name]: _, ...without } = values;
      expect(() => Word2Vec.fromSnapshot(engine, { arrays, values: without })).toThrow(`model: ${name} must be`);
    }
  });
});
