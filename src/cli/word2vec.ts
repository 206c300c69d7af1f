/** `recurra word2vec`: a text in, a file of word vectors out; with a checkpoint, in several sittings. */

import { writeAtomically } from '#storage';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadCheckpoint, prepareFolder, saveCheckpoint } from '../checkpoint/checkpoint.js';
import { fileError } from '../checkpoint/file-error.js';
import type { VectorFormat } from '../data/vectors/format.js';
import { writeWordVectors } from '../data/vectors/write.js';
import { WordCorpus, wordSplitter } from '../data/word-corpus.js';
import type { WordTextOptions } from '../data/word-corpus.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import { Word2Vec } from '../models/word2vec.js';
import type { Word2VecOptions } from '../models/word2vec.js';
import { Fields } from '../models/snapshot.js';
import type { Json, Snapshot } from '../models/snapshot.js';
import { trainWord2Vec } from '../train/word2vec.js';
import type { Word2VecProgress, Word2VecReport, Word2VecRun } from '../train/word2vec.js';
import type { Word2VecSettings } from '../train/word2vec-settings.js';
import { checkNotTaken, checkpointFiles } from './destination.js';
import { engineOptions } from './engine.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { inFile, readText } from './files.js';
import { Interruption } from './interruption.js';
import { grouped } from './job.js';
import { formatCount, formatDuration, ProgressLine } from './progress.js';

/** The options of `recurra word2vec`. */
export interface Word2VecArguments
  extends
    Omit<Word2VecSettings, 'seed'>,
    Pick<Word2VecOptions, 'architecture' | 'output' | 'size'>,
    Pick<WordTextOptions, 'splitBy' | 'locale' | 'minCount' | 'maxWords'>,
    Omit<EngineArguments, 'revectorize'> {
  readonly text: string;
  readonly out: string;
  readonly format?: VectorFormat;
  readonly binary?: boolean;
  readonly keepCase?: boolean;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly seed?: number;
  readonly json?: boolean;
}

/** How a text is split into words: what a checkpoint has to keep of it. */
type Split = Pick<WordTextOptions, 'splitBy' | 'locale' | 'lowerCase'>;

/** What is trained, on what, and from where on. */
interface Job {
  readonly model: Word2Vec;
  readonly corpus: WordCorpus;
  readonly split: Split;
  readonly resume?: Snapshot | undefined;
}

/** Words that come less often than so many times have no vector, as in word2vec.c. */
const MIN_COUNT = 5;

/** The options that a resumed run has from its checkpoint. */
const FIXED = [
  'architecture',
  'output',
  'size',
  'splitBy',
  'locale',
  'minCount',
  'maxWords',
  'keepCase',
  'seed',
] as const;

/** Runs the command. @returns the exit code */
export async function word2vecCommand(options: Word2VecArguments): Promise<number> {
  const format = formatOf(options);
  checkThreads(options);
  const folder = options.checkpoint ?? options.resume;
  checkNotTaken('--out', options.out, [options.text, ...foldersOf(options).flatMap(checkpointFiles)]);
  checkOutput(options.out);
  if (folder !== undefined) await prepareFolder(folder);
  const job = await jobOf(options);
  const output = new Output(options.json === true);
  const interruption = new Interruption(() => output.message('stopping; once more to quit at once'));
  try {
    output.begin(job);
    const run = trainWord2Vec(job.model, job.corpus, {
      ...settingsOf(options),
      resume: job.resume,
      signal: interruption.signal,
      onProgress: (event) => output.progress(event),
      ...(folder === undefined ? {} : { onSave: (current: Word2VecRun) => save(folder, job, current) }),
    });
    output.start(run);
    const report = await run;
    await writeAtomically(options.out, writeWordVectors(job.model.vectors(), { format }));
    output.done(report, options.out, folder);
    return report.reason === 'aborted' ? interruption.exitCode : EXIT.done;
  } finally {
    interruption.end();
    output.end();
    job.model.engine.dispose();
  }
}

/** @throws OptionError */
function formatOf({ format, binary }: Word2VecArguments): VectorFormat {
  if (format !== undefined && binary === true) {
    throw new OptionError(`word2vec: --binary and --format ${format} contradict each other. Give one.`);
  }
  return binary === true ? 'word2vec-binary' : (format ?? 'word2vec');
}

/** @throws OptionError for threads that would have nothing to do */
function checkThreads({ threads = 1, hogwild }: Word2VecArguments): void {
  if (threads === 1 || hogwild === true) return;
  throw new OptionError(
    `word2vec: --threads ${threads} update the same vectors at once, so that results differ from run to run. Allow it with --hogwild.`,
  );
}

/** Where checkpoints are read from and written to. */
function foldersOf({ checkpoint, resume }: Word2VecArguments): string[] {
  return [checkpoint, resume].filter((folder) => folder !== undefined);
}

/** Finds a file that cannot be written before the training. @throws CheckpointError */
function checkOutput(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  } catch (error) {
    throw fileError(`--out ${path}`, 'cannot be written', error);
  }
  throw new CheckpointError(`--out ${path}: cannot be written, it is a folder. Give the path of a file.`);
}

