/** The training loop: what it learns, what it reports, and what makes it stop. */

import { describe, expect, test, vi } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { Corpus } from '../../src/data/corpus.js';
import { DataError, MemoryError, OptionError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import { evaluate } from '../../src/train/evaluate.js';
import { OPTIMIZERS } from '../../src/train/settings.js';
import { train } from '../../src/train/train.js';
import type { ProgressEvent, TrainOptions } from '../../src/train/train.js';
import { characters, english, smallModel, testEngine } from './texts.js';

const corpus = characters(60);
const small = { batch: 4, window: 10, epochs: 2 };

/** The entropy of single tokens: the best loss of a model that knows nothing of what came before. */
function unigramEntropy(tokens: Int32Array): number {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / tokens.length) * Math.log(n / tokens.length), 0);
}

/** Trains a small model and keeps what it was told on the way. */
async function run(options: TrainOptions, on: Corpus = corpus) {
  const model = smallModel(await testEngine(), on);
  const events: ProgressEvent[] = [];
  const saves: number[] = [];
  const report = await train(model, on, {
    ...small,
    onProgress: (event) => events.push(event),
    onSave: async (running) => void saves.push(running.trainer.step),
    ...options,
  });
  return { model, report, events, saves };
}

/** Aborts after so many updates: with this `saveSeconds` every window is followed by a save. */
function stopAfter(updates: number): TrainOptions {
  const controller = new AbortController();
  const onSave: TrainOptions['onSave'] = async ({ trainer }) => {
    if (trainer.step === updates) controller.abort();
  };
  return { signal: controller.signal, saveSeconds: 1e-9, onSave };
}

