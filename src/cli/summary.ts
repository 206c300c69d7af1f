/** `recurra summary`: what a model is made of, and what a step of its training costs. */

import { trainingBatch } from '../data/tasks/stream.js';
import type { Rehearsal } from '../engine.js';
import { megabytes } from '../memory/heap.js';
import { LanguageModel } from '../models/language-model.js';
import { SequenceModel } from '../models/sequence-model.js';
import { Fields } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { settingsOf } from '../train/settings.js';
import { taskSettingsOf } from '../train/task-settings.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';
import { grouped } from './job.js';
import { kindOf, MODELS } from './kinds.js';
import type { AnyModel } from './kinds.js';
import { table } from './table.js';
import { storedTask } from './task-job.js';

/** The options of `recurra summary`. */
export interface SummaryArguments extends EngineArguments {
  readonly json?: boolean;
}

/** Runs the command. @returns the exit code */
export async function summaryCommand(folder: string, options: SummaryArguments): Promise<number> {
  const { model, training } = await loadBest(folder, options, MODELS);
  const rows = model.table();
  const parameters = rows.reduce((sum, row) => sum + row.parameters, 0);
  const weightBytes = model.engine.memory.persistentBytes;
  const cost = training === undefined ? undefined : costOf(folder, model, training);
  const step = cost === undefined ? {} : { flops: cost.flops, stepBytes: cost.bytes };
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ event: 'summary', rows, parameters, weightBytes, ...step })}\n`);
    return EXIT.done;
  }
  const cells = rows.map(({ name, shape, parameters: own }) => [name, shape.join(' x '), grouped(own)]);
  const lines = [
    ...table([['name', 'shape', 'parameters'], ...cells, ['in all', '', grouped(parameters)]]),
    '',
    `weights, gradients and packed weights  ${megabytes(weightBytes)}`,
    ...(cost === undefined ? [] : costLines(cost)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.done;
}

function costLines({ flops, bytes }: Rehearsal): string[] {
  return [
    `a step of its training                 ${grouped(Math.round(flops / 1e6))} MFLOP of products`,
    `memory of a step                       ${megabytes(bytes)}`,
  ];
}

/** What a step of the run costs: rehearsed here, or, where it takes the data, as it was rehearsed before the run. */
function costOf(folder: string, model: AnyModel, training: Snapshot): Rehearsal | undefined {
  const { engine } = model;
  if (kindOf(training) !== undefined) {
    const fields = new Fields('training', training.values);
    return { flops: fields.number('flops'), bytes: fields.number('stepBytes') };
  }
  if (model instanceof LanguageModel) {
    const { batch, window } = settingsOf(training);
    const ids = { data: new Int32Array(batch * window), shape: [window, batch] };
    return engine.rehearse(() => model.loss(ids, ids).loss);
  }
  if (!(model instanceof SequenceModel)) return undefined;
  const { seed, batch } = taskSettingsOf(training);
  const { inputs, targets } = trainingBatch(storedTask(folder, training), seed, 0, batch);
  return engine.rehearse(() => model.loss(inputs, targets).loss);
}
