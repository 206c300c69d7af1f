/** Options of a forecaster, their defaults and checks. */

import { REFERENCES } from '../data/reference.js';
import type { Reference } from '../data/reference.js';
import { Scaler } from '../data/scaler.js';
import { checkNames } from '../data/table.js';
import { OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkNumber, checkSize } from '../options.js';
import { CELLS } from './sizes.js';
import type { Cell } from './sizes.js';

/** 'direct': one output for each step of the horizon; 'recursive': one for the next step, the others follow from it. */
export const MODES = ['direct', 'recursive'] as const;

/** How several steps are forecast. */
export type ForecastMode = (typeof MODES)[number];

/** Options of `Forecaster`. */
export interface ForecasterOptions {
  /** The C columns that go in, in the order of the series. */
  readonly columns: readonly string[];
  /** The K of them that are forecast. */
  readonly targets: readonly string[];
  /** The scale of every column, fitted on the training part. */
  readonly scaler: Scaler;
  /** T, steps that are read. */
  readonly window: number;
  /** h, steps that are forecast and evaluated. Default 1. */
  readonly horizon?: number | undefined;
  /** Default 'direct'. */
  readonly mode?: ForecastMode | undefined;
  /** What the targets' values are taken relative to, in each window. Default 'mean'. */
  readonly reference?: Reference | undefined;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** H. Default 32. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Dropout between layers and before the head. Default 0. */
  readonly dropout?: number | undefined;
}

/** Options with every default filled in. */
export type FullForecasterOptions = {
  readonly [K in keyof ForecasterOptions]-?: Exclude<ForecasterOptions[K], undefined>;
};

const OPERATION = 'Forecaster';

/** The names of the options. */
export const FORECASTER_OPTIONS = [
  'columns',
  'targets',
  'scaler',
  'window',
  'horizon',
  'mode',
  'reference',
  'cell',
  'hiddenSize',
  'numLayers',
  'dropout',
] as const;

/** `1 gru of 32, 48 steps of 2 columns in, 12 of load out (direct, relative to the mean)` */
export function describeForecaster({
  cell,
  hiddenSize,
  numLayers,
  window,
  columns,
  targets,
  horizon,
  mode,
  reference,
}: FullForecasterOptions): string {
  const given = columns.length === 1 ? '1 column' : `${columns.length} columns`;
  const relative = reference === 'none' ? '' : `, relative to the ${reference}`;
  const steps = window === 1 ? '1 step' : `${window} steps`;
  return (
    `${numLayers} ${cell} of ${hiddenSize}, ${steps} of ${given} in, ` +
    `${horizon} of ${targets.join(', ')} out (${mode}${relative})`
  );
}

/** Fills in defaults and checks everything. @throws OptionError */
export function fullForecasterOptions(options: ForecasterOptions): FullForecasterOptions {
  checkKnown(OPERATION, options, FORECASTER_OPTIONS);
  const columns = checkNames(OPERATION, 'columns', options.columns);
  return {
    columns,
    targets: checkTargets(columns, checkNames(OPERATION, 'targets', options.targets)),
    scaler: checkScaler(columns, options.scaler),
    window: checkSize(OPERATION, 'window', options.window),
    horizon: checkSize(OPERATION, 'horizon', options.horizon ?? 1),
    mode: checkChoice(OPERATION, 'mode', options.mode ?? 'direct', MODES),
    reference: checkChoice(OPERATION, 'reference', options.reference ?? 'mean', REFERENCES),
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 32),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
  };
}

function checkTargets(columns: readonly string[], targets: readonly string[]): readonly string[] {
  const foreign = targets.find((name) => !columns.includes(name));
  if (foreign === undefined) return targets;
  throw new OptionError(
    `${OPERATION}: targets must be among the columns ${columns.join(', ')}, got '${foreign}'. Add it to columns.`,
  );
}

function checkScaler(columns: readonly string[], scaler: unknown): Scaler {
  if (scaler instanceof Scaler && scaler.columns === columns.length) return scaler;
  const got = scaler instanceof Scaler ? `one of ${scaler.columns}` : typeof scaler;
  throw new OptionError(
    `${OPERATION}: scaler must be a Scaler of the ${columns.length} columns, got ${got}. Use fitScaler or Scaler.fit.`,
  );
}
