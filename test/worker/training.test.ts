/** Training in a worker thread: the same weights as on the main one, pauses that change nothing, questions in between. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { Corpus } from '../../src/data/corpus.js';
import { createEngine } from '../../src/engine.js';
import { CheckpointError, DataError, DivergenceError, OptionError, RecurraError } from '../../src/errors.js';
import { LanguageModel } from '../../src/models/language-model.js';
import { evaluate } from '../../src/train/evaluate.js';
import { train } from '../../src/train/train.js';
import type { ProgressEvent } from '../../src/train/train.js';
import { startTraining } from '../../src/worker/client.js';
import type { Training } from '../../src/worker/client.js';
import type { Job, TextJob } from '../../src/worker/jobs.js';
import type { RunState } from '../../src/worker/protocol.js';
import { english } from '../train/texts.js';

const text = english(60);
const model = { cell: 'gru', embeddingSize: 8, hiddenSize: 16 } as const;
const settings = { batch: 4, window: 16, lr: 5e-3, validFraction: 0.2 };
const job: TextJob = {
  kind: 'text',
  text,
  model,
  train: { ...settings, steps: 60 },
  engine: { kernels: 'simd', seed: 3 },
};

const running: Training[] = [];
async function start(given: Job, listeners = {}): Promise<Training> {
  const training = await startTraining(given, listeners);
  running.push(training);
  return training;
}
afterEach(() => running.splice(0).forEach((training) => training.close()));

/** The bytes that training on this thread comes to. */
async function expected(steps: number): Promise<Uint8Array> {
  const engine = await createEngine({ kernels: 'simd', seed: 3 });
  const corpus = Corpus.fromText(text, { level: 'char' });
  const own = new LanguageModel(engine, { ...model, vocabulary: corpus.vocabulary });
  const run = train(own, corpus, { ...settings, steps });
  await run;
  return encodeCheckpoint(own, run);
}

describe('a language model', () => {
  test('ends with the bytes of a run on this thread, reports, and answers afterwards', async () => {
    const events: ProgressEvent[] = [];
    const states: RunState[] = [];
    const training = await start(job, {
      onProgress: (event: ProgressEvent) => events.push(event),
      onState: (state: RunState) => states.push(state),
    });
    expect(training.info).toMatchObject({ totalSteps: 60, engine: { kernels: 'simd', threads: 1 } });
    expect(training.info.summary).toMatch(/^1 gru of 16, \d+ symbols, [\d,]+ parameters$/);
    const report = await training.finished;
    expect(report).toMatchObject({ reason: 'steps', steps: 60 });
    expect(states).toEqual(['finished']);
    expect(training.state).toBe('finished');
    expect(events.at(-1)).toMatchObject({ step: 60, totalSteps: 60 });
    expect(events.at(-1)!.loss).toBeGreaterThan(0);
    const bytes = await training.checkpoint();
    expect(Buffer.from(bytes).equals(await expected(60))).toBe(true);
    const { model: back } = decodeCheckpoint(await createEngine({ kernels: 'simd' }), bytes);
    const options = { length: 30, seed: 7 };
    expect(await training.ask('generate', { prompt: 'the', ...options })).toBe(back.generate('the', options));
    const { loss, perplexity } = evaluate(back, Corpus.fromText(text, { vocabulary: back.vocabulary }).tokens, {
      batch: 4,
      window: 16,
    });
    expect(await training.ask('evaluate', { text })).toEqual({ loss, perplexity });
  });

  test('pauses, single steps and questions change nothing', async () => {
    const states: RunState[] = [];
    let told = 0;
    const training = await start(
      { ...job, paused: true },
      { onState: (state: RunState) => states.push(state), onProgress: ({ step }: ProgressEvent) => (told = step) },
    );
    expect(training.state).toBe('paused');
    expect(await stepOf(training)).toBe(0);
    await training.step();
    expect(await stepOf(training)).toBe(1);
    expect(told).toBe(1);
    await training.step(4);
    expect(await stepOf(training)).toBe(5);
    expect(told).toBe(5);
    await training.ask('generate', { length: 5 });
    await training.ask('activations', { text: 'the cat' });
    await training.ask('normsBack', {});
    await training.resume();
    await training.pause();
    const held = await stepOf(training);
    expect(await stepOf(training)).toBe(held);
    await training.resume();
    await training.finished;
    expect(Buffer.from(await training.checkpoint()).equals(await expected(60))).toBe(true);
    expect(states.at(-1)).toBe('finished');
    await training.pause();
    await training.resume();
    await training.step();
    expect(training.state).toBe('finished');
  });

  test('steps that are asked for at once add up; a pause ends them, and nothing comes after', async () => {
    const training = await start({ ...job, paused: true, train: { ...settings, steps: 1e6 } });
    await Promise.all([training.step(), training.step(), training.step(2)]);
    expect(await stepOf(training)).toBe(4);
    const many = training.step(1e5);
    await training.pause();
    await many;
    const held = await stepOf(training);
    expect(held).toBeLessThan(1e5);
    const overtaken = training.step(1e5);
    await training.resume();
    await overtaken;
    expect(training.state).toBe('running');
    await training.pause();
    const then = await stepOf(training);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await stepOf(training)).toBe(then);
    const paused = training.pause();
    await training.resume();
    await paused;
    await training.abort();
  });

  test('a pause counts in no rate', async () => {
    let event: ProgressEvent | undefined;
    const training = await start({ ...job, paused: true }, { onProgress: (told: ProgressEvent) => (event = told) });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await training.step(2);
    expect(event!.seconds).toBeLessThan(1);
  });

  test('goes on from a checkpoint as if it had never stopped', async () => {
    const first = await start({ ...job, paused: true });
    await first.step(20);
    const checkpoint = await first.checkpoint();
    const { model: _, ...rest } = job;
    const second = await start({ ...rest, checkpoint });
    await second.finished;
    expect(Buffer.from(await second.checkpoint()).equals(await expected(60))).toBe(true);
  });

  test('aborted, it ends and keeps its model', async () => {
    const training = await start({ ...job, train: { ...settings, steps: 1e6 } });
    await training.abort();
    expect((await training.finished).reason).toBe('aborted');
    expect((await training.ask('generate', { length: 4 })).length).toBe(4);
    await training.abort();
  });

  test('aborted in a pause, it ends', async () => {
    const training = await start({ ...job, paused: true });
    await training.abort();
    expect((await training.finished).steps).toBe(0);
  });

  test('tells what every unit does while it reads', async () => {
    const training = await start({ ...job, model: { ...model, numLayers: 2, cell: 'lstm' }, paused: true });
    const { symbols, size, layers } = await training.ask('activations', { text: 'the cat' });
    expect(symbols).toEqual([...'the cat']);
    expect(size).toBe(16);
    expect(layers.map(({ name, gates }) => [name, Object.keys(gates).sort().join('')])).toEqual([
      ['l0', 'fgio'],
      ['l1', 'fgio'],
    ]);
    const { model: back } = decodeCheckpoint(await createEngine({ kernels: 'simd' }), await training.checkpoint());
    const ids = back.vocabulary.encode('the cat');
    const last = back.engine.evaluate(() => back.forward({ data: ids, shape: [7, 1] }).state.detach());
    for (const [k, { hidden, gates }] of layers.entries()) {
      expect(hidden.length).toBe(7 * 16);
      expect([...hidden.subarray(6 * 16)]).toEqual(Array.from(last.h[k]!.data));
      expect(Object.values(gates).every((values) => values.length === 7 * 16 && values.some((x) => x !== 0))).toBe(
        true,
      );
    }
  });
});

