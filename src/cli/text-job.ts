/** `recurra train` on a text: from options, or from a checkpoint. */

import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { prepareFolder } from '../checkpoint/checkpoint.js';
import type { Corpus } from '../data/corpus.js';
import { RESERVED } from '../data/vocabulary.js';
import { createEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import { megabytes } from '../memory/heap.js';
import { LanguageModel } from '../models/language-model.js';
import { fullLanguageOptions, languageSizes } from '../models/language-options.js';
import type { LanguageModelOptions } from '../models/language-options.js';
import { countParameters, reserveTraining, trainingBytes } from '../models/sizes.js';
import type { ModelSizes, RunSizes } from '../models/sizes.js';
import { Fields } from '../models/snapshot.js';
import type { Json, Snapshot } from '../models/snapshot.js';
import { fullSettings, MOMENTS, settingsOf } from '../train/settings.js';
import type { FullSettings, TrainSettings } from '../train/settings.js';
import { train } from '../train/train.js';
import type { TrainingRun, TrainOptions } from '../train/train.js';
import { engineOptions } from './engine.js';
import { inFile, readCorpus } from './files.js';
import { drawing, grouped, holdsCheckpoint, refuseOptions, settingsFrom } from './job.js';
import type { Job, Resumed, TrainArguments } from './job.js';
import { KIND_OPTIONS } from './kinds.js';
import { textTerms } from './terms.js';
import { readVectors } from './vectors.js';

/** Words kept where --vocab-size is not given. */
const WORDS = 10_000;

/** Options that a text has no use for. */
const OF_TASKS = ['length', 'items', 'symbols', 'delay', 'test', 'chrono'];

/** What the two ways to a job on a text come to. */
interface Parts {
  readonly folder: string;
  readonly textPath: string;
  /** The file of word vectors that it begins with. */
  readonly vectorsPath?: string | undefined;
  readonly corpus: Corpus;
  readonly engine: Engine;
  readonly sizes: ModelSizes;
  readonly drawing?: string | undefined;
  readonly makeModel: () => LanguageModel;
  readonly settings: TrainSettings;
  readonly full: FullSettings;
  readonly resume: Snapshot | undefined;
  readonly replaces: boolean;
}

/** A run of its own. @throws whatever is wrong with options, text or folder */
export async function newTextJob(options: TrainArguments): Promise<Job> {
  const { text, out, level = 'char', locale, seed = 1 } = options;
  if (text === undefined || out === undefined) {
    throw new OptionError(
      `train: ${text === undefined ? '--text FILE' : '--out DIR'} is missing. Give --text FILE and --out DIR, or --resume DIR. ` +
        'For a generated task give --task NAME in place of --text.',
    );
  }
  refuseOptions(options, [...OF_TASKS, ...KIND_OPTIONS], 'this run is on a text');
  if (level === 'char' && locale !== undefined) {
    throw new OptionError('train: --locale splits words, and --level is char. Add --level word or leave --locale out.');
  }
  const settings = textSettings(options);
  const full = fullSettings(settings); // what is wrong with them is said before anything is read or made
  const vocabSize = options.vocabSize ?? (level === 'word' ? WORDS : undefined);
  const corpus = await readCorpus(text, { level, locale, vocabSize });
  await prepareFolder(out);
  const replaces = holdsCheckpoint(out);
  const engine = await createEngine({ seed, ...engineOptions(options) });
  const part = full.validFraction === 0 ? corpus : inFile(text, () => corpus.split(full.validFraction).train);
  const model = { ...modelOptions(options, part), ...(await pretrained(options)) };
  const sizes = languageSizes(corpus.vocabSize, fullLanguageOptions(model));
  reserveTraining(engine, sizes, runSizes(full));
  const makeModel = (): LanguageModel => new LanguageModel(engine, model);
  const parts = { folder: out, textPath: text, corpus, engine, sizes, makeModel, settings, full, replaces };
  return job({ ...parts, vectorsPath: options.vectors, drawing: drawing(sizes), resume: undefined });
}

/** @param corpus the part that trains */
function modelOptions(options: TrainArguments, corpus: Corpus): LanguageModelOptions {
  const { cell, embedding, hidden, layers, dropout, tied, projection, sampled, proposals } = options;
  return {
    vocabulary: corpus.vocabulary,
    cell,
    embeddingSize: embedding,
    hiddenSize: hidden,
    numLayers: layers,
    dropout,
    tied,
    projection,
    sampled,
    proposals: proposals === 'unigram' ? corpus.counts() : proposals,
  };
}

/** The embedding that --vectors gives. @throws OptionError, DataError */
async function pretrained({ vectors, freezeVectors, level }: TrainArguments): Promise<Partial<LanguageModelOptions>> {
  if (vectors === undefined) {
    if (freezeVectors === true) throw new OptionError('train: --freeze-vectors needs --vectors FILE. Give both.');
    return {};
  }
  if (level !== 'word') throw new OptionError('train: --vectors are of words, and --level is char. Add --level word.');
  const { words, data, size } = await readVectors(vectors);
  return { vectors: { words, values: { data, shape: [words.length, size] } }, tuneVectors: freezeVectors !== true };
}

function textSettings(options: TrainArguments): TrainSettings {
  const { window, validFraction } = options;
  return { ...settingsFrom(options), window, validFraction };
}

/** What of the settings decides the memory. */
function runSizes({ batch, window, optimizer }: FullSettings): RunSizes {
  return { batch, window, moments: MOMENTS[optimizer] };
}

/** A run that goes on. */
export async function resumedTextJob(options: TrainArguments, resumed: Resumed<LanguageModel>): Promise<Job> {
  const { folder, model, training, settings } = resumed;
  refuseOptions(options, [...OF_TASKS, ...KIND_OPTIONS], `${folder} holds a run on a text`);
  const textPath = options.text ?? join(realpathSync(folder), new Fields('training', training.values).string('text'));
  const corpus = await readCorpus(textPath, { vocabulary: model.vocabulary }).catch((error: unknown) => {
    if (!(error instanceof DataError) || options.text !== undefined) throw error;
    const remedy = 'This is the text the run was trained on; where it has moved, say so with --text FILE.';
    throw new DataError(`${error.message} ${remedy}`, { cause: error });
  });
  const { engine, sizes } = model;
  const full = settingsOf(training);
  const makeModel = (): LanguageModel => model;
  return job({ folder, textPath, corpus, engine, sizes, makeModel, settings, full, resume: training, replaces: false });
}

function job(parts: Parts): Job {
  const { folder, engine, corpus, textPath, vectorsPath } = parts;
  return {
    ...parts,
    files: [textPath, ...(vectorsPath === undefined ? [] : [vectorsPath])],
    terms: textTerms(corpus.vocabulary.level),
    start: (model: LanguageModel, options) => start(parts, model, options),
    describe: () => describe(parts),
    stored(): Readonly<Record<string, Json>> {
      const text = relative(realpathSync(folder), realpathSync(textPath)).replaceAll(sep, '/');
      return { text, kernels: engine.report().kernels };
    },
  };
}

function start(
  { corpus, settings, resume, textPath }: Parts,
  model: LanguageModel,
  options: TrainOptions,
): TrainingRun {
  return inFile(textPath, () => train(model, corpus, { ...settings, resume, ...options }));
}

function describe({ engine, sizes, corpus, full }: Parts): string[] {
  const { cell, vocabSize, embeddingSize, hiddenSize, numLayers, tied = false, sampled = 0 } = sizes;
  const memory = trainingBytes(engine, sizes, runSizes(full));
  const symbols = corpus.vocabulary.level === 'char' ? 'characters' : 'words';
  const layers = `${numLayers} ${cell} layer${numLayers === 1 ? '' : 's'} of ${hiddenSize}`;
  const output = (tied ? ', tied weights' : '') + (sampled > 0 ? `, ${sampled} negatives` : '');
  return [
    `${grouped(corpus.tokens.length)} tokens, ${grouped(vocabSize - RESERVED.length)} different ${symbols}`,
    `embedding ${embeddingSize}, ${layers}${output}, ${grouped(countParameters(sizes))} parameters, about ${megabytes(memory)}`,
  ];
}
