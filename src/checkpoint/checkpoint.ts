/**
 * A checkpoint: one safetensors file with the parameters under PyTorch's names, and in its metadata the model's
 * options and vocabulary; from a training run also the optimizer's moments, the carried state, the data cursor and the
 * random numbers, under `training.`. A checksum covers all of it. The same snapshot gives the same bytes.
 */

import { readBytes, sweepTemporaries, writeAtomically, ensureFolder } from '#storage';
import { crc32 } from '../crc32.js';
import { Engine } from '../engine.js';
import type { HostArray } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import { arraysUnder, Fields, readStored, withPrefix } from '../models/snapshot.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { checkChoice, checkKnown } from '../options.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import type { TensorData } from './safetensors-format.js';
import { DAMAGED } from './safetensors-header.js';

const FORMAT = 'recurra';
const VERSION = '2';
const CHECKSUM = 'checksum';
const TRAINING = 'training.';

/** Where `keepPrevious` copies it. */
export const PREVIOUS_FILE = 'previous.safetensors';

/** The name of the file within a folder. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';

/** A class of models that checkpoints hold: `LanguageModel`, `SequenceModel`. */
export interface ModelClass<M> {
  /** What its snapshots are called. */
  readonly kind: string;
  fromSnapshot(engine: Engine, snapshot: Snapshot): M;
}

/** How a checkpoint is read. */
export interface CheckpointOptions<M> {
  /** 'best' takes the weights with the lowest validation loss, where early stopping kept them. Default 'last'. */
  readonly weights?: 'last' | 'best';
  /** The classes of models that it may hold. Default: `[LanguageModel]`. */
  readonly models?: readonly ModelClass<M>[];
}

/** A model from a checkpoint, and where its training stood. */
export interface Checkpoint<M = LanguageModel> {
  readonly model: M;
  /** Which weights the model has: the best ones only where they were asked for, kept, and better than the last. */
  readonly weights: 'last' | 'best';
  /** For the `resume` option of `train`; none if the model was saved without a run. */
  readonly training: Snapshot | undefined;
}

/** The bytes of a checkpoint. @param run the run that trains the model, to resume it later */
export function encodeCheckpoint(model: Snapshotable, run?: Snapshotable): Uint8Array {
  const { arrays, values } = model.snapshot();
  const training = run?.snapshot();
  const own = [...arrays, ...withPrefix(TRAINING, training?.arrays ?? new Map<string, HostArray>())];
  const tensors = new Map(own.map(([name, array]) => [name, toTensor(name, array)]));
  const metadata = new Map([
    ['format', FORMAT],
    ['version', VERSION],
    ['model', JSON.stringify(values)],
  ]);
  if (training !== undefined) metadata.set('training', JSON.stringify(training.values));
  metadata.set(CHECKSUM, checksum(tensors, metadata));
  return encodeSafetensors(tensors, metadata);
}

/**
 * The CRC-32, in hexadecimal, of everything a checkpoint says: names, shapes and elements of its tensors, and its
 * metadata but the checksum itself, in the order of the names.
 */
export function checksum(tensors: ReadonlyMap<string, TensorData>, metadata: ReadonlyMap<string, string>): string {
  const text = new TextEncoder();
  let crc = 0;
  for (const [name, { dtype, shape, data }] of [...tensors].sort(byName)) {
    crc = crc32(text.encode(JSON.stringify([name, dtype, shape])), crc);
    crc = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), crc);
  }
  const entries = [...metadata].filter(([key]) => key !== CHECKSUM).sort(byName);
  return crc32(text.encode(JSON.stringify(entries)), crc)
    .toString(16)
    .padStart(8, '0');
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function toTensor(name: string, { data, shape }: HostArray): TensorData {
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  if (data instanceof Float64Array) return { dtype: 'F64', shape, data };
  throw new CheckpointError(`checkpoint: ${name} must be a Float32Array or a Float64Array.`);
}

