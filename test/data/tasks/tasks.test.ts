/** What all generated tasks have in common: forms, seeds, options, and baselines against samples. */

import { describe, expect, test } from 'vitest';
import { createTask, TASK_NAMES, TASKS } from '../../../src/data/tasks/list.js';
import type { TaskName } from '../../../src/data/tasks/list.js';
import { fixedBatches, trainingBatch } from '../../../src/data/tasks/stream.js';
import { IGNORED } from '../../../src/data/sequences.js';
import type { SequenceBatch } from '../../../src/data/sequences.js';
import type { Task } from '../../../src/data/tasks/task.js';
import { OptionError } from '../../../src/errors.js';
import { Random } from '../../../src/random.js';

/** Column b of a batch as text: what goes in and what is asked, up to the last step that counts. */
function column({ inputs, targets }: SequenceBatch, b: number): string {
  const B = inputs.shape[1]!;
  const rows = (data: SequenceBatch['inputs']['data'], width: number): string[] =>
    Array.from({ length: data.length / width / B }, (_, t) => {
      return data.subarray((t * B + b) * width, (t * B + b + 1) * width).join(' ');
    });
  const asked = rows(targets.data, 1);
  const end = asked.findLastIndex((target) => target !== String(IGNORED)) + 1;
  const given = rows(inputs.data, inputs.shape[2] ?? 1);
  return JSON.stringify([given.slice(0, asked.length === 1 ? undefined : end), asked.slice(0, end)]);
}

/** The columns of the test set in batches of a size. */
function testSet(task: Task, size: number, seed: number = 3): string[] {
  return [...fixedBatches(task, 'test', { seed, count: 10, size })].flatMap((batch) => {
    const B = batch.inputs.shape[1]!;
    return Array.from({ length: B }, (_, b) => column(batch, b));
  });
}

describe.each(TASK_NAMES)('%s', (name) => {
  const task = createTask(name);

  test('gives batches in its form', () => {
    const { inputs, targets } = task.batch(new Random(1), 5);
    const { form } = task;
    const T = inputs.shape[0]!;
    if (name === 'reber') expect(T).toBeLessThanOrEqual(task.steps);
    else expect(T).toBe(task.steps);
    expect(inputs.shape).toEqual(form.inputs === 'values' ? [T, 5, form.inputSize] : [T, 5]);
    const steps = form.at === 'every' ? [T] : [];
    expect(targets.shape).toEqual([...steps, 5, ...(form.outputs === 'values' ? [form.outputSize] : [])]);
    for (const { data, shape } of [inputs, targets]) expect(data.length).toBe(shape.reduce((a, b) => a * b));
    expect(inputs.data).toBeInstanceOf(form.inputs === 'values' ? Float32Array : Int32Array);
    expect(targets.data).toBeInstanceOf(form.outputs === 'values' ? Float32Array : Int32Array);
    if (form.inputs === 'ids') expect(Math.max(...inputs.data)).toBeLessThan(form.inputSize);
    if (form.outputs === 'classes') expect(Math.max(...targets.data)).toBe(form.outputSize - 1);
  });

  test('a step has its own batch, the same every time; another seed has others', () => {
    const batch = (seed: number, step: number): string => column(trainingBatch(task, seed, step, 4), 2);
    expect(batch(1, 0)).toBe(batch(1, 0));
    const all = [batch(1, 0), batch(1, 1), batch(1, 2), batch(2, 0), batch(2, 1), batch(4294967295, 2 ** 31)];
    // The strings of a grammar are so few that two may be equal.
    expect(new Set(all).size).toBeGreaterThanOrEqual(name === 'reber' ? 2 : all.length);
  });

  test('the test set is the same in batches of any size, and neither that of another seed nor the validation', () => {
    const whole = testSet(task, 10);
    expect(whole).toHaveLength(10);
    for (const size of [1, 3, 4, 100]) expect(testSet(task, size)).toEqual(whole);
    expect(testSet(task, 10, 4)).not.toEqual(whole);
    const [valid] = fixedBatches(task, 'valid', { seed: 3, count: 10, size: 10 });
    expect(Array.from({ length: 10 }, (_, b) => column(valid!, b))).not.toEqual(whole);
  });

  test('an unknown option, and one out of range, are refused', () => {
    expect(() => createTask(name, { width: 3 })).toThrow(OptionError);
    expect(() => createTask(name, { width: 3 })).toThrow(
      `${name}: unknown option 'width'. ${name === 'reber' ? 'There are no options.' : 'Known options: '}`,
    );
    for (const [option, { least }] of Object.entries(TASKS[name].options)) {
      for (const value of [least - 1, 1.5, NaN]) {
        expect(() => createTask(name, { [option]: value })).toThrow(
          `${name}: ${option} must be a whole number of at least ${least}, got ${value}.`,
        );
      }
    }
  });
});

test('an unknown task is refused with a list of those there are', () => {
  expect(() => createTask('adition' as TaskName)).toThrow(
    new OptionError('createTask: task must be one of adding, copy, addition, reber, parity, echo, got adition.'),
  );
});

/** The entropy of the targets that count, given the input of their step alone, from samples. */
function memorylessLoss(task: Task, count: number): number {
  const { inputs, targets } = task.batch(new Random(5), count);
  const width = inputs.shape[2] ?? 1;
  const counts = new Map<string, Map<number, number>>();
  let asked = 0;
  for (const [row, target] of targets.data.entries()) {
    if (target === IGNORED) continue;
    asked++;
    const key = inputs.data.subarray(row * width, (row + 1) * width).join();
    const seen = counts.get(key) ?? new Map<number, number>();
    counts.set(key, seen.set(target, (seen.get(target) ?? 0) + 1));
  }
  let nats = 0;
  for (const seen of counts.values()) {
    const total = [...seen.values()].reduce((a, b) => a + b);
    for (const n of seen.values()) nats -= n * Math.log(n / total);
  }
  return nats / asked;
}

describe('baselines', () => {
  test.each([
    ['addition', {}],
    ['addition', { length: 1 }],
    ['addition', { length: 32 }],
    ['reber', {}],
    ['parity', {}],
    ['parity', { length: 3 }],
    ['echo', {}],
    ['echo', { length: 9, delay: 8 }],
  ] as const)('%s %o: what the frequencies of samples give', (name, options) => {
    const task = createTask(name, options);
    const sampled = memorylessLoss(task, 20_000);
    expect(Math.abs(task.baseline / sampled - 1)).toBeLessThan(0.01);
  });

  test.each([2, 3, 100])('adding %i numbers: the variance of the sums', (length) => {
    const task = createTask('adding', { length });
    const sums = Array.from(task.batch(new Random(2), 20_000).targets.data);
    const mean = sums.reduce((a, b) => a + b) / sums.length;
    const variance = sums.reduce((total, sum) => total + (sum - mean) ** 2, 0) / sums.length;
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(task.baseline, 2);
  });

  test('copy: the published figures', () => {
    const figures = { 50: 0.297, 100: 0.173, 200: 0.0945, 500: 0.04, 1000: 0.0204 };
    for (const [length, figure] of Object.entries(figures)) {
      expect(createTask('copy', { length: Number(length) }).baseline).toBeCloseTo(figure, 3);
    }
    expect(createTask('copy', { length: 3, items: 2, symbols: 5 }).baseline).toBeCloseTo((2 * Math.log(5)) / 7, 12);
  });
});
