/**
 * What a masked language model is not shown (Devlin et al. 2019): of each sentence a share of the known tokens, at least
 * one, which it has to tell; most of them give way to MASK, some to another token at random, and some stay as they are,
 * so that what is seen is never beyond doubt.
 */

import { crc32 } from '../crc32.js';
import type { SentenceBatch } from '../data/sentences.js';
import { UNKNOWN } from '../data/vocabulary.js';
import { Random } from '../random.js';

/** The shares of Devlin et al. */
export interface MaskingOptions {
  /** The share of the tokens that are hidden. Default 0.15. */
  readonly hide: number;
  /** Of those, the share that MASK takes the place of. Default 0.8. */
  readonly mask: number;
  /** And the share that any other token does, drawn at random; the rest stays. Default 0.1. */
  readonly random: number;
}

/** Sentences of which something is hidden. */
export interface MaskedBatch {
  /** What the model reads, (T, B). */
  readonly ids: Int32Array;
  /** Where something is hidden: indices into ids. */
  readonly places: Int32Array;
  /** What is hidden there. */
  readonly targets: Int32Array;
}

/** How many tokens of a sentence are hidden, of so many that are known. */
function hiddenOf(known: number, hide: number): number {
  return known === 0 ? 0 : Math.max(1, Math.round(hide * known));
}

/** How many tokens of a batch are hidden: the same whatever is drawn. */
export function countHidden(batch: SentenceBatch, { hide }: MaskingOptions): number {
  return knownPlaces(batch).reduce((sum, places) => sum + hiddenOf(places.length, hide), 0);
}

/**
 * Hides tokens of every sentence at random.
 * @param mask the id that stands for what is hidden, which is V too: random tokens are those from the first known one up to it
 * @param seed of the draw
 */
export function hideTokens(batch: SentenceBatch, options: MaskingOptions, mask: number, seed: number): MaskedBatch {
  const random = new Random(seed);
  const ids = batch.ids.data.slice();
  const hidden = knownPlaces(batch).flatMap((places) => {
    random.shuffle(places);
    return places.slice(0, hiddenOf(places.length, options.hide)).sort((a, b) => a - b);
  });
  for (const place of hidden) {
    const drawn = random.uniform();
    if (drawn < options.mask) ids[place] = mask;
    else if (drawn < options.mask + options.random) ids[place] = UNKNOWN + 1 + random.integer(mask - UNKNOWN - 1);
  }
  const places = Int32Array.from(hidden);
  return { ids, places, targets: places.map((place) => batch.ids.data[place]!) };
}

/** Hides, by MASK, the known tokens number k, k + stride, ... of every sentence. */
export function hideEvery(batch: SentenceBatch, stride: number, k: number, mask: number): MaskedBatch {
  const ids = batch.ids.data.slice();
  const hidden = knownPlaces(batch).flatMap((places) => places.filter((_, i) => i % stride === k));
  for (const place of hidden) ids[place] = mask;
  const places = Int32Array.from(hidden);
  return { ids, places, targets: places.map((place) => batch.ids.data[place]!) };
}

/** The seed of a step's masks: it follows from that of the model and the step; without a step, from what is masked. */
export function maskSeed(seed: number, step: number | undefined, { ids }: SentenceBatch): number {
  const { buffer, byteOffset, byteLength } = ids.data;
  const of = step ?? crc32(new Uint8Array(buffer, byteOffset, byteLength));
  return crc32(new Uint8Array(Uint32Array.of(seed, of, step === undefined ? 1 : 0).buffer)) >>> 0;
}

/** The places of the known tokens of each sentence. */
function knownPlaces({ ids, lengths }: SentenceBatch): number[][] {
  const B = lengths.length;
  return Array.from(lengths, (length, b) =>
    Array.from({ length }, (_, t) => t * B + b).filter((place) => ids.data[place]! > UNKNOWN),
  );
}
