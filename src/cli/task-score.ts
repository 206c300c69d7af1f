/** A task and its scores as the command line tells them. */

import type { Task } from '../data/tasks/task.js';
import type { TaskScore } from '../train/evaluate-task.js';
import { grouped } from './job.js';
import { percent } from './terms.js';
import type { Conclusion } from './train-output.js';

/** `adding, length 100: ...` */
export function describeTask({ name, options, baseline, form }: Task): string {
  const given = Object.entries(options).map(([option, value]) => `, ${option} ${value}`);
  return `task ${name}${given.join('')}: without memory the ${lossName(form)} is ${baseline.toFixed(4)}`;
}

/** What the loss is. */
function lossName({ outputs }: Task['form']): string {
  return outputs === 'values' ? 'mean squared error' : 'cross-entropy';
}

/** The score as members of a JSON object. */
export function scoreJson({ name, options, baseline }: Task, score: TaskScore): object {
  return { task: name, options, baseline, ...score };
}

/** What stands behind a run. */
export function concludeTask(task: Task, score: TaskScore): Conclusion {
  const { loss, right, sequences } = score;
  const share = `${grouped(right)} of ${grouped(sequences)} right (${percent(right / sequences)})`;
  return {
    line: `test: ${lossName(task.form)} ${figure(loss)}, without memory ${task.baseline.toFixed(4)}; ${share}`,
    json: { test: scoreJson(task, score) },
  };
}

/** The score in lines of text. */
export function scoreLines(task: Task, { loss, right, sequences, correct, asked }: TaskScore): string {
  const of = (part: number, all: number): string => `${grouped(part)} of ${grouped(all)} (${percent(part / all)})`;
  const answers = task.form.outputs === 'classes' ? [['answers', of(correct, asked)]] : [];
  const rows = [
    [lossName(task.form), `${figure(loss)}, without memory ${task.baseline.toFixed(4)}`],
    ...answers,
    ['right', `${of(right, sequences)}: ${task.criterion}`],
  ];
  return rows.map(([name, text]) => `${name!.padEnd(20)}${text}\n`).join('');
}

function figure(loss: number): string {
  return loss.toPrecision(3);
}
