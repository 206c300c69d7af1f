/**
 * What the main thread and one worker say to each other while both are busy: a block of shared memory. Each side
 * writes lines of its own, 128 bytes apart, so that a spinning reader never slows the other's arithmetic.
 *
 *     line 0   generation: counts the jobs; main writes it last, the worker waits for it to move
 *     line 1   job: the routine's number and its arguments, 64-bit floats, which hold addresses and scalars alike
 *     line 2   done: the generation that is finished; parked: the worker sleeps; failed: how long its message is
 *     line 3   the message of a failure, UTF-16
 */

/** Most arguments of a kernel: adamStep's. */
export const MOST_ARGUMENTS = 13;

const LINE = 128;
const MESSAGE = 256;

/** Positions in `words`. */
export const GENERATION = 0;
export const DONE: number = (2 * LINE) / 4;
export const PARKED: number = DONE + 1;
export const FAILED: number = DONE + 2;

/** One worker's block. */
export class Control {
  /** What passes between threads; also the form in which a worker gets it. */
  readonly buffer: SharedArrayBuffer;
  /** Generation, done, parked, failed. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The routine, then its arguments. */
  readonly job: Float64Array<SharedArrayBuffer>;
  readonly #message: Uint16Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(3 * LINE + MESSAGE)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, (3 * LINE) / 4);
    this.job = new Float64Array(buffer, LINE, MOST_ARGUMENTS + 1);
    this.#message = new Uint16Array(buffer, 3 * LINE);
  }

  /** Leaves the message of a failure; the store of `done` that follows publishes it. */
  fail(message: string): void {
    const text = message.slice(0, this.#message.length);
    for (let i = 0; i < text.length; i++) this.#message[i] = text.charCodeAt(i);
    this.words[FAILED] = Math.max(1, text.length);
  }

  /** The failure that was left, if there is one; it is left no more. */
  takeFailure(): string | undefined {
    const length = this.words[FAILED]!;
    if (length === 0) return undefined;
    this.words[FAILED] = 0;
    return String.fromCharCode(...this.#message.subarray(0, length));
  }
}
