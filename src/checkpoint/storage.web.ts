/**
 * Stands in for storage.node.ts where there are no files, such as a browser: every function refuses, and says to use
 * bytes, which a page can keep where it likes (a download, IndexedDB, the origin private file system).
 */

import { CheckpointError } from '../errors.js';

/** @throws CheckpointError always: there are no files here. */
export async function writeAtomically(path: string, _bytes: Uint8Array): Promise<void> {
  throw noFiles('written', path);
}

/** @throws CheckpointError always: there are no files here. */
export async function readBytes(path: string): Promise<Uint8Array> {
  throw noFiles('read', path);
}

/** @throws CheckpointError always: there are no files here. */
export async function sweepTemporaries(folder: string): Promise<number> {
  throw noFiles('swept', folder);
}

/** @throws CheckpointError always: there are no files here. */
export async function ensureFolder(path: string): Promise<void> {
  throw noFiles('used as a folder', path);
}

function noFiles(action: string, path: string): CheckpointError {
  const advice = 'Use the functions that take and return bytes instead.';
  return new CheckpointError(`${path}: cannot be ${action}, this runtime has no files. ${advice}`);
}
