/**
 * A run under way: steps one after another, with turns for everybody else in between, progress, early stopping,
 * interruption and saves. The arithmetic is the trainer's.
 */

import { OptionError } from '../errors.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { checkNumber } from '../options.js';
import type { EpochRecord } from './stored.js';
import type { Best, Trainer } from './trainer.js';

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
  /** Loss of the last window. */
  readonly loss: number;
  /** Mean loss of this epoch so far: nats per token for a text. */
  readonly trainLoss: number;
  /** Validation loss, after an epoch with validation. */
  readonly validLoss: number | undefined;
  /** The share of the validation that is right, where an answer can be right. */
  readonly validRight: number | undefined;
  /** What else the validation tells, by name. */
  readonly figures: Readonly<Record<string, number>> | undefined;
  /** exp of the validation loss, or of the training loss where there is none; NaN where losses are not in nats. */
  readonly perplexity: number;
  readonly lr: number;
  /** Tokens of a text, sequences of a task, examples. */
  readonly tokensPerSecond: number;
  /** Seconds since the run began, but for holds, and until it ends at this rate. */
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
  /** Of the last epoch, or of the windows since, in nats per token for a text; NaN where there are none. */
  readonly trainLoss: number;
  /** As the model is at the end; none is made for a run that is interrupted within an epoch. */
  readonly validLoss: number | undefined;
  /** The share of that validation that is right, where an answer can be right. */
  readonly validRight: number | undefined;
  /** What else that validation tells, by name. */
  readonly figures: Readonly<Record<string, number>> | undefined;
  /** exp of the validation loss, or of the training loss where there is none; NaN where losses are not in nats. */
  readonly perplexity: number;
  /** The epoch with the lowest validation loss; with `patience` its weights, for loadStateDict. */
  readonly best: Best | undefined;
  readonly tokensPerSecond: number;
  readonly seconds: number;
}

/** Options of every run that do not change the weights. */
export interface RunOptions {
  /** Where to go on from: the training part of a loaded checkpoint. Settings not given are as the run had them. */
  readonly resume?: Snapshot | undefined;
  /** Stops after the running window. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** Called before the first window, after every epoch, every `saveSeconds` and at the end, never with a diverged model; awaited. */
  readonly onSave?: ((run: TrainingRun) => Promise<void>) | undefined;
  /** Default 30. */
  readonly saveSeconds?: number | undefined;
  /**
   * Asked before every window: a promise holds the run until it is settled, as for a pause. An abort is seen when the
   * promise is.
   */
  readonly hold?: (() => Promise<void> | undefined) | undefined;
}

/** The names of the options of every run. */
export const RUN_OPTIONS = ['resume', 'signal', 'onProgress', 'onSave', 'saveSeconds', 'hold'] as const;

/** The settings among the options of a run. */
export function settingsAmong<O extends RunOptions>(options: O): Omit<O, (typeof RUN_OPTIONS)[number]> {
  const isSetting = ([name]: [string, unknown]): boolean => !(RUN_OPTIONS as readonly string[]).includes(name);
  return Object.fromEntries(Object.entries(options).filter(isSetting)) as Omit<O, (typeof RUN_OPTIONS)[number]>;
}

/** @throws OptionError */
export function checkRunOptions({ signal, onProgress, onSave, saveSeconds, hold }: RunOptions): void {
  if (signal !== undefined && typeof signal.aborted !== 'boolean') {
    throw new OptionError('train: signal must be an AbortSignal. Give the .signal of the AbortController.');
  }
  for (const [name, listener] of Object.entries({ onProgress, onSave, hold })) {
    if (listener === undefined || typeof listener === 'function') continue;
    throw new OptionError(`train: ${name} must be a function, got ${typeof listener}.`);
  }
  if (saveSeconds !== undefined) checkNumber('train', 'saveSeconds', saveSeconds, { above: 0 });
}

