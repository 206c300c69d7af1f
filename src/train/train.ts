/**
 * The training loop: windows one after another, with turns for everybody else in between, progress, early stopping,
 * interruption and saves. The arithmetic is the trainer's.
 */

import { Corpus } from '../data/corpus.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { DataError, OptionError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { checkKnown, checkNumber } from '../options.js';
import { fullSettings, resumedSettings, SETTINGS } from './settings.js';
import type { FullSettings, TrainSettings } from './settings.js';
import type { EpochRecord } from './stored.js';
import { Trainer } from './trainer.js';
import type { Best } from './trainer.js';

/** Sent after windows (at most every tenth of a second), after every epoch, and after the last window. */
export interface ProgressEvent {
  readonly event: 'window' | 'epoch';
  /** From 1. */
  readonly epoch: number;
  /** Updates made so far, and in all. */
  readonly step: number;
  readonly totalSteps: number;
  /** Windows done of this epoch, and in it. */
  readonly windowsDone: number;
  readonly stepsPerEpoch: number;
  /** Mean loss of this epoch so far, nats per token. */
  readonly trainLoss: number;
  /** Validation loss, after an epoch with validation. */
  readonly validLoss: number | undefined;
  /** exp of the validation loss, or of the training loss where there is none. */
  readonly perplexity: number;
  readonly lr: number;
  readonly tokensPerSecond: number;
  /** Seconds since the run began, and until it ends at this rate. */
  readonly seconds: number;
  readonly etaSeconds: number;
}

/** Why a run stopped. */
export type StopReason = 'epochs' | 'steps' | 'patience' | 'aborted';

/** The result of a run. */
export interface TrainReport {
  readonly reason: StopReason;
  readonly steps: number;
  readonly epochs: readonly EpochRecord[];
  /** Nats per token: of the last epoch, or of the windows since; NaN where there are none. */
  readonly trainLoss: number;
  /** Nats per token as the model is at the end; none is made for a run that is interrupted within an epoch. */
  readonly validLoss: number | undefined;
  /** exp of the validation loss, or of the training loss where there is none. */
  readonly perplexity: number;
  /** The epoch with the lowest validation loss; with `patience` its weights, for loadStateDict. */
  readonly best: Best | undefined;
  readonly tokensPerSecond: number;
  readonly seconds: number;
}

/** Options of `train`: the settings, and everything that does not change the weights. */
export interface TrainOptions extends TrainSettings {
  /** A text of its own for validation, instead of the end of the corpus. */
  readonly valid?: Corpus | undefined;
  /** Where to go on from: the training part of a loaded checkpoint. Settings not given are as the run had them. */
  readonly resume?: Snapshot | undefined;
  /** Stops after the running window. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** Called before the first window, after every epoch, every `saveSeconds` and at the end, never with a diverged model; awaited. */
  readonly onSave?: ((run: TrainingRun) => Promise<void>) | undefined;
  /** Default 30. */
  readonly saveSeconds?: number | undefined;
}

const OWN = ['valid', 'resume', 'signal', 'onProgress', 'onSave', 'saveSeconds'] as const;

/** Milliseconds between turns for timers and signals, and between progress events. */
const TURN = 20;
const REPORT = 100;

/** A run under way: await it for the report; `snapshot` is what a checkpoint stores beside the model. */
export class TrainingRun implements PromiseLike<TrainReport>, Snapshotable {
  readonly trainer: Trainer;
  readonly #finished: Promise<TrainReport>;

  /** Use `train`. */
  constructor(trainer: Trainer, options: TrainOptions) {
    this.trainer = trainer;
    this.#finished = new Loop(this, options).run();
  }

