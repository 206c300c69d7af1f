/** `recurra train --task forecast`, `evaluate` and `forecast`, from CSV files to CSV and pictures. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { FORECAST } from '../../src/cli/forecast-kind.js';
import { seasonalErrors } from '../../src/data/baselines.js';
import { allBatches } from '../../src/data/examples.js';
import { SeriesWindows, splitSeries } from '../../src/data/series-windows.js';
import { TimeSeries } from '../../src/data/series.js';
import { syntheticSeries } from '../../src/data/synthetic-series.js';
import { createEngine } from '../../src/engine.js';
import { DataError, OptionError } from '../../src/errors.js';
import { Forecaster } from '../../src/models/forecaster.js';
import { lines, Workplace } from './command.js';

const place = new Workplace();

/** Steps of a load with a season of 8, and of a price that has nothing to do with it. */
const made = syntheticSeries({ length: 260, trend: 0.05, seasons: [{ period: 8, amplitude: 3 }], noise: 0.3 });
const load = Array.from(made.column('value'), (value) => Number(value.toFixed(4)));
const rows = load.map((value, t) => `day ${t},${value},${(t * 7) % 5}`);
const csv = (list: readonly string[]): string => `${['date,load,price', ...list].join('\n')}\n`;

const begin =
  'train --task forecast --csv data.csv --target load --window 16 --horizon 4 --hidden 8 --kernels simd'.split(' ');
const short = [...begin, '--schedule', 'constant'];

/** What follows a window, as the library has it. */
async function decoded(folder: string): Promise<Forecaster> {
  const engine = await createEngine({ kernels: 'simd' });
  return decodeCheckpoint(engine, place.checkpoint(folder), folder, { models: [Forecaster] }).model;
}

/** The rows of CSV on stdout. */
const table = (stdout: string): string[][] => lines(stdout).map((line) => line.split(','));

beforeAll(async () => {
  place.file('data.csv', csv(rows));
  const both = [...begin, '--inputs', 'price', '--mode', 'recursive'];
  await place.run(...begin, '--epochs', '2', '--out', 'run');
  await place.run(...both, '--epochs', '1', '--out', 'priced');
});

describe('train', () => {
  test('tells data, model, progress, and errors beside the baselines', async () => {
    const { code, stdout, stderr } = await place.run(...begin, '--epochs', '2', '--out', 'told');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(lines(stderr).slice(0, 2)).toEqual([
      '260 steps of load; windows that 189 train, 23 valid, 23 test',
      '1 lstm of 8, 16 steps of 1 column in, 4 of load out (direct, relative to the mean), 388 parameters',
    ]);
    expect(stderr).toMatch(/^epoch 2\/2: 100%.*valid=\d\.\d+, mse=\d\S*, mae=\d\S*, .* window\/s\]$/m);
    expect(stderr).toMatch(
      /\ntest: MSE \d\S+, MAE \d\S+; MSE of the last value \d\S+, 8 steps before \d\S+\nsaved in told\n$/,
    );
  });

  test('--json has the same figures as the library', async () => {
    const { stdout } = await place.run(...begin, '--epochs', '1', '--out', 'json', '--json', '--period', '16');
    const [epoch, done] = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(epoch).toMatchObject({
      event: 'epoch',
      mse: expect.any(Number) as unknown,
      mae: expect.any(Number) as unknown,
    });
    const { test: end } = splitSeries(new TimeSeries(['load'], load), { window: 16, horizon: 4 });
    const { figures } = (await decoded('json')).evaluate(allBatches(end!, 256));
    expect(done!['test']).toEqual([
      {
        target: 'load',
        ...figures,
        lastValue: seasonalErrors(end!, 'load'),
        seasonal: { period: 16, ...seasonalErrors(end!, 'load', 16) },
      },
    ]);
  });

  test('--resume ends as a run that never stopped', async () => {
    await place.run(...short, '--epochs', '2', '--out', 'whole', '--dropout', '0.2');
    await place.run(...short, '--epochs', '1', '--out', 'parts', '--dropout', '0.2');
    const { code, stderr } = await place.run('train', '--resume', 'parts', '--epochs', '2');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('saved in parts') as unknown });
    expect(place.checkpoint('parts').equals(place.checkpoint('whole'))).toBe(true);
  });

  test('several targets, their errors each; no test where its share is 0', async () => {
    const args = begin.with(begin.indexOf('load'), 'load, price');
    const { code, stderr } = await place.run(...args, '--epochs', '1', '--out', 'two', '--test-fraction', '0');
    expect(code).toBe(0);
    expect(stderr).toMatch(/\ntraining part: load: MSE .* 8 steps before \S+; price: MSE .* 5 steps before \S+\n/);
  });

  test('--missing previous takes what stands before', async () => {
    place.file('holes.csv', csv(rows.with(20, 'day 20,,1')));
    const args = begin.with(begin.indexOf('data.csv'), 'holes.csv');
    expect(await place.run(...args, '--steps', '1', '--out', 'holes', '--missing', 'previous')).toMatchObject({
      code: 0,
    });
    expect(await place.run(...args, '--steps', '1', '--out', 'refused')).toMatchObject({
      code: 3,
      stderr:
        "recurra: holes.csv: line 22, column 'load': the number is missing. " +
        "Fill it in, or take what stands before it: missing 'previous' (--missing previous).\n",
    });
    // The model reads other files in the same way.
    expect(await place.run('forecast', 'holes')).toMatchObject({ code: 0 });
  });
});