describe('learning', () => {
  const text = characters(300);
  test.each(CELLS)('an %s learns more than the frequencies of characters', async (cell) => {
    const model = smallModel(await testEngine(), text, { cell, embeddingSize: 16, hiddenSize: 32 });
    const report = await train(model, text, { batch: 8, window: 20, epochs: 3, lr: 5e-3 });
    expect(report.validLoss).toBeLessThan(0.75 * unigramEntropy(text.tokens));
    expect(report.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(report.epochs[2]!.trainLoss).toBeLessThan(report.epochs[0]!.trainLoss);
  });

  test.each(OPTIMIZERS)('%s lowers the loss with its default rate', async (optimizer) => {
    const { report } = await run({ optimizer, epochs: 4 });
    expect(report.trainLoss).toBeLessThan(0.95 * report.epochs[0]!.trainLoss);
    expect(report.validLoss).toBeLessThan(unigramEntropy(corpus.tokens));
  });

  test('words are learnt too', async () => {
    const words = Corpus.fromText(english(300), { level: 'word' });
    const model = smallModel(await testEngine(), words, { cell: 'gru', hiddenSize: 24, dropout: 0.1, numLayers: 2 });
    const report = await train(model, words, { batch: 8, window: 10, epochs: 5, lr: 1e-2, clipValue: 1 });
    expect(report.validLoss).toBeLessThan(0.9 * unigramEntropy(words.tokens));
  });

  test('limits on the gradient change the weights, and the two limits differ', async () => {
    const settings: TrainOptions[] = [{ clipNorm: 0 }, { clipNorm: 0.01 }, { clipNorm: 0, clipValue: 0.01 }];
    const losses = await Promise.all(
      settings.map(async (options) => (await run({ ...options, optimizer: 'sgd' })).report.trainLoss),
    );
    expect(new Set(losses).size).toBe(3);
    expect(losses[0]).toBeLessThan(losses[1]!);
  });
});

describe('reports', () => {
  test('every epoch sends an event, the first window too, and the fields agree', async () => {
    const { report, events } = await run({ epochs: 3 });
    const epochs = events.filter(({ event }) => event === 'epoch');
    expect(events[0]).toMatchObject({ event: 'window', epoch: 1, step: 1, windowsDone: 1 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    const { stepsPerEpoch, totalSteps } = events[0]!;
    expect(stepsPerEpoch).toBe(Math.floor(Math.floor((Math.round(corpus.tokens.length * 0.9) - 1) / 4) / 10));
    expect(totalSteps).toBe(3 * stepsPerEpoch);
    for (const event of events) {
      const { step, windowsDone, trainLoss, validLoss, seconds, tokensPerSecond, etaSeconds } = event;
      expect(event).toMatchObject({
        stepsPerEpoch,
        totalSteps,
        lr: 2e-3,
        perplexity: Math.exp(validLoss ?? trainLoss),
      });
      expect(step).toBe((event.epoch - 1) * stepsPerEpoch + windowsDone);
      expect(tokensPerSecond * seconds).toBeCloseTo(step * 4 * 10, 6);
      expect(etaSeconds).toBeCloseTo((seconds / step) * (totalSteps - step), 9);
      expect(validLoss === undefined).toBe(event.event === 'window');
    }
    expect(epochs.map(({ trainLoss }) => trainLoss)).toEqual(report.epochs.map(({ trainLoss }) => trainLoss));
    expect(epochs.map(({ validLoss }) => validLoss)).toEqual(report.epochs.map(({ validLoss }) => validLoss));
    expect(events.map(({ step }) => step)).toEqual(events.map(({ step }) => step).sort((a, b) => a - b));
    expect(epochs.at(-1)).toMatchObject({ windowsDone: stepsPerEpoch, etaSeconds: 0 });
  });

  test('the report is that of the last epoch, with the best beside it', async () => {
    const { report, model } = await run({ epochs: 3 });
    const last = report.epochs.at(-1)!;
    expect(report).toMatchObject({ reason: 'epochs', trainLoss: last.trainLoss, validLoss: last.validLoss });
    expect(report.perplexity).toBe(Math.exp(last.validLoss!));
    const { valid } = corpus.split(0.1);
    expect(evaluate(model, valid.tokens, { batch: 4, window: 10 }).loss).toBe(last.validLoss);
    const best = report.epochs.reduce((a, b) => (b.validLoss! < a.validLoss! ? b : a));
    expect(report.best).toEqual({ epoch: best.epoch, validLoss: best.validLoss, weights: undefined });
  });

  test('windows are reported at most every tenth of a second', async () => {
    let now = 1000;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 3));
    try {
      const at: number[] = [];
      await run({ epochs: 3, onProgress: ({ event }) => void (event === 'window' && at.push(now)) });
      const gaps = at.slice(1).map((time, i) => time - at[i]!);
      expect(gaps.length).toBeGreaterThan(3);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
      // One window asks for the time a few times; an epoch's end and its event stand between two windows.
      expect(Math.max(...gaps)).toBeLessThan(200);
    } finally {
      clock.mockRestore();
    }
  });

  test('saves: before the first window, after every epoch, and at the end, none of them twice', async () => {
    const { saves, events } = await run({ epochs: 3 });
    const { stepsPerEpoch } = events[0]!;
    expect(saves).toEqual([0, 1, 2, 3].map((epoch) => epoch * stepsPerEpoch));
    expect((await run({ epochs: undefined, steps: 7 })).saves).toEqual([0, 7]);
  });

  test('an epoch is saved before it is reported', async () => {
    const order: string[] = [];
    await run({
      onProgress: ({ event, epoch }) => void (event === 'epoch' && order.push(`epoch ${epoch}`)),
      onSave: async ({ trainer }) => void order.push(`save ${trainer.history.length}`),
    });
    expect(order).toEqual(['save 0', 'save 1', 'epoch 1', 'save 2', 'epoch 2']);
  });
});

describe('stopping', () => {
  test('the signal stops after the running window', async () => {
    const { report } = await run(stopAfter(3));
    expect(report).toMatchObject({ reason: 'aborted', steps: 3, epochs: [], validLoss: undefined, best: undefined });
    expect(report.perplexity).toBe(Math.exp(report.trainLoss));
  });

  test('a run interrupted within an epoch reports that epoch, not the validation of an earlier one', async () => {
    const { report, events } = await run({ ...stopAfter(70), epochs: 3 });
    const { stepsPerEpoch } = events[0]!;
    expect(stepsPerEpoch).toBe(62);
    expect(report).toMatchObject({ reason: 'aborted', steps: 70, validLoss: undefined });
    expect(report.epochs[0]!.validLoss).toBeGreaterThan(0);
    expect(report.perplexity).toBe(Math.exp(report.trainLoss));
    expect(events.at(-1)).toMatchObject({ event: 'window', step: 70, trainLoss: report.trainLoss });
  });

  test('the signal is heard while nothing awaits: others have their turns', async () => {
    const controller = new AbortController();
    // Saving comes before the first window, when all that takes long is made.
    const onSave = async () => void setTimeout(() => controller.abort(), 30);
    const { report } = await run({ epochs: 1_000_000, signal: controller.signal, onSave });
    expect(report.reason).toBe('aborted');
    expect(report.steps).toBeGreaterThan(0);
  });

  test('a signal that is aborted already lets no window run', async () => {
    const { report, model } = await run({ signal: AbortSignal.abort() });
    expect(report).toMatchObject({ reason: 'aborted', steps: 0 });
    expect(model.stateDict()).toEqual(smallModel(await testEngine(), corpus).stateDict());
  });

  test('steps instead of epochs end within an epoch, with a validation of their own', async () => {
    const { report, events, model } = await run({ epochs: undefined, steps: 5 });
    expect(report).toMatchObject({ reason: 'steps', steps: 5, epochs: [] });
    expect(events.at(-1)!.totalSteps).toBe(5);
    const { valid } = corpus.split(0.1);
    expect(report.validLoss).toBe(evaluate(model, valid.tokens, { batch: 4, window: 10 }).loss);
  });

  test('steps may cover several epochs', async () => {
    const { stepsPerEpoch } = (await run({ epochs: 1 })).events[0]!;
    const { report } = await run({ epochs: undefined, steps: 2 * stepsPerEpoch });
    expect(report).toMatchObject({ reason: 'steps', steps: 2 * stepsPerEpoch });
    expect(report.epochs).toHaveLength(2);
    expect(report.trainLoss).toBe(report.epochs[1]!.trainLoss);
  });

  test('patience stops a run whose validation gets worse, and keeps the best weights', async () => {
    const rhythm = Corpus.fromText('ab'.repeat(400), { level: 'char' });
    const { vocabulary } = rhythm;
    const valid = Corpus.fromText('aabbbaabaababbb'.repeat(10), { vocabulary });
    const { report, model, events } = await run({ epochs: 50, lr: 1e-2, patience: 3, valid }, rhythm);
    const losses = report.epochs.map(({ validLoss }) => validLoss!);
    expect(report.reason).toBe('patience');
    expect(losses.length).toBeLessThan(50);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length - 1 - best).toBe(3);
    expect(report.best).toMatchObject({ epoch: best + 1, validLoss: losses[best] });
    expect(events.at(-1)!.epoch).toBe(losses.length);
    model.loadStateDict(report.best!.weights!);
    expect(evaluate(model, valid.tokens, { batch: 4, window: 10 }).loss).toBe(losses[best]);
  });

  test('an error in a callback ends the run with that error', async () => {
    const failure = new Error('disk');
    await expect(run({ onSave: () => Promise.reject(failure) })).rejects.toBe(failure);
    const onProgress = (): never => {
      throw failure;
    };
    await expect(run({ onProgress })).rejects.toBe(failure);
  });
});

