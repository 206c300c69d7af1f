/** The forecaster: its numbers, its gradient, forecasts beyond its horizon, what it refuses, what comes back. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { seasonalErrors } from '../../src/data/baselines.js';
import { allBatches } from '../../src/data/examples.js';
import { fitScaler, REFERENCES } from '../../src/data/reference.js';
import { Scaler } from '../../src/data/scaler.js';
import { SeriesWindows, splitSeries } from '../../src/data/series-windows.js';
import type { SeriesBatch } from '../../src/data/series-windows.js';
import { TimeSeries } from '../../src/data/series.js';
import { syntheticSeries } from '../../src/data/synthetic-series.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError, ShapeError } from '../../src/errors.js';
import { Forecaster } from '../../src/models/forecaster.js';
import { MODES } from '../../src/models/forecaster-options.js';
import type { ForecasterOptions } from '../../src/models/forecaster-options.js';
import { Random } from '../../src/random.js';
import { fit } from '../../src/train/fit.js';
import { gradcheck } from '../ops/gradcheck.js';
import { testEngine } from '../train/texts.js';

const [T, h] = [6, 3];

/** Three columns of noise around different levels. */
function noise(N: number = 40): TimeSeries {
  const random = new Random(5);
  return new TimeSeries(
    ['a', 'b', 'c'],
    Array.from({ length: 3 * N }, (_, i) => 10 * (i % 3) + random.between(-2, 2)),
  );
}

const windows = (options: object = {}): SeriesWindows =>
  new SeriesWindows(noise(), { window: T, horizon: h, ...options });

async function make(options: Partial<ForecasterOptions> = {}, engine?: Engine): Promise<Forecaster> {
  const columns = ['a', 'b', 'c'];
  const scaler = Scaler.fit(noise());
  const base = { columns, targets: ['c', 'a'], scaler, window: T, horizon: h, hiddenSize: 5 } as const;
  return new Forecaster(engine ?? (await testEngine()), { ...base, ...options });
}

/** What follows a window, (h, K). */
const forecasts = (model: Forecaster, batch: SeriesBatch, b: number): number[] => {
  const [steps, B, C] = batch.history.shape;
  const data = Array.from({ length: steps * C }, (_, i) => {
    return batch.history.data[(Math.floor(i / C) * B + b) * C + (i % C)]!;
  });
  const future = new TimeSeries(
    ['a', 'b', 'c'],
    Array.from({ length: h * C }, (_, i) => batch.future.data[(Math.floor(i / C) * B + b) * C + (i % C)]!),
  );
  return [...model.forecast(new TimeSeries(['a', 'b', 'c'], data), h, { future }).data];
};

describe('gradients on 64-bit floats', () => {
  test.each(
    MODES.flatMap((mode) =>
      REFERENCES.map((reference, i) => ({ mode, reference, cell: (['lstm', 'gru', 'rnn'] as const)[i]! })),
    ),
  )('%o', async (options) => {
    const engine = await testEngine({ kernels: 'js', precision: 'float64' });
    const model = await make({ ...options, numLayers: 2, dropout: 0.2 }, engine);
    const batch = windows().batch([0, 3, 9]);
    expect(gradcheck(engine, model.parameters(), () => [model.loss(batch)], { directional: true })).toEqual([]);
  });
});