/** Milliseconds between turns for timers and signals, and between progress events. */
const TURN = 20;
const REPORT = 100;

/** A run under way: await it for the report; `snapshot` is what a checkpoint stores beside the model. */
export class TrainingRun implements PromiseLike<TrainReport>, Snapshotable {
  readonly trainer: Trainer;
  readonly #finished: Promise<TrainReport>;

  /** Use `train` or `trainTask`. */
  constructor(trainer: Trainer, options: RunOptions) {
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

class Loop {
  readonly #run: TrainingRun;
  readonly #trainer: Trainer;
  readonly #options: RunOptions;
  readonly #began: number = performance.now();
  readonly #firstStep: number;
  #turned: number = this.#began;
  #reported: number = 0;
  #reportedStep: number;
  #saved: number = this.#began;
  #savedStep: number | undefined;
  #loss: number = NaN;
  /** Of holds, which no rate counts. */
  #heldMs: number = 0;

  constructor(run: TrainingRun, options: RunOptions) {
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
    let reason = await this.#held();
    while (reason === undefined) {
      const { loss, epoch } = this.#trainer.next();
      this.#loss = loss;
      this.#trainer.conclude();
      await this.#between(epoch);
      reason = await this.#held();
    }
    await this.#save();
    if (this.#reportedStep !== this.#trainer.step) this.#notify(undefined);
    return reason;
  }

  /** Why the run is to stop, asked again after a hold. */
  async #held(): Promise<StopReason | undefined> {
    const reason = this.#reasonToStop();
    const held = reason === undefined ? this.#options.hold?.() : undefined;
    if (held === undefined) return reason;
    // Nothing else would tell of the last windows for as long as it lasts.
    if (this.#reportedStep !== this.#trainer.step) this.#notify(undefined);
    const began = performance.now();
    await held;
    this.#heldMs += performance.now() - began;
    return this.#reasonToStop();
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
      loss: this.#loss,
      trainLoss,
      validLoss: record?.validLoss,
      validRight: record?.validRight,
      figures: record?.figures,
      perplexity: this.#perplexity(record?.validLoss ?? trainLoss),
      lr,
      tokensPerSecond,
      seconds,
      etaSeconds: (seconds / (step - this.#firstStep)) * (totalSteps - step),
    };
  }

  #perplexity(loss: number): number {
    return this.#trainer.objective.inNats ? Math.exp(loss) : NaN;
  }

  #pace(): { seconds: number; tokensPerSecond: number } {
    const { step, objective } = this.#trainer;
    const seconds = (performance.now() - this.#began - this.#heldMs) / 1000;
    const tokens = (step - this.#firstStep) * objective.unitsPerStep;
    return { seconds, tokensPerSecond: tokens / seconds };
  }

  #report(reason: StopReason): TrainReport {
    const { history, best, step, windowsDone, epochLoss, end } = this.#trainer;
    const last = history.at(-1);
    const whole = windowsDone === 0 && last !== undefined;
    const trainLoss = whole ? last.trainLoss : windowsDone === 0 ? NaN : epochLoss;
    const { validLoss, validRight, figures } = whole
      ? last
      : { validLoss: end?.loss, validRight: end?.right, figures: end?.figures };
    const perplexity = this.#perplexity(validLoss ?? trainLoss);
    const losses = { trainLoss, validLoss, validRight, figures, perplexity };
    return { reason, steps: step, epochs: history, ...losses, best, ...this.#pace() };
  }
}

/** Lets timers, signals and the page run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else if (typeof MessageChannel === 'function') viaMessage(resolve);
    else setTimeout(resolve, 0);
  });
}

/** A browser's setTimeout waits 4 ms where it is called again and again: a fifth of the time between two turns. */
function viaMessage(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel();
  const settled = (): void => {
    port1.close();
    resolve();
  };
  port1.addEventListener('message', settled, { once: true });
  port1.start();
  port2.postMessage(undefined);
}
