/** Stands in for storage.node.ts in a page: folders are the beginnings of names, and files lie in IndexedDB. */

import { CheckpointError } from '../errors.js';
import { getFile, putFile } from './database.js';

/** Replaces the file of this name, or makes it. @throws CheckpointError; the old file is unchanged then */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await putFile(path, bytes);
}

/** The bytes of a file. @throws CheckpointError if there is none, or nothing can be read here */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await getFile(path);
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(`${path}: cannot be read, there is no such file.`, { cause: { code: 'ENOENT' } });
}

/** Nothing is left behind here. */
export async function sweepTemporaries(_folder: string): Promise<number> {
  return 0;
}

/** A folder is part of a name, and needs not be made. */
export async function ensureFolder(_path: string): Promise<void> {}
