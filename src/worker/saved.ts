/** The checkpoints that a page has kept in IndexedDB, by the names they were saved under. */

import { CHECKPOINT_FILE } from '../checkpoint/checkpoint.js';
import { deleteFile, getFile, listFiles } from '../checkpoint/database.js';
import { CheckpointError } from '../errors.js';

/** A checkpoint, without its bytes. */
export interface SavedCheckpoint {
  /** The `save` of the job, or the folder of `saveCheckpoint`. */
  readonly name: string;
  readonly bytes: number;
  /** When it was saved last, in ms since 1970. */
  readonly time: number;
}

const END = `/${CHECKPOINT_FILE}`;

/** All of them, the latest first. @throws CheckpointError where the browser keeps nothing, as in some private windows */
export async function listCheckpoints(): Promise<SavedCheckpoint[]> {
  return (await listFiles())
    .filter(({ name }) => name.endsWith(END))
    .map((file) => ({ ...file, name: file.name.slice(0, -END.length) }))
    .sort((a, b) => b.time - a.time);
}

/** The bytes of one, for `Job.checkpoint` or a download. @throws CheckpointError */
export async function readCheckpoint(name: string): Promise<Uint8Array> {
  const bytes = await getFile(fileOf(name));
  if (bytes !== undefined) return bytes;
  throw new CheckpointError(`${name}: no checkpoint of this name is kept here. listCheckpoints tells which are.`);
}

/** Forgets one. @throws CheckpointError */
export async function deleteCheckpoint(name: string): Promise<void> {
  await deleteFile(fileOf(name));
}

/** As checkpoints are named: slashes at the end do not count. */
function fileOf(name: string): string {
  return name.replace(/\/+$/, '') + END;
}