test('a task: gradients by steps back in time, of as many steps as it has', async () => {
  const training = await start({
    kind: 'task',
    task: 'adding',
    options: { length: 20 },
    model: { cell: 'lstm', hiddenSize: 8 },
    train: { steps: 30 },
    engine: { kernels: 'simd' },
  });
  const [layer] = await training.ask('normsBack', {});
  expect(layer!.norms.length).toBe(20);
  expect(layer!.norms.every((norm) => norm > 0)).toBe(true);
  expect((await training.finished).steps).toBe(30);
});

test('a series: what follows, and what was forecast on the way', async () => {
  const values = Array.from({ length: 120 }, (_, t) => Math.sin(t / 4));
  const training = await start({
    kind: 'series',
    values,
    model: { window: 16, horizon: 4, hiddenSize: 12 },
    train: { epochs: 30, lr: 1e-2 },
    engine: { kernels: 'simd' },
  });
  const { validLoss } = await training.finished;
  expect(validLoss).toBeLessThan(0.1);
  const { values: ahead, seen } = await training.ask('forecast', { steps: 4 });
  expect(ahead.length).toBe(4);
  expect(seen.length).toBe(120 - 16);
  const error = seen.reduce((sum, value, i) => sum + (value - values[16 + i]!) ** 2, 0) / seen.length;
  expect(error).toBeLessThan(0.05);
});

