/** The autoencoder of rows: gradients of the whole loss, the bound by hand, annealing, codes, samples, what comes back. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError, ShapeError } from '../../src/errors.js';
import { Autoencoder, HIDDEN_ACTIVATIONS } from '../../src/models/autoencoder.js';
import type { AutoencoderOptions } from '../../src/models/autoencoder.js';
import { Adam } from '../../src/optim/adam.js';
import { Random } from '../../src/random.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck, numbers } from '../ops/gradcheck.js';
import { testEngine } from '../train/texts.js';

const [B, I, Z] = [3, 6, 2];
const SMALL = { inputSize: I, hiddenSizes: [5, 4], codeSize: Z } as const;

/** Rows of numbers from 0 to 1. */
function rows(count: number = B, seed: number = 1): { data: Float32Array; shape: number[] } {
  const random = new Random(seed);
  return { data: Float32Array.from({ length: count * I }, () => random.uniform()), shape: [count, I] };
}

function make(engine: Engine, options: Partial<AutoencoderOptions> = {}): Autoencoder {
  return new Autoencoder(engine, { ...SMALL, ...options });
}

describe('the loss', () => {
  test.each<Partial<AutoencoderOptions>>([
    { activation: 'tanh' },
    { activation: 'tanh', klWeight: 0.3 },
    { activation: 'tanh', outputs: 'values' },
    { activation: 'silu', variational: false },
    { activation: 'sigmoid', variational: false, outputs: 'values' },
    { hiddenSizes: [] },
    { hiddenSizes: [], binarize: true },
  ])('has the gradient of finite differences, with the same noise each time: %o', async (options) => {
    const engine = await doubleEngine();
    const model = make(engine, options);
    expect(gradcheck(engine, model.parameters(), () => [model.loss(rows())])).toEqual([]);
  });

  test.each(HIDDEN_ACTIVATIONS)('%s: so in a direction through all weights', async (name) => {
    const engine = await doubleEngine(3);
    const model = make(engine, { activation: name });
    // Biases of zero would leave units behind a dead layer on the kink itself.
    for (const parameter of model.parameters()) parameter.set(numbers(engine.random, parameter.size, 0.8));
    const step = 1e-4; // the kinks of relu and leakyRelu are farther away
    expect(gradcheck(engine, model.parameters(), () => [model.loss(rows())], { directional: true, step })).toEqual([]);
  });

  test('is the bound written out, from its weights alone', async () => {
    const engine = await doubleEngine();
    const model = new Autoencoder(engine, { inputSize: I, hiddenSizes: [], codeSize: Z });
    const weights = model.stateDict();
    const of = (name: string) => Array.from(weights.get(name)!.data);
    const affine = (x: number[], w: number[], b: number[]): number[] =>
      b.map((bias, o) => x.reduce((sum, value, i) => sum + value * w[o * x.length + i]!, bias));
    const random = new Random(1); // the noise of evaluation
    const noise = new Float64Array(B * Z);
    random.fillNormal(noise, 1);
    let [reconstruction, kl] = [0, 0];
    for (let b = 0; b < B; b++) {
      const x = Array.from(rows().data.slice(b * I, (b + 1) * I));
      const mean = affine(x, of('code.weight_mean'), of('code.bias_mean'));
      const log = affine(x, of('code.weight_log_variance'), of('code.bias_log_variance'));
      const z = mean.map((m, k) => m + noise[b * Z + k]! * Math.exp(log[k]! / 2));
      for (const [i, logit] of affine(z, of('decoder0.weight'), of('decoder0.bias')).entries()) {
        const p = 1 / (1 + Math.exp(-logit));
        reconstruction -= x[i]! * Math.log(p) + (1 - x[i]!) * Math.log(1 - p);
      }
      kl -= 0.5 * mean.reduce((sum, m, k) => sum + 1 + log[k]! - m ** 2 - Math.exp(log[k]!), 0);
    }
    const { loss, figures } = model.evaluate([rows()]);
    expect(figures!.reconstruction).toBeCloseTo(reconstruction / B, 10);
    expect(figures!.kl).toBeCloseTo(kl / B, 10);
    expect(loss).toBe(figures!.reconstruction! + figures!.kl!);
    expect(engine.evaluate(() => model.loss(rows()).item())).toBeCloseTo(loss, 12);
  });

  test('weighs the divergence less while it is annealed, and in full where nothing is learnt', async () => {
    const engine = await testEngine();
    const model = make(engine, { klWeight: 4, annealSteps: 10 });
    const { reconstruction, kl } = model.evaluate([rows()]).figures!;
    const { state } = engine.random;
    const at = (step?: number): number => {
      engine.random.state = state;
      return engine.step(() => model.loss(rows(), step));
    };
    const [none, half, all] = [at(0), at(5), at(10)];
    expect(half - none).toBeCloseTo(2 * kl!, 4);
    expect(all - none).toBeCloseTo(4 * kl!, 4);
    expect(at(1000)).toBe(all);
    expect(at()).toBe(all);
    expect(engine.evaluate(() => model.loss(rows(), 0).item())).toBeCloseTo(reconstruction! + kl!, 4);
  });

  test('binarized, is that of rows of ones and zeros that are drawn anew; evaluation is of the rows themselves', async () => {
    const engine = await doubleEngine();
    const model = make(engine, { variational: false, binarize: true });
    const plain = make(engine, { variational: false });
    plain.loadStateDict(model.stateDict());
    expect(model.evaluate([rows()])).toEqual(plain.evaluate([rows()]));
    for (let i = 0; i < 3; i++) {
      const random = new Random(0);
      random.state = engine.random.state;
      const loss = engine.step(() => model.loss(rows()));
      const drawn = rows().data.map((x) => Number(random.uniform() < x));
      expect(loss).toBe(engine.step(() => plain.loss({ data: drawn, shape: [B, I] })));
      expect(engine.random.state).toEqual(random.state);
    }
  });

  test.each([255, -0.1, NaN])('binarized, %s is no probability', async (value) => {
    const model = make(await testEngine(), { binarize: true });
    const batch = { data: new Float32Array(I).fill(value), shape: [1, I] };
    const shown = String(batch.data[0]);
    expect(() => model.engine.step(() => model.loss(batch))).toThrow(
      new DataError(`Autoencoder: binarize draws by probabilities from 0 to 1, got ${shown}. Scale the rows.`),
    );
  });

  test('of a plain autoencoder is the reconstruction alone', async () => {
    const model = make(await testEngine(), { variational: false });
    const { loss, figures } = model.evaluate([rows()]);
    expect(figures).toBeUndefined();
    expect(model.engine.step(() => model.loss(rows()))).toBeCloseTo(loss, 4);
  });

  test('is a mean over the rows of all batches, the same every time, and draws nothing from the engine', async () => {
    const model = make(await testEngine(), { variational: false });
    const { data } = rows(3);
    const parts = [
      { data: data.slice(0, 2 * I), shape: [2, I] },
      { data: data.slice(2 * I), shape: [1, I] },
    ];
    expect(model.evaluate(parts).loss).toBeCloseTo(model.evaluate([rows(3)]).loss, 5);
    const variational = make(await testEngine());
    const { state } = variational.engine.random;
    expect(variational.evaluate([rows()])).toEqual(variational.evaluate([rows()]));
    expect(variational.engine.random.state).toEqual(state);
  });
});

