/** Text files of the command line. */

import { readFile } from 'node:fs/promises';
import { decodeUtf8 } from '../data/corpus.js';
import { DataError } from '../errors.js';

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the path.',
  EISDIR: 'it is a folder. Give a text file.',
  EACCES: 'it may not be read. Check its permissions.',
  ENOTDIR: 'a part of its path is a file, not a folder. Check the path.',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB. Split it.',
};

/** The text of a UTF-8 file. @throws DataError */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new DataError(`${path}: ${CAUSES[code] ?? message}`, { cause: error });
  }
  return decodeUtf8(bytes, path);
}
