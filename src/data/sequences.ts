/** Sequences side by side with what is asked of them, wherever they come from: plain arrays, time-major. */

/** Real numbers with their shape, row-major. */
export interface FloatTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Whole numbers with their shape, row-major. */
export interface IdTensor {
  readonly data: Int32Array;
  readonly shape: readonly number[];
}

/** A target that does not count: nothing is asked there, or the sequence has ended. */
export const IGNORED = -1;

/** Sequences side by side, time-major. */
export interface SequenceBatch {
  /** Values (T, B, I), or ids (T, B); behind the end of a shorter sequence anything. */
  readonly inputs: FloatTensor | IdTensor;
  /** Values (T, B, O) or classes (T, B); (B, O) or (B) where only the end of a sequence is asked for. */
  readonly targets: FloatTensor | IdTensor;
}

/** What goes into a network that reads sequences, and what comes out. */
export interface SequenceForm {
  /** Vectors of `inputSize` numbers, or ids below `inputSize`. */
  readonly inputs: 'values' | 'ids';
  readonly inputSize: number;
  /** `outputSize` numbers, trained on the squared error; or logits of so many classes, on the cross-entropy. */
  readonly outputs: 'values' | 'classes';
  readonly outputSize: number;
  /** Whether there is an output for every step or for the last one alone. */
  readonly at: 'every' | 'last';
}
