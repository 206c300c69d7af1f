/** Files of the command line: corpora from texts, and models to use. */

import { readBytes } from '#storage';
import { loadCheckpoint } from '../checkpoint/checkpoint.js';
import type { Checkpoint, ModelClass } from '../checkpoint/checkpoint.js';
import { Corpus, decodeUtf8 } from '../data/corpus.js';
import type { CorpusOptions } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import { CheckpointError, DataError } from '../errors.js';
import { Fields } from '../models/snapshot.js';
import { engineOptions } from './engine.js';
import type { EngineArguments } from './engine.js';

/** The corpus of a UTF-8 file. @throws DataError, which names the file; OptionError */
export async function readCorpus(path: string, options: CorpusOptions): Promise<Corpus> {
  const text = await readText(path);
  return inFile(path, () => Corpus.fromText(text, options));
}

/**
 * Runs `work` on what a file holds: where that is at fault, the message names the file.
 * @param others files that a message may name in its place
 */
export function inFile<T>(path: string, work: () => T, others: readonly string[] = []): T {
  try {
    return work();
  } catch (error) {
    const isNamed = (message: string): boolean => [path, ...others].some((name) => message.startsWith(name));
    if (!(error instanceof DataError) || isNamed(error.message)) throw error;
    throw new DataError(`${path}: ${error.message}`, { cause: error });
  }
}

/** The model of a folder, with the weights that validated best where early stopping kept them; which ones it says. */
export async function loadBest<M>(
  folder: string,
  options: EngineArguments,
  models: readonly ModelClass<M>[],
): Promise<Checkpoint<M>> {
  const engine = await createEngine(engineOptions(options));
  const checkpoint = await loadCheckpoint(folder, engine, { weights: 'best', models });
  const { training, weights } = checkpoint;
  if (training !== undefined && weights === 'best') {
    const [epoch, validLoss] = new Fields('training', training.values).numbers('best');
    process.stderr.write(`weights of epoch ${epoch}, the best so far: validation loss ${validLoss?.toFixed(4)}\n`);
  }
  return checkpoint;
}

/** The text of a UTF-8 file. @throws DataError, which names the file */
export async function readText(path: string): Promise<string> {
  try {
    return decodeUtf8(await readBytes(path), path);
  } catch (error) {
    // A file is read in the same way whatever is in it, but this one is no checkpoint.
    if (error instanceof CheckpointError) throw new DataError(error.message, { cause: error });
    throw error;
  }
}
