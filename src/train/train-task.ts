/** Training a model on a generated task: what is checked before the run begins. */

import type { Task } from '../data/tasks/task.js';
import type { SequenceModel } from '../models/sequence-model.js';
import { checkKnown } from '../options.js';
import { checkFits } from './evaluate-task.js';
import { checkRunOptions, RUN_OPTIONS, settingsAmong, TrainingRun } from './run.js';
import type { RunOptions } from './run.js';
import { resumedSettings } from './settings.js';
import { TaskObjective } from './task-objective.js';
import { fullTaskSettings, TASK_SETTINGS, taskSettingsOf } from './task-settings.js';
import type { TaskSettings } from './task-settings.js';
import { Trainer } from './trainer.js';

/** Options of `trainTask`: the settings, and everything that does not change the weights. */
export interface TaskTrainOptions extends TaskSettings, RunOptions {}

/**
 * Trains a model on fresh sequences of a task. Options are checked before the promise is made.
 * @param model of the task's form
 * @returns the run: await it for the report; its losses are those of the task
 * @throws OptionError, MemoryError, CheckpointError; the promise rejects with DivergenceError
 */
export function trainTask(model: SequenceModel, task: Task, options: TaskTrainOptions = {}): TrainingRun {
  checkFits('trainTask', model, task);
  checkKnown('trainTask', options, [...TASK_SETTINGS, ...RUN_OPTIONS]);
  checkRunOptions(options);
  const { resume } = options;
  const given = settingsAmong(options);
  if (resume === undefined) {
    const settings = fullTaskSettings(given, task.recipe);
    return new TrainingRun(new Trainer(new TaskObjective(model, task, settings), settings), options);
  }
  const saved = taskSettingsOf(resume);
  const settings = fullTaskSettings(resumedSettings<TaskSettings>(saved, given));
  const trainer = new Trainer(new TaskObjective(model, task, settings), settings);
  trainer.restore(resume, saved);
  return new TrainingRun(trainer, options);
}
