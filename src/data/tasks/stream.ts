/**
 * The sequences of a seed: a batch of its own for every training step, and fixed sets that validate and test. What a
 * step trains on follows from seed and step alone, so the number of the step is all that a checkpoint needs.
 */

import { crc32 } from '../../crc32.js';
import { Random } from '../../random.js';
import type { SequenceBatch } from '../sequences.js';
import type { Task } from './task.js';

/** The parts of a seed's sequences. */
const PARTS = ['train', 'valid', 'test'] as const;

/** A part of a seed's sequences. */
export type Part = (typeof PARTS)[number];

/** The batch of a training step, from 0; another one for each step. */
export function trainingBatch(task: Task, seed: number, step: number, size: number): SequenceBatch {
  return task.batch(generator('train', seed, step), size);
}

/** The first `count` sequences of a part in batches of at most `size`: the same ones for any size. */
export function* fixedBatches(
  task: Task,
  part: Exclude<Part, 'train'>,
  { seed, count, size }: { readonly seed: number; readonly count: number; readonly size: number },
): Generator<SequenceBatch> {
  const random = generator(part, seed, 0);
  for (let done = 0; done < count; done += size) yield task.batch(random, Math.min(size, count - done));
}

/**
 * A generator apart from the one of the weights. For one part and seed the checksum of different numbers is always a
 * different one: a CRC of 32 bits maps the last 32 bits one to one.
 */
function generator(part: Part, seed: number, number: number): Random {
  const bytes = new DataView(new ArrayBuffer(9));
  bytes.setUint8(0, PARTS.indexOf(part));
  bytes.setUint32(1, seed);
  bytes.setUint32(5, number);
  return new Random(crc32(new Uint8Array(bytes.buffer)) >>> 0);
}