describe('codes', () => {
  test('rows go through codes and back, however many', async () => {
    const model = make(await testEngine());
    const many = rows(600);
    const codes = model.encode(many);
    const back = model.decode(codes);
    expect(codes.shape).toEqual([600, Z]);
    expect(back.shape).toEqual([600, I]);
    expect(back).toEqual(model.reconstruct(many));
    expect(back.data.every((p) => p > 0 && p < 1)).toBe(true);
    const last = model.encode({ data: many.data.slice(-I), shape: [1, I] });
    expect(Array.from(last.data, (x) => x.toFixed(4))).toEqual(Array.from(codes.data.slice(-Z), (x) => x.toFixed(4)));
  });

  test('values come back as values, not squeezed into 0 to 1', async () => {
    const model = make(await testEngine(), { outputs: 'values', variational: false });
    model.loadStateDict(model.stateDict().set('decoder2.bias', { data: new Float32Array(I).fill(7), shape: [I] }));
    expect(model.reconstruct(rows()).data.every((x) => x > 2)).toBe(true);
  });

  test('samples follow from their seed', async () => {
    const model = make(await testEngine());
    expect(model.sample(4, { seed: 2 })).toEqual(model.sample(4, { seed: 2 }));
    expect(model.sample(4, { seed: 2 })).not.toEqual(model.sample(4));
    expect(model.sample(4).shape).toEqual([4, I]);
  });

  test('it learns rows that have two numbers behind them', async () => {
    const engine = await testEngine();
    const model = new Autoencoder(engine, { inputSize: I, hiddenSizes: [16], codeSize: Z, annealSteps: 50 });
    const random = new Random(7);
    const batch = (): { data: Float32Array; shape: number[] } => {
      const data = new Float32Array(32 * I);
      for (let b = 0; b < 32; b++) {
        const on = [random.integer(2), random.integer(2)];
        for (let i = 0; i < I; i++) data[b * I + i] = on[i % 2]!;
      }
      return { data, shape: [32, I] };
    };
    const adam = new Adam(model.parameters(), { lr: 1e-2 });
    const held = batch();
    const before = model.evaluate([held]).loss;
    for (let step = 0; step < 200; step++) {
      const rows = batch();
      engine.step(() => model.loss(rows, step));
      adam.step();
    }
    const { loss, figures } = model.evaluate([held]);
    // Two bits are 1.39 nats; no model says the rows in less.
    expect(before).toBeGreaterThan(3.9);
    expect(loss).toBeGreaterThan(2 * Math.LN2 * 0.9);
    expect(loss).toBeLessThan(3);
    expect(figures!.kl).toBeGreaterThan(0.8);
    const right = Array.from(model.reconstruct(held).data, Math.round).filter((x, i) => x === held.data[i]);
    expect(right.length / held.data.length).toBeGreaterThan(0.95);
  });
});

