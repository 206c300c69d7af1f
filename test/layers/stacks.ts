/** The three recurrent layers under one form, for the tests that hold for each. */

import type { Engine } from '../../src/engine.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { everywhere } from '../engine/settings.js';
import type { Setting } from '../engine/settings.js';

/** A recurrent layer by name. */
export interface Stack {
  readonly cell: string;
  readonly make: (engine: Engine, options: RecurrentOptions) => RecurrentLayer;
}

/** Every recurrent layer. */
export const stacks: readonly Stack[] = [
  { cell: 'RNN', make: (engine, options) => new RNN(engine, options) },
  { cell: 'LSTM', make: (engine, options) => new LSTM(engine, options) },
  { cell: 'GRU', make: (engine, options) => new GRU(engine, options) },
];

/** Every recurrent layer in every setting. */
export const stacksEverywhere: readonly (Stack & Setting)[] = stacks.flatMap(({ cell, make }) =>
  everywhere.map(({ name, options, unit }) => ({ cell, make, name, options, unit })),
);

/** Copies layer k of a stack into a stack of its own. */
export function copyLayer(from: RecurrentLayer, k: number, to: RecurrentLayer): void {
  const own = [...from.stateDict()].filter(([name]) => name.endsWith(`_l${k}`));
  to.loadStateDict(new Map(own.map(([name, value]) => [name.replace(/_l\d$/, '_l0'), value])));
}
