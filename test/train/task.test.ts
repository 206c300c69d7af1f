/** Runs on generated tasks: what they learn and report, exact resume, scores by their definition, refusals. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { createTask, TASK_NAMES } from '../../src/data/tasks/list.js';
import { fixedBatches, trainingBatch } from '../../src/data/tasks/stream.js';
import type { Task } from '../../src/data/tasks/task.js';
import { DataError, DivergenceError, MemoryError, OptionError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import { SequenceModel } from '../../src/models/sequence-model.js';
import { evaluationFloats } from '../../src/models/sizes.js';
import { evaluateTask } from '../../src/train/evaluate-task.js';
import { fullTaskSettings, taskSettingsOf } from '../../src/train/task-settings.js';
import { trainTask } from '../../src/train/train-task.js';
import type { TaskTrainOptions } from '../../src/train/train-task.js';
import type { ProgressEvent } from '../../src/train/train.js';
import { modelFor, shortTask } from './task-runs.js';
import { testEngine } from './texts.js';

const addition = shortTask('addition');
const small = { batch: 8, steps: 6, validSequences: 10 };

/** The bytes at every step of a run that is never stopped, and its report. */
async function whole(task: Task, options: TaskTrainOptions, model: Parameters<typeof modelFor>[2] = {}) {
  const learner = modelFor(await testEngine(), task, model);
  const bytes: Uint8Array[] = [];
  const report = await trainTask(learner, task, {
    ...small,
    ...options,
    saveSeconds: 1e-9,
    onSave: async (run) => void (bytes[run.trainer.step] = encodeCheckpoint(learner, run)),
  });
  return { bytes, report };
}

/** Goes on from bytes, on an engine of another seed. */
async function resumed(bytes: Uint8Array, task: Task, options: TaskTrainOptions = {}) {
  const engine = await testEngine({ seed: 99 });
  const { model, training } = decodeCheckpoint(engine, bytes, 'bytes', { models: [SequenceModel] });
  const run = trainTask(model, task, { resume: training, ...options });
  return { report: await run, bytes: encodeCheckpoint(model, run) };
}

describe('learning', () => {
  test.each(CELLS)('an %s adds all numbers of 4 bits, and longer ones', async (cell) => {
    const model = modelFor(await testEngine(), addition, { cell, hiddenSize: 12 });
    const report = await trainTask(model, addition, { steps: 500, batch: 16, lr: 0.02 });
    expect(report.reason).toBe('steps');
    const all = evaluateTask(model, addition, { sequences: 'all' });
    expect(all).toMatchObject({ sequences: 256, right: 256, asked: 1280, correct: 1280 });
    expect(all.loss).toBeLessThan(0.1 * addition.baseline);
    const longer = evaluateTask(model, createTask('addition', { length: 10 }), { sequences: 200 });
    expect(longer.correct / longer.asked).toBeGreaterThan(0.95);
  });

  test('the sum of marked numbers, regression at the end', async () => {
    const task = shortTask('adding');
    const model = modelFor(await testEngine(), task, { hiddenSize: 16 });
    await trainTask(model, task, { steps: 400, batch: 16, lr: 0.01 });
    expect(evaluateTask(model, task).loss).toBeLessThan(0.1 * task.baseline);
  });

  test.each(['copy', 'reber', 'parity', 'echo'] as const)('%s: better than without memory', async (name) => {
    const task = shortTask(name);
    const model = modelFor(await testEngine(), task, { hiddenSize: 20 });
    const report = await trainTask(model, task, { steps: 300, batch: 16, lr: 0.02 });
    expect(report.validLoss).toBeLessThan(0.75 * task.baseline);
    expect(evaluateTask(model, task, { sequences: 200 }).loss).toBeLessThan(0.75 * task.baseline);
  });
});

