/** Sequences of random bits, and all of them in an order: what parity and echo read. */

import type { SequenceBatch } from '../sequences.js';
import type { Enumeration, TaskDefinition } from './task.js';

/** Bit t of sequence b. */
export type Bits = (b: number, t: number) => number;

/** The two ways to sequences of T bits. @param make a batch of B sequences, whose bits it asks for one after another */
export function ofBits(
  T: number,
  make: (bits: Bits, B: number) => SequenceBatch,
): Pick<TaskDefinition, 'batch'> & { readonly all: Enumeration } {
  return {
    batch: (random, size) => make(() => random.integer(2), size),
    // Sequence number k has the binary digits of k, the lowest first.
    all: { count: 2 ** T, batch: (from, size) => make((b, t) => Math.floor((from + b) / 2 ** t) % 2, size) },
  };
}
