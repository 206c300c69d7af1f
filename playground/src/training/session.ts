/** One training of the page: started, watched, stopped, and replaced only by one that did start. */

import { startTraining } from 'recurra/worker';
import type { ProgressEvent } from 'recurra';
import type { Job, Training } from 'recurra/worker';

/** Where a session stands. */
export type Phase = 'idle' | 'starting' | 'running' | 'paused' | 'finished' | 'failed';

/** Who is told about a session. */
export interface SessionListener {
  readonly onPhase?: (phase: Phase) => void;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** What failed, while starting or later. */
  readonly onProblem?: (error: unknown) => void;
}

/** Holds at most one training. */
export class Session {
  #training: Training | undefined;
  #phase: Phase = 'idle';
  #last: ProgressEvent | undefined;
  /** The start that is under way, and the one that the training came from: what comes from others is out of date. */
  #pending: symbol | undefined;
  #current: symbol | undefined;
  readonly #listeners = new Set<SessionListener>();

  get phase(): Phase {
    return this.#phase;
  }

  get training(): Training | undefined {
    return this.#training;
  }

  /** The last progress of the training that is there. */
  get last(): ProgressEvent | undefined {
    return this.#last;
  }

  subscribe(listener: SessionListener): void {
    this.#listeners.add(listener);
  }

  /**
   * Starts a training in place of the one there is, which stays if the new one cannot start.
   * @returns whether it started
   */
  async start(job: Job): Promise<boolean> {
    const mine = Symbol('start');
    this.#pending = mine;
    const before = this.#phase;
    this.#enter('starting');
    try {
      const training = await startTraining(job, {
        onProgress: (event) => {
          if (this.#current === mine) this.#progress(event);
        },
        onState: (state) => {
          if (this.#current === mine) this.#enter(state);
        },
      });
      if (this.#pending === mine) this.#adopt(mine, training, job.paused === true);
      else training.close();
    } catch (error) {
      if (this.#pending !== mine) return false;
      this.#pending = undefined;
      this.#enter(before);
      this.#fail(error);
    }
    return this.#current === mine;
  }

  async pause(): Promise<void> {
    await this.#training?.pause();
  }

  async resume(): Promise<void> {
    await this.#training?.resume();
  }

  async step(): Promise<void> {
    await this.#training?.step();
  }

  /** Ends the training and forgets it. */
  reset(): void {
    this.#pending = this.#current = undefined;
    this.#training?.close();
    this.#training = undefined;
    this.#last = undefined;
    this.#enter('idle');
  }

  #adopt(mine: symbol, training: Training, paused: boolean): void {
    this.#training?.close();
    this.#training = training;
    this.#last = undefined;
    this.#current = mine;
    this.#pending = undefined;
    training.finished.catch((error: unknown) => {
      if (this.#current === mine) this.#fail(error);
    });
    this.#enter(paused ? 'paused' : training.state);
  }

  #progress(event: ProgressEvent): void {
    this.#last = event;
    for (const { onProgress } of this.#listeners) onProgress?.(event);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    for (const { onPhase } of this.#listeners) onPhase?.(phase);
  }

  #fail(error: unknown): void {
    for (const { onProblem } of this.#listeners) onProblem?.(error);
  }
}
