/** Text files of the command line, and the corpora made of them. */

import { readBytes } from '#storage';
import { Corpus, decodeUtf8 } from '../data/corpus.js';
import type { CorpusOptions } from '../data/corpus.js';
import { CheckpointError, DataError } from '../errors.js';

/** The corpus of a UTF-8 file. @throws DataError, which names the file; OptionError */
export async function readCorpus(path: string, options: CorpusOptions): Promise<Corpus> {
  const text = await readText(path);
  try {
    return Corpus.fromText(text, options);
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return decodeUtf8(await readBytes(path), path);
  } catch (error) {
    // A file is read in the same way whatever is in it, but this one is no checkpoint.
    if (error instanceof CheckpointError) throw new DataError(error.message, { cause: error });
    throw error;
  }
}
