/** Reading the values of options: every refusal names the option, what it takes and what it was given. */

import { OptionError } from '../errors.js';

/** Turns the text of an option into its value; `before` is the value of the same option given earlier. */
export type Reader<T> = (text: string, before: T | undefined) => T;

/** Any text. */
export function anyText(option: string): Reader<string> {
  return once(option, (text) => text);
}

/** The path of a file or a folder. */
export function path(option: string): Reader<string> {
  return once(option, (text) => {
    if (text !== '') return text;
    throw new OptionError(`${option} must be a path, got ''.`);
  });
}

/** A whole number from `least` to `most`. */
export function whole(option: string, least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return once(option, (text) => {
    const value = /^[+-]?\d+(e\+?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    const bounds = value > most ? `from ${least} to ${most}` : `of at least ${least}`;
    throw new OptionError(`${option} must be a whole number ${bounds}, got '${text}'.`);
  });
}

/** A whole number from 1 to `most`, or 'auto'. */
export function wholeOrAuto(option: string, most: number): Reader<number | 'auto'> {
  return once(option, (text) => {
    if (text === 'auto') return text;
    const value = /^\+?\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= most) return value;
    throw new OptionError(`${option} must be a whole number from 1 to ${most}, or auto, got '${text}'.`);
  });
}

/** A number within bounds. */
export function real(option: string, fits: (value: number) => boolean, expected: string): Reader<number> {
  return once(option, (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    throw new OptionError(`${option} must be ${expected}, got '${text}'.`);
  });
}

/** One of a list of names. */
export function oneOf<T extends string>(option: string, choices: readonly T[]): Reader<T> {
  return once(option, (text) => {
    if ((choices as readonly string[]).includes(text)) return text as T;
    throw new OptionError(`${option} must be one of ${choices.join(', ')}, got '${text}'.`);
  });
}

/** Refuses an option that is given twice: one of the two would count, without a word about the other. */
function once<T>(option: string, read: (text: string) => T): Reader<T> {
  return (text, before) => {
    if (before !== undefined) throw new OptionError(`${option} is given twice. Give it once.`);
    return read(text);
  };
}
