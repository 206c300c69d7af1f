/** `recurra train` on the examples of a file: from options, or from a checkpoint. */

import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { prepareFolder } from '../checkpoint/checkpoint.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import { megabytes } from '../memory/heap.js';
import type { Learner } from '../models/learner.js';
import { Fields } from '../models/snapshot.js';
import type { Json, Snapshot } from '../models/snapshot.js';
import { fit } from '../train/fit.js';
import { FIT_SETTINGS, fullFitSettings } from '../train/fit-settings.js';
import type { FitSettings, FullFitSettings } from '../train/fit-settings.js';
import type { TrainingRun, TrainReport } from '../train/train.js';
import { engineOptions } from './engine.js';
import { inFile } from './files.js';
import { flag, grouped, holdsCheckpoint, refuseOptions, settingsFrom } from './job.js';
import type { Job, Resumed, TrainArguments } from './job.js';
import { optionName } from './kind.js';
import type { AnyKind, KindArguments } from './kind.js';
import type { Conclusion } from './train-output.js';

/** General options that every kind takes. */
const GENERAL = ['task', 'out', 'resume', ...FIT_SETTINGS, 'kernels', 'threads', 'revectorize', 'log', 'json'];

/** What the two ways to a job come to. */
interface Parts {
  readonly kind: AnyKind;
  readonly folder: string;
  readonly path: string;
  readonly options: KindArguments;
  readonly data: unknown;
  readonly engine: Engine;
  readonly makeModel: () => Learner<unknown>;
  readonly settings: FitSettings;
  readonly resume: Snapshot | undefined;
  readonly replaces: boolean;
}

/** A run of its own. @throws whatever is wrong with options, data or folder */
export async function newKindJob(kind: AnyKind, given: TrainArguments): Promise<Job> {
  const { out, seed = 1 } = given;
  const path = sourceOf(kind, given);
  refuseForeign(kind, given, `this run is on ${kind.noun}`);
  if (path === undefined || out === undefined) {
    const missing = path === undefined ? kind.source[0] : '--out <dir>';
    throw new OptionError(`train: ${missing} is missing. --task ${kind.name} needs ${kind.source[0]} and --out <dir>.`);
  }
  const settings = withRecipe(kind, { ...settingsFrom(given), seed });
  checkValidation(fullFitSettings(settings), given); // what is wrong with them is said before anything is read or made
  const options = ownOptions(kind, given);
  const data = await kind.read(path, options);
  const engine = await createEngine({ seed, ...engineOptions(given) });
  const model = inFile(path, () => kind.create(engine, data, options)); // before there is a folder: its options may contradict each other
  await prepareFolder(out);
  const replaces = holdsCheckpoint(out);
  const makeModel = (): Learner<unknown> => model;
  return job({ kind, folder: out, path, options, data, engine, makeModel, settings, resume: undefined, replaces });
}

/** @throws OptionError for what validation decides, where none is asked for */
function checkValidation({ patience, schedule }: FullFitSettings, { validFraction }: TrainArguments): void {
  if (validFraction !== 0) return;
  for (const [name, isGiven] of [
    ['--patience', patience > 0],
    ['--schedule plateau', schedule === 'plateau'],
  ]) {
    if (!isGiven) continue;
    throw new OptionError(`train: ${name} needs validation, and --valid-fraction is 0. Set --valid-fraction above 0.`);
  }
}

/** A run that goes on. */
export async function resumedKindJob(
  kind: AnyKind,
  given: TrainArguments,
  { folder, model, training, settings }: Resumed<Learner<unknown>>,
): Promise<Job> {
  refuseForeign(kind, given, `${folder} holds a run on ${kind.noun}`);
  const stored = storedOptions(kind, folder, training);
  const options = { ...stored, ...ownOptions(kind, given) };
  const path = sourceOf(kind, given) ?? String(stored[optionName(kind.source)]);
  const data = await kind.read(path, options).catch((error: unknown) => {
    if (!(error instanceof DataError) || sourceOf(kind, given) !== undefined) throw error;
    const remedy = `This is what the run was trained on; where it has moved, say so with ${kind.source[0]}.`;
    throw new DataError(`${error.message} ${remedy}`, { cause: error });
  });
  const { engine } = model;
  const makeModel = (): Learner<unknown> => model;
  return job({ kind, folder, path, options, data, engine, makeModel, settings, resume: training, replaces: false });
}

