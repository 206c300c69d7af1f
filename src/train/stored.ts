/** What a training run stores in forms of its own: its history, the carried state, the random numbers, and what its text was. */

import { crc32 } from '../crc32.js';
import type { HostArray } from '../engine.js';
import { CheckpointError } from '../errors.js';
import type { StateDict } from '../layers/layer.js';
import { RecurrentState } from '../layers/state.js';
import type { Score } from '../models/learner.js';
import { Fields } from '../models/snapshot.js';
import type { Json } from '../models/snapshot.js';
import type { StateSource } from '../ops/sequence.js';
import type { RandomState } from '../random.js';

/** The losses of one epoch: nats per token for a text. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validLoss: number | undefined;
  /** The share of the validation that is right, where an answer can be right. */
  readonly validRight?: number | undefined;
  /** What else the validation tells, by name. */
  readonly figures?: Readonly<Record<string, number>> | undefined;
}

/** An epoch as the list that the history stores; what is not there at its end is left out. */
export function writeRecord({ epoch, trainLoss, validLoss, validRight, figures }: EpochRecord): Json[] {
  const told: Json[] = figures === undefined ? [] : [{ ...figures }];
  const right = validRight === undefined && told.length === 0 ? [] : [validRight ?? null];
  return [epoch, trainLoss, validLoss ?? null, ...right, ...told];
}

/** An epoch from the list that the history stores it as. @throws CheckpointError */
export function readRecord(item: unknown): EpochRecord {
  const [epoch, trainLoss, validLoss, validRight, figures] = Array.isArray(item) ? (item as unknown[]) : [];
  if (typeof epoch !== 'number' || typeof trainLoss !== 'number') {
    throw new CheckpointError('training: history must be a list of [epoch, train loss, validation loss].');
  }
  const given = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  const losses = { epoch, trainLoss, validLoss: given(validLoss), validRight: given(validRight) };
  return figures === undefined ? losses : { ...losses, figures: new Fields('training', { figures }).record('figures') };
}

/** The validation of a run that has ended within an epoch; none is an empty list. */
export function writeEnd(score: Score | undefined): Record<string, Json> {
  if (score === undefined) return { endLoss: [] };
  const { loss, right, figures } = score;
  return {
    endLoss: right === undefined ? [loss] : [loss, right],
    ...(figures === undefined ? {} : { endFigures: { ...figures } }),
  };
}

/** The validation that `writeEnd` stored, or its loss alone, as releases before wrote it. @throws CheckpointError */
export function readEnd(fields: Fields): Score | undefined {
  const [loss, right] = fields.numbers('endLoss');
  if (loss === undefined) return undefined;
  const figures = fields.has('endFigures') ? fields.record('endFigures') : undefined;
  return { loss, ...(right === undefined ? {} : { right }), ...(figures === undefined ? {} : { figures }) };
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

/** Tells one text from another: lengths and checksums of the tokens of both parts. */
export function fingerprint(train: Int32Array, valid: Int32Array | undefined): string {
  const parts = [train, valid ?? new Int32Array(0)];
  return parts.map((part) => `${part.length}:${crc32(bytesOf(part)).toString(16)}`).join(' ');
}

/** Tells one set of weights from another, as 32-bit floats whatever they are kept in. */
export function weightsFingerprint(dict: StateDict): string {
  let crc = 0;
  for (const { data } of dict.values()) crc = crc32(bytesOf(new Float32Array(data)), crc);
  return crc.toString(16);
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
