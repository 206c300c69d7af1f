/** `recurra train` on a generated task: from options, or from a checkpoint. */

import { prepareFolder } from '../checkpoint/checkpoint.js';
import { createTask, TASKS } from '../data/tasks/list.js';
import type { TaskName } from '../data/tasks/list.js';
import type { Task } from '../data/tasks/task.js';
import { createEngine } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import { megabytes } from '../memory/heap.js';
import type { Cell } from '../models/sizes.js';
import { SequenceModel, sequenceSizes } from '../models/sequence-model.js';
import { Fields, readStored } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { evaluateTask } from '../train/evaluate-task.js';
import { reserveTaskRun, taskRunSizes } from '../train/task-objective.js';
import { fullTaskSettings, taskSettingsOf } from '../train/task-settings.js';
import type { FullTaskSettings, TaskSettings } from '../train/task-settings.js';
import { trainTask } from '../train/train-task.js';
import type { TrainReport } from '../train/train.js';
import { engineOptions } from './engine.js';
import { drawing, flag, holdsCheckpoint, refuseOptions, settingsFrom } from './job.js';
import type { Job, Resumed, TrainArguments } from './job.js';
import { KIND_OPTIONS } from './kinds.js';
import { concludeTask, describeTask } from './task-score.js';
import { TASK_TERMS } from './terms.js';
import type { Conclusion } from './train-output.js';

/** Options that a task has no use for. */
const OF_TEXTS = [
  'text',
  'level',
  'locale',
  'vocabSize',
  'tied',
  'projection',
  'sampled',
  'proposals',
  'window',
  'validFraction',
];

/** Options of one task or another. */
const OF_TASKS = ['length', 'items', 'symbols', 'delay'] as const;

/** What the two ways to a job on a task come to. */
interface Parts extends Omit<Job, 'terms' | 'files' | 'makeModel' | 'start' | 'describe' | 'stored' | 'conclude'> {
  readonly task: Task;
  readonly makeModel: () => SequenceModel;
  readonly settings: TaskSettings;
  readonly full: FullTaskSettings;
  /** Sequences that test. */
  readonly test: number | undefined;
}

/** A run of its own. @throws OptionError, CheckpointError for the folder */
export async function newTaskJob(options: TrainArguments): Promise<Job> {
  const { out, seed = 1, test } = options;
  if (options.text !== undefined) throw new OptionError('train: --text and --task contradict each other. Give one.');
  refuseOptions(options, [...OF_TEXTS, ...KIND_OPTIONS], 'this run is on a generated task');
  if (out === undefined) throw new OptionError('train: --out DIR is missing. Give --task NAME and --out DIR.');
  const name = options.task as TaskName;
  const task = createTask(name, taskOptions(name, options));
  const { recipe, form } = task;
  const settings = { ...settingsFrom(options), seed };
  const full = fullTaskSettings(settings, recipe);
  const model = {
    ...form,
    cell: options.cell ?? recipe.cell,
    embeddingSize: options.embedding,
    hiddenSize: options.hidden ?? recipe.hiddenSize,
    numLayers: options.layers,
    chrono: options.chrono ?? ownChrono(task, options.cell ?? recipe.cell),
    dropout: options.dropout,
  };
  const sizes = sequenceSizes(model);
  const engine = await createEngine({ seed, ...engineOptions(options) });
  // Before the weights are drawn, which takes a while where they are many.
  reserveTaskRun(engine, sizes, task, full);
  await prepareFolder(out);
  const replaces = holdsCheckpoint(out);
  const makeModel = (): SequenceModel => new SequenceModel(engine, model);
  const parts = { folder: out, task, engine, makeModel, settings, full, resume: undefined, replaces, test };
  return job({ ...parts, drawing: drawing(sizes) });
}

/** What the recipe says, for cells that have gates. */
function ownChrono({ recipe, steps }: Task, cell: Cell): number {
  return recipe.chrono === true && cell !== 'rnn' ? steps : 0;
}

/** The options of a task among those of the command. @throws OptionError for one of another task */
export function taskOptions(
  name: TaskName,
  options: { readonly [K in (typeof OF_TASKS)[number]]?: number },
): Record<string, number> {
  const known = Object.keys(TASKS[name].options);
  const given = OF_TASKS.filter((option) => options[option] !== undefined);
  const foreign = given.filter((option) => !known.includes(option)).map(flag);
  if (foreign.length > 0) {
    const takes = known.length === 0 ? 'it takes no options of its own' : `it takes ${known.map(flag).join(', ')}`;
    throw new OptionError(`the task ${name} has no ${foreign.join(', ')}: ${takes}.`);
  }
  return Object.fromEntries(given.map((option) => [option, options[option]!]));
}

/** A run that goes on. */
export async function resumedTaskJob(options: TrainArguments, resumed: Resumed<SequenceModel>): Promise<Job> {
  const { folder, model, training, settings } = resumed;
  refuseOptions(options, ['text', ...KIND_OPTIONS], `${folder} holds a run on a generated task`);
  const task = storedTask(folder, training);
  const { engine } = model;
  const makeModel = (): SequenceModel => model;
  const full = taskSettingsOf(training);
  const { test } = options;
  return job({ folder, task, engine, makeModel, settings, full, resume: training, replaces: false, test });
}

/** The task that a checkpoint was trained on. @param given options to be others @throws CheckpointError, OptionError */
export function storedTask(folder: string, training: Snapshot | undefined, given: Record<string, number> = {}): Task {
  if (training === undefined || !new Fields('training', training.values).has('task')) {
    throw new CheckpointError(
      `${folder}: the checkpoint holds a model of sequences, but no task that it was trained on. Use one of recurra train --task.`,
    );
  }
  const fields = new Fields('training', training.values);
  const task = readStored(folder, () => createTask(fields.string('task') as TaskName, fields.record('options')));
  const name = task.name as TaskName;
  return createTask(name, { ...task.options, ...taskOptions(name, given) });
}

function job(parts: Parts): Job {
  const { engine, task, settings, full, resume } = parts;
  const run = taskRunSizes(task, full);
  return {
    ...parts,
    files: [],
    terms: TASK_TERMS,
    start: (model: SequenceModel, options) => trainTask(model, task, { ...settings, resume, ...options }),
    describe: (model: SequenceModel) => [
      describeTask(task),
      `${model.summary()}, about ${megabytes(model.predictMemory(run))}`,
    ],
    stored: () => ({ task: task.name, options: task.options, kernels: engine.report().kernels }),
    conclude: (model: SequenceModel, report) => conclude(parts, model, report),
  };
}

/** Tests the weights that `recurra evaluate` takes: the best ones, where they are kept and are not the last. */
function conclude({ task, full, test }: Parts, model: SequenceModel, report: TrainReport): Conclusion {
  const { best, validLoss = Infinity } = report;
  if (best?.weights !== undefined && best.validLoss < validLoss) model.loadStateDict(best.weights);
  const { seed, batch } = full;
  return concludeTask(task, evaluateTask(model, task, { seed, batch, sequences: test }));
}
