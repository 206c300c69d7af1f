/** The classifier: its numbers, its gradient, padding, what it learns and refuses, what comes back. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { allBatches } from '../../src/data/examples.js';
import { LabelledSequences } from '../../src/data/labelled-sequences.js';
import { Scaler } from '../../src/data/scaler.js';
import { Table } from '../../src/data/table.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError, ShapeError } from '../../src/errors.js';
import { Classifier, POOLS } from '../../src/models/classifier.js';
import type { ClassifierOptions } from '../../src/models/classifier.js';
import { Random } from '../../src/random.js';
import { fit } from '../../src/train/fit.js';
import { gradcheck } from '../ops/gradcheck.js';
import { testEngine } from '../train/texts.js';

/** Noise of two columns, of 3 to 12 steps; where the second begins high it is `high`, else `low`. */
function sequences(N: number, seed: number = 1): LabelledSequences {
  const random = new Random(seed);
  const rows = Array.from({ length: N }, (_, i) => {
    const label = i % 2 === 0 ? 'high' : 'low';
    return Array.from({ length: 3 + random.integer(10) }, (_unused, t) => {
      const first = t === 0 ? (label === 'high' ? 3 : -3) : 0;
      return [`s${i}`, random.between(5, 7), first + random.normal(), label].map(String);
    });
  });
  const table = new Table([['id', 'x', 'y', 'label'], ...rows.flat()]);
  return LabelledSequences.fromTable(table, { id: 'id', columns: ['x', 'y'], label: 'label' });
}

async function make(options: Partial<ClassifierOptions> = {}, engine?: Engine): Promise<Classifier> {
  const base = { columns: ['x', 'y'], labels: ['high', 'low', 'none'], scaler: Scaler.fit(sequences(20).rows) };
  return new Classifier(engine ?? (await testEngine()), { ...base, hiddenSize: 5, ...options });
}

const CASES = POOLS.flatMap((pool) => [false, true].map((bidirectional) => ({ pool, bidirectional })));

describe('what comes out', () => {
  test.each(CASES)('the gradient on 64-bit floats: %o', async (options) => {
    const engine = await testEngine({ kernels: 'js', precision: 'float64' });
    const model = await make({ ...options, cell: 'gru', numLayers: 2, dropout: 0.2 }, engine);
    const batch = sequences(4).batch([0, 1, 2]);
    expect(gradcheck(engine, model.parameters(), () => [model.loss(batch)], { directional: true })).toEqual([]);
  });

  test.each(CASES)('a sequence is what it is alone, whatever stands behind its end: %o', async (options) => {
    const model = await make(options, await testEngine({ kernels: 'js', precision: 'float64' }));
    const all = sequences(6);
    const { inputs, lengths } = all.batch([0, 1, 2, 3, 4, 5]);
    const [T, B, C] = inputs.shape;
    for (let b = 0; b < B; b++)
      inputs.data.fill(NaN, (lengths[b]! * B + b) * C, lengths[b]! < T ? (lengths[b]! * B + b + 1) * C : 0);
    for (const [b, { label, probabilities }] of model.classify({ inputs, lengths }).entries()) {
      const [alone] = model.classify(all.batch([b]));
      expect(label).toBe(alone!.label);
      for (const [v, p] of probabilities.entries()) expect(p).toBeCloseTo(alone!.probabilities[v]!, 10);
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
      expect(label).toBe(model.options.labels[probabilities.indexOf(Math.max(...probabilities))]);
    }
  });

  test('pools and directions are not the same', async () => {
    const models = await Promise.all(CASES.map((options) => make(options)));
    const losses = models.map((model) => model.evaluate([sequences(6).batch([0, 1, 2])]).loss);
    expect(new Set(losses).size).toBe(4);
  });

  test('its score, by hand', async () => {
    const model = await make();
    const all = sequences(30);
    const answers = model.classify(all.batch(Array.from({ length: 30 }, (_, i) => i)));
    const wanted = (i: number): string => (i % 2 === 0 ? 'high' : 'low');
    const right = answers.filter(({ label }, i) => label === wanted(i)).length / 30;
    const f1 = ['high', 'low', 'none'].flatMap((name) => {
      const hits = answers.filter(({ label }, i) => label === name && wanted(i) === name).length;
      const counted = answers.filter(({ label }) => label === name).length + (name === 'none' ? 0 : 15);
      return counted === 0 ? [] : [(2 * hits) / counted];
    });
    const score = model.evaluate(allBatches(all, 7));
    expect(score.right).toBeCloseTo(right, 12);
    expect(score.figures!['f1']).toBeCloseTo(f1.reduce((sum, value) => sum + value, 0) / f1.length, 12);
    const loss = answers.reduce((sum, { probabilities }, i) => sum - Math.log(probabilities[i % 2]!), 0) / 30;
    expect(score.loss).toBeCloseTo(loss, 5);
  });

  test('sequences without a label do not count', async () => {
    const model = await make();
    const batch = sequences(3).batch([0, 1, 2]);
    batch.targets.data[2] = -1;
    expect(model.weight(batch)).toBe(2);
    expect(model.evaluate([batch]).loss).toBeCloseTo(model.evaluate([sequences(3).batch([0, 1])]).loss, 5);
    batch.targets.data.fill(-1);
    expect(() => model.engine.evaluate(() => model.loss(batch))).toThrow(DataError);
  });
});