describe('forecasts', () => {
  test.each(MODES.flatMap((mode) => REFERENCES.map((reference) => ({ mode, reference }))))(
    'windows side by side and alone, and their errors: %o',
    async (options) => {
      const engine = await testEngine({ kernels: 'js', precision: 'float64' });
      const model = await make(options, engine);
      const batch = windows().batch([2, 7]);
      const [, B, C] = batch.future.shape;
      const errors = [0, 1].flatMap((b) =>
        forecasts(model, batch, b).map((value, i) => {
          return value - batch.future.data[(Math.floor(i / 2) * B + b) * C + [2, 0][i % 2]!]!;
        }),
      );
      const of = (k: number): number[] => errors.filter((_, i) => i % 2 === k);
      const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const { loss, figures } = model.evaluate([batch]);
      expect(figures!['mse c']).toBeCloseTo(meanOf(of(0).map((e) => e ** 2)), 9);
      expect(figures!['mae a']).toBeCloseTo(meanOf(of(1).map(Math.abs)), 9);
      expect(figures!['mse']).toBeCloseTo((figures!['mse a']! + figures!['mse c']!) / 2, 9);
      expect(figures!['mae']).toBeCloseTo((figures!['mae a']! + figures!['mae c']!) / 2, 9);
      // The loss is that of training, taken from the same forecasts.
      expect(loss).toBeCloseTo(
        engine.evaluate(() => model.loss(batch).item()),
        9,
      );
    },
  );

  test('all examples in batches of any size have the same errors', async () => {
    const model = await make({ mode: 'recursive' });
    const whole = model.evaluate(allBatches(windows(), 100));
    const parts = model.evaluate(allBatches(windows(), 7));
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
    expect(parts.figures!['mse a']).toBeCloseTo(whole.figures!['mse a']!, 5);
  });

  test('beyond the horizon they follow from themselves', async () => {
    const columns = ['a', 'c'];
    const scaler = Scaler.fit(noise().select(columns));
    for (const mode of MODES) {
      const model = await make({ columns, targets: columns, scaler, mode, reference: 'last' });
      const history = noise().select(columns);
      const long = model.forecast(history, 2 * h + 1);
      expect(long.columns).toEqual(columns);
      expect(long.length).toBe(2 * h + 1);
      const first = model.forecast(history);
      expect([...long.slice(0, h).data]).toEqual([...first.data]);
      const grown = new TimeSeries(columns, [...history.data, ...first.data]);
      expect([...long.slice(h).data]).toEqual([...model.forecast(grown, h + 1).data]);
    }
  });

  test('only the last steps of the window count', async () => {
    const model = await make();
    const long = model.forecast(noise());
    expect([...model.forecast(noise().slice(40 - T)).data]).toEqual([...long.data]);
    const other = noise();
    other.data[(40 - T) * 3] = 5;
    expect([...model.forecast(other).data]).not.toEqual([...long.data]);
  });

  test('what is known ahead is read where the recursion needs it, and nothing else', async () => {
    const model = await make({ mode: 'recursive' });
    const future = (b: number[], a: number): TimeSeries => {
      return new TimeSeries(
        ['b', 'a'],
        b.flatMap((value) => [value, a]),
      );
    };
    const one = model.forecast(noise(), 3, { future: future([9, 11], 0) });
    expect([...model.forecast(noise(), 3, { future: future([9, 11], 7) }).data]).toEqual([...one.data]);
    const other = model.forecast(noise(), 3, { future: future([9, 14], 0) });
    expect([...other.data.slice(0, 4)]).toEqual([...one.data.slice(0, 4)]);
    expect([...other.data.slice(4)]).not.toEqual([...one.data.slice(4)]);
  });

  test.each(['last', 'mean'] as const)(
    'relative to the %s, a higher level moves the forecast and no more',
    async (reference) => {
      const engine = await testEngine({ kernels: 'js', precision: 'float64' });
      const columns = ['a'];
      const model = await make(
        { columns, targets: columns, scaler: Scaler.fit(noise().select(columns)), reference },
        engine,
      );
      const low = noise().select(columns);
      const high = new TimeSeries(
        columns,
        low.data.map((value) => value + 1000),
      );
      const moved = model.forecast(high).data.map((value) => value - 1000);
      for (const [i, value] of model.forecast(low).data.entries()) expect(moved[i]).toBeCloseTo(value, 8);
    },
  );

  test('dropout acts while training alone', async () => {
    const model = await make({ dropout: 0.5 });
    const batch = windows().batch([0, 1]);
    expect(model.evaluate([batch])).toEqual(model.evaluate([batch]));
    expect(new Set([1, 2, 3].map(() => model.engine.step(() => model.loss(batch)))).size).toBe(3);
  });
});

describe('training', () => {
  test.each(MODES)('%s: better than the last value and the last season on what follows a trend', async (mode) => {
    const seasons = [{ period: 8, amplitude: 3 }];
    const series = syntheticSeries({ length: 700, trend: 0.05, seasons, noise: 0.5 }).select(['value']);
    const { train, valid, test: end } = splitSeries(series, { window: 16, horizon: 4, test: 0.2 });
    const form = { targets: ['value'], reference: 'mean' } as const;
    const engine = await testEngine({ debug: false });
    const scaler = fitScaler(train, form);
    const sizes = { columns: ['value'], window: 16, horizon: 4, hiddenSize: 12, cell: 'gru', mode } as const;
    const model = new Forecaster(engine, { ...form, ...sizes, scaler });
    await fit(model, { train, valid: valid! }, { epochs: 12, batch: 32, lr: 0.01, schedule: 'cosine' });
    const { figures } = model.evaluate(allBatches(end!, 64));
    expect(figures!['mse']).toBeLessThan(0.8 * seasonalErrors(end!, 'value', 8).mse);
    expect(figures!['mse']).toBeLessThan(0.2 * seasonalErrors(end!, 'value').mse);
    expect(figures!['mse']).toBeGreaterThan(0.2); // the noise is 0.25
  });
});

