/** `recurra forecast`: what follows a series, as CSV, and as a picture on request. */

import { writeFileSync } from 'node:fs';
import { fileError } from '../checkpoint/file-error.js';
import { TimeSeries } from '../data/series.js';
import { timesAfter } from '../data/times.js';
import { CheckpointError, OptionError } from '../errors.js';
import { Forecaster } from '../models/forecaster.js';
import type { Snapshot } from '../models/snapshot.js';
import { svgLines } from '../plot/lines.js';
import { csvRow, readTable } from './csv.js';
import { missingOf } from './csv-options.js';
import { checkDestination, checkpointFiles } from './destination.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { inFile, loadBest } from './files.js';
import { FORECAST } from './forecast-kind.js';
import { storedOptions } from './kind-job.js';
import type { KindArguments } from './kind.js';

/** The options of `recurra forecast`. */
export interface ForecastCommandArguments extends Omit<EngineArguments, 'kernels'> {
  /** What comes before. Default: the file the model was trained on. */
  readonly csv?: string;
  /** Default: the horizon of the model. */
  readonly steps?: number;
  /** Columns that are known ahead. */
  readonly future?: string;
  /** Column of the times that go on. Default: steps are counted. */
  readonly time?: string;
  readonly svg?: string;
}

/** Windows of history in the picture. */
const SHOWN = 2;

/** Runs the command. @returns the exit code */
export async function forecastCommand(folder: string, options: ForecastCommandArguments): Promise<number> {
  const { csv, future: ahead, svg, time } = options;
  const { model, training } = await loadBest(folder, options, [Forecaster]);
  const stored = trainedOn(folder, training);
  const { columns, targets, horizon, window } = model.options;
  const { steps = horizon } = options;
  const path = csv ?? String(stored['csv']);
  if (svg !== undefined) {
    checkDestination('--svg', svg, [path, ...(ahead === undefined ? [] : [ahead]), ...checkpointFiles(folder)]);
  }
  const table = await readTable(path);
  const history = inFile(path, () => TimeSeries.fromTable(table, columns, missingOf(stored)));
  const known = columns.filter((name) => !targets.includes(name));
  if (ahead !== undefined && known.length === 0) {
    throw new OptionError(
      'forecast: --future is for columns beside the targets, and the model reads none. Leave it out.',
    );
  }
  const future = ahead === undefined ? undefined : await readKnown(ahead, known, stored);
  const times = time === undefined ? undefined : timesAfter(table, time, steps);
  const forecast = inFile(path, () => model.forecast(history, steps, { future }));
  if (svg !== undefined) writePicture(svg, history.slice(Math.max(0, history.length - SHOWN * window)), forecast);
  process.stdout.write(rowsOf(forecast, time ?? 'step', times));
  return EXIT.done;
}

/** The options of the run of a checkpoint. @throws CheckpointError */
function trainedOn(folder: string, training: Snapshot | undefined): KindArguments {
  if (training !== undefined) return storedOptions(FORECAST, folder, training);
  throw new CheckpointError(`${folder}: the checkpoint does not say what its run was on. Use one of recurra train.`);
}

async function readKnown(path: string, columns: readonly string[], stored: KindArguments): Promise<TimeSeries> {
  const table = await readTable(path);
  return inFile(path, () => TimeSeries.fromTable(table, columns, missingOf(stored)));
}

/** A row a step. @param times of each; default: counted from the end of the history */
function rowsOf({ columns, data, length }: TimeSeries, first: string, times?: readonly string[]): string {
  const C = columns.length;
  const rows = Array.from({ length }, (_, t) => {
    const values = data.subarray(t * C, (t + 1) * C);
    return csvRow([times?.[t] ?? t + 1, ...Array.from(values, (value) => Number(value.toPrecision(7)))]);
  });
  return csvRow([first, ...columns]) + rows.join('');
}

/** @throws CheckpointError if the file cannot be written */
function writePicture(path: string, history: TimeSeries, forecast: TimeSeries): void {
  const several = forecast.columns.length > 1;
  const curves = forecast.columns.flatMap((name) => {
    const [before, after] = [history.column(name), forecast.column(name)];
    const last = before.length - 1;
    const label = (part: string): string => (several ? `${name}, ${part}` : part);
    return [
      { name: label('history'), values: before, x: before.map((_, t) => t - last) },
      // Joined to what it follows.
      {
        name: label('forecast'),
        values: [before[last]!, ...after],
        x: Array.from({ length: after.length + 1 }, (_, t) => t),
      },
    ];
  });
  const picture = svgLines(curves, {
    title: `Forecast of ${forecast.columns.join(', ')}`,
    xLabel: 'steps from the last that is known',
    ...(several ? {} : { yLabel: forecast.columns[0]! }),
  });
  try {
    writeFileSync(path, picture);
  } catch (error) {
    throw fileError(`--svg ${path}`, 'cannot be written', error);
  }
}