describe('reports', () => {
  test('an epoch is a hundred updates; losses, share of right answers and sequences a second', async () => {
    const model = modelFor(await testEngine(), addition);
    const events: ProgressEvent[] = [];
    const report = await trainTask(model, addition, {
      ...small,
      steps: 250,
      onProgress: (event) => events.push(event),
    });
    const epochs = events.filter(({ event }) => event === 'epoch');
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 100],
      [2, 200],
    ]);
    for (const { validLoss, validRight, perplexity } of epochs) {
      expect(perplexity).toBe(Math.exp(validLoss!));
      expect(validRight! * 10).toBeCloseTo(Math.round(validRight! * 10), 9);
    }
    expect(events[0]).toMatchObject({ event: 'window', stepsPerEpoch: 100, totalSteps: 250, validRight: undefined });
    const { tokensPerSecond, seconds, step } = events.at(-1)!;
    expect(tokensPerSecond * seconds).toBeCloseTo(8 * step, 6);
    expect(report).toMatchObject({ reason: 'steps', steps: 250 });
    expect(report.epochs.map(({ validRight }) => validRight)).toEqual(epochs.map(({ validRight }) => validRight));
    expect(report.best!.validLoss).toBe(Math.min(...epochs.map(({ validLoss }) => validLoss!)));
  });

  test('squared errors have no perplexity', async () => {
    const task = shortTask('adding');
    const report = await trainTask(modelFor(await testEngine(), task), task, small);
    expect(report.perplexity).toBeNaN();
    expect(report.validLoss).toBeGreaterThan(0);
  });

  test('the recipe of the task, where nothing else is said; another optimizer has its own rate', () => {
    const { recipe } = createTask('adding');
    const { cell: _, hiddenSize: __, ...settings } = recipe;
    expect(fullTaskSettings({}, recipe)).toMatchObject({ ...settings, epochs: 0, optimizer: 'adam', seed: 1 });
    expect(fullTaskSettings({ epochs: 3, lr: 0.5 }, recipe)).toMatchObject({ epochs: 3, steps: 0, lr: 0.5 });
    expect(fullTaskSettings({ optimizer: 'sgd' }, recipe)).toMatchObject({ lr: 0.5, clipNorm: recipe.clipNorm });
    expect(fullTaskSettings({ optimizer: undefined, lr: undefined }, recipe)).toMatchObject({ lr: recipe.lr });
  });

  test('patience stops a run that no longer improves, and keeps the best weights', async () => {
    const model = modelFor(await testEngine(), addition, { hiddenSize: 3 });
    const settings = { batch: 2, epochs: 60, lr: 0.3, patience: 2, validSequences: 40, schedule: 'constant' } as const;
    const report = await trainTask(model, addition, settings);
    expect(report.reason).toBe('patience');
    const losses = report.epochs.map(({ validLoss }) => validLoss!);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length - 1 - best).toBe(2);
    expect(report.best!.weights!.size).toBe(model.parameters().length);
  });
});

describe('exact resume', () => {
  test.each(TASK_NAMES.flatMap((name) => CELLS.map((cell) => [name, cell] as const)))(
    '%s with %s',
    async (name, cell) => {
      const task = shortTask(name);
      const { bytes, report } = await whole(task, { seed: 5 }, { cell, numLayers: 2, dropout: 0.3 });
      for (const stop of [0, 1, 4]) {
        const again = await resumed(bytes[stop]!, task);
        expect(Buffer.compare(again.bytes, bytes.at(-1)!), `from ${stop}`).toBe(0);
        expect(again.report.validLoss).toBe(report.validLoss);
        expect(again.report.validRight).toBe(report.validRight);
      }
      const right = report.validRight! * small.validSequences;
      expect([right, report.figures]).toEqual([Math.round(right), undefined]);
    },
  );

  test('the validation at the end of a run, also of one saved before it told more than the loss', async () => {
    const { bytes, report } = await whole(addition, {});
    const engine = await testEngine();
    const { model, training } = decodeCheckpoint(engine, bytes.at(-1)!, 'end', { models: [SequenceModel] });
    const { arrays, values } = training!;
    expect(values['endLoss']).toEqual([report.validLoss, report.validRight]);
    const before = { arrays, values: { ...values, endLoss: [report.validLoss!] } };
    const again = await trainTask(model, addition, { resume: before });
    expect([again.validLoss, again.validRight]).toEqual([report.validLoss, undefined]);
  });

  test('over the end of an epoch, with what validation said', async () => {
    const options = { steps: 203, schedule: 'plateau', patience: 5, lr: 0.05 } as const;
    const { bytes, report } = await whole(addition, options);
    for (const stop of [99, 100, 101, 200]) {
      const again = await resumed(bytes[stop]!, addition);
      expect(Buffer.compare(again.bytes, bytes.at(-1)!), `from ${stop}`).toBe(0);
      expect(again.report.epochs).toEqual(report.epochs);
    }
    expect(report.epochs[0]!.validRight).toBeGreaterThanOrEqual(0);
  });

  test('longer than before, as a run that had this length from the first', async () => {
    const constant = { schedule: 'constant' } as const;
    const [short, long] = [await whole(addition, constant), await whole(addition, { ...constant, steps: 9 })];
    const again = await resumed(short.bytes.at(-1)!, addition, { steps: 9 });
    expect(Buffer.compare(again.bytes, long.bytes.at(-1)!)).toBe(0);
    const { training } = decodeCheckpoint(await testEngine(), again.bytes, 'end', { models: [SequenceModel] });
    expect(taskSettingsOf(training!)).toMatchObject({ batch: 8, steps: 9, seed: 1, validSequences: 10 });
  });

  test('another task, other options and another seed are refused', async () => {
    const { bytes } = await whole(addition, {});
    const other = createTask('addition', { length: 5 });
    await expect(resumed(bytes[3]!, other)).rejects.toThrow(
      new DataError(
        'train: the task is not the one this run was trained on. Resume with the same task, or begin a new run.',
      ),
    );
    await expect(resumed(bytes[3]!, addition, { seed: 2 })).rejects.toThrow(DataError);
    await expect(resumed(bytes[3]!, addition, { batch: 9 })).rejects.toThrow(
      'train: batch must be 8, as in the run that is resumed, got 9. Leave it out.',
    );
  });
});

