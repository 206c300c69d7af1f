/** Reading the values of options: every refusal names the option, what it takes and what it was given. */

import { OptionError } from '../errors.js';

/** A whole number of at least `least`. */
export function whole(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new OptionError(`${option} must be a whole number of at least ${least}, got '${text}'.`);
  };
}

/** A number within bounds. */
export function real(option: string, fits: (value: number) => boolean, expected: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    throw new OptionError(`${option} must be ${expected}, got '${text}'.`);
  };
}

/** One of a list of names. */
export function oneOf<T extends string>(option: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    if ((choices as readonly string[]).includes(text)) return text as T;
    throw new OptionError(`${option} must be one of ${choices.join(', ')}, got '${text}'.`);
  };
}
