/** A generated task: a fresh batch for every step, and a fixed set that validates. Nothing is carried from step to step. */

import { trainingBatch } from '../data/tasks/stream.js';
import type { Task } from '../data/tasks/task.js';
import type { Engine } from '../engine.js';
import { RecurrentState } from '../layers/state.js';
import type { Score } from '../models/learner.js';
import type { SequenceModel } from '../models/sequence-model.js';
import { reserveMemory, trainingBytes } from '../models/sizes.js';
import type { ModelSizes, RunSizes } from '../models/sizes.js';
import { scorePart } from './evaluate-task.js';
import type { Objective } from './objective.js';
import { MOMENTS } from './settings.js';
import type { FullTaskSettings } from './task-settings.js';

/** What is called an epoch where the data have no end: the updates between two validations. */
export const TASK_EPOCH = 100;

/** What of task and settings decides the memory. */
export function taskRunSizes({ steps }: Task, { batch, optimizer }: FullTaskSettings): RunSizes {
  return { batch, window: steps, moments: MOMENTS[optimizer] };
}

/** Makes room for a model and its training on a task. @throws MemoryError */
export function reserveTaskRun(engine: Engine, sizes: ModelSizes, task: Task, settings: FullTaskSettings): void {
  const { numLayers, cell, hiddenSize } = sizes;
  const what = `train: task ${task.name}, batch ${settings.batch}, ${task.steps} steps, ${numLayers} ${cell} of ${hiddenSize},`;
  reserveMemory(engine, trainingBytes(engine, sizes, taskRunSizes(task, settings)), what);
}

/** The loss of a task's answers. */
export class TaskObjective implements Objective {
  readonly model: SequenceModel;
  readonly stepsPerEpoch: number = TASK_EPOCH;
  readonly unitsPerStep: number;
  readonly inNats: boolean;
  readonly noun = 'task';
  readonly fingerprint: string;
  readonly #task: Task;
  readonly #settings: FullTaskSettings;

  /** @throws MemoryError */
  constructor(model: SequenceModel, task: Task, settings: FullTaskSettings) {
    const { batch, seed, validSequences } = settings;
    this.model = model;
    this.unitsPerStep = batch;
    this.inNats = task.form.outputs === 'classes';
    this.fingerprint = JSON.stringify([task.name, task.options, seed, validSequences]);
    this.#task = task;
    this.#settings = settings;
    reserveTaskRun(model.engine, model.sizes, task, settings);
  }

  initialState(): RecurrentState {
    return new RecurrentState([]);
  }

  loss(step: number, state: RecurrentState): ReturnType<Objective['loss']> {
    const { seed, batch } = this.#settings;
    const { inputs, targets } = trainingBatch(this.#task, seed, step, batch);
    return { loss: this.model.loss(inputs, targets).loss, state };
  }

  validate(): Score {
    const { seed, batch: size, validSequences: count } = this.#settings;
    const { loss, right, sequences } = scorePart(this.model, this.#task, 'valid', { seed, count, size });
    return { loss, right: right / sequences };
  }
}
