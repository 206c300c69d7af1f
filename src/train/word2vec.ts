/** Training of word2vec as a run: chunks with turns for everybody else in between, progress, interruption and saves. */

import { WordCorpus } from '../data/word-corpus.js';
import { OptionError } from '../errors.js';
import { Word2Vec } from '../models/word2vec.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { checkKnown } from '../options.js';
import { checkRunOptions, turn } from './run.js';
import type { EpochRecord } from './stored.js';
import { fullWord2VecSettings, WORD2VEC_SETTINGS, word2vecSettingsOf } from './word2vec-settings.js';
import type { Word2VecSettings } from './word2vec-settings.js';
import { Word2VecTrainer } from './word2vec-trainer.js';

/** Sent after chunks (at most every tenth of a second) and after every epoch. */
export interface Word2VecProgress {
  readonly event: 'chunk' | 'epoch';
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Words read of this epoch, and in it. */
  readonly epochWords: number;
  readonly wordsPerEpoch: number;
  /** Mean loss of this epoch so far: nats for each row of updates, as one in eight of them has it before its update. */
  readonly trainLoss: number;
  readonly lr: number;
  /** Words read a second since the run began, those that are left out included. */
  readonly wordsPerSecond: number;
  /** Seconds since the run began, and until it ends at this rate. */
  readonly seconds: number;
  readonly etaSeconds: number;
}

/** The result of a run. */
export interface Word2VecReport {
  readonly reason: 'epochs' | 'aborted';
  readonly epochs: readonly EpochRecord[];
  /** Of the last epoch, or of the chunks since; NaN where there are none. */
  readonly trainLoss: number;
  readonly words: number;
  readonly wordsPerSecond: number;
  readonly seconds: number;
}

/** Options of `trainWord2Vec`: the settings, and everything that does not change the vectors. */
export interface Word2VecTrainOptions extends Word2VecSettings {
  /** Where to go on from: the training part of a loaded checkpoint. Settings not given are as the run had them. */
  readonly resume?: Snapshot | undefined;
  /** Stops after the running chunk. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: Word2VecProgress) => void) | undefined;
  /** Called after every epoch, every `saveSeconds` and at the end, never with a diverged model; awaited. */
  readonly onSave?: ((run: Word2VecRun) => Promise<void>) | undefined;
  /** Default 30. */
  readonly saveSeconds?: number | undefined;
}

const OPERATION = 'trainWord2Vec';
const OWN = ['resume', 'signal', 'onProgress', 'onSave', 'saveSeconds'] as const;

/** Milliseconds between turns for timers and signals, and between progress events. */
const TURN = 20;
const REPORT = 100;

/**
 * Learns the vectors of a corpus. Options are checked before the promise is made.
 * @param corpus encoded with the model's vocabulary
 * @returns the run: await it for the report
 * @throws OptionError, CheckpointError; the promise rejects with DivergenceError
 */
export function trainWord2Vec(model: Word2Vec, corpus: WordCorpus, options: Word2VecTrainOptions = {}): Word2VecRun {
  if (!(model instanceof Word2Vec) || !(corpus instanceof WordCorpus)) {
    throw new OptionError(`${OPERATION}: takes a Word2Vec and a WordCorpus. Make the corpus with WordCorpus.fromText.`);
  }
  checkKnown(OPERATION, options, [...WORD2VEC_SETTINGS, ...OWN]);
  const { resume, signal, onProgress, onSave, saveSeconds, ...given } = options;
  checkRunOptions({ signal, saveSeconds });
  for (const [name, listener] of Object.entries({ onProgress, onSave })) {
    if (listener === undefined || typeof listener === 'function') continue;
    throw new OptionError(`${OPERATION}: ${name} must be a function, got ${typeof listener}.`);
  }
  checkVocabulary(model, corpus);
  const saved: Word2VecSettings = resume === undefined ? {} : word2vecSettingsOf(model, resume);
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (resume !== undefined && own['seed'] !== undefined && own['seed'] !== saved.seed) {
    throw new OptionError(
      `${OPERATION}: seed must be ${saved.seed}, as in the run that is resumed, got ${String(own['seed'])}. Leave it out.`,
    );
  }
  const trainer = new Word2VecTrainer(model, corpus, fullWord2VecSettings(model, { ...saved, ...own }));
  if (resume !== undefined) trainer.restore(resume);
  return new Word2VecRun(trainer, options);
}

