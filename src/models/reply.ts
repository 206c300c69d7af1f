/** Answers in a dialogue: what is asked for, what has been said, and the answer word by word. */

import { encodeUtterance } from '../data/dialogues.js';
import { BEGINNING, PADDING, UNKNOWN } from '../data/vocabulary.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { DataError, OptionError } from '../errors.js';
import { checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { checkSampleOptions, sampleToken } from './sample.js';
import type { SampleOptions } from './sample.js';

/** Options of `reply`. */
export interface ReplyOptions extends SampleOptions {
  /** Divides the logits: below 1 is bolder, above 1 more even; 0 always takes the most likely. Default 0. */
  readonly temperature?: number | undefined;
  /** Most tokens of a reply. Default 50. */
  readonly length?: number | undefined;
  /** Seed of the sampling. Default 1. */
  readonly seed?: number | undefined;
}

/** How a reply is chosen. */
export interface Choice {
  readonly sampling: SampleOptions & { readonly temperature: number };
  readonly length: number;
  readonly random: Random;
}

/** Fills in defaults and checks everything. @throws OptionError */
export function checkReply(operation: string, options: ReplyOptions): Choice {
  checkKnown(operation, options, ['temperature', 'topK', 'length', 'seed']);
  checkSampleOptions(operation, options);
  const { temperature = 0, topK, length = 50, seed = 1 } = options;
  checkSize(operation, 'length', length);
  return { sampling: { temperature, topK }, length, random: new Random(checkSeed(operation, seed)) };
}

/** The ids of what has been said. @throws OptionError, DataError */
export function encodeSaid(operation: string, utterances: readonly string[], vocabulary: Vocabulary): Int32Array[] {
  if (!Array.isArray(utterances) || !utterances.every((text) => typeof text === 'string')) {
    throw new OptionError(`${operation}: utterances must be a list of strings.`);
  }
  return utterances.map((text, i) => {
    const ids = encodeUtterance(text, vocabulary);
    if (ids.length > 2) return ids;
    throw new DataError(`${operation}: utterance ${i + 1} is empty. Leave it out.`);
  });
}

/**
 * The ids of an utterance, from its BEGINNING to the next, both left out.
 * @param logitsAfter the logits (V) of what follows an id
 */
export function sayWords(
  { sampling, length, random }: Choice,
  logitsAfter: (id: number) => ArrayLike<number>,
): number[] {
  const said: number[] = [];
  while (said.length < length) {
    // An utterance has at least one symbol.
    const excluded = said.length === 0 ? [PADDING, UNKNOWN, BEGINNING] : [PADDING, UNKNOWN];
    const next = sampleToken(logitsAfter(said.at(-1) ?? BEGINNING), random, sampling, excluded);
    if (next === BEGINNING) break;
    said.push(next);
  }
  return said;
}
