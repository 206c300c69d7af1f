/**
 * What the values of a window are taken relative to. A network that sees levels learns those of its training part and
 * cannot go on with a trend beyond them; one that sees differences from its own window can (as reversible instance
 * normalisation has it: Kim et al. 2022).
 */

import { checkChoice, checkKnown } from '../options.js';
import { Scaler } from './scaler.js';
import type { ColumnRows, ColumnScale } from './scaler.js';
import type { SeriesTensor, SeriesWindows } from './series-windows.js';
import { checkNames } from './table.js';

/** 'none': values as they are; 'last': less the last value of the window; 'mean': less the mean of the window. */
export const REFERENCES = ['none', 'last', 'mean'] as const;

/** What the values of a window are taken relative to. */
export type Reference = (typeof REFERENCES)[number];

/** Windows that a scale of differences is fitted on, spread evenly over the training part. */
const MOST_WINDOWS = 256;

/**
 * The reference of some columns in every window.
 * @param history (T, B, C)
 * @param places K of its columns
 * @returns (B, K)
 */
export function referencesOf(
  { data, shape: [T, B, C] }: SeriesTensor,
  places: readonly number[],
  reference: Reference,
): Float64Array {
  const K = places.length;
  return Float64Array.from({ length: B * K }, (_, i) => {
    const at = Math.floor(i / K) * C + places[i % K]!;
    if (reference === 'none') return 0;
    if (reference === 'last') return data[(T - 1) * B * C + at]!;
    let sum = 0;
    for (let t = 0; t < T; t++) sum += data[t * B * C + at]!;
    return sum / T;
  });
}

/** Options of `fitScaler`. */
export interface FitScalerOptions {
  readonly targets: readonly string[];
  /** Default 'standard'. */
  readonly scale?: ColumnScale | undefined;
  /** That of the forecaster. Default 'mean'. */
  readonly reference?: Reference | undefined;
}

/**
 * Fits a scale on the training part of a series. With a reference that of its targets is fitted on differences from the
 * reference, since those are what the network sees: a trend that makes the values large does not make them.
 * @throws OptionError, DataError
 */
export function fitScaler(train: SeriesWindows, options: FitScalerOptions): Scaler {
  checkKnown('fitScaler', options, ['targets', 'scale', 'reference']);
  const reference = checkChoice('fitScaler', 'reference', options.reference ?? 'mean', REFERENCES);
  const targets = checkNames('fitScaler', 'targets', options.targets);
  const plain = Scaler.fit(train.seen, options.scale);
  if (reference === 'none') return plain;
  const relative = Scaler.fit(differences(train, targets, reference), options.scale);
  const { offset, scale } = plain.toJSON();
  for (const [k, target] of targets.entries()) {
    offset[train.series.index(target)] = 0;
    scale[train.series.index(target)] = relative.scale[k]!;
  }
  return Scaler.fromJSON({ offset, scale });
}

/** What the targets differ from their reference by, known and asked for, in windows of the training part. */
function differences(train: SeriesWindows, targets: readonly string[], reference: Reference): ColumnRows {
  const places = targets.map((name) => train.series.index(name));
  const K = places.length;
  const every = Math.ceil(train.count / MOST_WINDOWS);
  const chosen = Array.from({ length: Math.ceil(train.count / every) }, (_, i) => i * every);
  const { history, future } = train.batch(chosen);
  const references = referencesOf(history, places, reference);
  const rows = [history, future].flatMap(({ data, shape: [steps, B, C] }) =>
    Array.from({ length: steps * B * K }, (_, i) => {
      const [row, k] = [Math.floor(i / K), i % K];
      return data[row * C + places[k]!]! - references[(row % B) * K + k]!;
    }),
  );
  return { columns: targets, data: Float64Array.from(rows) };
}
