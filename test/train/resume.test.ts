/**
 * Exact resume: a run that is stopped, stored as bytes, read on another engine and continued ends with the same bytes
 * as one that was never stopped. Whatever the next window depends on must be in the checkpoint for that.
 */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import type { EngineOptions } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import type { LanguageModelOptions } from '../../src/models/language-model.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { SCHEDULES } from '../../src/optim/schedule.js';
import { OPTIMIZERS, settingsOf } from '../../src/train/settings.js';
import type { TrainSettings } from '../../src/train/settings.js';
import { train } from '../../src/train/train.js';
import type { TrainReport } from '../../src/train/train.js';
import { characters, smallModel, testEngine } from './texts.js';

const corpus = characters(12);
const small = { batch: 3, window: 20, epochs: 3 };
/** 500 characters, less a tenth, in 3 streams: the tests below count on it. */
const STEPS_PER_EPOCH = 7;

interface Recipe {
  readonly engine?: EngineOptions;
  readonly model?: Omit<LanguageModelOptions, 'vocabulary'>;
  readonly settings?: TrainSettings;
}

/** The bytes at every step of a run that is never stopped, the last of them at the end. */
async function uninterrupted({ engine, model: options, settings }: Recipe) {
  const model = smallModel(await testEngine(engine), corpus, options);
  const bytes: Uint8Array[] = [];
  const report = await train(model, corpus, {
    ...small,
    ...settings,
    saveSeconds: 1e-9,
    onSave: async (run) => void (bytes[run.trainer.step] = encodeCheckpoint(model, run)),
  });
  return { bytes, report };
}

/** Goes on from bytes, on an engine of another seed, to the end or up to a step. */
async function resume(
  bytes: Uint8Array,
  engine: EngineOptions = {},
  stop: number = Infinity,
  settings: TrainSettings = {},
) {
  const { model, training } = decodeCheckpoint(await testEngine({ ...engine, seed: 99 }), bytes, 'bytes');
  const controller = new AbortController();
  let end: Uint8Array = bytes;
  const report = await train(model, corpus, {
    ...settings,
    resume: training,
    signal: controller.signal,
    saveSeconds: 1e-9,
    onSave: async (run) => {
      end = encodeCheckpoint(model, run);
      if (run.trainer.step >= stop) controller.abort();
    },
  });
  return { bytes: end, report };
}

/** A report without the clock, and without the best weights, which are in the bytes. */
function facts({ reason, steps, epochs, trainLoss, validLoss, best }: TrainReport): object {
  return { reason, steps, epochs, trainLoss, validLoss, best: [best?.epoch, best?.validLoss] };
}

/** Stops a run at each of the steps, and compares what becomes of it. */
async function expectExact(recipe: Recipe, stops: readonly number[]): Promise<void> {
  const whole = await uninterrupted(recipe);
  for (const stop of stops) {
    const rest = await resume(whole.bytes[stop]!, recipe.engine);
    const equal = Buffer.compare(rest.bytes, whole.bytes.at(-1)!) === 0;
    expect({ stop, equal, ...facts(rest.report) }).toEqual({ stop, equal: true, ...facts(whole.report) });
  }
}

describe.each(['simd', 'js'] as const)('on %s', (kernels) => {
  const engine = { kernels };

  test.each(CELLS.flatMap((cell) => OPTIMIZERS.map((optimizer) => [cell, optimizer] as const)))(
    '%s with %s, within an epoch and at its end',
    async (cell, optimizer) => {
      await expectExact({ engine, model: { cell }, settings: { optimizer } }, [3, STEPS_PER_EPOCH]);
    },
  );

  test.each(SCHEDULES.flatMap((schedule) => OPTIMIZERS.map((optimizer) => [schedule, optimizer] as const)))(
    'schedule %s with %s',
    async (schedule, optimizer) => {
      // A rate at which validation gets worse now and then, so that plateau has something to remember.
      const lr = optimizer === 'sgd' ? 3 : 0.3;
      await expectExact({ engine, model: { cell: 'rnn' }, settings: { schedule, optimizer, lr } }, [9, 14]);
    },
  );

  test.each(CELLS)('%s of two layers with dropout', async (cell) => {
    await expectExact({ engine, model: { cell, numLayers: 2, dropout: 0.4 } }, [1, 10]);
  });

  test('limits on the gradient, two steps of warm-up, words in place of epochs', async () => {
    const settings = { clipNorm: 0.5, clipValue: 0.05, schedule: 'cosine', epochs: undefined, steps: 11 } as const;
    await expectExact({ engine, settings }, [1, 2, 8]);
  });
});

test('it holds at every step', async () => {
  const recipe: Recipe = { model: { dropout: 0.2, cell: 'gru' }, settings: { epochs: 2 } };
  await expectExact(
    recipe,
    Array.from({ length: 2 * STEPS_PER_EPOCH + 1 }, (_, step) => step),
  );
});

