/** `recurra info`: what runs here, and why; threads are those that 'auto' gives. */

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { createEngine } from '../engine.js';
import { MAX_BYTES } from '../memory/heap.js';
import { EXIT } from './exit.js';

/** The version in package.json. */
export function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** The options of `recurra info`. */
export interface InfoArguments {
  readonly json?: boolean;
}

/** Runs the command. @returns the exit code */
export async function infoCommand(options: InfoArguments): Promise<number> {
  const engine = await createEngine({ threads: 'auto' });
  const { kernels, threads, notes } = engine.report();
  engine.dispose();
  const info = {
    version: packageVersion(),
    kernels,
    notes,
    threads,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryLimitBytes: MAX_BYTES,
    node: process.versions.node,
    v8: process.versions.v8,
    icu: process.versions['icu'] ?? 'none',
    platform: `${process.platform} ${process.arch}`,
  };
  if (options.json === true) process.stdout.write(`${JSON.stringify(info)}\n`);
  else process.stdout.write(table(info));
  return EXIT.done;
}

function table(info: object): string {
  const rows = Object.entries(info).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${Array.isArray(value) ? value.join(`\n${' '.repeat(width + 2)}`) : value}\n`,
    )
    .join('');
}
