/** Checks of options: every refusal names the operation, the option, what it takes and what it was given. */

import { OptionError } from './errors.js';

/**
 * Checks a size given as an option: a whole number of at least `least`.
 * @throws OptionError
 */
export function checkSize(operation: string, option: string, value: unknown, least: number = 1): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new OptionError(`${operation}: ${option} must be a whole number of at least ${least}, got ${shown(value)}.`);
}

/** The largest seed. */
export const MAX_SEED: number = 2 ** 32 - 1;

/**
 * Checks a seed: 32 bits, as more would be cut off without a word.
 * @throws OptionError
 */
export function checkSeed(operation: string, seed: unknown): number {
  if (typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return seed;
  throw new OptionError(`${operation}: seed must be a whole number from 0 to ${MAX_SEED}, got ${shown(seed)}.`);
}

/** A value in a message: a string in quotes, so that '4' does not pass for 4. */
function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/**
 * Checks a real number given as an option.
 * @throws OptionError
 */
export function checkNumber(
  operation: string,
  option: string,
  value: unknown,
  range: { least?: number; most?: number; above?: number; below?: number } = {},
): number {
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity } = range;
  const fits = (x: number): boolean => x >= least && x <= most && x > above && x < below;
  if (Number.isFinite(value) && fits(value as number)) return value as number;
  const bounds = Object.entries(range).map(
    ([name, bound]) => `${name.replace('least', 'at least').replace('most', 'at most')} ${bound}`,
  );
  const kind = Math.abs(Number(value)) === Infinity ? 'a finite number' : 'a number';
  const wanted = [kind, bounds.join(' and ')].filter((part) => part !== '').join(' ');
  throw new OptionError(`${operation}: ${option} must be ${wanted}, got ${shown(value)}.`);
}

/** A text. @throws OptionError */
export function checkText(operation: string, argument: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new OptionError(`${operation}: ${argument} must be a text, got ${value === null ? 'null' : typeof value}.`);
}

/**
 * Checks an option that is true or false.
 * @throws OptionError
 */
export function checkFlag(operation: string, option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError(`${operation}: ${option} must be true or false, got ${shown(value)}.`);
}

/**
 * Refuses options nobody reads, so that a misspelt name is an error rather than a default.
 * @throws OptionError
 */
export function checkKnown(operation: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(
      `${operation}: options must be an object, got ${String(options)}. Options: ${known.join(', ')}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const options = known.length === 0 ? 'There are no options' : `Known options: ${known.join(', ')}`;
    throw new OptionError(`${operation}: unknown option '${name}'. ${options}.`);
  }
}

/**
 * Checks an option that is one of a list of names.
 * @throws OptionError
 */
export function checkChoice<T extends string>(
  operation: string,
  option: string,
  value: unknown,
  choices: readonly T[],
): T {
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw new OptionError(`${operation}: ${option} must be one of ${choices.join(', ')}, got ${String(value)}.`);
}
