/** How well a model does a generated task, on sequences it does not learn from. */

import { fixedBatches } from '../data/tasks/stream.js';
import type { Part } from '../data/tasks/stream.js';
import { IGNORED } from '../data/sequences.js';
import type { SequenceBatch, SequenceForm } from '../data/sequences.js';
import { createTask, TASK_NAMES } from '../data/tasks/list.js';
import type { Enumeration, Task } from '../data/tasks/task.js';
import { OptionError } from '../errors.js';
import { SequenceModel } from '../models/sequence-model.js';
import { evaluationFloats, reserveMemory } from '../models/sizes.js';
import { checkKnown, checkSeed, checkSize } from '../options.js';

/** The answers of a model to a number of sequences. */
export interface TaskScore {
  /** The mean squared error, or nats for each target that counts. */
  readonly loss: number;
  readonly sequences: number;
  /** Sequences whose every answer is correct. */
  readonly right: number;
  /** Answers, of all sequences together. */
  readonly asked: number;
  readonly correct: number;
}

/** Options of `evaluateTask`. */
export interface TaskEvaluationOptions {
  /** How many, or 'all' there are. Default 1000. */
  readonly sequences?: number | 'all' | undefined;
  /** Whose test set it is: the seed of the data. Default 1. */
  readonly seed?: number | undefined;
  /** Sequences side by side, which changes no more than time and memory. Default 32. */
  readonly batch?: number | undefined;
}

/** Most inputs that are listed one by one. */
const MOST = 2 ** 24;

/**
 * Evaluates on the test set of a seed, or on all inputs there are.
 * @throws OptionError, also for a model of another form, and for a task whose inputs are not listed; MemoryError
 */
export function evaluateTask(model: SequenceModel, task: Task, options: TaskEvaluationOptions = {}): TaskScore {
  const operation = 'evaluateTask';
  checkKnown(operation, options, ['sequences', 'seed', 'batch']);
  checkFits(operation, model, task);
  const size = checkSize(operation, 'batch', options.batch ?? 32);
  const seed = checkSeed(operation, options.seed ?? 1);
  const { sequences = 1000 } = options;
  const all = sequences === 'all' ? allOf(task) : undefined;
  const count = all?.count ?? checkSize(operation, 'sequences', sequences);
  reserveBatch(model, task, Math.min(size, count));
  return all === undefined
    ? scorePart(model, task, 'test', { seed, count, size })
    : scoreOf(model, task, allBatches(all, size));
}

/** Makes room for the largest batch before any is drawn, which for long sequences takes a while. @throws MemoryError */
function reserveBatch({ engine, sizes }: SequenceModel, { name, steps }: Task, batch: number): void {
  const bytes = engine.memory.persistentBytes + engine.memory.bytes(evaluationFloats(sizes, batch, steps));
  reserveMemory(engine, bytes, `evaluate: task ${name}, batch ${batch}, ${steps} steps`);
}

/** The score on a fixed part of a seed's sequences. */
export function scorePart(
  model: SequenceModel,
  task: Task,
  part: Exclude<Part, 'train'>,
  sizes: { readonly seed: number; readonly count: number; readonly size: number },
): TaskScore {
  return scoreOf(model, task, fixedBatches(task, part, sizes));
}

/** @throws OptionError */
function allOf({ name, all, options }: Task): Enumeration {
  if (all === undefined) {
    const listed = TASK_NAMES.filter((other) => createTask(other).all !== undefined);
    throw new OptionError(
      `evaluateTask: the inputs of ${name} are not listed, but only those of ${listed.join(', ')}. Give a number of sequences.`,
    );
  }
  if (all.count <= MOST) return all;
  const given = Object.entries(options).map(([option, value]) => `${option} ${value}`);
  const count = Number.isFinite(all.count) ? all.count : 'countless';
  throw new OptionError(
    `evaluateTask: ${name} with ${given.join(' and ')} has ${count} inputs, more than ${MOST}. Give a number of sequences.`,
  );
}

function* allBatches(all: Enumeration, size: number): Generator<SequenceBatch> {
  for (let from = 0; from < all.count; from += size) yield all.batch(from, Math.min(size, all.count - from));
}

function scoreOf(model: SequenceModel, task: Task, batches: Iterable<SequenceBatch>): TaskScore {
  let [nats, counted, sequences, right, asked, correct] = [0, 0, 0, 0, 0, 0];
  for (const batch of batches) {
    const { loss, output } = model.engine.evaluate(() => answer(model, batch));
    const targets = targetsThatCount(batch);
    nats += loss * targets;
    counted += targets;
    const B = batch.inputs.shape[1]!;
    for (let b = 0; b < B; b++) {
      const judgement = task.judge(output, batch, b);
      right += judgement.correct === judgement.asked ? 1 : 0;
      asked += judgement.asked;
      correct += judgement.correct;
    }
    sequences += B;
  }
  return { loss: nats / counted, sequences, right, asked, correct };
}

function answer(model: SequenceModel, { inputs, targets }: SequenceBatch): { loss: number; output: ArrayLike<number> } {
  const { output } = model.forward(inputs);
  return { output: output.toArray(), loss: model.lossOf(output, targets).item() };
}

function targetsThatCount({ targets: { data } }: SequenceBatch): number {
  if (data instanceof Float32Array) return data.length;
  return data.reduce((count, target) => count + (target === IGNORED ? 0 : 1), 0);
}

/** Checks that a model takes the inputs of a task and gives its outputs. @throws OptionError */
export function checkFits(operation: string, model: SequenceModel, task: Task): void {
  if (!(model instanceof SequenceModel) || typeof (Object(task) as Partial<Task>).batch !== 'function') {
    throw new OptionError(`${operation}: takes a SequenceModel and a task. Make the task with createTask.`);
  }
  const { name, form } = task;
  for (const option of Object.keys(form) as (keyof SequenceForm)[]) {
    if (model.options[option] === form[option]) continue;
    throw new OptionError(
      `${operation}: the task ${name} needs a model with ${option} ${form[option]}, got ${model.options[option]}. ` +
        "Make it with the task's form: new SequenceModel(engine, { ...task.form }).",
    );
  }
}
