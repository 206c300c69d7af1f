/** `recurra classify`: the labels of sequences in a CSV file, as CSV. */

import { Classifier } from '../models/classifier.js';
import { CheckpointError } from '../errors.js';
import { CLASSIFY, readSequences } from './classify-kind.js';
import { csvRow } from './csv.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';
import { storedOptions } from './kind-job.js';

/** The options of `recurra classify`. */
export interface ClassifyCommandArguments extends Omit<EngineArguments, 'kernels'> {
  readonly csv: string;
}

/** Sequences that are classified side by side. */
const BATCH = 64;

/** Runs the command: a row a sequence, its label and the probability of every label. @returns the exit code */
export async function classifyCommand(folder: string, options: ClassifyCommandArguments): Promise<number> {
  const { model, training } = await loadBest(folder, options, [Classifier]);
  if (training === undefined) {
    throw new CheckpointError(`${folder}: the checkpoint does not say what its run was on. Use one of recurra train.`);
  }
  const stored = storedOptions(CLASSIFY, folder, training);
  const sequences = await readSequences(model, options.csv, stored, false);
  process.stdout.write(csvRow([String(stored['id']), 'label', ...model.options.labels]));
  const { ids } = sequences;
  for (let from = 0; from < ids.length; from += BATCH) {
    const places = ids.slice(from, from + BATCH).map((_, i) => from + i);
    for (const [i, { label, probabilities }] of model.classify(sequences.batch(places)).entries()) {
      process.stdout.write(csvRow([ids[from + i]!, label, ...probabilities.map((p) => Number(p.toFixed(6)))]));
    }
  }
  return EXIT.done;
}
