/**
 * Checkpoint files in Node. A file is replaced whole or not at all: the bytes go to a temporary file in the same
 * folder, reach the disk, and take the name of the old file in one rename. What a killed writer leaves is a temporary
 * file, and `sweepTemporaries` removes it.
 */

import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { fileError } from './file-error.js';

/** Names the machine and the process, so that only the dead are swept: a folder may be shared by several machines. */
const MACHINE = hostname()
  .slice(0, 64)
  .replace(/[^\w-]/g, '_');
const TEMPORARY_PREFIX = `.recurra.${MACHINE}`;
const TEMPORARY_NAME = /^(.+)\.([1-9]\d*)\.[0-9a-f-]{36}\.tmp$/;

/** Largest single read; the system takes no more than 2 GiB at once. */
const READ_BYTES = 1 << 30;

/**
 * Replaces the file at `path` by `bytes`, or creates it. A reader, a crash or a power cut sees the old file or the
 * new one, never a part; returns when the new one is on disk.
 * @throws CheckpointError if it cannot be written; the old file is unchanged then.
 */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `${TEMPORARY_PREFIX}.${process.pid}.${randomUUID()}.tmp`);
  try {
    await writeAndFlush(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    // The first failure is the one to report; a temporary that cannot be removed now is swept later.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(path, 'cannot be written', error, 'What was there before is unchanged.');
  }
  await flushFolder(path);
}

/**
 * The bytes of a file.
 * @throws CheckpointError if it is missing, not a file, or cannot be read.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await handle.stat();
      if (!status.isFile()) throw notAFile(path, status.isDirectory() ? 'a folder' : 'a device or a pipe');
      return await readAll(handle, status.size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  }
}

/**
 * Removes the temporary files that killed writers left in `folder`, and returns how many. Those of running processes
 * and of other machines stay.
 * @throws CheckpointError if the folder cannot be read or a file in it cannot be removed.
 */
export async function sweepTemporaries(folder: string): Promise<number> {
  try {
    let swept = 0;
    for (const name of await readdir(folder)) {
      if (!(await isStale(folder, name))) continue;
      await rm(join(folder, name), { force: true });
      swept++;
    }
    return swept;
  } catch (error) {
    throw fileError(folder, 'cannot be swept', error);
  }
}

/**
 * Makes the folder `path`, with those above it, unless it exists.
 * @throws CheckpointError if something else has that name, or nothing can be written there.
 */
export async function ensureFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(path, 'cannot be used as a folder', error);
  }
}

/** As mkdir's `recursive`, which never returns below a folder in which none can be made, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  if ((await statusOf(path))?.isDirectory() === true) return;
  if ((await statusOf(dirname(path))) === undefined) await makeFolder(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another process, or a path such as `new/..`, may have made it meanwhile.
    if ((await statusOf(path))?.isDirectory() !== true) throw error;
  }
}

async function statusOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

/** Shorter than `size` if the file shrinks meanwhile. */
async function readAll(handle: FileHandle, size: number): Promise<Uint8Array> {
  // Empty, or without a size of its own, such as what lies in /proc.
  if (size === 0) return new Uint8Array(await handle.readFile());
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(READ_BYTES, size - at));
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

async function writeAndFlush(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The rename itself is lost in a power cut until the folder is on disk. Windows cannot open a folder, and needs no flush. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(dirname(path), 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return; // a file system whose folders cannot be flushed
    throw fileError(path, 'was written but may not survive a power cut', error);
  }
}

function notAFile(path: string, what: string): CheckpointError {
  return new CheckpointError(`${path}: cannot be read, it is ${what}. Give the path of a file.`);
}

async function isStale(folder: string, name: string): Promise<boolean> {
  const [, prefix, pid] = TEMPORARY_NAME.exec(name) ?? [];
  if (prefix !== TEMPORARY_PREFIX) return false;
  if (Number(pid) !== process.pid) return !isAlive(Number(pid));
  // A container often gives its process the same number at every start; a file older than this process is not its own.
  const status = await stat(join(folder, name)).catch(() => undefined);
  return status !== undefined && status.mtimeMs < Date.now() - process.uptime() * 1000;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it runs, as someone else
  }
}
