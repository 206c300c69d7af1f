/** What went wrong, as something to say to the visitor in their language, with what to do. */

import type { Key, Parameters, Texts } from './texts.js';

/** An error whose message is a text of the page; `detail` is what the library said, in English. */
export class Problem extends Error {
  readonly key: Key;
  readonly parameters: Parameters;
  readonly detail: string | undefined;

  constructor(key: Key, parameters: Parameters = {}, detail?: string, cause?: unknown) {
    super(detail ?? key, { cause });
    this.name = 'Problem';
    this.key = key;
    this.parameters = parameters;
    this.detail = detail;
  }

  /** The message and what to do. */
  say(texts: Texts): string {
    return texts.say(this.key, this.parameters);
  }
}

/** The library's errors that have a text of their own here, by name. */
const KNOWN: Readonly<Record<string, Key>> = {
  DataError: 'problem.DataError',
  ShapeError: 'problem.DataError',
  OptionError: 'problem.OptionError',
  CheckpointError: 'problem.CheckpointError',
  MemoryError: 'problem.MemoryError',
  DivergenceError: 'problem.DivergenceError',
  KernelUnavailableError: 'problem.KernelUnavailableError',
};

/** Any error as a problem. A name is enough: those of a worker have lost their class. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return new Problem(KNOWN[name] ?? 'problem.other', {}, message, error);
}
