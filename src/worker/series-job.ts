/** A forecaster on a series of one column, in a worker. */

import { decodeCheckpoint } from '../checkpoint/checkpoint.js';
import { fitScaler } from '../data/reference.js';
import { SeriesWindows, splitSeries } from '../data/series-windows.js';
import { TimeSeries } from '../data/series.js';
import { createEngine } from '../engine.js';
import { OptionError } from '../errors.js';
import { Forecaster } from '../models/forecaster.js';
import { fit } from '../train/fit.js';
import { checkJob } from './check.js';
import type { Queries, SeriesJob } from './jobs.js';
import type { Prepared } from './prepared.js';

const OWN = ['values', 'validFraction'] as const;

/** The name of the column. */
const COLUMN = 'value';

/** Steps that are read, at most, where nothing is said. */
const WINDOW = 64;

/** @throws OptionError, DataError, CheckpointError, MemoryError */
export async function prepareSeries(job: SeriesJob): Promise<Prepared> {
  checkJob(job, OWN);
  const { checkpoint, validFraction = 0.1, model: given = {} } = job;
  const series = new TimeSeries([COLUMN], job.values);
  if (checkpoint !== undefined && job.model !== undefined) {
    throw new OptionError('startTraining: the checkpoint has a model. Leave model out.');
  }
  const engine = await createEngine(job.engine);
  const models = [Forecaster];
  const saved =
    checkpoint === undefined ? undefined : decodeCheckpoint(engine, checkpoint, 'the checkpoint', { models });
  const { window = Math.max(1, Math.min(WINDOW, Math.floor(series.length / 4))), horizon = 1 } =
    saved?.model.options ?? given;
  const { train, valid } = splitSeries(series, { window, horizon, valid: validFraction, test: 0 });
  const form = {
    columns: [COLUMN],
    targets: [COLUMN],
    scaler: fitScaler(train, { targets: [COLUMN], reference: given.reference }),
  };
  const model = saved?.model ?? new Forecaster(engine, { ...given, ...form, window, horizon });
  return {
    model,
    summary: model.summary(),
    start: (options) => fit(model, { train, valid }, { ...job.train, ...options, resume: saved?.training }),
    queries: { forecast: ({ steps }) => forecast(model, series, steps) },
  };
}

/** What follows; and for each step behind the first window its forecast from what came before. */
function forecast(model: Forecaster, series: TimeSeries, steps?: number): Queries['forecast']['answer'] {
  const windows = new SeriesWindows(series, { window: model.options.window });
  const ahead = model.predict(windows.batch(Array.from({ length: windows.count }, (_, i) => i)).history);
  const S = ahead.length / windows.count;
  const seen = Float64Array.from({ length: windows.count }, (_, i) => ahead[i * S]!);
  return { values: model.forecast(series, steps).column(COLUMN), seen };
}