test('weights by name, their number, and what it is in one line', async () => {
  const model = make(await testEngine());
  expect([...model.stateDict().keys()].filter((name) => !name.includes('bias'))).toEqual([
    'encoder0.weight',
    'encoder1.weight',
    'code.weight_mean',
    'code.weight_log_variance',
    'decoder0.weight',
    'decoder1.weight',
    'decoder2.weight',
  ]);
  expect(model.summary()).toBe('6-5-4-2-4-5-6 relu, variational, of probabilities, 152 parameters');
  const plain = make(model.engine, { variational: false, outputs: 'values', activation: 'tanh' });
  expect(plain.summary()).toBe('6-5-4-2-4-5-6 tanh, plain, of values, 142 parameters');
});

test.each<[object, string]>([
  [{ inputSize: 0 }, 'Autoencoder: inputSize must be a whole number of at least 1, got 0.'],
  [{ hiddenSizes: 400 }, 'Autoencoder: hiddenSizes must be a list of widths, such as [400], got 400.'],
  [{ hiddenSizes: [5, 0] }, 'Autoencoder: hiddenSizes[1] must be a whole number of at least 1, got 0.'],
  [
    { activation: 'identity' },
    'Autoencoder: activation must be one of relu, tanh, sigmoid, leakyRelu, silu, gelu, got identity.',
  ],
  [{ outputs: 'bytes' }, 'Autoencoder: outputs must be one of probabilities, values, got bytes.'],
  [{ binarize: 1 }, 'Autoencoder: binarize must be true or false, got 1.'],
  [
    { binarize: true, outputs: 'values' },
    'Autoencoder: binarize draws by probabilities, and outputs are values. Leave one out.',
  ],
  [{ codeSize: undefined }, 'Autoencoder: codeSize must be a whole number of at least 1, got undefined.'],
  [{ variational: 'no' }, "Autoencoder: variational must be true or false, got 'no'."],
  [{ klWeight: -1 }, 'Autoencoder: klWeight must be a number at least 0, got -1.'],
  [{ annealSteps: 0.5 }, 'Autoencoder: annealSteps must be a whole number of at least 0, got 0.5.'],
  [
    { variational: false, klWeight: 2 },
    'Autoencoder: klWeight 2 is for a divergence, and variational false has none. Leave klWeight out.',
  ],
  [
    { variational: false, annealSteps: 9 },
    'Autoencoder: annealSteps 9 is for a divergence, and variational false has none. Leave annealSteps out.',
  ],
  [
    { hiddenSize: 9 },
    "Autoencoder: unknown option 'hiddenSize'. Known options: inputSize, hiddenSizes, activation, outputs, " +
      'binarize, codeSize, variational, klWeight, annealSteps.',
  ],
])('refused: %o', async (options, message) => {
  const engine = await testEngine();
  expect(() => make(engine, options)).toThrow(new OptionError(message));
});

