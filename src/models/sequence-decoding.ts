/** From codes to sequences, one step after another, whatever makes a step. */

import type { RaggedBatch } from '../data/ragged.js';
import type { FloatTensor, IdTensor } from '../data/sequences.js';
import { BEGINNING, PADDING, UNKNOWN } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { checkKnown, checkNumber, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { sampleToken } from './sample.js';

/** Options of `decode` and `sample`. */
export interface DecodeOptions {
  /** Steps of values; of ids the most there may be, where none ends before. Default 100. */
  readonly length?: number | undefined;
  /** Of ids: 0 takes the most likely, 1 draws as likely as the model says, below is bolder. Default 0. */
  readonly temperature?: number | undefined;
  /** Of what is drawn: codes, and ids where there is a temperature. Default 1. */
  readonly seed?: number | undefined;
}

/** With every default filled in. */
export type FullDecodeOptions = { readonly [K in keyof DecodeOptions]-?: number };

/** Makes one more step of the batch: from what was there before to the output (1, B, O). */
export type Next = (inputs: FloatTensor | IdTensor) => View;

/** Fills in defaults and checks everything. @throws OptionError, also for a temperature of values */
export function checkDecodeOptions(operation: string, options: DecodeOptions, areIds: boolean): FullDecodeOptions {
  checkKnown(operation, options, ['length', 'temperature', 'seed']);
  const { length = 100, temperature = 0, seed = 1 } = options;
  if (!areIds && options.temperature !== undefined) {
    throw new OptionError(
      `${operation}: temperature ${temperature} is for ids, and this model is of values. Leave it out.`,
    );
  }
  return {
    length: checkSize(operation, 'length', length),
    temperature: checkNumber(operation, 'temperature', temperature, { least: 0 }),
    seed: checkSeed(operation, seed),
  };
}

/** Ids until each sequence has ended, or there are `length` of them. */
export function decodeIds(next: Next, B: number, { length, temperature, seed }: FullDecodeOptions): RaggedBatch {
  const random = new Random(seed);
  const lengths = new Int32Array(B).fill(-1); // not known yet
  const steps: Int32Array[] = [];
  let ids = new Int32Array(B).fill(BEGINNING);
  for (let t = 0; t < length && lengths.includes(-1); t++) {
    const logits = next({ data: ids, shape: [1, B] }).toArray();
    const V = logits.length / B;
    const drawn = Int32Array.from({ length: B }, (_, b) => {
      if (lengths[b] !== -1) return PADDING;
      return sampleToken(logits.subarray(b * V, (b + 1) * V), random, { temperature }, [PADDING, UNKNOWN]);
    });
    for (const [b, id] of drawn.entries()) if (id === BEGINNING && lengths[b] === -1) lengths[b] = t;
    ids = drawn.map((id) => (id === BEGINNING ? PADDING : id));
    steps.push(ids);
  }
  const data = new Int32Array(steps.length * B);
  for (const [t, step] of steps.entries()) data.set(step, t * B);
  return {
    inputs: { data, shape: [steps.length, B] },
    lengths: lengths.map((end) => (end === -1 ? steps.length : end)),
  };
}

/** As many steps of values as asked for. @param I values a step */
export function decodeValues(next: Next, B: number, I: number, { length }: FullDecodeOptions): RaggedBatch {
  const data = new Float32Array(length * B * I);
  let before = new Float32Array(B * I);
  for (let t = 0; t < length; t++) {
    before = Float32Array.from(next({ data: before, shape: [1, B, I] }).toArray());
    data.set(before, t * B * I);
  }
  return { inputs: { data, shape: [length, B, I] }, lengths: new Int32Array(B).fill(length) };
}