describe('scores', () => {
  test.each(TASK_NAMES)(
    '%s: the loss of single sequences, weighted by what counts; the same for any batch',
    async (name) => {
      const task = shortTask(name);
      const model = modelFor(await testEngine(), task);
      const sizes = { seed: 7, sequences: 23 };
      const score = evaluateTask(model, task, { ...sizes, batch: 5 });
      let [sum, counted, right] = [0, 0, 0];
      for (const batch of fixedBatches(task, 'test', { seed: 7, count: 23, size: 1 })) {
        const { inputs, targets } = batch;
        const loss = model.engine.evaluate(() => model.loss(inputs, targets).loss.item());
        const count = targets.data.filter((target: number) => task.form.outputs === 'values' || target >= 0).length;
        sum += loss * count;
        counted += count;
        const output = model.engine.evaluate(() => model.forward(inputs).output.toArray());
        const { correct, asked } = task.judge(output, batch, 0);
        if (correct === asked) right++;
      }
      expect(score.loss).toBeCloseTo(sum / counted, 5);
      expect(score).toMatchObject({ sequences: 23, right });
      expect(evaluateTask(model, task, { ...sizes, batch: 23 }).loss).toBeCloseTo(score.loss, 6);
    },
  );

  test.each(TASK_NAMES.flatMap((name) => CELLS.map((cell) => [name, cell] as const)))(
    '%s with %s: room is made for no more than it takes, and for most of it',
    async (name, cell) => {
      const task = shortTask(name);
      const model = modelFor(await testEngine(), task, { cell, hiddenSize: 24, numLayers: 2 });
      evaluateTask(model, task, { sequences: 40, batch: 40 });
      const foreseen = model.engine.memory.bytes(evaluationFloats(model.sizes, 40, task.steps));
      const share = foreseen / model.engine.memory.peakArenaBytes;
      if (name !== 'reber') expect(share).toBeLessThanOrEqual(1); // its strings are shorter than the longest there may be
      expect(share).toBeGreaterThan(0.7);
    },
  );

  test.each(['parity', 'echo'] as const)('all inputs of %s, each once', async (name) => {
    const task = createTask(name, { length: 6 });
    const model = modelFor(await testEngine(), task);
    const { all, form } = task;
    const { inputs, targets } = all!.batch(0, 64);
    const columns = Array.from({ length: 64 }, (_, b) => inputs.data.filter((_, i) => i % 64 === b).join(''));
    expect(new Set(columns).size).toBe(64);
    const answers = Array.from<number>(targets.data).flatMap((target) => [1 - target, target]);
    expect(form.outputSize).toBe(2);
    for (let b = 0; b < 64; b++) {
      const { correct, asked } = task.judge(answers, { inputs, targets }, b);
      expect(correct).toBe(asked);
    }
    expect(
      all!
        .batch(50, 7)
        .inputs.data.filter((_, i) => i % 7 === 3)
        .join(''),
    ).toBe(columns[53]);
    expect(evaluateTask(model, task, { sequences: 'all', batch: 7 }).sequences).toBe(64);
  });

  test('sequences for which there is no room are refused before they are drawn', async () => {
    const model = modelFor(await testEngine(), addition);
    const endless = { ...addition, steps: 1e9, batch: () => expect.unreachable() as never };
    expect(() => evaluateTask(model, endless)).toThrow(MemoryError);
    expect(() => evaluateTask(model, endless)).toThrow(
      /^evaluate: task addition, batch 32, 1000000000 steps take about [\d.]+ MB. memory: /,
    );
  });

  test('evaluation changes neither weights nor random numbers', async () => {
    const model = modelFor(await testEngine(), addition, { dropout: 0.5 });
    const { state } = model.engine.random;
    const before = model.stateDict();
    expect(evaluateTask(model, addition)).toEqual(evaluateTask(model, addition));
    expect(model.engine.random.state).toEqual(state);
    expect(model.stateDict()).toEqual(before);
  });

  test('validation is apart from training and test', () => {
    const [valid] = fixedBatches(addition, 'valid', { seed: 1, count: 50, size: 50 });
    const [tested] = fixedBatches(addition, 'test', { seed: 1, count: 50, size: 50 });
    const all = [valid!, tested!, trainingBatch(addition, 1, 0, 50)].map(({ inputs }) => inputs.data.join());
    expect(new Set(all).size).toBe(3);
  });
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ window: 3 }, "trainTask: unknown option 'window'. Known options: epochs, steps, batch,"],
    [{ validFraction: 0.1 }, "trainTask: unknown option 'validFraction'"],
    [{ steps: 3, epochs: 2 }, 'train: epochs (2) and steps (3) contradict each other. Give one.'],
    [{ seed: -1 }, 'train: seed must be a whole number from 0 to 4294967295, got -1.'],
    [{ validSequences: 0 }, 'train: validSequences must be a whole number of at least 1, got 0.'],
    [{ batch: 0 }, 'train: batch must be a whole number of at least 1, got 0.'],
    [{ optimizer: 'lion' }, 'train: optimizer must be one of'],
    [{ onSave: 3 }, 'train: onSave must be a function, got number.'],
    [{ signal: {} }, 'train: signal must be an AbortSignal.'],
  ])('%o', async (options, message) => {
    const model = modelFor(await testEngine(), addition);
    expect(() => trainTask(model, addition, options)).toThrow(OptionError);
    expect(() => trainTask(model, addition, options)).toThrow(message);
  });

  test('a model of another form, and something else than a model', async () => {
    const model = modelFor(await testEngine(), addition);
    expect(() => trainTask(model, shortTask('parity'))).toThrow(
      new OptionError(
        'trainTask: the task parity needs a model with inputSize 1, got 2. ' +
          "Make it with the task's form: new SequenceModel(engine, { ...task.form }).",
      ),
    );
    expect(() => evaluateTask(addition as never, addition)).toThrow(
      new OptionError('evaluateTask: takes a SequenceModel and a task. Make the task with createTask.'),
    );
    for (const task of ['addition', undefined, { form: addition.form }]) {
      const message = 'takes a SequenceModel and a task. Make the task with createTask.';
      expect(() => evaluateTask(model, task as never)).toThrow(new OptionError(`evaluateTask: ${message}`));
      expect(() => trainTask(model, task as never)).toThrow(new OptionError(`trainTask: ${message}`));
    }
  });

  test('all inputs of a task that has no list of them, or too long a list', async () => {
    const model = modelFor(await testEngine(), addition);
    expect(() => evaluateTask(model, createTask('addition', { length: 13 }), { sequences: 'all' })).toThrow(
      new OptionError(
        'evaluateTask: addition with length 13 has 67108864 inputs, more than 16777216. Give a number of sequences.',
      ),
    );
    expect(() => evaluateTask(model, createTask('addition', { length: 1000 }), { sequences: 'all' })).toThrow(
      'evaluateTask: addition with length 1000 has countless inputs, more than 16777216. Give a number of sequences.',
    );
    const copy = shortTask('copy');
    expect(() => evaluateTask(modelFor(model.engine, copy), copy, { sequences: 'all' })).toThrow(
      new OptionError(
        'evaluateTask: the inputs of copy are not listed, but only those of addition, parity, echo. Give a number of sequences.',
      ),
    );
    expect(() => evaluateTask(model, addition, { sequences: 0 })).toThrow(OptionError);
    expect(() => evaluateTask(model, addition, { count: 3 } as object)).toThrow(/unknown option 'count'/);
  });

  test('a run larger than the memory names what takes it', async () => {
    const engine = await testEngine({ memoryLimit: 2 ** 20 });
    const model = modelFor(engine, addition);
    expect(() => trainTask(model, addition, { batch: 5000 })).toThrow(MemoryError);
    expect(() => trainTask(model, addition, { batch: 5000 })).toThrow(
      /^train: task addition, batch 5000, 5 steps, 1 lstm of 9, take about \d+\.\d MB\./,
    );
  });

  test('a huge rate diverges, with the place and the rate', async () => {
    const model = modelFor(await testEngine(), addition);
    const attempt = trainTask(model, addition, { optimizer: 'sgd', lr: 1e9, clipNorm: 0 });
    await expect(attempt).rejects.toThrow(DivergenceError);
    await expect(attempt).rejects.toThrow(/^train: the loss is .* in step \d+ of epoch 1\. .*Lower the learning rate/);
  });

  test('a squared error may be any finite number', async () => {
    const task = shortTask('adding');
    const model = modelFor(await testEngine(), task);
    const dict = model.stateDict();
    model.loadStateDict(dict.set('head.bias', { data: Float32Array.of(1000), shape: [1] }));
    const report = await trainTask(model, task, { ...small, steps: 2 });
    expect(report.trainLoss).toBeGreaterThan(709);
  });
});
