/** A generated task: a fresh batch for every step, and a fixed set that validates. Nothing is carried from step to step. */

import { trainingBatch } from '../data/tasks/stream.js';
import type { Task } from '../data/tasks/task.js';
import { RecurrentState } from '../layers/state.js';
import type { SequenceModel } from '../models/sequence-model.js';
import { reserveMemory } from '../models/sizes.js';
import { scorePart } from './evaluate-task.js';
import type { Objective, Validation } from './objective.js';
import { MOMENTS } from './settings.js';
import type { FullTaskSettings } from './task-settings.js';

/** What is called an epoch where the data have no end: the updates between two validations. */
export const TASK_EPOCH = 100;

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
    const { batch, seed, optimizer, validSequences } = settings;
    this.model = model;
    this.unitsPerStep = batch;
    this.inNats = task.form.outputs === 'classes';
    this.fingerprint = JSON.stringify([task.name, task.options, seed, validSequences]);
    this.#task = task;
    this.#settings = settings;
    const what = `train: batch ${batch}, ${task.steps} steps, ${model.summary()},`;
    const run = { batch, window: task.steps, moments: MOMENTS[optimizer] };
    reserveMemory(model.engine, model.predictMemory(run), what);
  }

  initialState(): RecurrentState {
    return new RecurrentState([]);
  }

  loss(step: number, state: RecurrentState): ReturnType<Objective['loss']> {
    const { seed, batch } = this.#settings;
    const { inputs, targets } = trainingBatch(this.#task, seed, step, batch);
    return { loss: this.model.loss(inputs, targets).loss, state };
  }

  validate(): Validation {
    const { seed, batch: size, validSequences: count } = this.#settings;
    const { loss, right, sequences } = scorePart(this.model, this.#task, 'valid', { seed, count, size });
    return { loss, right: right / sequences };
  }
}
