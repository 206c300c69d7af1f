/** Where the utterances of a batch stand: the whole numbers behind the products of the dialogue model. */

import type { DialogueBatch } from '../data/dialogues.js';
import { BEGINNING, UNKNOWN } from '../data/vocabulary.js';
import type { Ids } from '../engine.js';
import { ShapeError } from '../errors.js';
import type { Random } from '../random.js';
import { formatShape } from '../shape.js';

/** Utterances as the context network reads them, and which of its states each utterance has before it. */
export interface ContextLayout {
  /** (U, B): the row of the utterance at each step; 0 behind the end of a dialogue. */
  readonly grid: Ids;
  /** (B): steps of each column. */
  readonly lengths: Int32Array;
  /** (R): the state before each utterance, in rows of (U B) with one of zeros before them. */
  readonly before: Ids;
}

/**
 * The layout of dialogues one beside the other; or, without context, of utterances that know of each other no more than
 * that each has one before it.
 * @param counts utterances of each dialogue
 */
export function contextLayout(counts: Int32Array, hasContext: boolean): ContextLayout {
  const R = counts.reduce((sum, count) => sum + count, 0);
  const columns = hasContext ? counts : new Int32Array(R).fill(1);
  const B = columns.length;
  const U = columns.reduce((most, count) => Math.max(most, count), 0);
  const grid = new Int32Array(U * B);
  let row = 0;
  for (const [b, count] of columns.entries()) for (let u = 0; u < count; u++) grid[u * B + b] = row++;
  const before = new Int32Array(R);
  row = 0;
  for (const [b, count] of counts.entries()) {
    for (let u = 0; u < count; u++, row++) if (u > 0) before[row] = 1 + (hasContext ? (u - 1) * B + b : row - 1);
  }
  return { grid: { data: grid, shape: [U, B] }, lengths: columns, before: { data: before, shape: [R] } };
}

/** What the decoder is given, and what it is to say: the second is the first, one step later. */
export interface DecoderLayout {
  /** (T - 1, R). */
  readonly inputs: Ids;
  /** (R): steps of each utterance. */
  readonly lengths: Int32Array;
  /** (T - 1, R): the column of each place. */
  readonly columns: Ids;
  /** (N): the places that have a target, as rows of (T - 1) R. */
  readonly places: Ids;
  /** (N). */
  readonly targets: Ids;
}

/**
 * The layout of utterances for the decoder.
 * @param wordDropout the probability that a word among the inputs is replaced by UNKNOWN
 */
export function decoderLayout({ tokens, lengths }: DialogueBatch, wordDropout: number, random: Random): DecoderLayout {
  const [T, R] = tokens.shape as [number, number];
  const steps = lengths.map((length) => length - 1);
  const inputs = tokens.data.slice(0, (T - 1) * R);
  const places: number[] = [];
  for (let i = 0; i < inputs.length; i++) if (Math.floor(i / R) < steps[i % R]!) places.push(i);
  // The BEGINNING says nothing that is not known, so it stays.
  if (wordDropout > 0)
    for (const i of places) if (inputs[i] !== BEGINNING && random.uniform() < wordDropout) inputs[i] = UNKNOWN;
  return {
    inputs: { data: inputs, shape: [T - 1, R] },
    lengths: steps,
    columns: { data: Int32Array.from(inputs, (_, i) => i % R), shape: [T - 1, R] },
    places: { data: Int32Array.from(places), shape: [places.length] },
    targets: { data: Int32Array.from(places, (i) => tokens.data[i + R]!), shape: [places.length] },
  };
}

/** How many ids the decoder is asked for. */
export function countTargets({ lengths }: DialogueBatch): number {
  return lengths.reduce((sum, length) => sum + length - 1, 0);
}

/** @throws ShapeError where the parts of a batch do not belong together */
export function checkDialogues(operation: string, { tokens, lengths, counts }: DialogueBatch): void {
  const [T, R] = tokens.shape as [number, number];
  const utterances = counts.reduce((sum, count) => sum + count, 0);
  const fits = lengths.every((length) => length >= 2 && length <= T) && counts.every((count) => count >= 1);
  if (tokens.shape.length === 2 && R === lengths.length && R === utterances && fits && R > 0) return;
  throw new ShapeError(
    `${operation}: tokens must be (T, R) with R lengths from 2 to T and counts that add up to R, got tokens ` +
      `${formatShape(tokens.shape)}, ${lengths.length} lengths and counts for ${utterances}. Take a batch of Dialogues.`,
  );
}