/** The options that the run of a checkpoint was begun with, paths as they are from here. @throws CheckpointError */
export function storedOptions(kind: AnyKind, folder: string, training: Snapshot): KindArguments {
  const stored = new Fields('training', training.values).object('options') as KindArguments;
  const paths = [optionName(kind.source), ...kind.paths].filter((name) => typeof stored[name] === 'string');
  return {
    ...stored,
    ...Object.fromEntries(paths.map((name) => [name, join(realpathSync(folder), String(stored[name]))])),
  };
}

/** Refuses options that this kind has no use for. */
function refuseForeign(kind: AnyKind, given: TrainArguments, run: string): void {
  const known = [...GENERAL, ...kind.takes, ...[kind.source, ...kind.options].map(optionName)];
  const foreign = Object.keys(given).filter((name) => !known.includes(name));
  refuseOptions(given, foreign, run);
}

/** The path of its file among the options. */
function sourceOf(kind: AnyKind, given: object): string | undefined {
  return (given as Readonly<Record<string, string | undefined>>)[optionName(kind.source)];
}

/** The options that change what is read or made. */
function ownOptions(kind: AnyKind, given: TrainArguments): KindArguments {
  const own = [...kind.takes, ...kind.options.map(optionName)];
  return Object.fromEntries(Object.entries(given).filter(([name]) => own.includes(name))) as KindArguments;
}

/** The settings that are given, and for the rest the recipe of the kind. */
function withRecipe({ recipe }: AnyKind, given: FitSettings): FitSettings {
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { epochs, steps, lr, ...rest } = recipe;
  const length = 'epochs' in own || 'steps' in own ? {} : { epochs, steps };
  const rate = 'optimizer' in own ? {} : { lr }; // a rate belongs to its optimizer
  return { ...rest, ...length, ...rate, ...own };
}

function job(parts: Parts): Job {
  const { kind, folder, path, options, data, engine, settings, resume } = parts;
  const files = [path, ...kind.paths.filter((name) => name in options).map((name) => String(options[name]))];
  let run: TrainingRun | undefined;
  return {
    ...parts,
    files,
    terms: kind.terms,
    start(model, runOptions) {
      const learner = model as Learner<unknown>;
      const begin = (): TrainingRun =>
        fit(learner, kind.fitData(learner, data, options), { ...settings, resume, ...runOptions });
      run = inFile(path, begin, files);
      return run;
    },
    describe: (model) => describe(parts, model as Learner<unknown>, run),
    stored(): Readonly<Record<string, Json>> {
      const names = kind.paths.filter((name) => name in options);
      const files = [
        [optionName(kind.source), path] as const,
        ...names.map((name) => [name, String(options[name])] as const),
      ];
      const paths = Object.fromEntries(files.map(([name, file]) => [name, relativePath(folder, file)]));
      const { flops = 0, bytes: stepBytes = 0 } = run?.trainer.objective.cost ?? {};
      const { kernels } = engine.report();
      const own = kind.stored?.(data) ?? {};
      return { task: kind.name, options: { ...options, ...paths }, ...own, kernels, flops, stepBytes };
    },
    conclude: (model, report) => conclude(parts, model as Learner<unknown>, report),
  };
}

/** A file as the checkpoint names it, so that both can be moved together. */
function relativePath(folder: string, file: string): string {
  return relative(realpathSync(folder), realpathSync(file)).replaceAll(sep, '/');
}

/** Data, model, and what a step costs. */
function describe({ kind, data, engine }: Parts, model: Learner<unknown>, run: TrainingRun | undefined): string[] {
  const lines = [kind.describe(data), model.summary()];
  const cost = run?.trainer.objective.cost;
  if (cost === undefined) return lines;
  const bytes = engine.memory.persistentBytes + cost.bytes;
  return [...lines, `${grouped(Math.round(cost.flops / 1e6))} MFLOP a step at the most, about ${megabytes(bytes)}`];
}

/** Tells what the weights are worth that are taken from here on: the best ones, where they are kept and not the last. */
function conclude(
  { kind, data, options }: Parts,
  model: Learner<unknown>,
  report: TrainReport,
): Conclusion | undefined {
  const { best, validLoss = Infinity } = report;
  if (best?.weights !== undefined && best.validLoss < validLoss) model.loadStateDict(best.weights);
  return kind.conclude?.(model, data, options);
}

/** The file that `recurra evaluate` is given for a kind. @throws OptionError */
export function requiredSource(kind: AnyKind, given: object, folder: string): string {
  const path = sourceOf(kind, given);
  if (path !== undefined) return path;
  throw new OptionError(
    `evaluate: ${flag(optionName(kind.source))} is missing; ${folder} holds a model of ${kind.noun}. Give ${kind.source[0]}.`,
  );
}
