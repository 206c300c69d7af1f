/** What the options of several commands have in common. */

import type { Command } from 'commander';
import { MOST_THREADS } from '../kernels/select.js';
import type { KindOption } from './kind.js';
import { real, wholeOrAuto } from './options.js';
import type { Reader } from './options.js';

/** What runs a command: its exit code becomes that of the process. */
export type Run = (code: Promise<number>) => Promise<void>;

/** A number above 0. */
export const positive = (option: string): Reader<number> => real(option, (value) => value > 0, 'a number above 0');

/** A number from 0 to below 1. */
export const fraction = (option: string): Reader<number> =>
  real(option, (value) => value >= 0 && value < 1, 'a number from 0 to below 1');

/** A number of at least 0. */
export const notNegative = (option: string): Reader<number> =>
  real(option, (value) => value >= 0, 'a number of at least 0');

/** Of each command that computes. */
export const THREADS: readonly [flags: string, description: string, reader: Reader<number | 'auto'>] = [
  '--threads <n>',
  'threads, or auto for the cores there are; results are the same (1)',
  wholeOrAuto('--threads', MOST_THREADS),
];

/** Of each command that computes. */
export const REVECTORIZE: readonly [flags: string, description: string] = [
  '--revectorize',
  'experimental: join pairs of vectors, on Node 24 or later on x64',
];

/** Adds options that some kinds of runs have, but for those that the command has already. */
export function addOptions(command: Command, options: readonly KindOption[]): void {
  const known = new Set(command.options.map(({ long }) => long));
  for (const [flags, description, reader] of options) {
    if (known.has(/--[a-z0-9-]+/.exec(flags)![0])) continue;
    if (reader === undefined) command.option(flags, description);
    else command.option(flags, description, reader as Reader<unknown>);
  }
}
