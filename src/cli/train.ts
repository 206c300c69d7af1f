/** `recurra train`: a text file in, a checkpoint out; or on from a checkpoint. */

import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import {
  CHECKPOINT_FILE,
  keepPrevious,
  loadCheckpoint,
  prepareFolder,
  PREVIOUS_FILE,
  saveCheckpoint,
} from '../checkpoint/checkpoint.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Corpus } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { CheckpointError, DataError, OptionError } from '../errors.js';
import { TIERS } from '../kernels/select.js';
import type { Tier } from '../kernels/select.js';
import { megabytes } from '../memory/heap.js';
import { LanguageModel } from '../models/language-model.js';
import type { Cell } from '../models/language-model.js';
import { countParameters, reserveTraining, trainingBytes } from '../models/sizes.js';
import type { ModelSizes, RunSizes } from '../models/sizes.js';
import { Fields, readStored } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { checkChoice } from '../options.js';
import { fullSettings, MOMENTS } from '../train/settings.js';
import type { FullSettings, TrainSettings } from '../train/settings.js';
import { train } from '../train/train.js';
import type { TrainingRun, TrainReport } from '../train/train.js';
import { EXIT } from './exit.js';
import { readCorpus } from './files.js';
import { Interruption } from './interruption.js';
import { TrainOutput } from './train-output.js';

/** The options of `recurra train`, as commander reads them. */
export interface TrainArguments {
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
  readonly kernels?: 'auto' | Tier;
  readonly log?: string;
  readonly json?: boolean;
}

