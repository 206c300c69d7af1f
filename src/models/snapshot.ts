/**
 * What a model or a training run leaves behind to go on from: arrays by name, and plain values. Checkpoints store
 * snapshots without knowing what is in them.
 */

import type { HostArray } from '../engine.js';
import { CheckpointError, RecurraError } from '../errors.js';

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Arrays and plain values. */
export interface Snapshot {
  readonly arrays: ReadonlyMap<string, HostArray>;
  readonly values: { readonly [name: string]: Json };
}

/** Something a checkpoint can store. */
export interface Snapshotable {
  snapshot(): Snapshot;
}

/** The arrays whose names begin with a prefix, without it. */
export function arraysUnder(arrays: ReadonlyMap<string, HostArray>, prefix: string): Map<string, HostArray> {
  const found = new Map<string, HostArray>();
  for (const [name, array] of arrays) if (name.startsWith(prefix)) found.set(name.slice(prefix.length), array);
  return found;
}

/** The same arrays, with a prefix before every name. */
export function withPrefix(prefix: string, arrays: ReadonlyMap<string, HostArray>): [string, HostArray][] {
  return [...arrays].map(([name, array]) => [prefix + name, array]);
}

/**
 * Runs `read` on stored values: whatever they are refused for, the checkpoint is at fault.
 * @param where begins the message
 * @throws CheckpointError in place of any other RecurraError
 */
export function readStored<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    // A message that shows a stored value may be as long as the file.
    const { message } = error;
    const short = message.length > 400 ? `${message.slice(0, 400)}…` : message;
    throw new CheckpointError(`${where}: ${short}`, { cause: error });
  }
}

/**
 * Reads values that come from a file: every field must be there with the type expected.
 * @throws CheckpointError
 */
export class Fields {
  readonly #where: string;
  readonly #values: { readonly [name: string]: unknown };

  constructor(where: string, values: unknown) {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new CheckpointError(`${where}: expected an object, got ${shown(values)}.`);
    }
    this.#where = where;
    this.#values = values as { readonly [name: string]: unknown };
  }

  /** Whether the field is there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** A finite number. */
  number(name: string): number {
    return this.#read(name, 'a finite number', isNumber);
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    return this.#read(name, 'a whole number of at least 0', (value): value is number => {
      return Number.isSafeInteger(value) && (value as number) >= 0;
    });
  }

  /** True or false. */
  flag(name: string): boolean {
    return this.#read(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** A string. */
  string(name: string): string {
    return this.#read(name, 'a string', (value): value is string => typeof value === 'string');
  }

  /** An array. */
  list(name: string): readonly unknown[] {
    return this.#read(name, 'a list', (value): value is unknown[] => Array.isArray(value));
  }

  /** An array of finite numbers. */
  numbers(name: string): number[] {
    return this.#read(name, 'a list of numbers', (value): value is number[] => {
      return Array.isArray(value) && value.every(isNumber);
    });
  }

  /** An object whose values are finite numbers. */
  record(name: string): Record<string, number> {
    return this.#read(name, 'an object of numbers', (value): value is Record<string, number> => {
      return isObject(value) && Object.values(value).every(isNumber);
    });
  }

  /** A nested object. */
  object(name: string): Record<string, unknown> {
    return this.#read(name, 'an object', isObject);
  }

  #read<T>(name: string, expected: string, fits: (value: unknown) => value is T): T {
    const value: unknown = this.has(name) ? this.#values[name] : undefined;
    if (fits(value)) return value;
    throw new CheckpointError(`${this.#where}: ${name} must be ${expected}, got ${shown(value)}.`);
  }
}

/** JSON holds no NaN, but a number such as 1e999 is read as infinity. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A value as messages show it: never long, and nested ones, however deep, by their kind alone. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value as number | boolean | null);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