describe('validation', () => {
  test('none with validFraction 0: the whole text trains', async () => {
    const { report, events } = await run({ validFraction: 0 });
    expect(report).toMatchObject({ validLoss: undefined, best: undefined });
    expect(report.perplexity).toBe(Math.exp(report.trainLoss));
    expect(events[0]!.stepsPerEpoch).toBe(Math.floor(Math.floor((corpus.tokens.length - 1) / 4) / 10));
  });

  test('a text of its own: the whole corpus trains, also with validFraction 0 and patience', async () => {
    const valid = Corpus.fromText(english(5, 9), { vocabulary: corpus.vocabulary });
    for (const validFraction of [undefined, 0]) {
      const { report, events, model } = await run({ valid, validFraction, patience: 2, schedule: 'plateau' });
      expect(report.validLoss).toBe(evaluate(model, valid.tokens, { batch: 4, window: 10 }).loss);
      expect(events[0]!.stepsPerEpoch).toBe(Math.floor(Math.floor((corpus.tokens.length - 1) / 4) / 10));
    }
  });
});

describe('refusals, before anything is trained', () => {
  test.each<[object, RegExp]>([
    [{ epoch: 3 }, /train: unknown option 'epoch'/],
    [{ epochs: 0, steps: undefined }, /epochs must be a whole number of at least 1, got 0/],
    [{ epochs: 1.5 }, /epochs/],
    [{ epochs: NaN, steps: 3 }, /epochs|contradict/],
    [{ epochs: 3, steps: 3 }, /epochs \(3\) and steps \(3\) contradict each other/],
    [{ batch: 0 }, /batch must be a whole number of at least 1, got 0/],
    [{ window: -1 }, /window/],
    [{ optimizer: 'adagrad' }, /optimizer must be one of adam, adamw, rmsprop, sgd, momentum, got adagrad/],
    [{ lr: 0 }, /lr must be a .*number above 0/],
    [{ lr: '0.1' }, /lr must be a .*number/],
    [{ lr: NaN }, /lr/],
    [{ schedule: 'linear' }, /schedule must be one of/],
    [{ clipNorm: -1 }, /clipNorm/],
    [{ clipValue: NaN }, /clipValue/],
    [{ validFraction: 1 }, /validFraction/],
    [{ patience: -1 }, /patience/],
    [{ patience: 2, validFraction: 0 }, /patience needs validation, and validFraction is 0/],
    [{ schedule: 'plateau', validFraction: 0 }, /schedule plateau needs validation/],
    [{ saveSeconds: 0 }, /saveSeconds/],
    [{ epoch: 3 }, /Known options: epochs, .*patience, valid, resume, signal, onProgress, onSave, saveSeconds/],
    [{ signal: new AbortController() }, /signal must be an AbortSignal. Give the .signal of the AbortController/],
    [{ onProgress: 'x' }, /onProgress must be a function, got string/],
    [{ onSave: true }, /onSave must be a function/],
    [{ valid: 'text' }, /valid must be a Corpus/],
    [{ valid: corpus, validFraction: 0.2 }, /valid and validFraction contradict each other. Give one/],
  ])('%o', async (options, message) => {
    const model = smallModel(await testEngine(), corpus);
    expect(() => train(model, corpus, options)).toThrow(OptionError);
    expect(() => train(model, corpus, options)).toThrow(message);
  });

  test('something else than a model and a corpus', async () => {
    const model = smallModel(await testEngine(), corpus);
    for (const [first, second] of [
      [model, english(60)],
      [corpus, model],
      [model, undefined],
    ]) {
      expect(() => train(first as typeof model, second as typeof corpus)).toThrow(
        new OptionError('train: takes a LanguageModel and a Corpus. Make the corpus with Corpus.fromText.'),
      );
    }
    expect(() => evaluate(model, corpus as unknown as Int32Array, { batch: 1, window: 2 })).toThrow(
      /^evaluate: tokens must be an Int32Array. Give corpus.tokens/,
    );
  });

  test('a corpus or a validation text with other symbols', async () => {
    const other = Corpus.fromText(`${english(60)}é`, { level: 'char' });
    const model = smallModel(await testEngine(), corpus);
    expect(() => train(model, other)).toThrow(/other symbols than the model. Encode it with the model's vocabulary/);
    expect(() => train(model, corpus, { valid: other })).toThrow(OptionError);
    // Equal symbols from another object are fine.
    const same = Corpus.fromText(english(60), { level: 'char' });
    await train(model, same, { ...small, epochs: undefined, steps: 1 });
  });

  test('a text shorter than one window names both sizes and what to lower', async () => {
    const model = smallModel(await testEngine(), corpus);
    const attempt = () => train(model, corpus, { batch: 100, window: 100 });
    expect(attempt).toThrow(DataError);
    expect(attempt).toThrow(
      /^train: \d+ tokens are too few, \d+ of them after a part of 0.1 for validation: batch 100 x window 100 needs 10001\. Give more text, or lower the batch, the part for validation or the window/,
    );
    const tiny = Corpus.fromText('the', { vocabulary: corpus.vocabulary });
    expect(() => train(model, tiny, { batch: 1, window: 1 })).toThrow(/each part needs at least two tokens/);
    await train(model, tiny, { batch: 1, window: 2, validFraction: 0, epochs: 1 });
  });

  test('a run larger than the memory limit names bytes and options', async () => {
    const engine = await testEngine({ memoryLimit: 2 ** 20 });
    const model = smallModel(engine, corpus);
    const saved: unknown[] = [];
    const attempt = () => train(model, corpus, { batch: 16, window: 150, onSave: async () => void saved.push(1) });
    const { memoryBytes } = engine.report();
    expect(attempt).toThrow(MemoryError);
    expect(attempt).toThrow(
      /^train: batch 16, window 150, embedding \d+, 1 lstm of 7, \d+ symbols take about 1\.\d MB\. .*limit is 1\.0 MB.*Lower the batch, the window or the sizes of the model, or raise the memoryLimit/,
    );
    expect(engine.report()).toMatchObject({ memoryBytes, peakStepBytes: 0 });
    expect(saved).toEqual([]);
    // The same engine still trains what fits.
    expect((await train(model, corpus, { ...small, epochs: undefined, steps: 2 })).steps).toBe(2);
  });
});

describe('a run that has ended', () => {
  test('keeps what it left to go on from, and gives its memory to the next run', async () => {
    const engine = await testEngine();
    const model = smallModel(engine, corpus);
    const arena = (): number => engine.evaluate(() => engine.memory.reserve(1));
    const first = train(model, corpus, small);
    await first;
    const left = encodeCheckpoint(model, first);
    const before = arena();
    await train(model, corpus, small);
    expect(arena()).toBe(before);
    expect(decodeCheckpoint(engine, left, 'left').training?.values['step']).toBe(first.trainer.totalSteps);
  });
});
