/** The generated tasks by name. */

import { checkChoice, checkKnown, checkSize } from '../../options.js';
import { ADDING } from './adding.js';
import { ADDITION } from './addition.js';
import { COPY } from './copy.js';
import { ECHO } from './echo.js';
import { PARITY } from './parity.js';
import { REBER_TASK } from './reber.js';
import type { Task, TaskKind } from './task.js';

/** The name of a task. */
export type TaskName = 'adding' | 'copy' | 'addition' | 'reber' | 'parity' | 'echo';

/** What there is. */
export const TASKS: Readonly<Record<TaskName, TaskKind>> = {
  adding: ADDING,
  copy: COPY,
  addition: ADDITION,
  reber: REBER_TASK,
  parity: PARITY,
  echo: ECHO,
};

/** The names, for checks and help texts. */
export const TASK_NAMES: readonly TaskName[] = Object.keys(TASKS) as TaskName[];

/**
 * Makes a task.
 * @param options those of the task, such as `{ length: 100 }`; those not given have their defaults
 * @throws OptionError for a task or an option that is unknown, out of range, or contradicts another
 */
export function createTask(name: TaskName, options: Readonly<Record<string, number | undefined>> = {}): Task {
  const kind = TASKS[checkChoice('createTask', 'task', name, TASK_NAMES)];
  checkKnown(name, options, Object.keys(kind.options));
  const full = Object.entries(kind.options).map(([option, { value, least }]): [string, number] => [
    option,
    checkSize(name, option, options[option] ?? value, least),
  ]);
  const chosen = Object.fromEntries(full);
  const { criterion, recipe } = kind;
  return { ...kind.define(chosen), name, options: chosen, criterion, recipe };
}
