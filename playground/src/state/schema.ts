/** Every setting of the page, by the view that has it. */

import { choice, number, size, text } from './fields.js';
import type { Values } from './fields.js';

/** The views, in the order of the tabs. */
export const VIEWS = ['language', 'network', 'lstm', 'series'] as const;

/** A view. */
export type View = (typeof VIEWS)[number];

/** The recurrent cells. */
export const CELLS = ['lstm', 'gru', 'rnn'] as const;

const OPTIMIZERS = ['adam', 'adamw', 'rmsprop', 'sgd', 'momentum'] as const;
const SCHEDULES = ['constant', 'cosine', 'step', 'exponential'] as const;
const KERNELS = ['auto', 'relaxed', 'simd', 'js'] as const;
const SEED = size(1, 0, 2 ** 32 - 1);

/** The page's own settings. 'auto' and 'system' follow the browser. */
export const PAGE = {
  view: choice('language', VIEWS),
  lang: choice('auto', ['auto', 'en', 'ja']),
  theme: choice('system', ['system', 'light', 'dark']),
};

/** The language model. */
export const LANGUAGE = {
  text: choice('english', ['english', 'japanese', 'own']),
  level: choice('char', ['char', 'word']),
  cell: choice('lstm', CELLS),
  embeddingSize: size(32, 1, 512),
  hiddenSize: size(96, 1, 1024),
  numLayers: size(1, 1, 4),
  dropout: number(0, 0, 0.9),
  window: size(48, 2, 512),
  batch: size(16, 1, 256),
  epochs: size(20, 1, 10_000),
  optimizer: choice('adam', OPTIMIZERS),
  lr: number(0.004, 1e-6, 10),
  schedule: choice('constant', SCHEDULES),
  clipNorm: number(5, 0, 1000),
  seed: SEED,
  kernels: choice('auto', KERNELS),
  prompt: text('', 200),
  length: size(160, 1, 1000),
  temperature: number(0.7, 0, 5),
  topK: size(0, 0, 1000),
  topP: number(1, 0.01, 1),
  sampleEvery: size(50, 0, 100_000),
};

/** What the network sees. Layers and units count from 1, as people do. */
export const NETWORK = {
  /** The beginning of the training text where it is empty. */
  text: text('', 300),
  layer: size(1, 1, 4),
  signal: choice('hidden', ['hidden', 'i', 'f', 'g', 'o', 'r', 'z', 'n', 'h']),
  unit: size(1, 1, 1024),
};

/** Why LSTM. */
export const LSTM = {
  length: size(60, 4, 500),
  hiddenSize: size(32, 1, 256),
  batch: size(32, 1, 256),
  steps: size(1500, 10, 100_000),
  optimizer: choice('adam', OPTIMIZERS),
  lr: number(0.005, 1e-6, 10),
  clipNorm: number(1, 0, 1000),
  seed: SEED,
};

/** A series. */
export const SERIES = {
  preset: choice('waves', ['waves', 'saw', 'drawn', 'pasted']),
  cell: choice('lstm', CELLS),
  hiddenSize: size(32, 1, 256),
  window: size(32, 1, 256),
  ahead: size(48, 1, 200),
  batch: size(16, 1, 256),
  epochs: size(150, 1, 10_000),
  lr: number(0.01, 1e-6, 10),
  seed: SEED,
};

/** All groups; the name of a group stands before its settings in the address, but for the page's own. */
export const SCHEMA = { page: PAGE, language: LANGUAGE, network: NETWORK, lstm: LSTM, series: SERIES };

/** A group of settings. */
export type Group = keyof typeof SCHEMA;

/** The values of everything. */
export type State = { readonly [G in Group]: Values<(typeof SCHEMA)[G]> };
