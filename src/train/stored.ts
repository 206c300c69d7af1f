/** What a training run stores in forms of its own: its history, the carried state, the random numbers, and what its text was. */

import type { HostArray } from '../engine.js';
import { CheckpointError } from '../errors.js';
import { RecurrentState } from '../layers/state.js';
import type { StateSource } from '../ops/recurrent.js';
import type { RandomState } from '../random.js';

/** The losses of one epoch, in nats per token. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validLoss: number | undefined;
}

/** An epoch from the list that the history stores it as. @throws CheckpointError */
export function readRecord(item: unknown): EpochRecord {
  const [epoch, trainLoss, validLoss] = Array.isArray(item) ? (item as unknown[]) : [];
  if (typeof epoch !== 'number' || typeof trainLoss !== 'number') {
    throw new CheckpointError('training: history must be a list of [epoch, train loss, validation loss].');
  }
  return { epoch, trainLoss, validLoss: typeof validLoss === 'number' ? validLoss : undefined };
}

/** The carried state as arrays `h.0`, `h.1`, `c.0`, ... */
export function stateArrays({ h, c }: RecurrentState): Map<string, HostArray> {
  const named = (name: string, sources: readonly StateSource[]): [string, HostArray][] =>
    sources.map((source, k) => [`${name}.${k}`, source as HostArray]);
  return new Map([...named('h', h), ...named('c', c)]);
}

/** The carried state, of the same form as a fresh one. @throws CheckpointError */
export function readState(like: RecurrentState, arrays: ReadonlyMap<string, HostArray>): RecurrentState {
  const read = (name: string, { shape }: { readonly shape: readonly number[] }): HostArray => {
    const array = arrays.get(name);
    if (array?.shape.join() === shape.join()) return array;
    throw new CheckpointError(`training: the carried state ${name} must have shape (${shape.join(', ')}).`);
  };
  return new RecurrentState(
    like.h.map((source, k) => read(`h.${k}`, source)),
    like.c.map((source, k) => read(`c.${k}`, source)),
  );
}

/** The state of a generator. @throws CheckpointError */
export function readRandom(words: readonly number[]): RandomState {
  if (words.length === 4 && words.every(Number.isInteger)) return words as unknown as RandomState;
  throw new CheckpointError('training: random must be a list of 4 whole numbers.');
}

/** Tells one text from another: FNV-1a over the tokens of both parts (Fowler, Noll and Vo). */
export function fingerprint(train: Int32Array, valid: Int32Array | undefined): string {
  const hash = (tokens: Int32Array): number => {
    let h = 0x811c9dc5;
    for (const token of tokens) h = Math.imul(h ^ token, 0x01000193);
    return h >>> 0;
  };
  return [train, valid ?? new Int32Array(0)].map((part) => `${part.length}:${hash(part).toString(16)}`).join(' ');
}
