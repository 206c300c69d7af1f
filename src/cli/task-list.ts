/** `recurra train --task list`: the generated tasks, what they ask, their options and baselines. */

import { createTask, TASK_NAMES, TASKS } from '../data/tasks/list.js';
import type { TaskName } from '../data/tasks/list.js';
import { OptionError } from '../errors.js';
import { EXIT } from './exit.js';
import { flag } from './job.js';
import type { TrainArguments } from './job.js';

/** Prints them. @returns the exit code @throws OptionError for options beside --json */
export function listTasks({ json = false, ...others }: TrainArguments): number {
  const given = Object.keys(others)
    .filter((option) => option !== 'task')
    .map(flag);
  if (given.length > 0) {
    throw new OptionError(`train: --task list goes with --json alone, got ${given.join(', ')}. Leave the rest out.`);
  }
  process.stdout.write(TASK_NAMES.map((name) => (json ? asJson(name) : asLines(name))).join(''));
  return EXIT.done;
}

function asJson(name: TaskName): string {
  const { summary, criterion, options, recipe } = TASKS[name];
  const { baseline } = createTask(name);
  return `${JSON.stringify({ task: name, summary, criterion, options, baseline, recipe })}\n`;
}

/** A line for the task, one for each option. */
function asLines(name: TaskName): string {
  const { summary, options } = TASKS[name];
  const { baseline, form } = createTask(name);
  const unit = form.outputs === 'values' ? 'mean squared error' : 'nats';
  const rows = Object.entries(options).map(([option, { value, meaning }]) => {
    return `  ${`${flag(option)} N`.padEnd(14)}${meaning} (${value})\n`;
  });
  return `${name.padEnd(10)}${summary}; without memory ${baseline.toFixed(4)} ${unit}\n${rows.join('')}`;
}