  // oxlint-disable-next-line no-thenable -- a run is awaited: `const report = await run`
  then<A = TrainReport, B = never>(
    onDone?: ((report: TrainReport) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#finished.then(onDone, onError);
  }

  /** Optimizer, schedule, cursor, carried state and random numbers. */
  snapshot(): Snapshot {
    return this.trainer.snapshot();
  }
}

/**
 * Trains a language model by truncated BPTT. Options and data are checked before the promise is made.
 * @param corpus encoded with the model's vocabulary
 * @returns the run: await it for the report
 * @throws OptionError, DataError, MemoryError, CheckpointError; the promise rejects with DivergenceError
 */
export function train(model: LanguageModel, corpus: Corpus, options: TrainOptions = {}): TrainingRun {
  checkOptions(model, corpus, options);
  const own = Object.fromEntries(
    Object.entries(options).filter(([name]) => !(OWN as readonly string[]).includes(name)),
  );
  const given = options.resume === undefined ? own : resumedSettings(options.resume, own);
  const settings = fullSettings(given, options.valid !== undefined);
  for (const part of [corpus, options.valid]) {
    if (part !== undefined && !sameSymbols(part.vocabulary, model.vocabulary)) {
      throw new OptionError(
        "train: the corpus has other symbols than the model. Encode it with the model's vocabulary.",
      );
    }
  }
  const { train: training, valid } = parts(corpus, options.valid, settings.validFraction);
  checkLength(training, corpus, settings);
  const trainer = new Trainer(model, training.tokens, valid?.tokens, settings);
  if (options.resume !== undefined) trainer.restore(options.resume);
  return new TrainingRun(trainer, options);
}

/** Checks everything but the settings. @throws OptionError */
function checkOptions(model: LanguageModel, corpus: Corpus, options: TrainOptions): void {
  if (!(model instanceof LanguageModel) || !(corpus instanceof Corpus)) {
    throw new OptionError('train: takes a LanguageModel and a Corpus. Make the corpus with Corpus.fromText.');
  }
  checkKnown('train', options, [...SETTINGS, ...OWN]);
  const { valid, validFraction, signal, onProgress, onSave, saveSeconds } = options;
  if (valid !== undefined && !(valid instanceof Corpus)) throw new OptionError('train: valid must be a Corpus.');
  if (valid !== undefined && (validFraction ?? 0) !== 0) {
    throw new OptionError('train: valid and validFraction contradict each other. Give one.');
  }
  if (signal !== undefined && typeof signal.aborted !== 'boolean') {
    throw new OptionError('train: signal must be an AbortSignal. Give the .signal of the AbortController.');
  }
  for (const [name, listener] of Object.entries({ onProgress, onSave })) {
    if (listener === undefined || typeof listener === 'function') continue;
    throw new OptionError(`train: ${name} must be a function, got ${typeof listener}.`);
  }
  if (saveSeconds !== undefined) checkNumber('train', 'saveSeconds', saveSeconds, { above: 0 });
}

/** Says what the user can change where there are too few tokens for one window. @throws DataError */
function checkLength(training: Corpus, whole: Corpus, { batch, window, validFraction }: FullSettings): void {
  const [tokens, needed] = [training.tokens.length, batch * window + 1];
  if (tokens >= needed) return;
  const kept =
    tokens === whole.tokens.length ? '' : `, ${tokens} of them after a part of ${validFraction} for validation`;
  throw new DataError(
    `train: ${whole.tokens.length} tokens are too few${kept}: batch ${batch} x window ${window} needs ${needed}. ` +
      `Give more text, or lower the batch${kept === '' ? '' : ', the part for validation'} or the window.`,
  );
}

function sameSymbols(a: Vocabulary, b: Vocabulary): boolean {
  return a === b || (a.size === b.size && a.symbols.every((symbol, id) => symbol === b.symbols[id]));
}

function parts(corpus: Corpus, valid: Corpus | undefined, fraction: number): { train: Corpus; valid?: Corpus } {
  if (valid !== undefined) return { train: corpus, valid };
  return fraction === 0 ? { train: corpus } : corpus.split(fraction);
}

class Loop {
  readonly #run: TrainingRun;
  readonly #trainer: Trainer;
  readonly #options: TrainOptions;
  readonly #began: number = performance.now();
  readonly #firstStep: number;
  #turned: number = this.#began;
  #reported: number = 0;
  #reportedStep: number;
  #saved: number = this.#began;
  #savedStep: number | undefined;