/** @throws OptionError */
function checkVocabulary({ options: { vocabulary } }: Word2Vec, corpus: WordCorpus): void {
  const { words } = corpus.vocabulary;
  if (words.length === vocabulary.size && words.every((word, id) => word === vocabulary.words[id])) return;
  throw new OptionError(
    `${OPERATION}: the corpus has other words than the model. Make the model with the corpus's vocabulary.`,
  );
}

/** A run under way: await it for the report; `snapshot` is what a checkpoint stores beside the model. */
export class Word2VecRun implements PromiseLike<Word2VecReport>, Snapshotable {
  readonly trainer: Word2VecTrainer;
  readonly #options: Word2VecTrainOptions;
  readonly #finished: Promise<Word2VecReport>;
  readonly #began: number = performance.now();
  readonly #firstWords: number;
  #turned: number = this.#began;
  #reported: number = 0;
  #saved: number = this.#began;

  /** Use `trainWord2Vec`. */
  constructor(trainer: Word2VecTrainer, options: Word2VecTrainOptions) {
    this.trainer = trainer;
    this.#options = options;
    this.#firstWords = trainer.wordsDone;
    this.#finished = this.#run();
  }

  // oxlint-disable-next-line no-thenable -- a run is awaited: `const report = await run`
  then<A = Word2VecReport, B = never>(
    onDone?: ((report: Word2VecReport) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#finished.then(onDone, onError);
  }

  /** Settings, place and random numbers. */
  snapshot(): Snapshot {
    return this.trainer.snapshot();
  }

  async #run(): Promise<Word2VecReport> {
    const { trainer } = this;
    // The caller holds the run before anything happens in it.
    await turn();
    let epoch: EpochRecord | undefined;
    while (trainer.wordsDone < trainer.totalWords && this.#options.signal?.aborted !== true) {
      epoch = trainer.next();
      await this.#between(epoch);
    }
    // After an epoch it has been saved.
    if (epoch === undefined) await this.#save();
    return this.#report();
  }

  /** Reports, saves and lets others run, as often as each is due. */
  async #between(epoch: EpochRecord | undefined): Promise<void> {
    const now = performance.now();
    const due = now - this.#saved >= 1000 * (this.#options.saveSeconds ?? 30);
    if (epoch !== undefined || due) await this.#save();
    if (epoch !== undefined || now - this.#reported >= REPORT) {
      this.#options.onProgress?.(this.#progress(epoch));
      this.#reported = now;
    }
    if (now - this.#turned < TURN) return;
    await turn();
    this.#turned = performance.now();
  }

  async #save(): Promise<void> {
    this.trainer.verify();
    await this.#options.onSave?.(this);
    this.#saved = performance.now();
  }

  #progress(record: EpochRecord | undefined): Word2VecProgress {
    const { settings, history, epochWords, corpus, wordsDone, totalWords, epochLoss, lr } = this.trainer;
    const { seconds, wordsPerSecond } = this.#pace();
    return {
      event: record === undefined ? 'chunk' : 'epoch',
      epoch: record?.epoch ?? history.length + 1,
      epochs: settings.epochs,
      epochWords: record === undefined ? epochWords : corpus.length,
      wordsPerEpoch: corpus.length,
      trainLoss: record?.trainLoss ?? epochLoss,
      lr,
      wordsPerSecond,
      seconds,
      etaSeconds: (totalWords - wordsDone) / wordsPerSecond,
    };
  }

  #pace(): { seconds: number; wordsPerSecond: number } {
    const seconds = (performance.now() - this.#began) / 1000;
    return { seconds, wordsPerSecond: (this.trainer.wordsDone - this.#firstWords) / seconds };
  }

  #report(): Word2VecReport {
    const { wordsDone, totalWords, history, epochWords, epochLoss } = this.trainer;
    return {
      reason: wordsDone < totalWords ? 'aborted' : 'epochs',
      epochs: history,
      trainLoss: epochWords > 0 ? epochLoss : (history.at(-1)?.trainLoss ?? NaN),
      words: wordsDone,
      ...this.#pace(),
    };
  }
}
