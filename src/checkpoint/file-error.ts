/** What went wrong with a file, and what to do about it, in the words of a message instead of an error code. */

import { CheckpointError } from '../errors.js';

/** Cause and remedy of the codes that users meet. */
const CAUSES: ReadonlyMap<unknown, readonly [cause: string, remedy: string]> = new Map([
  ['ENOENT', ['there is no such file or folder', 'Check the path.']],
  ['ENOTDIR', ['a part of the path is a file, not a folder', 'Choose another path.']],
  ['EEXIST', ['a file of that name is in the way', 'Remove the file or choose another path.']],
  ['EISDIR', ['it is a folder', 'Give the path of a file.']],
  ['EACCES', ['permission is denied', 'Change the permissions or choose another path.']],
  ['EPERM', ['permission is denied', 'Change the permissions or choose another path.']],
  ['EROFS', ['the file system is read-only', 'Choose a path on another disk.']],
  ['ENOSPC', ['the disk is full', 'Free some space or choose another disk.']],
  ['EDQUOT', ['the disk quota is used up', 'Free some space or choose another disk.']],
  ['ENAMETOOLONG', ['the name is too long', 'Choose a shorter path.']],
  ['EIO', ['the disk reported a failure', 'Check the disk or choose another one.']],
]);

/**
 * The error of a failed file operation, such as `run/a.safetensors: cannot be written, the disk is full (ENOSPC). ...`.
 * `failure` says what could not be done, `outcome` what is left. An error that is already a CheckpointError is kept.
 */
export function fileError(path: string, failure: string, error: unknown, outcome: string = ''): CheckpointError {
  if (error instanceof CheckpointError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const [cause, remedy] = CAUSES.get(code) ?? [message, 'Check the path and the disk.'];
  const because = code === undefined ? cause : `${cause} (${code})`;
  return new CheckpointError(`${path}: ${failure}, ${because}. ${[remedy, outcome].join(' ').trimEnd()}`, {
    cause: error,
  });
}
