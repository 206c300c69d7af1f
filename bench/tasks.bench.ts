/**
 * Generated tasks with their recipes (docs/tasks.md), a row for each seed and one for all of them: whether the goal was
 * reached, after how many sequences the validation was first there, and the time.
 */

import { createTask } from '../src/data/tasks/list.js';
import type { TaskName } from '../src/data/tasks/list.js';
import type { Task } from '../src/data/tasks/task.js';
import type { Engine } from '../src/engine.js';
import { createEngine } from '../src/engine.js';
import { SequenceModel } from '../src/models/sequence-model.js';
import type { Cell } from '../src/models/sizes.js';
import { evaluateTask } from '../src/train/evaluate-task.js';
import type { TaskScore } from '../src/train/evaluate-task.js';
import { trainTask } from '../src/train/train-task.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

/** What a trained model must do. */
interface Goal {
  /** In words, for the row of all seeds. */
  readonly meaning: string;
  /** The loss on 1,000 test sequences, or on `options`. */
  readonly reached: (score: TaskScore) => boolean;
  /** Other options of the task, such as another length. */
  readonly options?: Readonly<Record<string, number>>;
  readonly sequences?: number | 'all';
}

/** A task, a cell, and what is to come of it. */
interface Experiment {
  readonly task: TaskName;
  readonly options?: Readonly<Record<string, number>>;
  readonly cell: Cell;
  /** Whether it is to fail. */
  readonly control?: true;
  readonly goals: readonly Goal[];
}

const ALL_RIGHT = ({ right, sequences }: TaskScore): boolean => right === sequences;

const below = (loss: number): Goal => ({ meaning: `loss below ${loss}`, reached: (score) => score.loss < loss });

const SUMS: readonly Goal[] = [
  { meaning: 'all pairs of 8 bits right', reached: ALL_RIGHT, sequences: 'all' },
  { meaning: '10,000 pairs of 32 bits right', reached: ALL_RIGHT, sequences: 10_000, options: { length: 32 } },
];

const RIGHT: Goal = { meaning: '1,000 of 1,000 right', reached: ALL_RIGHT };

/** By the name that --shape chooses. */
const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  'adding-lstm': { task: 'adding', cell: 'lstm', goals: [below(0.01)] },
  'adding-gru': { task: 'adding', cell: 'gru', goals: [below(0.01)] },
  'adding-200-rnn': {
    task: 'adding',
    options: { length: 200 },
    cell: 'rnn',
    control: true,
    goals: [{ meaning: 'fails, as it should: loss of at least 0.15', reached: ({ loss }) => loss >= 0.15 }],
  },
  'copy-gru': { task: 'copy', cell: 'gru', goals: [below(0.1)] },
  'copy-lstm': { task: 'copy', cell: 'lstm', goals: [below(0.1)] },
  'addition-rnn': { task: 'addition', cell: 'rnn', goals: SUMS },
  'addition-lstm': { task: 'addition', cell: 'lstm', goals: SUMS },
  'addition-gru': { task: 'addition', cell: 'gru', goals: SUMS },
  'reber-lstm': { task: 'reber', cell: 'lstm', goals: [RIGHT] },
  'reber-gru': { task: 'reber', cell: 'gru', goals: [RIGHT] },
  'parity-rnn': {
    task: 'parity',
    cell: 'rnn',
    goals: [RIGHT, { meaning: '1,000 of 200 bits right', reached: ALL_RIGHT, options: { length: 200 } }],
  },
  'echo-lstm': { task: 'echo', cell: 'lstm', goals: [RIGHT] },
};

/** Prints a row for each seed of each experiment, then how many reached its goals. */
export async function run({ tiers, shape, seeds, json }: BenchOptions): Promise<void> {
  const names = Object.keys(EXPERIMENTS).filter((name) => shape === undefined || name === shape);
  if (names.length === 0) throw new Error(`--shape must be one of ${Object.keys(EXPERIMENTS).join(', ')}`);
  const [kernels] = tiers.length === 1 ? tiers : ['auto' as const];
  for (const name of names) {
    const experiment = EXPERIMENTS[name]!;
    let passed = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const engine = await createEngine({ seed, kernels: kernels ?? 'auto' });
      const { reached, row } = await runSeed(engine, experiment, seed);
      print(json, { bench: 'task', experiment: name, kernels: engine.report().kernels, ...row });
      passed += reached ? 1 : 0;
      engine.dispose();
    }
    const goal = experiment.goals.map(({ meaning }) => meaning).join('; ');
    print(json, { bench: 'task', experiment: name, goal, passed, seeds });
  }
}

async function runSeed(engine: Engine, { task: name, options, cell, control, goals }: Experiment, seed: number) {
  const task = createTask(name, options);
  const { hiddenSize, chrono = false } = task.recipe;
  const model = new SequenceModel(engine, { ...task.form, cell, hiddenSize, chrono: chrono ? task.steps : 0 });
  const began = performance.now();
  let first: number | undefined;
  await trainTask(model, task, {
    seed,
    onProgress: ({ validLoss, validRight, step }) => {
      if (first === undefined && control !== true && isThere(goals[0]!, validLoss, validRight))
        first = step * task.recipe.batch;
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const { loss, right, sequences } = evaluateTask(model, task, { seed });
  const reached = goals.map((goal) => goal.reached(scoreFor(model, task, goal, seed)));
  const row = {
    seed,
    loss,
    right: right / sequences,
    reached: reached.join(' '),
    sequencesToGoal: first ?? 'never',
    seconds,
  };
  return { reached: reached.every(Boolean), row };
}

/** Whether a validation is what the first goal asks of the test. */
function isThere(goal: Goal, loss: number | undefined, right: number | undefined): boolean {
  if (loss === undefined || right === undefined) return false;
  return goal.reached({ loss, sequences: 1, right, asked: 1, correct: right });
}

function scoreFor(model: SequenceModel, task: Task, { options, sequences }: Goal, seed: number): TaskScore {
  const asked = createTask(task.name as TaskName, { ...task.options, ...options });
  return evaluateTask(model, asked, { seed, sequences, batch: 100 });
}
