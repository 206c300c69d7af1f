/** `recurra train`: a text file in, a checkpoint out; or on from a checkpoint. */

import { resolve } from 'node:path';
import { loadCheckpoint, prepareFolder, saveCheckpoint } from '../checkpoint/checkpoint.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { Corpus } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import type { Tier } from '../kernels/select.js';
import { megabytes } from '../memory/heap.js';
import { LanguageModel } from '../models/language-model.js';
import type { Cell } from '../models/language-model.js';
import { Fields } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { MOMENTS, settingsOf } from '../train/settings.js';
import type { FullSettings, TrainSettings } from '../train/settings.js';
import { train } from '../train/train.js';
import type { TrainingRun, TrainReport } from '../train/train.js';
import { EXIT } from './exit.js';
import { readText } from './files.js';
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
  /** Absolute, so that a run is resumed from any folder. */
  readonly textPath: string;
  readonly corpus: Corpus;
  readonly model: LanguageModel;
  readonly settings: TrainSettings;
  readonly resume: Snapshot | undefined;
}

/** Words kept where --vocab-size is not given. */
const WORDS = 10_000;

/** What --resume goes together with; everything else is in the checkpoint. */
const WITH_RESUME = ['resume', 'text', 'epochs', 'steps', 'kernels', 'log', 'json'];

/** Runs the command. @returns the exit code */
export async function trainCommand(options: TrainArguments): Promise<number> {
  const job = await (options.resume === undefined ? newJob(options) : resumedJob(options, options.resume));
  const output = new TrainOutput(options, job.model.vocabulary.level);
  output.begin(describeJob(job));
  const interruption = new Interruption(() => output.message('stopping after this window; once more to quit at once'));
  try {
    const run = train(job.model, job.corpus, {
      ...job.settings,
      resume: job.resume,
      signal: interruption.signal,
      onProgress: (event) => output.progress(event),
      onSave: (running) => save(job, running),
    });
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
  const vocabSize = options.vocabSize ?? (level === 'word' ? WORDS : undefined);
  const corpus = Corpus.fromText(await readText(text), { level, locale, vocabSize });
  await prepareFolder(out);
  const engine = await createEngine({ seed, kernels });
  const model = new LanguageModel(engine, {
    vocabulary: corpus.vocabulary,
    cell: options.cell ?? 'lstm',
    embeddingSize: options.embedding ?? 64,
    hiddenSize: options.hidden ?? 128,
    numLayers: options.layers ?? 1,
    dropout: options.dropout ?? 0,
  });
  return { folder: out, textPath: resolve(text), corpus, model, settings: settingsFrom(options), resume: undefined };
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
        'It takes --text, --epochs, --steps, --kernels, --log and --json.',
    );
  }
  const { model, training } = await loadOnItsKernels(folder, options.kernels);
  await prepareFolder(folder);
  if (training === undefined) {
    throw new CheckpointError(
      `${folder}: the checkpoint holds a model but no training run. Begin a new one with --text.`,
    );
  }
  const textPath = resolve(options.text ?? new Fields('training', training.values).string('text'));
  const corpus = Corpus.fromText(await readText(textPath), { vocabulary: model.vocabulary });
  const { epochs, steps } = options;
  const length = epochs === undefined && steps === undefined ? {} : { epochs, steps };
  const settings = { ...settingsOf(training), ...length };
  return { folder, textPath, corpus, model, settings, resume: training };
}

/** Loads on the kernels that wrote the checkpoint, so that the run goes on bit for bit; or on others, if asked. */
async function loadOnItsKernels(folder: string, asked: 'auto' | Tier | undefined): Promise<Checkpoint> {
  const engine = await createEngine(asked === undefined ? {} : { kernels: asked });
  const checkpoint = await loadCheckpoint(folder, engine);
  const { training } = checkpoint;
  if (asked !== undefined || training === undefined) return checkpoint;
  const tier = new Fields('training', training.values).string('kernels') as Tier;
  return tier === engine.report().kernels ? checkpoint : loadCheckpoint(folder, await createEngine({ kernels: tier }));
}

/** Saves model and run, with the path of the text and the kernels, which a resumed run needs. */
function save({ folder, model, textPath }: Job, run: TrainingRun): Promise<void> {
  const { kernels } = model.engine.report();
  return saveCheckpoint(folder, model, {
    snapshot() {
      const { arrays, values } = run.snapshot();
      return { arrays, values: { ...values, text: textPath, kernels } };
    },
  });
}

function describeJob({ model, corpus, settings, resume }: Job): string[] {
  const { cell, embeddingSize, hiddenSize, numLayers, parameterCount, vocabulary } = model;
  const { kernels, notes } = model.engine.report();
  const { batch = 32, window = 64, optimizer = 'adam' } = settings;
  const memory = model.predictMemory({ batch, window, moments: MOMENTS[optimizer] });
  const grouped = (n: number): string => n.toLocaleString('en-US');
  const layers = `${numLayers} ${cell} layer${numLayers === 1 ? '' : 's'} of ${hiddenSize}`;
  return [
    `${grouped(corpus.tokens.length)} tokens, ${grouped(vocabulary.size)} symbols (${vocabulary.level})`,
    `embedding ${embeddingSize}, ${layers}, ${grouped(parameterCount)} parameters, about ${megabytes(memory)}`,
    `kernels ${kernels}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`,
    ...(resume === undefined
      ? []
      : [`resuming at update ${grouped(new Fields('training', resume.values).count('step'))}`]),
  ];
}