async function jobOf(options: Word2VecArguments): Promise<Job> {
  const { kernels, threads } = options;
  const engine = await createEngine({
    ...engineOptions({ ...(kernels === undefined ? {} : { kernels }), ...(threads === undefined ? {} : { threads }) }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  return options.resume === undefined ? newJob(engine, options) : resumedJob(engine, options, options.resume);
}

async function newJob(engine: Engine, options: Word2VecArguments): Promise<Job> {
  const { text, minCount = MIN_COUNT, maxWords, architecture, output, size } = options;
  const { splitBy, locale } = options;
  const split = { splitBy, locale, lowerCase: options.keepCase !== true };
  const content = await readText(text);
  const corpus = inFile(text, () => WordCorpus.fromText(content, { ...split, minCount, maxWords }));
  const { vocabulary } = corpus;
  return { model: new Word2Vec(engine, { vocabulary, architecture, output, size }), corpus, split };
}

async function resumedJob(engine: Engine, options: Word2VecArguments, folder: string): Promise<Job> {
  const given = FIXED.find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw new OptionError(`word2vec: ${given} is that of the checkpoint with --resume. Leave it out.`);
  }
  const { model, training } = await loadCheckpoint(folder, engine, { models: [Word2Vec] });
  if (training === undefined) {
    throw new CheckpointError(`${folder}: the checkpoint has no training to go on with. Give one of recurra word2vec.`);
  }
  const split = new Fields('training', training.values).object('split') as Split;
  const { vocabulary } = model.options;
  const content = await readText(options.text);
  const corpus = inFile(options.text, () => WordCorpus.encode(wordSplitter(split)(content), vocabulary));
  return { model, corpus, split, resume: training };
}

function settingsOf(options: Word2VecArguments): Word2VecSettings {
  const { epochs, window, negatives, power, sample, lr, minLr, maxSentence, cbowGradient, seed, hogwild } = options;
  return { epochs, window, negatives, power, sample, lr, minLr, maxSentence, cbowGradient, seed, hogwild };
}

async function save(folder: string, { model, split }: Job, run: Word2VecRun): Promise<void> {
  const stored = Object.fromEntries(Object.entries(split).filter(([, value]) => value !== undefined));
  await saveCheckpoint(folder, model, {
    snapshot() {
      const { arrays, values } = run.snapshot();
      return { arrays, values: { ...values, split: stored as { readonly [name: string]: Json } } };
    },
  });
}

/** A line of progress and messages on stderr, JSON lines on stdout. */
class Output {
  readonly #json: boolean;
  #line: ProgressLine | undefined;

  constructor(json: boolean) {
    this.#json = json;
  }

  begin({ model, corpus, resume }: Job): void {
    const { kernels, threads } = model.engine.report();
    this.message(`${grouped(corpus.length)} words in ${grouped(corpus.starts.length - 1)} sentences`);
    this.message(model.summary());
    this.message(`kernels ${kernels}, ${threads} thread${threads === 1 ? '' : 's'}`);
    if (resume !== undefined) this.message('going on from the checkpoint');
  }

  message(text: string): void {
    if (this.#line === undefined) process.stderr.write(`${text}\n`);
    else this.#line.message(text);
  }

  /** Begins the line of the epoch that comes next, if there is one. */
  start({ trainer }: Word2VecRun): void {
    const { history, settings, corpus, epochWords } = trainer;
    if (history.length >= settings.epochs) return;
    this.#newLine(history.length + 1, settings.epochs, corpus.length, epochWords);
  }

  #newLine(epoch: number, epochs: number, total: number, initial: number): void {
    this.#line = new ProgressLine({ label: `epoch ${epoch}/${epochs}`, total, initial, unit: 'word' });
  }

  progress(event: Word2VecProgress): void {
    const { epoch, epochs, epochWords, wordsPerEpoch } = event;
    const left = epoch < epochs ? { 'run left': formatDuration(1000 * event.etaSeconds) } : {};
    const fields = { loss: event.trainLoss.toFixed(4), ...left, 'word/s': formatCount(event.wordsPerSecond) };
    if (event.event === 'chunk') {
      this.#line?.update(epochWords, fields);
      return;
    }
    this.#line?.finish(fields, epochWords);
    this.#line = undefined;
    if (epoch < epochs) this.#newLine(epoch + 1, epochs, wordsPerEpoch, 0);
    const { trainLoss, lr, wordsPerSecond, seconds } = event;
    if (this.#json) print({ event: 'epoch', epoch, trainLoss, lr, wordsPerSecond, seconds });
  }

  done({ reason, words, trainLoss, wordsPerSecond, seconds }: Word2VecReport, out: string, folder?: string): void {
    this.end();
    if (this.#json) print({ event: 'done', reason, words, trainLoss, wordsPerSecond, seconds, out });
    const how = reason === 'aborted' ? 'interrupted' : 'done';
    this.message(
      `${how} after ${grouped(words)} words, ${formatDuration(1000 * seconds)}: loss ${trainLoss.toFixed(4)}`,
    );
    const resume = folder === undefined ? '' : `, the checkpoint in ${folder}`;
    this.message(`vectors in ${out}${resume}`);
  }

  /** Leaves the terminal in order, whatever happened. */
  end(): void {
    this.#line?.finish();
    this.#line = undefined;
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