  constructor(run: TrainingRun, options: TrainOptions) {
    this.#run = run;
    this.#trainer = run.trainer;
    this.#options = options;
    this.#firstStep = run.trainer.step;
    this.#reportedStep = this.#firstStep;
  }

  async run(): Promise<TrainReport> {
    // The caller holds the run before anything happens in it.
    await turn();
    try {
      return this.#report(await this.#untilStopped());
    } finally {
      this.#trainer.finish();
    }
  }

  async #untilStopped(): Promise<StopReason> {
    this.#trainer.conclude();
    await this.#save();
    let reason = this.#reasonToStop();
    while (reason === undefined) {
      const { epoch } = this.#trainer.next();
      this.#trainer.conclude();
      await this.#between(epoch);
      reason = this.#reasonToStop();
    }
    await this.#save();
    if (this.#reportedStep !== this.#trainer.step) this.#notify(undefined);
    return reason;
  }

  #reasonToStop(): StopReason | undefined {
    const { trainer } = this.#run;
    if (trainer.outOfPatience && trainer.windowsDone === 0) return 'patience';
    if (trainer.step >= trainer.totalSteps) return trainer.settings.steps > 0 ? 'steps' : 'epochs';
    return this.#options.signal?.aborted === true ? 'aborted' : undefined;
  }

  /** Reports, saves and lets others run, as often as each is due. */
  async #between(epoch: EpochRecord | undefined): Promise<void> {
    const now = performance.now();
    const due = now - this.#saved >= 1000 * (this.#options.saveSeconds ?? 30);
    // Saved before it is reported: who hears of an epoch finds it on disk.
    if (epoch !== undefined || due) await this.#save();
    if (epoch !== undefined || now - this.#reported >= REPORT) {
      this.#notify(epoch);
      this.#reported = now;
    }
    if (now - this.#turned < TURN) return;
    await turn();
    this.#turned = performance.now();
  }

  #notify(epoch: EpochRecord | undefined): void {
    this.#options.onProgress?.(this.#progress(epoch));
    this.#reportedStep = this.#trainer.step;
  }

  async #save(): Promise<void> {
    if (this.#options.onSave !== undefined && this.#savedStep !== this.#trainer.step) {
      this.#trainer.verify();
      await this.#options.onSave(this.#run);
      this.#savedStep = this.#trainer.step;
    }
    this.#saved = performance.now();
  }

  #progress(record: EpochRecord | undefined): ProgressEvent {
    const { step, stepsPerEpoch, totalSteps, windowsDone, epochLoss, epoch, lr } = this.#trainer;
    const { seconds, tokensPerSecond } = this.#pace();
    const trainLoss = record?.trainLoss ?? epochLoss;
    return {
      event: record === undefined ? 'window' : 'epoch',
      epoch: record?.epoch ?? epoch,
      step,
      totalSteps,
      windowsDone: record === undefined ? windowsDone : stepsPerEpoch,
      stepsPerEpoch,
      trainLoss,
      validLoss: record?.validLoss,
      perplexity: Math.exp(record?.validLoss ?? trainLoss),
      lr,
      tokensPerSecond,
      seconds,
      etaSeconds: (seconds / (step - this.#firstStep)) * (totalSteps - step),
    };
  }

  #pace(): { seconds: number; tokensPerSecond: number } {
    const { step, settings } = this.#trainer;
    const seconds = (performance.now() - this.#began) / 1000;
    const tokens = (step - this.#firstStep) * settings.batch * settings.window;
    return { seconds, tokensPerSecond: tokens / seconds };
  }

  #report(reason: StopReason): TrainReport {
    const { history, best, step, windowsDone, epochLoss, endLoss } = this.#trainer;
    const last = history.at(-1);
    const whole = windowsDone === 0 && last !== undefined;
    const trainLoss = whole ? last.trainLoss : windowsDone === 0 ? NaN : epochLoss;
    const validLoss = whole ? last.validLoss : endLoss;
    const perplexity = Math.exp(validLoss ?? trainLoss);
    return { reason, steps: step, epochs: history, trainLoss, validLoss, perplexity, best, ...this.#pace() };
  }
}

/** Lets timers, signals and the page run. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