test('batches, rows and codes of another shape are refused, samples of a plain model too', async () => {
  const model = make(await testEngine());
  const wrong = { data: new Float32Array(B * 5), shape: [B, 5] };
  const message = (argument: string, letter: string, size: number, from: string) =>
    new ShapeError(
      `Autoencoder: ${argument} must be (B, ${letter}) = (B, ${size}), got (3, 5). ${letter} = ${size} comes from ${from}.`,
    );
  expect(() => model.engine.step(() => model.loss(wrong))).toThrow(message('batch', 'I', I, 'inputSize'));
  expect(() => model.encode(wrong)).toThrow(message('rows', 'I', I, 'inputSize'));
  expect(() => model.decode(wrong)).toThrow(message('codes', 'Z', Z, 'codeSize'));
  expect(() => model.encode({ data: new Float32Array(4), shape: [1, I] })).toThrow(ShapeError);
  expect(() => model.sample(0)).toThrow(
    new OptionError('Autoencoder.sample: count must be a whole number of at least 1, got 0.'),
  );
  expect(() => model.sample(1, { seed: -1 })).toThrow(OptionError);
  expect(() => model.sample(1, { temperature: 1 } as never)).toThrow(
    new OptionError("Autoencoder.sample: unknown option 'temperature'. Known options: seed."),
  );
  expect(() => make(model.engine, { variational: false }).sample(1)).toThrow(
    new OptionError(
      'Autoencoder.sample: codes are drawn from a prior, and variational false has none. Train with variational true.',
    ),
  );
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await testEngine(), bytes, 'file', { models: [Autoencoder] });

  test.each([true, false])('options and weights come back, variational %o', async (variational) => {
    const model = make(await testEngine(), { variational, activation: 'gelu', outputs: 'values' });
    const { model: back } = await read(encodeCheckpoint(model));
    expect(back.options).toEqual(model.options);
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(back.reconstruct(rows())).toEqual(model.reconstruct(rows()));
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const model = make(await testEngine());
    const { arrays, values: stored } = model.snapshot();
    const changed = (options: object) => {
      const values = JSON.parse(JSON.stringify({ ...stored, ...options })) as typeof stored;
      return read(encodeCheckpoint({ snapshot: () => ({ arrays, values }) }));
    };
    expect((await changed({})).model.options).toEqual(model.options);
    for (const name of Object.keys(model.options)) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: {} })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSizes: [500_000] })).rejects.toThrow(/options take more than the 152 weights/);
    await expect(changed({ variational: false })).rejects.toThrow(CheckpointError);
  });
});
