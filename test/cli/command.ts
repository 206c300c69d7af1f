/** The command line as built, run as its own process, with what it wrote where. */

import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { CHECKPOINT_FILE, decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { createEngine } from '../../src/engine.js';
import { english } from '../train/texts.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for one test file, removed afterwards. */
export class Workplace {
  readonly path: string = mkdtempSync(join(tmpdir(), 'recurra-cli-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** A path in the folder. */
  at(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Writes a file; without content, English sentences of the built-in grammar. @returns its path */
  file(name: string, content: string | Uint8Array = english(40)): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  /** The bytes of the checkpoint in a folder. */
  checkpoint(folder: string): Buffer {
    return readFileSync(this.at(folder, CHECKPOINT_FILE));
  }

  /** Starts a command in the folder. @param input what it reads, from a pipe; nothing if not given */
  start(args: readonly string[], input: string = ''): ChildProcessByStdio<Writable, Readable, Readable> {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: this.path, env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(input);
    return child;
  }

  /** Runs a command in the folder to its end. */
  run(...args: string[]): Promise<Outcome> {
    return outcome(this.start(args));
  }
}

/** Waits for the end of a process. */
export async function outcome(child: ChildProcessByStdio<Writable | null, Readable, Readable>): Promise<Outcome> {
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, stdout, stderr };
}

async function text(stream: Readable): Promise<string> {
  stream.setEncoding('utf8');
  let all = '';
  try {
    for await (const chunk of stream) all += chunk as string;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return all;
}

/** The options of a model that trains in a blink, on any kernels. */
export const SMALL_SIZES: readonly string[] = '--embedding 8 --hidden 16 --batch 4 --window 16'.split(' ');

/** The same on the kernels that every runtime has. */
export const SMALL: readonly string[] = [...SMALL_SIZES, '--kernels', 'simd'];

/** The lines of an output, the last line break taken off. */
export function lines(output: string): string[] {
  return output.replace(/\n$/, '').split('\n');
}

/** A checkpoint as the library reads it. */
export async function decoded(bytes: Uint8Array): Promise<Checkpoint> {
  return decodeCheckpoint(await createEngine(), bytes, 'checkpoint');
}