describe('evaluate', () => {
  test('all windows of a file', async () => {
    const { stdout } = await place.run('evaluate', 'run', '--csv', 'data.csv', '--json');
    const windows = new SeriesWindows(new TimeSeries(['load'], load), { window: 16, horizon: 4 });
    const { loss, figures } = (await decoded('run')).evaluate(allBatches(windows, 32));
    const told = JSON.parse(stdout) as Record<string, number>;
    expect(told).toMatchObject({ event: 'evaluate', examples: 241 });
    for (const [name, value] of Object.entries({ loss, ...figures })) expect(told[name]).toBeCloseTo(value, 4);
  });
});

describe('forecast', () => {
  test('what follows the file it was trained on, as the library has it', async () => {
    const { code, stdout } = await place.run('forecast', 'run', '--steps', '6');
    const wanted = (await decoded('run')).forecast(new TimeSeries(['load'], load), 6);
    expect(code).toBe(0);
    expect(table(stdout)[0]).toEqual(['step', 'load']);
    expect(
      table(stdout)
        .slice(1)
        .map(([step]) => step),
    ).toEqual(['1', '2', '3', '4', '5', '6']);
    for (const [t, [, value]] of table(stdout).slice(1).entries())
      expect(Number(value)).toBeCloseTo(wanted.data[t]!, 3);
  });

  test('what follows another file, with a picture', async () => {
    place.file('other.csv', csv(rows.slice(0, 40)));
    const args = ['--csv', 'other.csv', '--svg', 'out.svg', '--time', 'price'];
    const { code, stderr } = await place.run('forecast', 'run', ...args);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr:
        "recurra: other.csv: line 5, column 'price': times must ascend, got '1' behind '4'. Sort the rows by time.\n",
    });
    place.file('other.csv', csv(rows.slice(0, 40).map((row, t) => row.replace(/[^,]*$/, String(10 * t)))));
    const { stdout } = await place.run('forecast', 'run', ...args);
    expect(table(stdout).map(([time]) => time)).toEqual(['price', '400', '410', '420', '430']); // the horizon
    const picture = readFileSync(place.at('out.svg'), 'utf8');
    expect(picture).toContain('Forecast of load');
    expect(picture.match(/<title>(history|forecast)<\/title>/g)).toHaveLength(2);
  });

  test('inputs that are known ahead, where the recursion needs them', async () => {
    expect(await place.run('forecast', 'priced', '--steps', '3')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('3 steps need the next 2 values of price in future, got none') as unknown,
    });
    place.file('ahead.csv', 'price\n3\n1\n');
    const { code, stdout } = await place.run('forecast', 'priced', '--steps', '3', '--future', 'ahead.csv');
    expect(code).toBe(0);
    expect(table(stdout).length).toBe(4);
    expect(await place.run('forecast', 'run', '--future', 'ahead.csv')).toMatchObject({
      code: 2,
      stderr:
        'recurra: forecast: --future is for columns beside the targets, and the model reads none. Leave it out.\n',
    });
  });
});