/**
 * Makes the model of a checkpoint on an engine.
 * @param name what the bytes are called in messages, such as the file's path
 * @throws CheckpointError for anything that is not a whole checkpoint of this version, with a model of the classes asked for
 */
export function decodeCheckpoint<M = LanguageModel>(
  engine: Engine,
  bytes: Uint8Array,
  name: string = 'checkpoint',
  options: CheckpointOptions<M> = {},
): Checkpoint<M> {
  checkKnown('decodeCheckpoint', options, ['weights', 'models']);
  const { weights = 'last', models = DEFAULT } = options;
  checkModels(models);
  checkChoice('decodeCheckpoint', 'weights', weights, ['last', 'best']);
  if (!(engine instanceof Engine) || !(bytes instanceof Uint8Array)) {
    throw new OptionError('decodeCheckpoint: takes an engine and a Uint8Array. Give both, in this order.');
  }
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  checkVersion(metadata, name);
  verifyChecksum(tensors, metadata, name);
  return readStored(name, () => {
    const training = readTraining(tensors, metadata);
    const best = weights === 'best' && training !== undefined ? bestWeights(training) : undefined;
    const own = new Map([...tensors].filter(([tensor]) => !tensor.startsWith(TRAINING)));
    const values = parse(metadata, 'model');
    const model = classOf(values, models).fromSnapshot(engine, { arrays: best ?? own, values }) as M;
    return { model, weights: best === undefined ? 'last' : 'best', training };
  });
}

const DEFAULT: readonly ModelClass<unknown>[] = [LanguageModel];

/** @throws OptionError */
function checkModels(models: readonly ModelClass<unknown>[]): void {
  const fits = (model: Partial<ModelClass<unknown>> | undefined): boolean =>
    typeof model?.kind === 'string' && typeof model.fromSnapshot === 'function';
  if (Array.isArray(models) && models.length > 0 && models.every(fits)) return;
  throw new OptionError('decodeCheckpoint: models must be a list of classes, such as [LanguageModel, SequenceModel].');
}

/** The class that a stored model is of. @throws CheckpointError if it is none of those asked for */
function classOf(values: Snapshot['values'], models: readonly ModelClass<unknown>[]): ModelClass<unknown> {
  const fields = new Fields('model', values);
  const kind = fields.has('kind') ? fields.string('kind') : LanguageModel.kind;
  const found = models.find((model) => model.kind === kind);
  if (found !== undefined) return found;
  const wanted = withArticle(models.map((model) => model.kind).join(' or '));
  const own = withArticle(kind.slice(0, 40));
  throw new CheckpointError(
    `the checkpoint holds ${own}, and ${wanted} is needed. Use another one, or what reads ${own} (in a program, the class in \`models\`).`,
  );
}

/** `a SequenceModel`, `an HRED`: the name of a class, as it is spoken. */
export function withArticle(kind: string): string {
  return `${/^([AEIO]|HRED)/.test(kind) ? 'an' : 'a'} ${kind}`;
}

function checkVersion(metadata: ReadonlyMap<string, string>, name: string): void {
  if (metadata.get('format') !== FORMAT) {
    throw new CheckpointError(
      `${name}: this safetensors file is not a checkpoint of recurra. Give a file that recurra train wrote.`,
    );
  }
  const version = metadata.get('version');
  if (version === VERSION) return;
  throw new CheckpointError(
    `${name}: the checkpoint has version ${version?.slice(0, 20) ?? 'none'}, this build reads ${VERSION}. Use the release that wrote it.`,
  );
}

function verifyChecksum(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: ReadonlyMap<string, string>,
  name: string,
): void {
  const [stored, actual] = [metadata.get(CHECKSUM), checksum(tensors, metadata)];
  if (stored === actual) return;
  const shown = stored?.slice(0, 20) ?? 'none';
  throw new CheckpointError(`${name}: the contents have the checksum ${actual}, the file says ${shown}. ${DAMAGED}`);
}

