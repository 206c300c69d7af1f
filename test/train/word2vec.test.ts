/** Training of word2vec: what it learns, and that it goes on bit for bit. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { plantedAnalogies } from '../../src/data/planted-analogies.js';
import { evaluateAnalogies, parseQuestions } from '../../src/data/vectors/questions.js';
import { WordCorpus } from '../../src/data/word-corpus.js';
import { createEngine } from '../../src/engine.js';
import type { EngineOptions } from '../../src/engine.js';
import { CheckpointError, DivergenceError, OptionError } from '../../src/errors.js';
import { constant } from '../../src/layers/initializers.js';
import { ARCHITECTURES, OUTPUTS, Word2Vec } from '../../src/models/word2vec.js';
import type { Word2VecOptions } from '../../src/models/word2vec.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { trainWord2Vec } from '../../src/train/word2vec.js';
import type { Word2VecProgress, Word2VecTrainOptions } from '../../src/train/word2vec.js';
import { thrown } from '../thrown.js';

const planted = plantedAnalogies({ stems: 12, forms: 3, sentences: 10_000 });
const corpus = WordCorpus.fromSentences(planted.sentences);

type Options = Omit<Word2VecOptions, 'vocabulary'>;

async function modelOf(options: Options = {}, engine: EngineOptions = { kernels: 'simd' }): Promise<Word2Vec> {
  return new Word2Vec(await createEngine(engine), { vocabulary: corpus.vocabulary, size: 24, ...options });
}

const combinations = ARCHITECTURES.flatMap((architecture) => OUTPUTS.map((output) => ({ architecture, output })));

describe.each(combinations)('$architecture with $output', (options) => {
  test('solves planted analogies', async () => {
    const model = await modelOf(options);
    const before = evaluateAnalogies(model.vectors(), parseQuestions(planted.questions)).at(-1)!;
    expect(before.right / before.asked).toBeLessThan(0.3);
    // A mean of words along a path takes smaller steps.
    const isBoth = options.architecture === 'cbow' && options.output === 'hierarchical-softmax';
    const { epochs } = await trainWord2Vec(model, corpus, { sample: 0, ...(isBoth ? { lr: 0.0125 } : {}) });
    const { right, asked, unknown } = evaluateAnalogies(model.vectors(), parseQuestions(planted.questions)).at(-1)!;
    expect([asked, unknown]).toEqual([12 * 5 * 6, 0]);
    expect(right / asked).toBeGreaterThanOrEqual(0.95);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.9 * epochs[0]!.trainLoss);
  });
});

test('the gradient of word2vec.c solves them as well', async () => {
  const model = await modelOf({ architecture: 'cbow' });
  await trainWord2Vec(model, corpus, { sample: 0, cbowGradient: 'word2vec' });
  const { right, asked } = evaluateAnalogies(model.vectors(), parseQuestions(planted.questions)).at(-1)!;
  expect(right / asked).toBeGreaterThanOrEqual(0.95);
});

test('the first loss is that of guessing, and it is a mean over rows', async () => {
  const model = await modelOf();
  const events: Word2VecProgress[] = [];
  await trainWord2Vec(model, corpus, {
    lr: 1e-9,
    epochs: 1,
    negatives: 3,
    onProgress: (event) => void events.push(event),
  });
  // With outputs of zero each of a row's outputs costs ln 2; of three negatives a few are left out.
  expect(events.at(-1)!.trainLoss).toBeLessThanOrEqual(4 * Math.LN2);
  expect(events.at(-1)!.trainLoss).toBeGreaterThan(3.7 * Math.LN2);
});

describe('a run', () => {
  const settings: Word2VecTrainOptions = { epochs: 2, seed: 5, window: 3, sample: 0.01 };

  test('a seed gives the same vectors on any number of threads, another seed others', async () => {
    const vectors = async (seed: number, threads: number) => {
      const model = await modelOf({}, { kernels: 'simd', threads });
      await trainWord2Vec(model, corpus, { ...settings, seed });
      const { data } = model.vectors();
      model.engine.dispose();
      return data;
    };
    const [one, again, two, other] = [
      await vectors(5, 1),
      await vectors(5, 1),
      await vectors(5, 2),
      await vectors(6, 1),
    ];
    expect(again).toEqual(one);
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('the kernels in JavaScript give the same vectors but for rounding', async () => {
    const [simd, js] = [await modelOf(), await modelOf({}, { kernels: 'js' })];
    for (const model of [simd, js]) await trainWord2Vec(model, corpus, { ...settings, epochs: 1 });
    const [a, b] = [simd.vectors().data, js.vectors().data];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-3);
  });

  test.each(combinations)('goes on bit for bit from where it stopped: %j', async (options) => {
    const whole = await modelOf(options);
    const report = await trainWord2Vec(whole, corpus, settings);
    expect(report).toMatchObject({ reason: 'epochs', words: 2 * corpus.length });
    for (const words of [10_000, corpus.length + 7000]) {
      const model = await modelOf(options);
      const abort = new AbortController();
      const run = trainWord2Vec(model, corpus, { ...settings, signal: abort.signal });
      const next = run.trainer.next.bind(run.trainer);
      run.trainer.next = () => {
        const record = next();
        if (run.trainer.wordsDone >= words) abort.abort();
        return record;
      };
      expect((await run).reason).toBe('aborted');
      expect(run.trainer.wordsDone).toBeLessThan(words + 3000);
      const engine = await createEngine({ kernels: 'simd', seed: 3 });
      const { model: back, training } = decodeCheckpoint(engine, encodeCheckpoint(model, run), 'checkpoint', {
        models: [Word2Vec],
      });
      const rest = await trainWord2Vec(back, corpus, { resume: training });
      expect(back.stateDict()).toEqual(whole.stateDict());
      expect(rest.epochs).toEqual(report.epochs);
    }
  });

  test('saves after every epoch, when it is due and at the end; never what has diverged', async () => {
    const model = await modelOf();
    const saves: number[] = [];
    await trainWord2Vec(model, corpus, {
      ...settings,
      saveSeconds: 1e-9,
      onSave: async (run) => void saves.push(run.trainer.wordsDone),
    });
    expect(saves.length).toBeGreaterThan(20);
    expect(saves).toEqual([...saves].sort((a, b) => a - b));
    expect(saves).toContain(corpus.length);
    expect(saves.at(-1)).toBe(2 * corpus.length);

    const broken = await modelOf();
    broken.output.weight.set(new Float32Array(broken.output.weight.size).fill(NaN));
    let saved = 0;
    const error = await trainWord2Vec(broken, corpus, { ...settings, onSave: async () => void saved++ }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as Error).message).toMatch(
      /^trainWord2Vec: the loss is not finite after \d+ words\. What was saved before is kept\. Lower the learning rate \(now 0\.025\)\.$/,
    );
    expect(saved).toBe(0);
  });

  test('a weight that no row has seen is looked at before a save', async () => {
    const model = new Word2Vec(await createEngine(), { vocabulary: corpus.vocabulary, size: 2 }, constant(0));
    const run = trainWord2Vec(model, corpus, settings);
    await run;
    const values = model.input.weight.toArray();
    values[values.length - 1] = Infinity;
    model.input.weight.set(values);
    expect(() => run.trainer.verify()).toThrow(DivergenceError);
  });

  test('long sentences are cut, and the rate falls in a line', async () => {
    const line = WordCorpus.fromSentences([planted.sentences.flat().slice(0, 9000)]);
    const model = new Word2Vec(await createEngine(), { vocabulary: line.vocabulary, size: 8 });
    const { trainer } = trainWord2Vec(model, line, { maxSentence: 100, epochs: 1, lr: 0.5, minLr: 0.1 });
    trainer.next();
    expect(trainer.wordsDone).toBe(2100);
    expect(trainer.lr).toBeCloseTo(0.5 - (0.4 * 2100) / 9000, 12);
  });

  test('hogwild trains on two threads as well as on one', async () => {
    const model = await modelOf({}, { kernels: 'simd', threads: 2 });
    await trainWord2Vec(model, corpus, { sample: 0, hogwild: true });
    const { right, asked } = evaluateAnalogies(model.vectors(), parseQuestions(planted.questions)).at(-1)!;
    expect(right / asked).toBeGreaterThanOrEqual(0.95);
    model.engine.dispose();
  });
});

describe('refusals', () => {
  test.each<[Options, object, string]>([
    [{}, { epoch: 1 }, "trainWord2Vec: unknown option 'epoch'. Known options: epochs, window"],
    [{}, { epochs: 0 }, 'trainWord2Vec: epochs must be a whole number of at least 1, got 0.'],
    [{}, { window: 0 }, 'trainWord2Vec: window must be a whole number of at least 1, got 0.'],
    [{}, { window: 1001 }, 'trainWord2Vec: window must be at most 1000, got 1001.'],
    [{}, { negatives: 0 }, 'trainWord2Vec: negatives must be a whole number of at least 1, got 0.'],
    [{}, { power: NaN }, 'trainWord2Vec: power must be a number, got NaN.'],
    [{}, { sample: -1 }, 'trainWord2Vec: sample must be a number at least 0, got -1.'],
    [{}, { lr: 0 }, 'trainWord2Vec: lr must be a number above 0, got 0.'],
    [{}, { lr: 0.1, minLr: 0.2 }, 'trainWord2Vec: minLr must be a number at least 0 and at most 0.1, got 0.2.'],
    [{}, { maxSentence: 1 }, 'trainWord2Vec: maxSentence must be a whole number of at least 2, got 1.'],
    [{}, { cbowGradient: 'c' }, 'trainWord2Vec: cbowGradient must be one of exact, word2vec, got c.'],
    [
      {},
      { cbowGradient: 'word2vec' },
      'trainWord2Vec: cbowGradient word2vec is for architecture cbow, got skip-gram. Leave cbowGradient out.',
    ],
    [
      { output: 'hierarchical-softmax' },
      { negatives: 5 },
      'trainWord2Vec: output hierarchical-softmax draws no negatives, got negatives 5. Leave negatives out.',
    ],
    [
      { output: 'hierarchical-softmax' },
      { power: 1 },
      'trainWord2Vec: output hierarchical-softmax draws no negatives, got power 1. Leave power out.',
    ],
    [{}, { seed: -1 }, 'trainWord2Vec: seed must be a whole number from 0 to 4294967295, got -1.'],
    [{}, { hogwild: 1 }, 'trainWord2Vec: hogwild must be true or false, got 1.'],
    [{}, { hogwild: true }, 'trainWord2Vec: hogwild is for several threads, and the engine has threads 1.'],
    [{}, { onSave: 1 }, 'trainWord2Vec: onSave must be a function, got number.'],
    [{}, { signal: {} }, 'signal must be an AbortSignal'],
    [{}, { saveSeconds: 0 }, 'saveSeconds must be a number above 0, got 0.'],
  ])('%j %j', async (options, settings, message) => {
    const model = await modelOf(options);
    const error = thrown(() => trainWord2Vec(model, corpus, settings));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain(message);
  });

  test('another corpus, another model, another place', async () => {
    const model = await modelOf();
    const snapshot = trainWord2Vec(model, corpus).snapshot();
    const other = WordCorpus.encode(planted.sentences.slice(1), corpus.vocabulary);
    const resume = (from: Snapshot) => () => trainWord2Vec(model, corpus, { resume: from });
    const changed = (values: object): Snapshot => ({ ...snapshot, values: { ...snapshot.values, ...values } });
    expect(() => trainWord2Vec({} as never, corpus)).toThrow(/takes a Word2Vec and a WordCorpus/);
    expect(() => trainWord2Vec(model, WordCorpus.fromText('a b'))).toThrow(/the corpus has other words than the model/);
    expect(() => trainWord2Vec(model, other, { resume: snapshot })).toThrow(/read another corpus/);
    expect(resume(changed({ weights: '0' }))).toThrow(/model's weights are not those the run was saved with/);
    for (const place of [[], [-1, 0], [0, 1], [1e9, 0], [0.5, 1e9]])
      expect(resume(changed({ place }))).toThrow(CheckpointError);
    expect(resume(changed({ random: [1, 2] }))).toThrow(CheckpointError);
    expect(resume(changed({ settings: { window: 0 } }))).toThrow(CheckpointError);
    expect(resume(changed({ history: [1] }))).toThrow(CheckpointError);
  });
});

test('a power that takes weights beyond all numbers is refused', async () => {
  const model = await modelOf();
  for (const power of [2000, -2000]) {
    expect(() => trainWord2Vec(model, corpus, { power })).toThrow(
      new OptionError(
        `trainWord2Vec: power ${power} of the counts must leave weights with a finite sum above 0, got ${power > 0 ? Infinity : 0}. Take a power nearer to 0.`,
      ),
    );
  }
});

test('a run that goes on keeps its seed', async () => {
  const model = await modelOf();
  const run = trainWord2Vec(model, corpus, { epochs: 1, seed: 3 });
  await run;
  const resume = run.snapshot();
  expect(() => trainWord2Vec(model, corpus, { resume, epochs: 2, seed: 4 })).toThrow(
    new OptionError('trainWord2Vec: seed must be 3, as in the run that is resumed, got 4. Leave it out.'),
  );
  expect((await trainWord2Vec(model, corpus, { resume, epochs: 1, seed: 3 })).epochs).toHaveLength(1);
});
