/** `recurra train --task forecast`: what follows in columns of a CSV file. */

import { findPeriod, seasonalErrors } from '../data/baselines.js';
import { allBatches } from '../data/examples.js';
import { fitScaler, REFERENCES } from '../data/reference.js';
import type { Reference } from '../data/reference.js';
import type { ColumnScale } from '../data/scaler.js';
import { SeriesWindows, splitSeries } from '../data/series-windows.js';
import type { SeriesBatch, SeriesParts } from '../data/series-windows.js';
import { TimeSeries } from '../data/series.js';
import { DataError, OptionError } from '../errors.js';
import { MODES } from '../models/forecaster-options.js';
import type { ForecasterOptions, ForecastMode } from '../models/forecaster-options.js';
import { Forecaster } from '../models/forecaster.js';
import type { Cell } from '../models/sizes.js';
import { readTable } from './csv.js';
import { CSV, CSV_OPTIONS, missingOf, namesOf, sharesOf } from './csv-options.js';
import { inFile } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { anyText, oneOf, whole } from './options.js';
import { exampleTerms } from './terms.js';
import type { Conclusion } from './train-output.js';

/** The options that a forecaster is made of, as commander reads them. */
interface ForecastArguments {
  readonly target?: string;
  readonly inputs?: string;
  readonly window?: number;
  readonly horizon?: number;
  readonly mode?: ForecastMode;
  readonly reference?: Reference;
  readonly scale?: ColumnScale;
  readonly period?: number;
  readonly cell?: Cell;
  readonly hidden?: number;
  readonly layers?: number;
  readonly dropout?: number;
}

/** A series, in parts. */
interface ForecastData extends SeriesParts {
  readonly series: TimeSeries;
  readonly targets: readonly string[];
}

/** Steps that are read, if nothing is said. */
const WINDOW = 64;

/** Windows that are tested side by side. */
const TESTED = 256;

/** Forecasts of time series. */
export const FORECAST: Kind<Forecaster, SeriesBatch, ForecastData> = {
  name: 'forecast',
  summary: 'what follows in one or several columns of a CSV file, a row a step',
  noun: 'a time series',
  model: Forecaster,
  source: CSV,
  options: [
    ['--target <columns>', 'column to forecast; several with commas between', anyText('--target')],
    ['--horizon <n>', 'steps to forecast (1)', whole('--horizon', 1)],
    ['--mode <mode>', 'direct, or recursive: step by step (direct)', oneOf<string>('--mode', MODES)],
    [
      '--reference <name>',
      `${REFERENCES.join(', ')}: what a window is taken relative to (mean)`,
      oneOf<string>('--reference', REFERENCES),
    ],
    ['--period <n>', 'steps of a season, of the baseline (found by autocorrelation)', whole('--period', 1)],
    ...CSV_OPTIONS,
  ],
  paths: [],
  takes: ['window', 'cell', 'hidden', 'layers', 'dropout', 'validFraction'],
  recipe: { epochs: 15, batch: 32, lr: 3e-3, schedule: 'cosine', clipNorm: 1 },
  terms: exampleTerms({ unit: 'window', verb: 'forecast', figures: ['mse', 'mae'] }),

  async read(path, options) {
    const { target, inputs, window = WINDOW, horizon, period } = options as ForecastArguments;
    if (target === undefined) {
      throw new OptionError(
        'train: --target <columns> is missing. --task forecast needs --csv FILE and --target COLUMN.',
      );
    }
    const targets = namesOf(target);
    const columns = [...targets, ...namesOf(inputs)];
    const table = await readTable(path);
    return inFile(path, () => {
      const series = TimeSeries.fromTable(table, columns, missingOf(options));
      const parts = splitSeries(series, { window, horizon, ...sharesOf(options) });
      checkPeriod(period, parts.test ?? parts.train);
      return { series, targets, ...parts };
    });
  },

  create(engine, { train, targets }, options) {
    const { scale, reference, mode, horizon, cell, hidden, layers, dropout } = options as ForecastArguments;
    const form = { targets, reference };
    const sizes = { window: train.window, horizon, mode, cell, hiddenSize: hidden, numLayers: layers, dropout };
    const made: ForecasterOptions = {
      ...form,
      ...sizes,
      columns: train.series.columns,
      scaler: fitScaler(train, { ...form, scale }),
    };
    return new Forecaster(engine, made);
  },

  fitData: (_model, { train, valid }) => ({ train, valid }),

  describe({ series, targets, train, valid, test }) {
    const parts = Object.entries({ train, valid, test }).flatMap(([name, part]) => {
      return part === undefined ? [] : [`${part.count.toLocaleString('en-US')} ${name}`];
    });
    const others = series.columns.length - targets.length;
    const inputs = others === 0 ? '' : ` and ${others} more column${others === 1 ? '' : 's'}`;
    return `${series.length.toLocaleString('en-US')} steps of ${targets.join(', ')}${inputs}; windows that ${parts.join(', ')}`;
  },

  async evaluation({ options: { columns, window, horizon } }, path, options) {
    const table = await readTable(path);
    return inFile(path, () => {
      return new SeriesWindows(TimeSeries.fromTable(table, columns, missingOf(options)), { window, horizon });
    });
  },

  conclude: (model, { train, test }, options) => compare(model, train, test ?? train, test !== undefined, options),
};

/** Finds a season that no window has before it now, not after the training. @throws DataError */
function checkPeriod(period: number | undefined, { to, horizon }: SeriesWindows): void {
  const most = to - horizon; // where the last window forecasts from
  if (period === undefined || period <= most) return;
  throw new DataError(
    `--period ${period} is longer than what lies before any window of the baseline, ${most} steps. Lower it.`,
  );
}

/** The errors of a model beside those of forecasts that take no learning. */
function compare(
  model: Forecaster,
  train: SeriesWindows,
  windows: SeriesWindows,
  isTest: boolean,
  options: KindArguments,
): Conclusion {
  const { figures = {} } = model.evaluate(allBatches(windows, TESTED));
  const { targets } = model.options;
  const rows = targets.map((target) => {
    const suffix = targets.length === 1 ? '' : ` ${target}`;
    const mse = figures[`mse${suffix}`]!;
    const mae = figures[`mae${suffix}`]!;
    const period = (options as ForecastArguments).period ?? findPeriod(train.seen.column(target));
    const lastValue = seasonalErrors(windows, target);
    const seasonal = period === 1 ? undefined : { period, ...seasonalErrors(windows, target, period) };
    return { target, mse, mae, lastValue, ...(seasonal === undefined ? {} : { seasonal }) };
  });
  const line = rows.map(({ target, mse, mae, lastValue, seasonal }) => {
    const season =
      seasonal === undefined ? 'no season found' : `${seasonal.period} steps before ${figure(seasonal.mse)}`;
    const name = targets.length === 1 ? '' : `${target}: `;
    return `${name}MSE ${figure(mse)}, MAE ${figure(mae)}; MSE of the last value ${figure(lastValue.mse)}, ${season}`;
  });
  const part = isTest ? 'test' : 'training part';
  return { line: `${part}: ${line.join('; ')}`, json: { [isTest ? 'test' : 'train']: rows } };
}

function figure(value: number): string {
  return value.toPrecision(4);
}