test.each(POOLS)('%s: learns what the first step said', async (pool) => {
  const engine = await testEngine({ debug: false });
  const { train, valid } = sequences(240).split({ valid: 0.25, test: 0 });
  const scaler = Scaler.fit(train.rows);
  const model = new Classifier(engine, { columns: ['x', 'y'], labels: train.labels, scaler, pool, hiddenSize: 12 });
  const report = await fit(model, { train, valid: valid! }, { epochs: 20, batch: 16, lr: 0.02 });
  expect(report.validLoss).toBeLessThan(0.3);
  expect(model.evaluate(allBatches(valid!, 60)).right).toBeGreaterThan(0.9);
});

test('a summary in one line', async () => {
  expect((await make()).summary()).toBe(
    '1 lstm of 5, 2 columns a step in, 3 classes out of the last state, 198 parameters',
  );
  expect(
    (
      await make({
        bidirectional: true,
        pool: 'mean',
        columns: ['y'],
        scaler: Scaler.fit({ columns: ['y'], data: Float64Array.of(1, 2) }),
      })
    ).summary(),
  ).toBe('1 lstm of 5 in both directions, 1 column a step in, 3 classes out of the mean, 353 parameters');
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ columns: 'x' }, 'Classifier: columns must be a list of at least one name, got "x".'],
    [{ labels: ['a'] }, "Classifier: labels must be at least two classes, got 'a' alone."],
    [{ labels: ['a', 'a'] }, "Classifier: labels has 'a' twice. Name each once."],
    [{ scaler: undefined }, 'Classifier: scaler must be a Scaler of the 2 columns. Use Scaler.fit.'],
    [{ pool: 'max' }, 'Classifier: pool must be one of last, mean, got max.'],
    [{ cell: 'cnn' }, 'Classifier: cell must be one of lstm, gru, rnn, got cnn.'],
    [{ hiddenSize: 0 }, 'Classifier: hiddenSize must be a whole number of at least 1, got 0.'],
    [{ numLayers: 0 }, 'Classifier: numLayers must be a whole number of at least 1, got 0.'],
    [{ bidirectional: 1 }, 'Classifier: bidirectional must be true or false, got 1.'],
    [{ dropout: 1 }, 'Classifier: dropout must be a number at least 0 and below 1, got 1.'],
    [
      { hidden: 8 },
      "Classifier: unknown option 'hidden'. Known options: columns, labels, scaler, pool, cell, hiddenSize, numLayers, " +
        'bidirectional, dropout.',
    ],
  ])('%o', async (options, message) => {
    await expect(make(options)).rejects.toThrow(new OptionError(message));
  });

  test('inputs of another width', async () => {
    const model = await make();
    const inputs = { data: new Float64Array(3), shape: [1, 1, 3] as const };
    expect(() => model.classify({ inputs, lengths: Int32Array.of(1) })).toThrow(
      new ShapeError('Classifier: inputs must be (T, B, C) = (T, B, 2), got (1, 1, 3). C = 2 comes from columns.'),
    );
  });
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await testEngine(), bytes, 'file', { models: [Classifier] });

  test('options, scale and weights come back', async () => {
    const model = await make({ bidirectional: true, pool: 'mean', numLayers: 2, dropout: 0.25, cell: 'rnn' });
    const { model: back } = await read(encodeCheckpoint(model));
    expect(back.options).toEqual(model.options);
    const batch = sequences(5).batch([0, 1, 4]);
    expect(back.classify(batch)).toEqual(model.classify(batch));
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const model = await make();
    const { arrays, values: stored } = model.snapshot();
    const changed = (options: object) => {
      const values = JSON.parse(JSON.stringify({ ...stored, ...options })) as typeof stored;
      return read(encodeCheckpoint({ snapshot: () => ({ arrays, values }) }));
    };
    for (const name of Object.keys(model.options)) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: [] })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 1e6 })).rejects.toThrow(/take more than the \d+ weights/);
  });
});
