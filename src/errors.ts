/**
 * The errors recurra throws. A message has one form: the operation, the argument, what was expected, what was
 * given, where the size came from and, where it is known, what to do.
 */

/** Base of every error recurra throws on purpose. */
export class RecurraError extends Error {
  // Written out: that of the class is another one in a minified page.
  override readonly name: string = 'RecurraError';
}

/** A shape, axis or length that does not fit the operation. */
export class ShapeError extends RecurraError {
  override readonly name: string = 'ShapeError';
}

/** Text, tokens or a file that cannot be used: empty, too short, not UTF-8, an id outside the vocabulary. */
export class DataError extends RecurraError {
  override readonly name: string = 'DataError';
}

/** The linear memory cannot grow to what an operation needs. */
export class MemoryError extends RecurraError {
  override readonly name: string = 'MemoryError';
}

/** A kernel tier that was asked for by name is not available in this runtime. */
export class KernelUnavailableError extends RecurraError {
  override readonly name: string = 'KernelUnavailableError';
}

/** A checkpoint that is damaged, foreign, or of another version; or one that cannot be written. */
export class CheckpointError extends RecurraError {
  override readonly name: string = 'CheckpointError';
}

/** The loss or the gradient stopped being finite. Thrown before the weights are touched. */
export class DivergenceError extends RecurraError {
  override readonly name: string = 'DivergenceError';
}

/** A view was used after the step that made it had ended. */
export class StaleViewError extends RecurraError {
  override readonly name: string = 'StaleViewError';
}

/** An option that is unknown, out of range, or contradicts another. */
export class OptionError extends RecurraError {
  override readonly name: string = 'OptionError';
}

const KINDS: Readonly<Record<string, new (message: string) => RecurraError>> = {
  CheckpointError,
  DataError,
  DivergenceError,
  KernelUnavailableError,
  MemoryError,
  OptionError,
  RecurraError,
  ShapeError,
  StaleViewError,
};

/** An error that was sent from another thread, as one of its class. */
export function errorNamed(name: string, message: string): Error {
  const known = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  return known === undefined ? new Error(message) : new known(message);
}
