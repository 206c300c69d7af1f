/** Checkpoint files on disk: what is written is read, what cannot be is an error that helps, leftovers are swept. */

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import * as node from '../../src/checkpoint/storage.node.js';
import * as web from '../../src/checkpoint/storage.web.js';

const { ensureFolder, readBytes, sweepTemporaries, writeAtomically } = node;
const bytes = Uint8Array.of(1, 2, 3);
// Pipes, devices and links of this kind exist on POSIX systems only.
const onPosix = process.platform !== 'win32';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recurra-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Checks that an operation is refused with one line that begins with the path and holds the texts. */
async function expectRefusal(operation: Promise<unknown>, path: string, ...texts: string[]): Promise<void> {
  const error: unknown = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  const { message } = error as Error;
  for (const text of [`${path}: `, ...texts]) expect(message).toContain(text);
  expect(message).toMatch(/^.*[.]$/);
}

describe('writeAtomically', () => {
  test('creates and replaces a file, and leaves nothing else', async () => {
    const path = join(folder, 'a.safetensors');
    await writeAtomically(path, bytes);
    expect(await readBytes(path)).toEqual(bytes);
    await writeAtomically(path, bytes.subarray(1));
    expect(await readBytes(path)).toEqual(Uint8Array.of(2, 3));
    await writeAtomically(path, new Uint8Array(0));
    expect(await readBytes(path)).toEqual(new Uint8Array(0));
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
  });

  test('writes several megabytes whole', async () => {
    const large = Uint8Array.from({ length: 3_000_001 }, (_, i) => i * 7);
    await writeAtomically(join(folder, 'large'), large);
    expect(Buffer.compare(await readBytes(join(folder, 'large')), large)).toBe(0);
  });

  test('many at once on one path leave one of them, whole', async () => {
    const path = join(folder, 'a');
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeAtomically(path, new Uint8Array(1000 + i).fill(i))));
    const left = await readBytes(path);
    expect(left).toEqual(new Uint8Array(left.length).fill(left.length - 1000));
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('a reader that has the old file open keeps the old bytes', async () => {
    const path = join(folder, 'a');
    await writeAtomically(path, bytes);
    const reading = readBytes(path);
    const [old] = await Promise.all([reading, writeAtomically(path, new Uint8Array(3))]);
    expect([[1, 2, 3].join(), [0, 0, 0].join()]).toContain(old.join());
  });

  test('a missing folder', async () => {
    const path = join(folder, 'missing', 'a');
    await expectRefusal(writeAtomically(path, bytes), path, 'cannot be written', 'ENOENT', 'Check the path');
  });

  test('a path below a file', async () => {
    writeFileSync(join(folder, 'file'), 'old');
    const path = join(folder, 'file', 'a');
    await expectRefusal(writeAtomically(path, bytes), path, 'cannot be written', onPosix ? 'ENOTDIR' : 'ENOENT');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('old');
  });

  test('a folder in the place of the file', async () => {
    const path = join(folder, 'a');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'old');
    await expectRefusal(writeAtomically(path, bytes), path, 'cannot be written', 'unchanged.');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(path, 'inside'), 'utf8')).toBe('old');
  });

  test('a name that is too long', async () => {
    const path = join(folder, 'n'.repeat(300));
    await expectRefusal(writeAtomically(path, bytes), path, 'cannot be written');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an impossible path', async () => {
    const path = `${folder}/a\0b`;
    await expectRefusal(writeAtomically(path, bytes), path, 'cannot be written', 'without null bytes');
  });
});

describe('readBytes', () => {
  test('a missing file', async () => {
    const path = join(folder, 'a');
    await expectRefusal(readBytes(path), path, 'cannot be read', 'no such file or folder (ENOENT)');
  });

  test('a folder', async () => {
    await expectRefusal(readBytes(folder), folder, 'cannot be read', 'Give the path of a file.');
  });

  // Windows tells this as a missing file, which has its test above.
  test.runIf(onPosix)('a path below a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'a');
    await expectRefusal(readBytes(path), path, 'not a folder (ENOTDIR)');
  });

  // Windows has no mkfifo.
  test.runIf(onPosix)('a pipe that nobody writes to, without waiting', async () => {
    const path = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    await expectRefusal(readBytes(path), path, 'a device or a pipe');
  });

  // Windows has no /dev.
  test.runIf(onPosix)('a device without end', async () => {
    await expectRefusal(readBytes('/dev/zero'), '/dev/zero', 'a device or a pipe');
  });
});

