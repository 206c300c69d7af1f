/** What a run of `recurra train` is made of: from options, or from a checkpoint. */

import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FILE, loadCheckpoint, prepareFolder } from '../checkpoint/checkpoint.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Corpus } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { CheckpointError, DataError, OptionError } from '../errors.js';
import { TIERS } from '../kernels/select.js';
import { LanguageModel } from '../models/language-model.js';
import type { Cell } from '../models/language-model.js';
import { reserveTraining } from '../models/sizes.js';
import type { ModelSizes, RunSizes } from '../models/sizes.js';
import { Fields, readStored } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { checkChoice } from '../options.js';
import { fullSettings, MOMENTS } from '../train/settings.js';
import type { FullSettings, TrainSettings } from '../train/settings.js';
import { engineOptions } from './engine.js';
import type { EngineArguments } from './engine.js';
import { readCorpus } from './files.js';

/** The options of `recurra train`, as commander reads them. */
export interface TrainArguments extends EngineArguments {
  readonly text?: string;
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

/** What a run is made of, from options or from a checkpoint. */
export interface Job {
  readonly folder: string;
  readonly textPath: string;
  readonly corpus: Corpus;
  readonly engine: Engine;
  readonly sizes: ModelSizes;
  /** Draws its weights, which takes a while for a large one, or has them from the checkpoint. */
  readonly makeModel: () => LanguageModel;
  readonly settings: TrainSettings;
  readonly resume: Snapshot | undefined;
  /** Whether the folder holds a checkpoint of another run, which is set aside as soon as this one has learnt anything. */
  readonly replaces: boolean;
}

/** Words kept where --vocab-size is not given. */
const WORDS = 10_000;

/** What --resume goes together with; everything else is in the checkpoint. */
const WITH_RESUME = [
  'resume',
  'text',
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

/** A run of its own. @throws whatever is wrong with options, text or folder */
export async function newJob(options: TrainArguments): Promise<Job> {
  const { text, out, level = 'char', locale, seed = 1 } = options;
  if (text === undefined || out === undefined) {
    throw new OptionError(
      `train: ${text === undefined ? '--text FILE' : '--out DIR'} is missing. Give --text FILE and --out DIR, or --resume DIR.`,
    );
  }
  if (level === 'char' && locale !== undefined) {
    throw new OptionError('train: --locale splits words, and --level is char. Add --level word or leave --locale out.');
  }
  const settings = settingsFrom(options);
  const full = fullSettings(settings); // what is wrong with them is said before anything is read or made
  const vocabSize = options.vocabSize ?? (level === 'word' ? WORDS : undefined);
  const corpus = await readCorpus(text, { level, locale, vocabSize });
  await prepareFolder(out);
  const replaces = holdsCheckpoint(out);
  const engine = await createEngine({ seed, ...engineOptions(options) });
  const model = {
    cell: options.cell ?? 'lstm',
    embeddingSize: options.embedding ?? 64,
    hiddenSize: options.hidden ?? 128,
    numLayers: options.layers ?? 1,
    dropout: options.dropout ?? 0,
  };
  const { vocabulary } = corpus;
  const sizes = { ...model, vocabSize: vocabulary.size };
  reserveTraining(engine, sizes, runSizes(full));
  const makeModel = (): LanguageModel => new LanguageModel(engine, { ...model, vocabulary });
  return { folder: out, textPath: text, corpus, engine, sizes, makeModel, settings, resume: undefined, replaces };
}

/** Whether there is a checkpoint to set aside. @throws CheckpointError for something else of that name */
function holdsCheckpoint(folder: string): boolean {
  const path = join(folder, CHECKPOINT_FILE);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || status.isFile()) return status !== undefined;
  throw new CheckpointError(
    `${path}: is in the way of the checkpoint and is no file. Remove it or give another --out.`,
  );
}

/** What of the settings decides the memory. */
export function runSizes({ batch, window, optimizer }: FullSettings): RunSizes {
  return { batch, window, moments: MOMENTS[optimizer] };
}

function settingsFrom(options: TrainArguments): TrainSettings {
  const { epochs, steps, batch, window, optimizer, lr, schedule, clipNorm, clipValue, validFraction, patience } =
    options;
  return { epochs, steps, batch, window, optimizer, lr, schedule, clipNorm, clipValue, validFraction, patience };
}

/** A run that goes on. */
export async function resumedJob(options: TrainArguments, folder: string): Promise<Job> {
  const foreign = Object.keys(options).filter((name) => !WITH_RESUME.includes(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new OptionError(
      `train: ${names.join(', ')} cannot be changed by --resume, which goes on with the settings of the checkpoint. ` +
        'It takes --text, --epochs, --steps, --lr, --clip-norm, --clip-value, --patience, --kernels, --threads, --revectorize, --log and --json.',
    );
  }
  const { model, training } = await loadOnItsKernels(folder, options);
  await prepareFolder(folder);
  if (training === undefined) {
    throw new CheckpointError(
      `${folder}: the checkpoint holds a model but no training run. Begin a new one with --text.`,
    );
  }
  const textPath = options.text ?? join(realpathSync(folder), new Fields('training', training.values).string('text'));
  const corpus = await readCorpus(textPath, { vocabulary: model.vocabulary }).catch((error: unknown) => {
    if (!(error instanceof DataError) || options.text !== undefined) throw error;
    const remedy = 'This is the text the run was trained on; where it has moved, say so with --text FILE.';
    throw new DataError(`${error.message} ${remedy}`, { cause: error });
  });
  const { engine, sizes } = model;
  const { epochs, steps, lr, clipNorm, clipValue, patience } = options;
  const settings = { epochs, steps, lr, clipNorm, clipValue, patience };
  const makeModel = (): LanguageModel => model;
  return { folder, textPath, corpus, engine, sizes, makeModel, settings, resume: training, replaces: false };
}

/** Loads on the kernels that wrote the checkpoint, so that the run goes on bit for bit; or on others, if asked. */
async function loadOnItsKernels(folder: string, options: TrainArguments): Promise<Checkpoint> {
  const engine = await createEngine(engineOptions(options));
  const checkpoint = await loadCheckpoint(folder, engine);
  const { training } = checkpoint;
  if (options.kernels !== undefined || training === undefined) return checkpoint;
  const stored = new Fields('training', training.values).string('kernels');
  const tier = readStored(folder, () => checkChoice('training', 'kernels', stored, TIERS));
  if (tier === engine.report().kernels) return checkpoint;
  engine.dispose();
  return loadCheckpoint(folder, await createEngine(engineOptions({ ...options, kernels: tier })));
}
