/** A series made from a trend, seasons and noise, so that it is known how well it can be forecast at best. */

import { OptionError } from '../errors.js';
import { checkKnown, checkNumber, checkSize } from '../options.js';
import { Random } from '../random.js';
import { TimeSeries } from './series.js';

/** One season: amplitude sin(2 pi t / period + phase). */
export interface Season {
  readonly period: number;
  readonly amplitude: number;
  /** In radians. Default 0. */
  readonly phase?: number;
}

/** Options of `syntheticSeries`. */
export interface SyntheticSeriesOptions {
  /** N. */
  readonly length: number;
  /** What is added every step. Default 0. */
  readonly trend?: number | undefined;
  /** Default: none. */
  readonly seasons?: readonly Season[] | undefined;
  /** Standard deviation of the noise, which is independent from step to step: no forecast is better than its square. Default 1. */
  readonly noise?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Makes a series of two columns: `value`, and `signal`, which is the same without the noise.
 * @throws OptionError
 */
export function syntheticSeries(options: SyntheticSeriesOptions): TimeSeries {
  const operation = 'syntheticSeries';
  checkKnown(operation, options, ['length', 'trend', 'seasons', 'noise', 'seed']);
  const length = checkSize(operation, 'length', options.length);
  const trend = checkNumber(operation, 'trend', options.trend ?? 0);
  const noise = checkNumber(operation, 'noise', options.noise ?? 1, { least: 0 });
  const seasons = checkSeasons(operation, options.seasons ?? []);
  const random = new Random(options.seed ?? 1);
  const data = new Float64Array(2 * length);
  for (let t = 0; t < length; t++) {
    const waves = seasons.map(
      ({ period, amplitude, phase }) => amplitude * Math.sin((2 * Math.PI * t) / period + phase),
    );
    const signal = waves.reduce((sum, wave) => sum + wave, trend * t);
    data.set([signal + noise * random.normal(), signal], 2 * t);
  }
  return new TimeSeries(['value', 'signal'], data);
}

function checkSeasons(operation: string, seasons: unknown): Required<Season>[] {
  if (!Array.isArray(seasons)) {
    throw new OptionError(`${operation}: seasons must be a list of { period, amplitude }, got ${typeof seasons}.`);
  }
  return (seasons as Season[]).map((season, i) => {
    const name = `seasons[${i}]`;
    checkKnown(`${operation}: ${name}`, season, ['period', 'amplitude', 'phase']);
    return {
      period: checkNumber(operation, `${name}.period`, season.period, { above: 0 }),
      amplitude: checkNumber(operation, `${name}.amplitude`, season.amplitude),
      phase: checkNumber(operation, `${name}.phase`, season.phase ?? 0),
    };
  });
}
