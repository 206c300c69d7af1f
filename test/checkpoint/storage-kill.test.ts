/** A checkpoint file is old or new, never torn: writers are killed at random moments, and the file must be whole. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../src/random.js';
import { decodeSafetensors } from '../../src/checkpoint/safetensors.js';
import { readBytes, sweepTemporaries } from '../../src/checkpoint/storage.node.js';

const KILLS = 30;
const folder = mkdtempSync(join(tmpdir(), 'recurra-kill-'));
const path = join(folder, 'a.safetensors');
const script = fileURLToPath(new URL('./overwrite-loop.ts', import.meta.url));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a writer, lets it write its first version, and kills it `delay` ms later. */
async function killWriter(firstVersion: number, delay: number): Promise<void> {
  const writer = spawn(process.execPath, ['--import', 'tsx', script, path, String(firstVersion)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(writer, 'close');
  await Promise.race([once(writer.stdout, 'data'), ended]);
  await sleep(delay);
  expect(writer.kill('SIGKILL')).toBe(true);
  expect(await ended).toEqual([null, 'SIGKILL']);
}

/** The version of the checkpoint, which must be the same in every element. */
async function wholeVersion(): Promise<number> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  const { data } = tensors.get('w')!;
  const version = Number(metadata.get('version'));
  expect(data.length).toBe(500_000);
  expect(data.every((element) => element === version)).toBe(true);
  return version;
}

test(`after each of ${KILLS} kills the checkpoint is one of the versions written`, { timeout: 180_000 }, async () => {
  const random = new Random(5);
  let leftovers = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const firstVersion = 1000 * kill;
    await killWriter(firstVersion, random.between(0, 40));
    const version = await wholeVersion();
    expect(version).toBeGreaterThanOrEqual(firstVersion);
    expect(version).toBeLessThan(firstVersion + 1000);
    leftovers += readdirSync(folder).length - 1;
    await sweepTemporaries(folder);
    expect(readdirSync(folder)).toEqual(['a.safetensors']);
  }
  // Otherwise no writer was caught in the act, and the kills proved nothing.
  expect(leftovers).toBeGreaterThan(0);
});