/** What a run is made of, from options or from a checkpoint. */
interface Job {
  readonly folder: string;
  /** Absolute. */
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

/** The size of state from which drawing the weights takes a while: orthogonal matrices are O(H^3). */
const SLOW = 768;

/** What --resume goes together with; everything else is in the checkpoint. */
const WITH_RESUME = ['resume', 'text', 'epochs', 'steps', 'patience', 'kernels', 'log', 'json'];

/** Runs the command. @returns the exit code */
export async function trainCommand(options: TrainArguments): Promise<number> {
  const job = await (options.resume === undefined ? newJob(options) : resumedJob(options, options.resume));
  const output = new TrainOutput(options, job.corpus.vocabulary.level);
  if (job.resume === undefined && job.sizes.hiddenSize >= SLOW) {
    output.begin([`drawing ${grouped(countParameters(job.sizes))} weights`]);
  }
  const model = job.makeModel();
  const interruption = new Interruption(() => output.message('stopping after this window; once more to quit at once'));
  try {
    const run = train(model, job.corpus, {
      ...job.settings,
      resume: job.resume,
      signal: interruption.signal,
      onProgress: (event) => output.progress(event),
      onSave: saver(job, model),
    });
    output.begin(describeJob(job, run));
    const report = await run;
    output.done(report, job.folder);
    return code(report, interruption);
  } finally {
    interruption.end();
    output.end();
  }
}

function code(report: TrainReport, interruption: Interruption): number {
  return report.reason === 'aborted' ? interruption.exitCode : EXIT.done;
}

async function newJob(options: TrainArguments): Promise<Job> {
  const { text, out, level = 'char', locale, seed = 1, kernels = 'auto' } = options;
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
  const replaces = existsSync(join(out, CHECKPOINT_FILE));
  const engine = await createEngine({ seed, kernels });
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
  const textPath = resolve(text);
  return { folder: out, textPath, corpus, engine, sizes, makeModel, settings, resume: undefined, replaces };
}

function runSizes({ batch, window, optimizer }: FullSettings): RunSizes {
  return { batch, window, moments: MOMENTS[optimizer] };
}

function settingsFrom(options: TrainArguments): TrainSettings {
  const { epochs, steps, batch, window, optimizer, lr, schedule, clipNorm, clipValue, validFraction, patience } =
    options;
  return { epochs, steps, batch, window, optimizer, lr, schedule, clipNorm, clipValue, validFraction, patience };
}

async function resumedJob(options: TrainArguments, folder: string): Promise<Job> {
  const foreign = Object.keys(options).filter((name) => !WITH_RESUME.includes(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new OptionError(
      `train: ${names.join(', ')} cannot be changed by --resume, which goes on with the settings of the checkpoint. ` +
        'It takes --text, --epochs, --steps, --patience, --kernels, --log and --json.',
    );
  }
  const { model, training } = await loadOnItsKernels(folder, options.kernels);
  await prepareFolder(folder);
  if (training === undefined) {
    throw new CheckpointError(
      `${folder}: the checkpoint holds a model but no training run. Begin a new one with --text.`,
    );
  }
  const textPath = resolve(options.text ?? join(folder, new Fields('training', training.values).string('text')));
  const corpus = await readCorpus(textPath, { vocabulary: model.vocabulary }).catch((error: unknown) => {
    if (!(error instanceof DataError) || options.text !== undefined) throw error;
    const remedy = 'This is the text the run was trained on; where it has moved, say so with --text FILE.';
    throw new DataError(`${error.message} ${remedy}`, { cause: error });
  });
  const { engine, sizes } = model;
  const { epochs, steps, patience } = options;
  const settings = { epochs, steps, patience };
  const makeModel = (): LanguageModel => model;
  return { folder, textPath, corpus, engine, sizes, makeModel, settings, resume: training, replaces: false };
}

/** Loads on the kernels that wrote the checkpoint, so that the run goes on bit for bit; or on others, if asked. */
async function loadOnItsKernels(folder: string, asked: 'auto' | Tier | undefined): Promise<Checkpoint> {
  const engine = await createEngine(asked === undefined ? {} : { kernels: asked });
  const checkpoint = await loadCheckpoint(folder, engine);
  const { training } = checkpoint;
  if (asked !== undefined || training === undefined) return checkpoint;
  const stored = new Fields('training', training.values).string('kernels');
  const tier = readStored(folder, () => checkChoice('training', 'kernels', stored, TIERS));
  return tier === engine.report().kernels ? checkpoint : loadCheckpoint(folder, await createEngine({ kernels: tier }));
}

/** Saves, and first keeps the checkpoint of another run: a run that fails at once leaves it where it is. */
function saver(job: Job, model: LanguageModel): (run: TrainingRun) => Promise<void> {
  let replaces = job.replaces;
  return async (run) => {
    if (replaces && run.trainer.step === 0) return;
    if (replaces) await keepPrevious(job.folder);
    replaces = false;
    await save(job, model, run);
  };
}

/** Saves model and run, with what else a resumed run needs: the kernels, and the text's path from the folder. */
async function save({ folder, engine, textPath }: Job, model: LanguageModel, run: TrainingRun): Promise<void> {
  const { kernels } = engine.report();
  const text = relative(resolve(folder), textPath).replaceAll(sep, '/');
  await saveCheckpoint(folder, model, {
    snapshot() {
      const { arrays, values } = run.snapshot();
      return { arrays, values: { ...values, text, kernels } };
    },
  });
}

function describeJob({ folder, engine, sizes, corpus, resume, replaces }: Job, { trainer }: TrainingRun): string[] {
  const { cell, vocabSize, embeddingSize, hiddenSize, numLayers } = sizes;
  const { kernels, notes } = engine.report();
  const memory = trainingBytes(engine, sizes, runSizes(trainer.settings));
  const layers = `${numLayers} ${cell} layer${numLayers === 1 ? '' : 's'} of ${hiddenSize}`;
  return [
    `${grouped(corpus.tokens.length)} tokens, ${grouped(vocabSize)} symbols (${corpus.vocabulary.level})`,
    `embedding ${embeddingSize}, ${layers}, ${grouped(countParameters(sizes))} parameters, about ${megabytes(memory)}`,
    `kernels ${kernels}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`,
    ...(replaces ? [`${folder} holds a checkpoint of another run, which will be kept as ${PREVIOUS_FILE}`] : []),
    ...(resume === undefined ? [] : [describeResume(trainer)]),
  ];
}

function describeResume(trainer: TrainingRun['trainer']): string {
  const { step, totalSteps, settings } = trainer;
  const made = `${grouped(step)} update${step === 1 ? '' : 's'}`;
  if (step >= totalSteps) return `all of its ${made} are made; give --epochs or --steps, more than before, to go on`;
  if (trainer.outOfPatience && trainer.windowsDone === 0) {
    return `stopped after ${made} by --patience ${settings.patience}; give --patience, more than before or 0, to go on`;
  }
  return `resuming at update ${grouped(step)} of ${grouped(totalSteps)}`;
}

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}