test('it holds for a run that is stopped again and again', async () => {
  const recipe: Recipe = { model: { dropout: 0.2 }, settings: { schedule: 'plateau', lr: 0.5 } };
  const whole = await uninterrupted(recipe);
  let { bytes } = { bytes: whole.bytes[0]! };
  for (const stop of [2, 5, 7, 8, 14, 20]) {
    const part = await resume(bytes, {}, stop);
    expect(part.report).toMatchObject({ reason: 'aborted', steps: stop });
    bytes = part.bytes;
    expect(Buffer.compare(bytes, whole.bytes[stop]!)).toBe(0);
  }
  const end = await resume(bytes);
  expect(Buffer.compare(end.bytes, whole.bytes.at(-1)!)).toBe(0);
  // Otherwise the schedule had nothing to remember.
  const { training } = decodeCheckpoint(await testEngine(), end.bytes, 'end');
  expect((training!.values['schedule'] as { factor: number }).factor).toBeLessThan(1);
});

describe('patience', () => {
  const recipe: Recipe = { settings: { patience: 2, lr: 0.3, epochs: 40 } };

  test('counts on, keeps the best weights, and ends at the same epoch', async () => {
    const whole = await uninterrupted(recipe);
    expect(whole.report.reason).toBe('patience');
    const last = whole.bytes.length - 1;
    await expectExact(recipe, [1, last - 2 * STEPS_PER_EPOCH, last - STEPS_PER_EPOCH, last - 1]);
  });

  test('a run that it has ended goes on where more is asked for, as one that had it from the first', async () => {
    const whole = await uninterrupted(recipe);
    const more = { patience: 4 };
    const again = await resume(whole.bytes.at(-1)!, {}, Infinity, more);
    const patient = await uninterrupted({ settings: { ...recipe.settings, ...more } });
    expect(again.report.steps).toBeGreaterThan(whole.report.steps);
    expect(facts(again.report)).toEqual(facts(patient.report));
    expect(Buffer.compare(again.bytes, patient.bytes.at(-1)!)).toBe(0);
  });

  test('a run that it has ended stays ended', async () => {
    const whole = await uninterrupted(recipe);
    const again = await resume(whole.bytes.at(-1)!);
    expect(facts(again.report)).toEqual(facts(whole.report));
    expect(Buffer.compare(again.bytes, whole.bytes.at(-1)!)).toBe(0);
  });
});

describe('a run that has ended', () => {
  test('resumed as it is, it makes no update', async () => {
    const { bytes, report } = await uninterrupted({});
    const again = await resume(bytes.at(-1)!);
    expect(facts(again.report)).toEqual(facts(report));
    expect(Buffer.compare(again.bytes, bytes.at(-1)!)).toBe(0);
  });

  test.each([{ schedule: 'constant' }, { schedule: 'exponential' }] as const)(
    'resumed with more epochs, it is the run of so many epochs ($schedule)',
    async ({ schedule }) => {
      const short = await uninterrupted({ settings: { schedule, epochs: 1 } });
      const long = await uninterrupted({ settings: { schedule, epochs: 3 } });
      const rest = await resume(short.bytes.at(-1)!, {}, Infinity, { epochs: 3 });
      expect(Buffer.compare(rest.bytes, long.bytes.at(-1)!)).toBe(0);
    },
  );

  test('it goes on with its own weights only', async () => {
    const { bytes } = await uninterrupted({ settings: { epochs: 1 } });
    const { training } = decodeCheckpoint(await testEngine(), bytes.at(-1)!, 'bytes');
    const fresh = smallModel(await testEngine(), corpus);
    expect(() => train(fresh, corpus, { resume: training, epochs: 2 })).toThrow(
      /weights are not those the run was saved with. Resume with the model of the same checkpoint/,
    );
  });

  test('it can go from epochs to steps and back', async () => {
    const { bytes } = await uninterrupted({ settings: { epochs: 1 } });
    const steps = await resume(bytes.at(-1)!, {}, Infinity, { steps: 10 });
    expect(steps.report).toMatchObject({ reason: 'steps', steps: 10 });
    const epochs = await resume(steps.bytes, {}, Infinity, { epochs: 3 });
    const long = await uninterrupted({});
    expect(Buffer.compare(epochs.bytes, long.bytes.at(-1)!)).toBe(0);
  });

  test('it cannot end before it has', async () => {
    const { bytes } = await uninterrupted({});
    await expect(resume(bytes.at(-1)!, {}, Infinity, { epochs: 1 })).rejects.toThrow(
      /the run has made 21 updates already, more than epochs 1 \(7 updates each\) asks for. Ask for more/,
    );
    await expect(resume(bytes.at(-1)!, {}, Infinity, { steps: 20 })).rejects.toThrow(OptionError);
  });
});

