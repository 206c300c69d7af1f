/** Files that a command writes: not those that it reads, and none that cannot be written. */

import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CHECKPOINT_FILE, PREVIOUS_FILE } from '../checkpoint/checkpoint.js';
import { fileError } from '../checkpoint/file-error.js';
import { OptionError } from '../errors.js';

/** What a folder of checkpoints holds. */
export function checkpointFiles(folder: string): string[] {
  return [CHECKPOINT_FILE, PREVIOUS_FILE].map((name) => join(folder, name));
}

/** Refuses a destination that is one of the files a command needs. @throws OptionError */
export function checkNotTaken(option: string, path: string, taken: readonly string[]): void {
  if (!taken.some((other) => isSame(other, path))) return;
  throw new OptionError(`${option} ${path}: the run has this file for something else. Give another one.`);
}

/** Refuses a destination that a command needs, or that cannot be written. @throws OptionError, CheckpointError */
export function checkDestination(option: string, path: string, taken: readonly string[]): void {
  checkNotTaken(option, path, taken);
  checkWritable(option, path);
}

/** By name, or by what the names lead to. */
function isSame(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const [one, other] = [identity(a), identity(b)];
  return one !== undefined && one === other;
}

/** Device and number of the file that a name leads to; none where there is none. */
function identity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Finds out early that a file cannot be written, and leaves everything as it is. @throws CheckpointError */
export function checkWritable(option: string, path: string): void {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) accessSync(`${dirname(path)}/`, constants.W_OK);
    // A pipe or a terminal tells nothing before it is written to.
    else if (status.isFile() || status.isDirectory()) closeSync(openSync(path, 'r+'));
  } catch (error) {
    throw fileError(`${option} ${path}`, 'cannot be written', error);
  }
}
