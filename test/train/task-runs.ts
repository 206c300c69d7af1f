/** Small tasks and models of their form, for the tests of training. */

import { createTask } from '../../src/data/tasks/list.js';
import type { TaskName } from '../../src/data/tasks/list.js';
import type { Task } from '../../src/data/tasks/task.js';
import type { Engine } from '../../src/engine.js';
import { SequenceModel } from '../../src/models/sequence-model.js';
import type { SequenceModelOptions } from '../../src/models/sequence-model.js';

/** Options that make a task of a few steps. */
const SHORT: Readonly<Record<TaskName, Record<string, number>>> = {
  adding: { length: 6 },
  copy: { length: 3, items: 2, symbols: 3 },
  addition: { length: 4 },
  reber: {},
  parity: { length: 5 },
  echo: { length: 6, delay: 2 },
};

/** A task of a few steps. */
export function shortTask(name: TaskName): Task {
  return createTask(name, SHORT[name]);
}

/** A model of a task's form with a few hundred weights, unless the options make it larger. */
export function modelFor(engine: Engine, task: Task, options: Partial<SequenceModelOptions> = {}): SequenceModel {
  return new SequenceModel(engine, { ...task.form, hiddenSize: 9, ...options });
}
