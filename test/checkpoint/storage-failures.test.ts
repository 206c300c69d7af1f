/** Writing when the disk fails: every system call of a write is made to fail in turn, and the old file must survive. */

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import { ensureFolder, readBytes, writeAtomically } from '../../src/checkpoint/storage.node.js';

vi.mock('node:fs/promises', async (original) => ({ ...(await original<typeof fs>()) }));

const OLD = new Uint8Array(1000).fill(1);
const NEW = new Uint8Array(2000).fill(2);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recurra-failures-'));
  path = join(folder, 'a.safetensors');
  await writeAtomically(path, OLD);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

type Change = (handle: fs.FileHandle) => void;

/** Changes the handles that are opened: of the temporary `file`, or any `other`, which is read or is a folder. */
async function changeHandles(changes: { file?: Change; other?: Change }): Promise<void> {
  const { open } = await vi.importActual<typeof fs>('node:fs/promises');
  vi.spyOn(fs, 'open').mockImplementation(async (target, flags, mode) => {
    const handle = await open(target, flags, mode);
    changes[flags === 'wx' ? 'file' : 'other']?.(handle);
    return handle;
  });
}

/** Makes one method of a handle fail. */
function failing(method: keyof fs.FileHandle, code: string): Change {
  return (handle) => void Object.assign(handle, { [method]: () => Promise.reject(failure(code)) });
}

async function refusalOf(operation: Promise<unknown>): Promise<Error> {
  const error: unknown = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).toMatch(/^[^\n]*[.]$/);
  return error as Error;
}

/** The write must fail with `code`, keep the old file, and leave no temporary. */
async function expectOldSurvives(code: string, ...texts: string[]): Promise<void> {
  const { message, cause } = await refusalOf(writeAtomically(path, NEW));
  for (const text of [`${path}: cannot be written`, code, 'What was there before is unchanged.', ...texts]) {
    expect(message).toContain(text);
  }
  expect((cause as NodeJS.ErrnoException).code).toBe(code);
  expect(new Uint8Array(readFileSync(path))).toEqual(OLD);
  expect(readdirSync(folder)).toEqual(['a.safetensors']);
}

test.each(['EACCES', 'EPERM', 'EROFS', 'EMFILE', 'ENOSPC'])('the temporary cannot be opened: %s', async (code) => {
  vi.spyOn(fs, 'open').mockRejectedValue(failure(code));
  await expectOldSurvives(code);
});

test.each([0, 1, 999, 1000, 1999, 2000])('the disk is full after %i of 2000 bytes', async (written) => {
  await changeHandles({
    file: (handle) => {
      handle.writeFile = async () => {
        await handle.write(NEW, 0, written);
        throw failure('ENOSPC');
      };
    },
  });
  await expectOldSurvives('ENOSPC', 'the disk is full', 'Free some space');
});

test.each<[keyof fs.FileHandle, string]>([
  ['writeFile', 'EIO'],
  ['writeFile', 'EDQUOT'],
  ['sync', 'EIO'],
  ['sync', 'ENOSPC'],
  ['close', 'EIO'],
])('%s fails: %s', async (step, code) => {
  const close: (() => Promise<void>)[] = [];
  await changeHandles({
    file: (handle) => {
      close.push(handle.close.bind(handle));
      failing(step, code)(handle);
    },
  });
  await expectOldSurvives(code);
  await close[0]!();
});

test.each(['EIO', 'EACCES', 'EXDEV'])('the rename fails: %s', async (code) => {
  vi.spyOn(fs, 'rename').mockRejectedValue(failure(code));
  await expectOldSurvives(code);
});

test('the first failure is reported when the temporary cannot be removed either', async () => {
  vi.spyOn(fs, 'rename').mockRejectedValue(failure('EIO'));
  vi.spyOn(fs, 'rm').mockRejectedValue(failure('EROFS'));
  expect((await refusalOf(writeAtomically(path, NEW))).message).toContain('EIO');
  expect(new Uint8Array(readFileSync(path))).toEqual(OLD);
});

test('the bytes reach the disk before the rename, the folder after it', async () => {
  const calls: string[] = [];
  const { rename } = await vi.importActual<typeof fs>('node:fs/promises');
  const record = (what: string): Change => {
    return (handle) => {
      for (const name of ['writeFile', 'sync', 'close'] as const) {
        const step = handle[name].bind(handle) as (data?: unknown) => Promise<void>;
        Object.assign(handle, { [name]: (data?: unknown) => (calls.push(`${name} ${what}`), step(data)) });
      }
    };
  };
  await changeHandles({ file: record('file'), other: record('folder') });
  vi.spyOn(fs, 'rename').mockImplementation((from, to) => (calls.push('rename'), rename(from, to)));
  await writeAtomically(path, NEW);
  expect(calls).toEqual(['writeFile file', 'sync file', 'close file', 'rename', 'sync folder', 'close folder']);
});

test('a folder that cannot be flushed is reported, with the new file in place', async () => {
  await changeHandles({ other: failing('sync', 'EIO') });
  expect((await refusalOf(writeAtomically(path, NEW))).message).toContain('may not survive a power cut');
  expect(new Uint8Array(readFileSync(path))).toEqual(NEW);
});

test('a file system whose folders cannot be flushed is used without', async () => {
  await changeHandles({ other: failing('sync', 'EINVAL') });
  await writeAtomically(path, NEW);
  expect(new Uint8Array(readFileSync(path))).toEqual(NEW);
});

test('short reads are put together', async () => {
  const expected = Uint8Array.from({ length: 1000 }, (_, i) => i);
  await writeAtomically(path, expected);
  await changeHandles({
    other: (handle) => {
      const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<unknown>;
      const readLess = (data: unknown, at: number, length: number) => read(data, at, Math.min(length, 7));
      Object.assign(handle, { read: readLess });
    },
  });
  expect(await readBytes(path)).toEqual(expected);
});

test('a file that shrinks while it is read ends where it ends', async () => {
  await changeHandles({ other: (handle) => void Object.assign(handle, { read: async () => ({ bytesRead: 0 }) }) });
  expect(await readBytes(path)).toEqual(new Uint8Array(0));
});

test('a disk that fails while it is read', async () => {
  await changeHandles({ other: failing('read', 'EIO') });
  const { message } = await refusalOf(readBytes(path));
  expect(message).toContain('cannot be read, the disk reported a failure (EIO)');
});

test('a file too large for the memory', async () => {
  const size = async () => ({ size: 2 ** 52, isFile: () => true });
  await changeHandles({ other: (handle) => void Object.assign(handle, { stat: size }) });
  expect((await refusalOf(readBytes(path))).message).toContain('cannot be read');
});

test('a file without permission', async () => {
  vi.spyOn(fs, 'open').mockRejectedValue(failure('EACCES'));
  const { message } = await refusalOf(readBytes(path));
  expect(message).toBe(
    `${path}: cannot be read, permission is denied (EACCES). Change the permissions or choose another path.`,
  );
});

test('a folder that cannot be written to', async () => {
  vi.spyOn(fs, 'access').mockRejectedValue(failure('EROFS'));
  expect((await refusalOf(ensureFolder(folder))).message).toContain('the file system is read-only (EROFS)');
});
