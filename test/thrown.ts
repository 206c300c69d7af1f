import type { RecurraError } from '../src/errors.js';

/** The error that `run` throws. */
export function thrown(run: () => unknown): RecurraError {
  try {
    run();
  } catch (error) {
    return error as RecurraError;
  }
  throw new Error('nothing was thrown');
}