/** The weights of the best epoch, unless they were not kept or the run ended with better ones. */
function bestWeights({ arrays, values }: Snapshot): Map<string, HostArray> | undefined {
  const weights = arraysUnder(arrays, 'best.');
  if (weights.size === 0) return undefined;
  const fields = new Fields('training', values);
  const [, bestLoss = Infinity] = fields.numbers('best');
  const [endLoss = Infinity] = fields.numbers('endLoss');
  return endLoss < bestLoss ? undefined : weights;
}

function readTraining(
  tensors: ReadonlyMap<string, HostArray>,
  metadata: ReadonlyMap<string, string>,
): Snapshot | undefined {
  if (!metadata.has('training')) return undefined;
  return { arrays: arraysUnder(tensors, TRAINING), values: parse(metadata, 'training') };
}

function parse(metadata: ReadonlyMap<string, string>, key: string): Snapshot['values'] {
  const text = metadata.get(key);
  let values: unknown;
  try {
    values = JSON.parse(text ?? '');
  } catch (error) {
    throw new CheckpointError(`the metadata '${key}' is not JSON. Use another copy of the file.`, { cause: error });
  }
  // Checks that it is an object; its fields are checked by whoever reads them.
  void new Fields(key, values);
  return values as Snapshot['values'];
}

/**
 * Writes a checkpoint into a folder, made if it is not there: whole or not at all, whatever happens meanwhile.
 * @throws CheckpointError if the folder cannot be written; the checkpoint before is then untouched
 */
export async function saveCheckpoint(folder: string, model: Snapshotable, run?: Snapshotable): Promise<void> {
  const path = checkpointPath('saveCheckpoint', folder);
  if (typeof model?.snapshot !== 'function') {
    throw new OptionError('saveCheckpoint: takes a folder, a model and its run. Give them in this order.');
  }
  const bytes = encodeCheckpoint(model, run);
  await ensureFolder(folder);
  await writeAtomically(path, bytes);
}

/** Reads a checkpoint from a folder that `saveCheckpoint` wrote. @throws CheckpointError */
export async function loadCheckpoint<M = LanguageModel>(
  folder: string,
  engine: Engine,
  options: CheckpointOptions<M> = {},
): Promise<Checkpoint<M>> {
  const path = checkpointPath('loadCheckpoint', folder);
  return decodeCheckpoint(
    engine,
    await readBytes(path).catch((error: unknown) => refuseMissing(path, error)),
    path,
    options,
  );
}

function refuseMissing(path: string, error: unknown): never {
  const cause = error instanceof CheckpointError ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  if (cause?.code !== 'ENOENT') throw error;
  const remedy = 'Check the path; recurra train --text FILE --out DIR makes one.';
  throw new CheckpointError(`${path}: there is no checkpoint here. ${remedy}`, { cause: error });
}

/**
 * Makes a folder ready for checkpoints: makes it if it is not there, and removes what killed writers left behind.
 * @throws CheckpointError if it cannot be written
 */
export async function prepareFolder(folder: string): Promise<void> {
  await ensureFolder(folder);
  await sweepTemporaries(folder);
}

/** Copies a folder's checkpoint to `previous.safetensors`, before another run replaces it. @throws CheckpointError */
export async function keepPrevious(folder: string): Promise<void> {
  const path = checkpointPath('keepPrevious', folder);
  await writeAtomically(path.replace(CHECKPOINT_FILE, PREVIOUS_FILE), await readBytes(path));
}

function checkpointPath(operation: string, folder: string): string {
  if (typeof folder !== 'string') {
    throw new OptionError(`${operation}: the folder must be a string, got ${typeof folder}. Give it first.`);
  }
  return `${folder.replace(/\/+$/, '')}/${CHECKPOINT_FILE}`;
}
