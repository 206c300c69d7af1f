/** The messages between a page and the worker that trains for it. */

import type { EngineReport } from '../engine.js';
import type { ProgressEvent, TrainReport } from '../train/train.js';
import type { Job } from './jobs.js';

/** Where a run stands. */
export type RunState = 'running' | 'paused' | 'finished' | 'failed';

/** What is known once a job has begun. */
export interface TrainingInfo {
  readonly engine: EngineReport;
  /** The model in one line. */
  readonly summary: string;
  readonly parameterCount: number;
  /** Updates in all. */
  readonly totalSteps: number;
}

/** The result of a run, without the best weights, which stay with the worker. */
export type WorkerReport = Omit<TrainReport, 'best'>;

/** What a page asks for; each is answered once. */
export type Call =
  | { readonly call: 'start'; readonly job: Job }
  | { readonly call: 'pause' | 'resume' | 'abort' | 'checkpoint' | 'save' }
  | { readonly call: 'step'; readonly count: number }
  | { readonly call: 'ask'; readonly query: string; readonly given: unknown };

/** A call with the number its answer has. */
export type Request = Call & { readonly id: number };

/** An error as it crosses from thread to thread. */
export interface SentError {
  readonly name: string;
  readonly message: string;
}

/** What a worker sends. */
export type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError }
  | { readonly event: 'progress'; readonly progress: ProgressEvent }
  | { readonly event: 'state'; readonly state: RunState }
  | { readonly event: 'finished'; readonly report: WorkerReport }
  | { readonly event: 'failed'; readonly error: SentError };

/** One end of a line between two threads: a worker, its scope, or a message port. */
export interface Line {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Calls back with every message from now on. */
  listen(onMessage: (message: unknown) => void): void;
}