describe('refusals', () => {
  test.each([
    ['empty.csv', '', 'empty.csv: the file is empty. Give a file with text in it.'],
    ['ragged.csv', csv(rows.with(3, 'day 3,1')), /^ragged\.csv: line 5 has 2 cells, and the header names 3 columns\./],
    [
      'text.csv',
      csv(rows.with(7, 'day 7,many,1')),
      /^text\.csv: line 9, column 'load': must be a number such as -1\.5, got 'many'/,
    ],
    ['names.csv', 'date,heat\na,1\n', "names.csv: has no column 'load'. Its columns: date, heat."],
    [
      'short.csv',
      csv(rows.slice(0, 18)),
      /^short\.csv: SeriesWindows: steps up to 14 are too few: window 16 and horizon 4/,
    ],
    ['quote.csv', 'date,load\n"a,1\n', /^quote\.csv: the row of line 2 is no CSV/],
  ])('%s', async (name, text, message) => {
    const path = place.file(name, text);
    const error = await FORECAST.read(path, { target: 'load', window: 16, horizon: 4 }).catch(
      (refusal: unknown) => refusal,
    );
    expect(error).toBeInstanceOf(DataError);
    const told = (error as DataError).message.replace(path, name);
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
  });

  test('numbers too large to scale, with file and column', async () => {
    place.file('huge.csv', csv(rows.with(9, 'day 9,1e200,1')));
    const args = begin.with(begin.indexOf('data.csv'), 'huge.csv');
    expect(await place.run(...args, '--out', 'never')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^recurra: huge\.csv: Scaler\.fit: column 'load': the squares/) as unknown,
    });
  });

  test('a --period that no window has before it, before anything is trained', async () => {
    const error = FORECAST.read(place.at('data.csv'), { target: 'load', window: 16, horizon: 4, period: 257 });
    await expect(error).rejects.toThrow(
      new DataError(
        `${place.at('data.csv')}: --period 257 is longer than what lies before any window of the baseline, 256 steps. Lower it.`,
      ),
    );
    const { test: end } = await FORECAST.read(place.at('data.csv'), { target: 'load', window: 16, horizon: 4, period: 256 }); // prettier-ignore
    expect(seasonalErrors(end!, 'load', 256).mse).toBeGreaterThan(0);
    expect(() => seasonalErrors(end!, 'load', 257)).toThrow(DataError);
  });

  test('a bad file ends the command with 3', async () => {
    place.file('bad.csv', csv(rows.with(3, 'day 3,1')));
    const args = begin.with(begin.indexOf('data.csv'), 'bad.csv');
    expect(await place.run(...args, '--out', 'never')).toMatchObject({
      code: 3,
      stdout: '',
      stderr:
        'recurra: bad.csv: line 5 has 2 cells, and the header names 3 columns. ' +
        'Give the line 3 cells; one with a separator in it stands in double quotes.\n',
    });
  });

  test('more steps than there may be', async () => {
    expect(await place.run('forecast', 'run', '--steps', '1000000000')).toMatchObject({
      code: 2,
      stderr: "recurra: --steps must be a whole number from 1 to 1000000, got '1000000000'.\n",
    });
  });

  test('options', async () => {
    await expect(FORECAST.read('data.csv', {})).rejects.toThrow(
      new OptionError('train: --target <columns> is missing. --task forecast needs --csv FILE and --target COLUMN.'),
    );
    expect(await place.run(...begin, '--out', 'never', '--mode', 'both')).toMatchObject({
      code: 2,
      stderr: "recurra: --mode must be one of direct, recursive, got 'both'.\n",
    });
    expect(await place.run(...begin, '--out', 'never', '--id', 'date')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--id') as unknown,
    });
    await expect(FORECAST.read(place.at('data.csv'), { target: 'load', inputs: 'load' })).rejects.toThrow(
      new OptionError("TimeSeries.fromTable: columns has 'load' twice. Name each once."),
    );
  });
});
