/** The page's side: starts a job in a worker of its own, and asks it for things. */

import { spawnTraining } from '#training';
import { errorNamed, OptionError, RecurraError } from '../errors.js';
import { checkKnown, checkSize } from '../options.js';
import type { ProgressEvent } from '../train/train.js';
import type { Job, Queries } from './jobs.js';
import type { Call, Line, Message, RunState, TrainingInfo, WorkerReport } from './protocol.js';

/** A worker as the client needs it. */
export interface TrainingLine extends Line {
  /** Calls back once if it ends, or fails, by itself. */
  onDeath(told: (reason: string) => void): void;
  end(): void;
}

/** Who hears of what. */
export interface TrainingListeners {
  /** At most every tenth of a second, and after every epoch. */
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly onState?: ((state: RunState) => void) | undefined;
}

/**
 * Trains off the main thread: starts a worker, makes the model and begins.
 * @param line a worker that serves already, such as one a bundler made; default: one of its own
 * @throws OptionError, DataError, CheckpointError, MemoryError, KernelUnavailableError, as the job itself would
 */
export async function startTraining(
  job: Job,
  listeners: TrainingListeners = {},
  line?: TrainingLine,
): Promise<Training> {
  if (typeof job !== 'object' || job === null) throw new OptionError('startTraining: takes a job, { kind, ... }.');
  checkKnown('startTraining', listeners, ['onProgress', 'onState']);
  for (const [name, listener] of Object.entries(listeners)) {
    if (listener === undefined || typeof listener === 'function') continue;
    throw new OptionError(`startTraining: ${name} must be a function, got ${typeof listener}.`);
  }
  const own = line ?? spawnTraining();
  const calls = new Calls(own, listeners, job.paused === true ? 'paused' : 'running');
  try {
    const info = (await calls.make({ call: 'start', job })) as TrainingInfo;
    return new Training(calls, info);
  } catch (error) {
    own.end();
    throw error;
  }
}

/** A job that runs in a worker. Made by `startTraining`. */
export class Training {
  readonly info: TrainingInfo;
  readonly #calls: Calls;

  /** Use `startTraining`. */
  constructor(calls: Calls, info: TrainingInfo) {
    this.#calls = calls;
    this.info = info;
  }

  get state(): RunState {
    return this.#calls.state;
  }

  /** The report at the end of the run. Rejects with DivergenceError, or where the worker has ended. */
  get finished(): Promise<WorkerReport> {
    return this.#calls.finished;
  }

  /** Settled between two windows: nothing is computed until `resume` or `step`. */
  async pause(): Promise<void> {
    await this.#calls.make({ call: 'pause' });
  }

  async resume(): Promise<void> {
    await this.#calls.make({ call: 'resume' });
  }

  /** Makes so many updates, and pauses. @throws OptionError */
  async step(count: number = 1): Promise<void> {
    await this.#calls.make({ call: 'step', count: checkSize('step', 'count', count) });
  }

  /** Ends the run; the model stays, and can be asked. */
  async abort(): Promise<void> {
    await this.#calls.make({ call: 'abort' });
  }

  /** The bytes of a checkpoint as it stands, which the command line reads, and `Job.checkpoint` goes on from. */
  async checkpoint(): Promise<Uint8Array> {
    return (await this.#calls.make({ call: 'checkpoint' })) as Uint8Array;
  }

  /** Saves under the name of the job now. @throws OptionError for a job without; CheckpointError */
  async save(): Promise<void> {
    await this.#calls.make({ call: 'save' });
  }

  /** Asks the model for something, also while it learns. @throws what the model's function throws */
  async ask<Q extends keyof Queries>(query: Q, given: Queries[Q]['given']): Promise<Queries[Q]['answer']> {
    return (await this.#calls.make({ call: 'ask', query, given })) as Queries[Q]['answer'];
  }

  /** Ends the worker, and with it everything that was not saved. */
  close(): void {
    this.#calls.close();
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Calls and their answers. */
class Calls {
  state: RunState;
  readonly finished: Promise<WorkerReport>;
  readonly #line: TrainingLine;
  readonly #listeners: TrainingListeners;
  readonly #waiting: Map<number, Waiting> = new Map();
  #finish!: Waiting;
  #last: number = 0;
  #dead: string | undefined;

  constructor(line: TrainingLine, listeners: TrainingListeners, state: RunState) {
    this.state = state;
    this.#line = line;
    this.#listeners = listeners;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = { resolve: resolve as (value: unknown) => void, reject };
    });
    // Whoever does not ask how it ends is told by the state.
    this.finished.catch(() => undefined);
    line.listen((message) => this.#hear(message as Message));
    line.onDeath((reason) => {
      if (this.#dead !== undefined) return;
      const wasOver = this.state === 'finished' || this.state === 'failed';
      this.#end(`the worker has ended: ${reason}`);
      if (!wasOver) this.#listeners.onState?.('failed');
    });
  }

  make(call: Call): Promise<unknown> {
    if (this.#dead !== undefined) return Promise.reject(new RecurraError(`training: ${this.#dead}.`));
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#line.post({ ...call, id });
      } catch (error) {
        this.#waiting.delete(id);
        const { message } = error as Error;
        const what = `${call.call} was given what cannot be sent to a worker: ${message.replace(/\.$/, '')}`;
        reject(new OptionError(`training: ${what}. Give plain numbers, texts and arrays.`, { cause: error }));
      }
    });
  }

  close(): void {
    this.#end('it was closed');
  }

  #hear(message: Message): void {
    if (this.#dead !== undefined) return;
    if ('id' in message) this.#settle(message);
    else if (message.event === 'progress') this.#listeners.onProgress?.(message.progress);
    else if (message.event === 'state') this.#enter(message.state);
    else if (message.event === 'finished') this.#finish.resolve(message.report);
    else this.#finish.reject(errorNamed(message.error.name, message.error.message));
  }

  #settle(message: Extract<Message, { readonly id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(errorNamed(message.error.name, message.error.message));
    else waiting?.resolve(message.value);
  }

  #enter(state: RunState): void {
    this.state = state;
    this.#listeners.onState?.(state);
  }

  /** From here on nothing is heard and nothing can be asked; whoever waits is told why. */
  #end(reason: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = reason;
    this.#line.end();
    const error = new RecurraError(`training: ${reason}. Start it again, from a checkpoint.`);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.#finish.reject(error);
    if (this.state !== 'finished') this.state = 'failed';
  }
}
