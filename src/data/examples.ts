/** Examples that are learnt from in batches, whatever they are of, and the order of an epoch. */

import { crc32 } from '../crc32.js';
import { Random } from '../random.js';
import type { SymbolCount } from './symbol-count.js';

/** Examples, of which some side by side make a batch of kind B. */
export interface Examples<B> {
  readonly count: number;
  /** Tells these examples from others: a checksum of all that is in them. */
  readonly fingerprint: string;
  /** Steps of example i: those of about the same length go together, which saves padding. */
  length(i: number): number;
  /** The examples of these indices side by side. */
  batch(indices: readonly number[]): B;
  /** Where examples are of symbols: how many of them the vocabulary does not know. */
  symbolCount?(): SymbolCount | undefined;
}

/** Batches from which those of about the same length are gathered. */
const POOL = 32;

/**
 * The indices of each batch of an epoch: every example once, in another order each epoch, which follows from seed and
 * epoch alone. The last batch made may be smaller, wherever it comes.
 * @param epoch from 0
 */
export function epochBatches(
  examples: Pick<Examples<unknown>, 'count' | 'length'>,
  { batch, seed, epoch }: { readonly batch: number; readonly seed: number; readonly epoch: number },
): number[][] {
  const random = generator(seed, epoch);
  const order = Array.from({ length: examples.count }, (_, i) => i);
  random.shuffle(order);
  const batches: number[][] = [];
  for (let i = 0; i < order.length; i += POOL * batch) {
    const pool = order.slice(i, i + POOL * batch).sort((a, b) => examples.length(b) - examples.length(a));
    for (let k = 0; k < pool.length; k += batch) batches.push(pool.slice(k, k + batch));
  }
  const places = batches.map((_, i) => i);
  random.shuffle(places);
  return places.map((place) => batches[place]!);
}

/** All examples in batches of at most `size`, the longest first: for evaluation, where the order means nothing. */
export function* allBatches<B>(examples: Examples<B>, size: number): Generator<B> {
  const order = byLength(examples);
  for (let i = 0; i < order.length; i += size) yield examples.batch(order.slice(i, i + size));
}

/** The largest batch there can be: of the longest examples. */
export function largestBatch<B>(examples: Examples<B>, size: number): B {
  return examples.batch(byLength(examples).slice(0, size));
}

function byLength(examples: Examples<unknown>): number[] {
  return Array.from({ length: examples.count }, (_, i) => i).sort((a, b) => examples.length(b) - examples.length(a));
}

/** A generator apart from that of the weights: for one seed the checksums of different epochs are different. */
function generator(seed: number, epoch: number): Random {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, seed);
  bytes.setUint32(4, epoch);
  return new Random(crc32(new Uint8Array(bytes.buffer)) >>> 0);
}