describe('settings of a resumed run', () => {
  async function checkpoint(): Promise<{ bytes: Uint8Array; training: Snapshot }> {
    const { bytes } = await uninterrupted({ settings: { lr: 0.01, clipNorm: 2, optimizer: 'rmsprop' } });
    const { training } = decodeCheckpoint(await testEngine(), bytes[4]!, 'bytes');
    return { bytes: bytes[4]!, training: training! };
  }

  test('those not given are as they were; settingsOf says how', async () => {
    const { training } = await checkpoint();
    expect(settingsOf(training)).toMatchObject({ ...small, lr: 0.01, clipNorm: 2, optimizer: 'rmsprop', steps: 0 });
  });

  test('a new learning rate is taken', async () => {
    const { bytes } = await checkpoint();
    const events: number[] = [];
    const { model, training } = decodeCheckpoint(await testEngine(), bytes, 'bytes');
    await train(model, corpus, { resume: training, lr: 0.125, onProgress: ({ lr }) => events.push(lr) });
    expect(new Set(events)).toEqual(new Set([0.125]));
  });

  test.each([{ batch: 4 }, { window: 10 }, { optimizer: 'adam' }, { schedule: 'cosine' }] as const)(
    '%o contradicts the cursor or the moments',
    async (settings) => {
      const { bytes } = await checkpoint();
      const [name] = Object.keys(settings);
      const attempt = resume(bytes, {}, Infinity, settings);
      await expect(attempt).rejects.toThrow(OptionError);
      await expect(attempt).rejects.toThrow(`train: ${name} must be`);
    },
  );

  test('another text, or another part of it for validation, is refused', async () => {
    const { bytes } = await checkpoint();
    const { model, training } = decodeCheckpoint(await testEngine(), bytes, 'bytes');
    const other = characters(12, 2);
    const same = other.vocabulary.symbols.join() === corpus.vocabulary.symbols.join();
    expect(() => train(model, other, { resume: training })).toThrow(same ? DataError : OptionError);
    expect(() => train(model, corpus, { resume: training, validFraction: 0.2 })).toThrow(
      /not the one this run was trained on. Resume with the same text/,
    );
  });
});

describe('a training part that is damaged', () => {
  type Values = Record<string, unknown>;

  async function attempt(change: (values: Values, arrays: Map<string, unknown>) => void): Promise<void> {
    const { bytes } = await uninterrupted({ settings: { schedule: 'plateau', patience: 3, epochs: 1 } });
    const { model, training } = decodeCheckpoint(await testEngine(), bytes[5]!, 'bytes');
    const values = structuredClone(training!.values) as Values;
    const arrays = new Map(training!.arrays);
    change(values, arrays);
    await train(model, corpus, { resume: { values, arrays } as Snapshot });
  }

  test('the harness changes nothing by itself', () => attempt(() => undefined));

  test.each(['settings', 'data', 'step', 'lossSum', 'history', 'best', 'badEpochs', 'optimizer', 'schedule', 'random'])(
    'without %s, or with another type there',
    async (name) => {
      await expect(attempt((values) => (values[name] = undefined))).rejects.toThrow(CheckpointError);
      await expect(attempt((values) => (values[name] = undefined))).rejects.toThrow(`training: ${name} must be`);
      for (const value of [null, true, [[]], ['x'], { a: 'x' }, Infinity]) {
        await expect(attempt((values) => (values[name] = value))).rejects.toThrow(CheckpointError);
      }
    },
  );

  test.each<[string, (values: Values, arrays: Map<string, unknown>) => void]>([
    ['a step that is not whole', (values) => (values['step'] = 2.5)],
    ['a step that is NaN', (values) => (values['step'] = NaN)],
    ['an unknown setting', (values) => Object.assign(values['settings'] as Values, { colour: 1 })],
    ['a setting out of range', (values) => Object.assign(values['settings'] as Values, { batch: -1 })],
    ['a setting of another type', (values) => Object.assign(values['settings'] as Values, { lr: '1' })],
    ['no rate', (values) => delete (values['optimizer'] as Values)['lr']],
    ['a negative rate', (values) => Object.assign(values['optimizer'] as Values, { lr: -1 })],
    ['a plateau of another factor', (values) => Object.assign(values['schedule'] as Values, { factor: 7 })],
    ['three random words', (values) => (values['random'] = [1, 2, 3])],
    ['a random word that is not whole', (values) => (values['random'] = [1, 2, 3, 0.5])],
    ['an epoch without losses', (values) => (values['history'] = [[1]])],
    ['a moment that is missing', (_, arrays) => arrays.delete('optimizer.mean.0')],
    [
      'a moment that is too short',
      (_, arrays) => arrays.set('optimizer.mean.0', { data: new Float32Array(3), shape: [3] }),
    ],
    ['a carried state that is missing', (_, arrays) => arrays.delete('state.c.0')],
    [
      'a carried state of another shape',
      (_, arrays) => arrays.set('state.h.0', { data: new Float32Array(21), shape: [7, 3] }),
    ],
  ])('%s', async (_, change) => {
    await expect(attempt(change)).rejects.toThrow(CheckpointError);
  });
});
