/** What a worker can be told to train, and what it can be asked meanwhile. Everything here crosses from thread to thread. */

import type { Level } from '../data/tokenizer.js';
import type { TaskName } from '../data/tasks/list.js';
import type { EngineOptions } from '../engine.js';
import type { ForecasterOptions } from '../models/forecaster-options.js';
import type { GenerateOptions, LanguageModelOptions } from '../models/language-model.js';
import type { SequenceModelOptions } from '../models/sequence-model.js';
import type { FitSettings } from '../train/fit-settings.js';
import type { TaskSettings } from '../train/task-settings.js';
import type { TrainSettings } from '../train/settings.js';

/** What every job may have. */
export interface CommonJob {
  /** Without functions, and without answers of servers, which do not cross to another thread. */
  readonly engine?: EngineOptions | undefined;
  /** The bytes of a checkpoint of such a job, to go on from. `model` is then that of the checkpoint. */
  readonly checkpoint?: Uint8Array | undefined;
  /** Keeps a checkpoint of this name up to date: in IndexedDB in a page, in this folder in Node. */
  readonly save?: string | undefined;
  /** Seconds between two saves within an epoch. Default 30. */
  readonly saveSeconds?: number | undefined;
  /** Begin with a pause. Default false. */
  readonly paused?: boolean | undefined;
}

/** A language model on a text. */
export interface TextJob extends CommonJob {
  readonly kind: 'text';
  readonly text: string;
  /** Default 'char'. */
  readonly level?: Level | undefined;
  readonly locale?: string | undefined;
  readonly vocabSize?: number | undefined;
  readonly model?: Omit<LanguageModelOptions, 'vocabulary' | 'vectors'> | undefined;
  readonly train?: TrainSettings | undefined;
}

/** A model of sequences on a generated task, such as 'adding'; what is not given is as its recipe has it. */
export interface TaskJob extends CommonJob {
  readonly kind: 'task';
  readonly task: TaskName;
  /** Of the task: `{ length: 100 }`. */
  readonly options?: Readonly<Record<string, number>> | undefined;
  readonly model?:
    Partial<Pick<SequenceModelOptions, 'cell' | 'hiddenSize' | 'numLayers' | 'dropout' | 'chrono'>> | undefined;
  readonly train?: TaskSettings | undefined;
}

/** A forecaster on a series of one column. */
export interface SeriesJob extends CommonJob {
  readonly kind: 'series';
  readonly values: ArrayLike<number>;
  /** Window and horizon: by default a quarter of the series, at most 64, and 1. */
  readonly model?: Partial<Omit<ForecasterOptions, 'columns' | 'targets' | 'scaler'>> | undefined;
  /** The part at the end that validates. Default 0.1; 0 is none. */
  readonly validFraction?: number | undefined;
  readonly train?: FitSettings | undefined;
}

/** What a worker can train. */
export type Job = TextJob | TaskJob | SeriesJob;

/** The states of the units of one layer over a text. */
export interface LayerActivations {
  /** `l0`, `l1`, ... */
  readonly name: string;
  /** (T, H) */
  readonly hidden: Float32Array;
  /** By name, (T, H) each: of an LSTM i, f, g and o; of a GRU r, z and n. */
  readonly gates: Readonly<Record<string, Float32Array>>;
}

/** What can be asked, of which kind of job, and what the answer is. */
export interface Queries {
  /** Of 'text'. The prompt and what follows it. */
  readonly generate: {
    readonly given: GenerateOptions & { readonly prompt?: string | undefined };
    readonly answer: string;
  };
  /** Of 'text'. What every unit does while it reads. */
  readonly activations: {
    readonly given: { readonly text: string };
    readonly answer: {
      readonly symbols: readonly string[];
      readonly size: number;
      readonly layers: readonly LayerActivations[];
    };
  };
  /** Of 'text'. Nats per token of a text, and their exponential. */
  readonly evaluate: {
    readonly given: { readonly text: string };
    readonly answer: { readonly loss: number; readonly perplexity: number };
  };
  /** Of 'text' and 'task'. The norm of the gradient of the last loss by steps back in time, for each layer. */
  readonly normsBack: {
    readonly given: object;
    readonly answer: readonly { readonly name: string; readonly norms: Float64Array }[];
  };
  /** Of 'series'. What follows the series; and for each step behind the first window what was forecast before it was seen. */
  readonly forecast: {
    readonly given: { readonly steps?: number | undefined };
    readonly answer: { readonly values: Float64Array; readonly seen: Float64Array };
  };
}
