/** `recurra train --task list`: the generated tasks, with what they ask, and what learns from files. */

import { createTask, TASK_NAMES, TASKS } from '../data/tasks/list.js';
import type { TaskName } from '../data/tasks/list.js';
import { OptionError } from '../errors.js';
import { EXIT } from './exit.js';
import { flag } from './job.js';
import type { AnyKind } from './kind.js';
import { KINDS } from './kinds.js';
import type { TrainArguments } from './job.js';

/** Prints them. @returns the exit code @throws OptionError for options beside --json */
export function listTasks({ json = false, ...others }: TrainArguments): number {
  const given = Object.keys(others)
    .filter((option) => option !== 'task')
    .map(flag);
  if (given.length > 0) {
    throw new OptionError(`train: --task list goes with --json alone, got ${given.join(', ')}. Leave the rest out.`);
  }
  const kinds = KINDS.map((kind) => (json ? kindAsJson(kind) : kindAsLines(kind)));
  process.stdout.write([...TASK_NAMES.map((name) => (json ? asJson(name) : asLines(name))), ...kinds].join(''));
  return EXIT.done;
}

/** What learns from a file, a line for the kind and one for each of its options. */
function kindAsLines({ name, summary, source, options }: AnyKind): string {
  const rows = [source, ...options].map(([flags, meaning]) => `  ${flags.padEnd(28)}${meaning}\n`);
  return `${name.padEnd(14)}${summary}\n${rows.join('')}`;
}

function kindAsJson({ name, summary, source, options, recipe }: AnyKind): string {
  const told = [source, ...options].map(([flags, meaning]) => [flags, meaning]);
  return `${JSON.stringify({ task: name, summary, options: Object.fromEntries(told) as object, recipe })}\n`;
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
  return `${name.padEnd(14)}${summary}; without memory ${baseline.toFixed(4)} ${unit}\n${rows.join('')}`;
}
