/** Answers in a dialogue: what is asked for, what has been said, and how words are chosen. */

import { encodeUtterance } from '../data/dialogues.js';
import { BEGINNING } from '../data/vocabulary.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { DataError, OptionError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import { checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { UNWRITTEN } from './decode.js';
import { checkSampleOptions, sampleToken } from './sample.js';
import type { SampleOptions } from './sample.js';

/** Options of `reply`. */
export interface ReplyOptions extends SampleOptions {
  /** Divides the logits: below 1 is bolder, above 1 more even; 0 always takes the most likely. Default 0. */
  readonly temperature?: number | undefined;
  /** Most tokens of a reply. Default 50. */
  readonly length?: number | undefined;
  /** Seed of the sampling, which takes a temperature above 0, as topK does. Default 1. */
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
  checkSeed(operation, seed);
  if (temperature === 0) refuseDrawing(operation, options);
  return { sampling: { temperature, topK }, length, random: new Random(seed) };
}

/** @throws OptionError for what only decides what is drawn */
function refuseDrawing(operation: string, { topK, seed }: ReplyOptions): void {
  const first = Object.entries({ topK, seed }).find(([, value]) => value !== undefined);
  if (first === undefined) return;
  const what = `${first[0]} ${first[1]} is for drawing`;
  throw new OptionError(`${operation}: ${what}, and temperature is 0. Give one above 0, or leave ${first[0]} out.`);
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

/** What chooses the words of an utterance, one after another, from their logits (V). It has at least one. */
export function wordChooser({ sampling, random }: Choice): (logits: FloatArray) => number {
  let excluded = [...UNWRITTEN, BEGINNING];
  return (logits) => {
    const id = sampleToken(logits, random, sampling, excluded);
    excluded = [...UNWRITTEN];
    return id;
  };
}