test('a summary in one line', async () => {
  expect((await make()).summary()).toBe(
    '1 lstm of 5, 6 steps of 3 columns in, 3 of c, a out (direct, relative to the mean), 236 parameters',
  );
  const columns = ['a'];
  const one = await make({
    columns,
    targets: columns,
    scaler: Scaler.fit(noise().select(columns)),
    reference: 'none',
    mode: 'recursive',
  });
  expect(one.summary()).toBe('1 lstm of 5, 6 steps of 1 column in, 3 of a out (recursive), 166 parameters');
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ columns: [] }, 'Forecaster: columns must be a list of at least one name, got [].'],
    [{ targets: ['a', 'a'] }, "Forecaster: targets has 'a' twice. Name each once."],
    [{ targets: ['d'] }, "Forecaster: targets must be among the columns a, b, c, got 'd'. Add it to columns."],
    [
      { scaler: Scaler.fit(noise().select(['a'])) },
      'Forecaster: scaler must be a Scaler of the 3 columns, got one of 1. Use fitScaler or Scaler.fit.',
    ],
    [
      { scaler: { offset: [0, 0, 0], scale: [1, 1, 1] } },
      'Forecaster: scaler must be a Scaler of the 3 columns, got object. Use fitScaler or Scaler.fit.',
    ],
    [{ window: 0 }, 'Forecaster: window must be a whole number of at least 1, got 0.'],
    [{ horizon: 1.5 }, 'Forecaster: horizon must be a whole number of at least 1, got 1.5.'],
    [{ mode: 'both' }, 'Forecaster: mode must be one of direct, recursive, got both.'],
    [{ reference: 'first' }, 'Forecaster: reference must be one of none, last, mean, got first.'],
    [{ cell: 'cnn' }, 'Forecaster: cell must be one of lstm, gru, rnn, got cnn.'],
    [{ hiddenSize: '9' }, "Forecaster: hiddenSize must be a whole number of at least 1, got '9'."],
    [{ numLayers: 0 }, 'Forecaster: numLayers must be a whole number of at least 1, got 0.'],
    [{ dropout: 1 }, 'Forecaster: dropout must be a number at least 0 and below 1, got 1.'],
    [
      { hidden: 8 },
      "Forecaster: unknown option 'hidden'. Known options: columns, targets, scaler, window, horizon, mode, reference, " +
        'cell, hiddenSize, numLayers, dropout.',
    ],
  ])('%o', async (options, message) => {
    await expect(make(options)).rejects.toThrow(new OptionError(message));
  });

  test('histories and futures that do not do', async () => {
    const model = await make({ mode: 'recursive' });
    expect(() => model.forecast(noise().slice(0, T - 1))).toThrow(
      new DataError(
        "Forecaster.forecast: history must have the 6 steps of the model's window, got 5. Give more of the series.",
      ),
    );
    expect(() => model.forecast(noise().select(['a', 'b']))).toThrow(/has no column 'c'/);
    expect(() => model.forecast(noise(), 3)).toThrow(
      new DataError(
        'Forecaster.forecast: 3 steps need the next 2 values of b in future, got none. Give them, or ask for at most 1 step.',
      ),
    );
    expect(() => model.forecast(noise(), 3, { future: noise().slice(0, 1) })).toThrow(/got 1\. Give them/);
    expect(() => model.forecast(noise(), 2, { future: noise().select(['a']) })).toThrow(/has no column 'b'/);
    expect(() => model.forecast(noise(), 0)).toThrow(OptionError);
    expect(() => model.forecast(noise(), 1, { ahead: noise() } as never)).toThrow(/unknown option 'ahead'/);
  });

  test('batches of another window, horizon or number of columns', async () => {
    const model = await make();
    const batch = windows({ window: 7 }).batch([0]);
    expect(() => model.evaluate([batch])).toThrow(
      new ShapeError(
        'Forecaster: history must be (steps, B, C) = (6, 1, 3), got (7, 1, 3). steps = 6 comes from window, C from columns.',
      ),
    );
    expect(() => model.evaluate([windows({ horizon: 2 }).batch([0])])).toThrow(/future must be .* from horizon/);
    const narrow = new SeriesWindows(noise().select(['a']), { window: T, horizon: h }).batch([0]);
    expect(() => model.engine.evaluate(() => model.loss(narrow))).toThrow(ShapeError);
  });
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await testEngine(), bytes, 'file', { models: [Forecaster] });

  test('options, scale and weights come back', async () => {
    const model = await make({ mode: 'recursive', reference: 'mean', numLayers: 2, dropout: 0.25 });
    const { model: back } = await read(encodeCheckpoint(model));
    expect(back.options).toEqual(model.options);
    expect(back.stateDict()).toEqual(model.stateDict());
    expect([...back.forecast(noise(), 1).data]).toEqual([...model.forecast(noise(), 1).data]);
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const model = await make();
    const { arrays, values: stored } = model.snapshot();
    const changed = (options: object) => {
      const values = JSON.parse(JSON.stringify({ ...stored, ...options })) as typeof stored;
      return read(encodeCheckpoint({ snapshot: () => ({ arrays, values }) }));
    };
    expect((await changed({})).model.options).toEqual(model.options);
    for (const name of Object.keys(model.options)) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: [] })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 1e6 })).rejects.toThrow(/take more than the \d+ weights/);
    await expect(changed({ colour: 1 })).rejects.toThrow(/unknown option 'colour'/);
  });
});