describe('refused, with the class and the message that this thread would see', () => {
  test.each<[Job, new (message: string) => Error, string | RegExp]>([
    [{ ...job, text: '' }, DataError, /tokens/],
    [{ ...job, text: 'ab' }, DataError, /validation/],
    [{ ...job, text: 'abcdefghij'.repeat(3) }, DataError, /window/],
    [{ ...job, level: 'chars' as never }, OptionError, /level must be one of char, word/],
    [
      { ...job, kind: 'poem' as never },
      OptionError,
      'startTraining: kind must be one of text, task, series, got poem.',
    ],
    [{ ...job, epochs: 3 } as never, OptionError, /unknown option 'epochs'/],
    [{ ...job, paused: 1 as never }, OptionError, 'startTraining: paused must be true or false, got 1.'],
    [{ ...job, save: '' }, OptionError, 'startTraining: save must be a name that is not empty.'],
    [{ ...job, checkpoint: new Uint8Array(9) }, OptionError, /Leave model and level out/],
    [{ kind: 'text', text, checkpoint: new Uint8Array(9) }, CheckpointError, /^the checkpoint:/],
    [{ ...job, engine: { kernels: 'mmx' as never } }, OptionError, /kernels must be one of/],
    [{ ...job, text: 5 as never }, OptionError, 'Corpus.fromText: text must be a text, got number.'],
    [{ ...job, train: 5 as never }, OptionError, 'startTraining: train must be an object of options, got number.'],
    [{ ...job, train: { hold: 3 } as never }, OptionError, 'startTraining: train takes settings, and hold is none.'],
    [{ ...job, saveSeconds: 3 }, OptionError, 'startTraining: saveSeconds is for save, which is not given.'],
    [undefined as never, OptionError, 'startTraining: takes a job, { kind, ... }.'],
    [{ kind: 'series', values: [1, 2] }, DataError, /too few/],
    [{ kind: 'task', task: 'chess' as never }, OptionError, /chess/],
  ])('%#', async (given, kind, message) => {
    const refused = await startTraining(given).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(kind);
    expect((refused as Error).message).toMatch(message);
  });

  test('questions of another kind of job, and wrong ones', async () => {
    const training = await start({ ...job, paused: true });
    await expect(training.ask('forecast', {})).rejects.toThrow(
      new OptionError('ask: this job knows generate, activations, evaluate, normsBack, not forecast.'),
    );
    await expect(training.ask('generate', { temperature: -1 })).rejects.toThrow(OptionError);
    await expect(training.ask('generate', { prompt: '☃' })).rejects.toThrow(DataError);
    await expect(training.ask('generate', { seed: (() => 1) as never })).rejects.toThrow(/cannot be|sent to a worker/);
    await expect(training.ask('evaluate', {} as never)).rejects.toThrow(
      'Corpus.fromText: text must be a text, got undefined.',
    );
    await expect(training.ask('activations', {} as never)).rejects.toThrow(
      'encode: text must be a text, got undefined.',
    );
    await expect(training.ask('generate', { prompt: 5 as never })).rejects.toThrow(
      'generate: the prompt must be a text, got number.',
    );
    await expect(training.ask('normsBack', { step: 5 })).rejects.toThrow(OptionError);
    await expect(training.step(0)).rejects.toThrow('step: count must be a whole number of at least 1, got 0.');
    await expect(training.save()).rejects.toThrow('save: the job has no name to save under. Start it with save: NAME.');
  });

  test('a run that diverges says so, and its model can still be saved', async () => {
    const training = await start({
      ...job,
      train: { ...settings, steps: 500, lr: 1e30, optimizer: 'sgd', clipNorm: 0 },
    });
    await expect(training.finished).rejects.toThrow(DivergenceError);
    expect(training.state).toBe('failed');
    expect((await training.checkpoint()).length).toBeGreaterThan(1000);
    await training.pause();
    await training.resume();
  });

  test('weights that are not finite do not replace what was saved; nor does a run that has not begun', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recurra-worker-'));
    const file = join(folder, 'run', 'checkpoint.safetensors');
    const save = join(folder, 'run');
    try {
      const first = await start({ ...job, save });
      await first.finished;
      const good = readFileSync(file);
      const second = await start({ ...job, save, paused: true });
      await second.ask('generate', { length: 3 });
      expect(readFileSync(file).equals(good)).toBe(true);
      await second.step();
      await second.save();
      expect(readFileSync(file).equals(good)).toBe(false);
      const diverging = { ...settings, steps: 500, lr: 1e30, optimizer: 'sgd', clipNorm: 0 } as const;
      const third = await start({ ...job, save, train: diverging });
      await expect(third.finished).rejects.toThrow(DivergenceError);
      const before = readFileSync(file);
      await expect(third.save()).rejects.toThrow(DivergenceError);
      expect(readFileSync(file).equals(before)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('refused listeners leave no worker behind', async () => {
    await expect(startTraining(job, { onProgres: () => undefined } as never)).rejects.toThrow(OptionError);
    await expect(startTraining(job, { onState: 3 as never })).rejects.toThrow(
      'onState must be a function, got number.',
    );
  });

  test('closed, everything that waits is refused, and what comes later', async () => {
    const training = await start({ ...job, train: { ...settings, steps: 1e6 } });
    const [finished, asked] = [training.finished, training.ask('generate', { length: 100_000 })];
    training.close();
    await expect(finished).rejects.toThrow('training: it was closed. Start it again, from a checkpoint.');
    await expect(asked).rejects.toThrow(RecurraError);
    await expect(training.pause()).rejects.toThrow('training: it was closed.');
    expect(training.state).toBe('failed');
  });
});

/** Updates made, from the checkpoint. */
async function stepOf(training: Training): Promise<number> {
  const { training: run } = decodeCheckpoint(await createEngine({ kernels: 'simd' }), await training.checkpoint());
  return run!.values['step'] as number;
}
