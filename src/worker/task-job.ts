/** A model of sequences on a generated task, in a worker. */

import { decodeCheckpoint } from '../checkpoint/checkpoint.js';
import { createTask } from '../data/tasks/list.js';
import { trainingBatch } from '../data/tasks/stream.js';
import type { Task } from '../data/tasks/task.js';
import { createEngine } from '../engine.js';
import { OptionError } from '../errors.js';
import { normsBack } from '../inspect/trace.js';
import { SequenceModel } from '../models/sequence-model.js';
import { Trace } from '../ops/trace.js';
import { taskSettingsOf } from '../train/task-settings.js';
import { trainTask } from '../train/train-task.js';
import { checkJob } from './check.js';
import type { Queries, TaskJob } from './jobs.js';
import type { Prepared } from './prepared.js';

const OWN = ['task', 'options'] as const;

/** Sequences whose gradients are looked at together. */
const LOOKED_AT = 32;

/** @throws OptionError, CheckpointError, MemoryError */
export async function prepareTask(job: TaskJob): Promise<Prepared> {
  checkJob(job, OWN);
  const { checkpoint } = job;
  const task = createTask(job.task, job.options ?? {});
  const { form, recipe } = task;
  if (checkpoint !== undefined && job.model !== undefined) {
    throw new OptionError('startTraining: the checkpoint has a model. Leave model out.');
  }
  const engine = await createEngine(job.engine);
  const models = [SequenceModel];
  const saved =
    checkpoint === undefined ? undefined : decodeCheckpoint(engine, checkpoint, 'the checkpoint', { models });
  const made = { ...form, cell: recipe.cell, hiddenSize: recipe.hiddenSize, ...job.model };
  const model = saved?.model ?? new SequenceModel(engine, made);
  const { seed = 1 } = saved?.training === undefined ? (job.train ?? {}) : taskSettingsOf(saved.training);
  return {
    model,
    summary: model.summary(),
    start: (options) => trainTask(model, task, { ...job.train, ...options, resume: saved?.training }),
    queries: { normsBack: () => norms(model, task, seed) },
  };
}

/** How the gradient of the loss fares on its way back through the first sequences of a task. */
function norms(model: SequenceModel, task: Task, seed: number): Queries['normsBack']['answer'] {
  const { engine } = model;
  const { inputs, targets } = trainingBatch(task, seed, 0, LOOKED_AT);
  const random = engine.random.state;
  const trace = new Trace();
  engine.step(() => model.loss(inputs, targets, undefined, { trace }).loss);
  engine.random.state = random;
  return trace.layers.map((layer) => ({ name: layer.name, norms: normsBack(layer) }));
}
