/** Text files of the command line, and the corpora made of them. */

import { readFile } from 'node:fs/promises';
import { Corpus, decodeUtf8 } from '../data/corpus.js';
import type { CorpusOptions } from '../data/corpus.js';
import { DataError } from '../errors.js';

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the path.',
  EISDIR: 'it is a folder. Give a text file.',
  EACCES: 'it may not be read. Check its permissions.',
  ENOTDIR: 'a part of its path is a file, not a folder. Check the path.',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB. Split it.',
};

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
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new DataError(`${path}: ${CAUSES[code] ?? message}`, { cause: error });
  }
  return decodeUtf8(bytes, path);
}