describe('ensureFolder', () => {
  test('makes every folder above, also through one that is new itself, and ends where none can be made', async () => {
    await ensureFolder(`${folder}/new/../deep/er`);
    expect(readdirSync(folder).toSorted()).toEqual(['deep', 'new']);
    await expectRefusal(ensureFolder('/proc/none/below'), '/proc/none/below', 'cannot be used as a folder');
  });

  test('makes the folder and those above, and accepts it afterwards', async () => {
    const path = join(folder, 'a', 'b');
    await ensureFolder(path);
    await ensureFolder(path);
    await writeAtomically(join(path, 'c'), bytes);
    expect(readdirSync(path)).toEqual(['c']);
  });

  test('a file of that name', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'old');
    await expectRefusal(ensureFolder(path), path, 'cannot be used as a folder', 'in the way (EEXIST)');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('a path below a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'a');
    await expectRefusal(ensureFolder(path), path, 'cannot be used as a folder');
  });
});

describe('sweepTemporaries', () => {
  /** A temporary as a killed writer leaves it: a child writes to a folder in the place of the file, and dies. */
  function leaveTemporary(): string {
    const script = `
      import { writeFileSync } from 'node:fs';
      import { hostname } from 'node:os';
      const host = hostname().replace(/[^\\w-]/g, '_').slice(0, 64);
      const name = '.recurra.' + host + '.' + process.pid + '.' + crypto.randomUUID() + '.tmp';
      writeFileSync(${JSON.stringify(folder)} + '/' + name, 'part');
      console.log(name);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    return stdout.trim();
  }

  /** The number of the process in such a name. */
  const pid = /\.\d+(?=\.[^.]{36}\.tmp$)/;

  /** The same name with a part replaced. */
  const renamed = (name: string, pattern: RegExp, replacement: string): string => {
    expect(name).toMatch(pattern);
    return name.replace(pattern, replacement);
  };

  test('removes what the dead left, and nothing else', async () => {
    const dead = leaveTemporary();
    const kept = [
      'model.safetensors',
      '.model.safetensors.123.tmp',
      'a.tmp',
      renamed(dead, pid, `.${process.pid}`), // ours, as new as this process
      renamed(dead, pid, `.${process.ppid}`), // of a running process
      renamed(dead, pid, '.0'),
      renamed(dead, pid, '.-1'),
      renamed(dead, /^\.recurra\.[^.]*/, '.recurra.another-machine'),
      renamed(dead, /^/, 'x'),
      renamed(dead, /$/, 'x'),
    ];
    for (const name of kept) writeFileSync(join(folder, name), '');
    expect(existsSync(join(folder, dead))).toBe(true);
    expect(await sweepTemporaries(folder)).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
    expect(await sweepTemporaries(folder)).toBe(0);
  });

  test('a file of this process number from before it started is not its own', async () => {
    const name = renamed(leaveTemporary(), pid, `.${process.pid}`);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(folder, name), 'part');
    const hourAgo = new Date(Date.now() - process.uptime() * 1000 - 3_600_000);
    utimesSync(join(folder, name), hourAgo, hourAgo);
    expect(await sweepTemporaries(folder)).toBe(1);
  });

  // Windows lets only administrators make links.
  test.runIf(onPosix)('a link is removed, not what it leads to', async () => {
    writeFileSync(join(folder, 'target'), 'old');
    const name = leaveTemporary();
    rmSync(join(folder, name));
    symlinkSync(join(folder, 'target'), join(folder, name));
    expect(await sweepTemporaries(folder)).toBe(1);
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('old');
  });

  test('a missing folder', async () => {
    const path = join(folder, 'a');
    await expectRefusal(sweepTemporaries(path), path, 'cannot be swept', 'ENOENT');
  });
});

describe('without files', () => {
  test('the same functions exist, with the same types', () => {
    const stand: typeof node = web;
    const back: typeof web = node;
    expect(Object.keys(stand).sort()).toEqual(Object.keys(back).sort());
  });

  test('where there is no IndexedDB either, it is refused with what to use instead', async () => {
    const advice = 'this runtime has no IndexedDB. Use encodeCheckpoint and a download instead.';
    await expectRefusal(web.writeAtomically('a', bytes), 'a', 'cannot be written', advice);
    await expectRefusal(web.readBytes('a'), 'a', 'cannot be read', advice);
  });
});
