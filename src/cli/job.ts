/** What a run of `recurra train` is made of, whatever it learns: from options, or from a checkpoint. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FILE, loadCheckpoint, prepareFolder } from '../checkpoint/checkpoint.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import { TIERS } from '../kernels/select.js';
import type { Cell } from '../models/language-model.js';
import type { Network } from '../models/network.js';
import { countParameters } from '../models/sizes.js';
import type { ModelSizes } from '../models/sizes.js';
import { Fields, readStored } from '../models/snapshot.js';
import type { Json, Snapshot } from '../models/snapshot.js';
import { checkChoice } from '../options.js';
import type { RunOptions } from '../train/run.js';
import type { FullSettings, UpdateSettings } from '../train/settings.js';
import type { TrainingRun, TrainReport } from '../train/train.js';
import { engineOptions } from './engine.js';
import type { EngineArguments } from './engine.js';
import { KINDS, MODELS } from './kinds.js';
import type { AnyModel } from './kinds.js';
import { optionName } from './kind.js';
import type { Terms } from './terms.js';
import type { Conclusion } from './train-output.js';

/** The options of `recurra train`, as commander reads them. */
export interface TrainArguments extends EngineArguments {
  readonly text?: string;
  /** A generated task, a kind of run on the examples of a file, or `list`. */
  readonly task?: string;
  readonly length?: number;
  readonly items?: number;
  readonly symbols?: number;
  readonly delay?: number;
  readonly test?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly level?: 'char' | 'word';
  readonly locale?: string;
  readonly vocabSize?: number;
  readonly cell?: Cell;
  readonly embedding?: number;
  readonly hidden?: number;
  readonly layers?: number;
  readonly dropout?: number;
  readonly tied?: boolean;
  readonly projection?: boolean;
  readonly sampled?: number;
  readonly proposals?: 'log-uniform' | 'unigram';
  readonly chrono?: number;
  readonly batch?: number;
  readonly window?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly optimizer?: FullSettings['optimizer'];
  readonly lr?: number;
  readonly schedule?: FullSettings['schedule'];
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly validFraction?: number;
  readonly patience?: number;
  readonly seed?: number;
  readonly log?: string;
  readonly json?: boolean;
}

/** What a run is made of. */
export interface Job {
  readonly folder: string;
  readonly engine: Engine;
  /** What is told before the weights are drawn, where that takes a while. */
  readonly drawing?: string | undefined;
  readonly terms: Terms;
  readonly resume: Snapshot | undefined;
  /** Whether the folder holds a checkpoint of another run, which is set aside as soon as this one has learnt anything. */
  readonly replaces: boolean;
  /** What it reads, which the log cannot be. */
  readonly files: readonly string[];
  /** Draws its weights, which takes a while for a large one, or has them from the checkpoint. */
  readonly makeModel: () => Network;
  /** @param model the one that it has made */
  start(model: Network, options: RunOptions): TrainingRun;
  /** Data and model, a line each. */
  describe(model: Network): string[];
  /** What a resumed run needs, beside model and run. */
  stored(): Readonly<Record<string, Json>>;
  /** What there is to tell about a run that has ended by itself. */
  conclude?(model: Network, report: TrainReport): Conclusion | undefined;
}

/** A checkpoint to go on from. */
export interface Resumed<M> {
  readonly folder: string;
  readonly model: M;
  readonly training: Snapshot;
  /** Those that --resume may change, as far as they are given. */
  readonly settings: UpdateSettings;
}

/** What --resume goes together with; everything else is in the checkpoint. */
const WITH_RESUME = [
  'resume',
  'text',
  'test',
  'epochs',
  'steps',
  'lr',
  'clipNorm',
  'clipValue',
  'patience',
  'kernels',
  'threads',
  'revectorize',
  'log',
  'json',
];

/** An option as it is written: `--valid-fraction`. */
export function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Refuses options that a kind of run has no use for. @param run what it is, for the message: `this run is on a text` */
export function refuseOptions(options: TrainArguments, names: readonly string[], run: string): void {
  const given = names.filter((name) => name in options).map(flag);
  if (given.length === 0) return;
  throw new OptionError(
    `train: ${run}, which has no ${given.join(', ')}. Leave ${given.length === 1 ? 'it' : 'them'} out.`,
  );
}

/** Whether there is a checkpoint to set aside. @throws CheckpointError for something else of that name */
export function holdsCheckpoint(folder: string): boolean {
  const path = join(folder, CHECKPOINT_FILE);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || status.isFile()) return status !== undefined;
  throw new CheckpointError(
    `${path}: is in the way of the checkpoint and is no file. Remove it or give another --out.`,
  );
}

/** Reads the checkpoint to go on from. @throws OptionError for options that cannot be changed; CheckpointError */
export async function readResumed(options: TrainArguments, folder: string): Promise<Resumed<AnyModel>> {
  const files = KINDS.flatMap((kind) => [optionName(kind.source), ...kind.paths]);
  const foreign = Object.keys(options).filter((name) => ![...WITH_RESUME, ...files].includes(name));
  if (foreign.length > 0) {
    throw new OptionError(
      `train: ${foreign.map(flag).join(', ')} cannot be changed by --resume, which goes on with the settings of the checkpoint. ` +
        'It takes the files of the run, --epochs, --steps, --lr, --clip-norm, --clip-value, --patience, --test, --kernels, --threads, --revectorize, --log and --json.',
    );
  }
  const { model, training } = await loadOnItsKernels(folder, options);
  await prepareFolder(folder);
  if (training === undefined) {
    throw new CheckpointError(
      `${folder}: the checkpoint holds a model but no training run. Begin a new one with --text.`,
    );
  }
  const { epochs, steps, lr, clipNorm, clipValue, patience } = options;
  return { folder, model, training, settings: { epochs, steps, lr, clipNorm, clipValue, patience } };
}

/** Loads on the kernels that wrote the checkpoint, so that the run goes on bit for bit; or on others, if asked. */
async function loadOnItsKernels(folder: string, options: TrainArguments): Promise<Checkpoint<AnyModel>> {
  const engine = await createEngine(engineOptions(options));
  const checkpoint = await loadCheckpoint(folder, engine, { models: MODELS });
  const { training } = checkpoint;
  if (options.kernels !== undefined || training === undefined) return checkpoint;
  const stored = new Fields('training', training.values).string('kernels');
  const tier = readStored(folder, () => checkChoice('training', 'kernels', stored, TIERS));
  if (tier === engine.report().kernels) return checkpoint;
  engine.dispose();
  return loadCheckpoint(folder, await createEngine(engineOptions({ ...options, kernels: tier })), { models: MODELS });
}

/** The settings of any run among the options. */
export function settingsFrom(options: TrainArguments): UpdateSettings {
  const { epochs, steps, batch, optimizer, lr, schedule, clipNorm, clipValue, patience } = options;
  return { epochs, steps, batch, optimizer, lr, schedule, clipNorm, clipValue, patience };
}

/** The size of state from which drawing the weights takes a while: orthogonal matrices are O(H^3). */
const SLOW = 768;

/** What to say before the weights of such sizes are drawn, if anything. */
export function drawing(sizes: ModelSizes): string | undefined {
  return sizes.hiddenSize < SLOW ? undefined : `drawing ${grouped(countParameters(sizes))} weights`;
}

/** `1,234`. */
export function grouped(n: number): string {
  return n.toLocaleString('en-US');
}
