/** What a source is translated to: how the target is searched for, its score, and what its tokens attended to. */

import type { PairVocabularies } from '../data/pairs.js';
import { BEGINNING } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import { checkFlag, checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { beamSearch } from './beam.js';
import { checkSearch, decode, UNWRITTEN } from './decode.js';
import type { Hypothesis, TokenModel } from './decode.js';
import { checkSampleOptions, sampleToken } from './sample.js';
import type { SampleOptions } from './sample.js';

/** Options of `translate`: the likeliest token at each step, unless a beam or a temperature is given. */
export interface TranslateOptions extends SampleOptions {
  /** K: beam search. */
  readonly beam?: number | undefined;
  /** Alpha of the score: see `Translation`. Default 0.6. */
  readonly lengthPenalty?: number | undefined;
  /** The most tokens, the end included. Default: twice those of the source, and ten more. */
  readonly maxLength?: number | undefined;
  /** Of the drawn tokens. Default 1. */
  readonly seed?: number | undefined;
  /** Whether the result has the weights of attention. Default false. */
  readonly attention?: boolean | undefined;
}

/** What each token of a target attended to. */
export interface AttentionMatrix {
  /** (target, source), row-major: each row adds up to 1. */
  readonly data: Float32Array;
  readonly shape: readonly [number, number];
  /** The symbols of the rows; the last is that of the end, where it came. */
  readonly target: readonly string[];
  /** The symbols of the columns. */
  readonly source: readonly string[];
}

/** A target for a source. */
export interface Translation {
  readonly text: string;
  /** log p / ((5 + n) / 6)^alpha, n the tokens with the end (Wu et al. 2016): the higher, the better. */
  readonly score: number;
  /** Where it was asked for. */
  readonly attention?: AttentionMatrix;
}

const TRANSLATE = ['beam', 'lengthPenalty', 'maxLength', 'seed', 'attention', 'temperature', 'topK'] as const;

/** Weights of attention, (S), of a token. */
export type Weights = Float32Array;

/** Checks options. @param hasAttention whether the model has any @throws OptionError */
export function checkTranslate(
  options: TranslateOptions,
  hasAttention: boolean,
): TranslateOptions & { readonly attention: boolean } {
  checkKnown('translate', options, TRANSLATE);
  const { beam, maxLength = 1, lengthPenalty } = options;
  checkSampleOptions('translate', options);
  checkSearch('translate', { maxLength, lengthPenalty });
  if (options.seed !== undefined) checkSeed('translate', options.seed);
  if (beam !== undefined) checkSize('translate', 'beam', beam);
  refuseContradictions(options);
  const attention = checkFlag('translate', 'attention', options.attention ?? false);
  if (attention && !hasAttention) {
    throw new OptionError("translate: attention is true, and the model's attention is 'none'. Leave it out.");
  }
  return { ...options, attention };
}

/** Drawing takes a temperature above 0, and no beam. */
function refuseContradictions({ beam, temperature, topK, seed }: TranslateOptions): void {
  const first = Object.entries({ temperature, topK, seed }).find(([, value]) => value !== undefined);
  if (first === undefined) return;
  const what = `${first[0]} ${first[1]} is for drawing`;
  if (beam !== undefined) throw new OptionError(`translate: ${what}, and beam is ${beam}. Give one of them.`);
  if (temperature === undefined) throw new OptionError(`translate: ${what}, and there is no temperature. Give one.`);
}

/** The best sequence by the way that was asked for. */
export function search<S, N>(
  model: TokenModel<S, N>,
  state: S,
  {
    beam,
    lengthPenalty,
    temperature = 0,
    topK,
    seed = 1,
    maxLength,
  }: TranslateOptions & { readonly maxLength: number },
): Hypothesis<N> {
  if (beam !== undefined) return beamSearch(model, state, { beam, lengthPenalty, maxLength })[0]!;
  const random = new Random(seed);
  const choose = (logits: FloatArray): number => sampleToken(logits, random, { temperature, topK }, UNWRITTEN);
  return decode(model, state, 1, maxLength, choose)[0]!;
}

/** The weights beside the tokens of a target as a matrix. */
export function attentionMatrix(
  { ids, ended, notes }: Hypothesis<Weights>,
  sourceIds: Int32Array,
  { source, target }: PairVocabularies,
): AttentionMatrix {
  const S = sourceIds.length;
  const data = new Float32Array(notes.length * S);
  for (const [t, weights] of notes.entries()) data.set(weights, t * S);
  return {
    data,
    shape: [notes.length, S],
    target: [...ids, ...(ended ? [BEGINNING] : [])].map((id) => target.symbolOf(id)),
    source: Array.from(sourceIds, (id) => source.symbolOf(id)),
  };
}
