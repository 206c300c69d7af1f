import { expect, it } from 'vitest';
import type { Examples } from '../../src/data/examples.js';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { DataError, MemoryError } from '../../src/errors.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Learner } from '../../src/models/learner.js';
import type { Score } from '../../src/models/learner.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import type { View } from '../../src/memory/view.js';
import { dropout } from '../../src/ops/dropout.js';
import { meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { fit } from '../../src/train/fit.js';
import type { FitOptions } from '../../src/train/fit.js';
import type { TrainReport } from '../../src/train/run.js';

/** Sequences side by side, and the mean of each. */
interface Batch {
  readonly x: Float32Array;
  readonly lengths: number[];
  readonly means: Float32Array;
}

/** Tells the mean of a sequence of numbers. */
class MeanTeller extends Learner<Batch> {
  readonly #lstm: LSTM;
  readonly #head: Linear;

  constructor(engine: Engine, hiddenSize: number = 6) {
    super(engine);
    this.#lstm = new LSTM(engine, { inputSize: 1, hiddenSize });
    this.#head = new Linear(engine, { inputSize: hiddenSize, outputSize: 1 });
  }

  protected override get parts() {
    return { rnn: this.#lstm, head: this.#head };
  }

  override loss({ x, lengths, means }: Batch): View {
    const B = lengths.length;
    const input = this.engine.input({ data: x, shape: [x.length / B, B, 1] });
    const { state } = this.#lstm.forward(input, undefined, { lengths });
    const told = this.#head.forward(dropout(state.h[0]!, 0.1));
    return meanSquaredError(told, { data: means, shape: [B, 1] });
  }

  override weight({ lengths }: Batch): number {
    return lengths.length;
  }

  override evaluate(batches: Iterable<Batch>): Score {
    const { loss } = super.evaluate(batches);
    return { loss, right: loss < 0.05 ? 1 : 0, figures: { root: Math.sqrt(loss) } };
  }

  override summary(): string {
    return 'a teller of means';
  }

  override snapshot(): Snapshot {
    return { arrays: this.stateDict(), values: { kind: 'MeanTeller' } };
  }
}

function sequences(count: number, first: number = 0): Examples<Batch> {
  const value = (i: number, t: number): number => (((first + i) * 31 + t * 17) % 23) / 23;
  const length = (i: number): number => 1 + ((first + i) % 5);
  return {
    count,
    fingerprint: `${first}:${count}`,
    length,
    batch(indices) {
      const B = indices.length;
      const lengths = indices.map(length);
      const x = new Float32Array(Math.max(...lengths) * B).fill(NaN);
      const means = new Float32Array(B);
      for (const [b, i] of indices.entries()) {
        for (let t = 0; t < lengths[b]!; t++) {
          x[t * B + b] = value(i, t);
          means[b]! += value(i, t) / lengths[b]!;
        }
      }
      return { x, lengths, means };
    },
  };
}

const DATA = { train: sequences(50), valid: sequences(20, 50) };

async function run(options: FitOptions, resumed?: { model: Snapshot; training: Snapshot }) {
  const engine = await createEngine({ seed: 1, kernels: 'js' });
  const model = new MeanTeller(engine);
  if (resumed !== undefined) model.loadStateDict(resumed.model.arrays);
  const running = fit(model, DATA, { batch: 8, lr: 2e-2, ...options, resume: resumed?.training });
  const report: TrainReport = await running;
  return { model, report, saved: { model: model.snapshot(), training: running.snapshot() } };
}

it('learns, and tells loss and figures of every epoch', async () => {
  const { report } = await run({ epochs: 15 });
  expect(report.steps).toBe(15 * 7);
  expect(report.validLoss).toBeLessThan(0.25 * report.epochs[0]!.validLoss!);
  expect(report.epochs.at(-1)!.figures).toEqual({ root: Math.sqrt(report.validLoss!) });
  expect(report.perplexity).toBeNaN();
});

it.each([7, 10])('goes on from update %i to the same bits', async (steps) => {
  const whole = await run({ steps: 21 });
  const part = await run({ steps });
  const rest = await run({ steps: 21 }, part.saved);
  expect(rest.saved.model).toEqual(whole.saved.model);
  expect(rest.report.epochs).toEqual(whole.report.epochs);
});

it('tells all of the validation at the end, within an epoch as well, and again where it goes on from there', async () => {
  const { report, saved } = await run({ steps: 10 });
  const { validLoss, validRight, figures } = report;
  expect([validRight, figures]).toEqual([validLoss! < 0.05 ? 1 : 0, { root: Math.sqrt(validLoss!) }]);
  const { model, training } = saved;
  const stored = JSON.parse(JSON.stringify(training.values)) as Snapshot['values'];
  const again = await run({}, { model, training: { ...training, values: stored } });
  expect(again.report).toMatchObject({ steps: 10, validLoss, validRight, figures });
});

it('is the same run however often it is saved, though its loss draws', async () => {
  class Drawing extends MeanTeller {
    override loss(batch: Batch): View {
      this.engine.random.uniform();
      return super.loss(batch);
    }
  }
  const weights = async (options: FitOptions) => {
    const model = new Drawing(await createEngine({ seed: 1, kernels: 'js' }));
    await fit(model, DATA, { batch: 8, steps: 12, ...options });
    return model.stateDict();
  };
  const onSave = () => Promise.resolve();
  expect(await weights({ onSave, saveSeconds: 1e-9 })).toEqual(await weights({}));
});

it('has other weights for another seed', async () => {
  const [one, two] = [await run({ steps: 5 }), await run({ steps: 5, seed: 2 })];
  expect(one.saved.model).not.toEqual(two.saved.model);
});

it('refuses to go on with other data or another seed', async () => {
  const { saved, model } = await run({ steps: 5 });
  expect(() => fit(model, { train: sequences(49) }, { resume: saved.training })).toThrow(
    'train: the data is not the one this run was trained on. Resume with the same data, or begin a new run.',
  );
  expect(() => fit(model, DATA, { resume: saved.training, seed: 4 })).toThrow(
    'train: seed must be 1, as in the run that is resumed, got 4. Leave it out.',
  );
});

it('rehearses a step without a trace', async () => {
  const engine = await createEngine({ seed: 1, kernels: 'js' });
  const model = new MeanTeller(engine);
  const [before, random] = [model.stateDict(), engine.random.state];
  const { flops, bytes } = engine.rehearse(() => model.loss(DATA.train.batch([4, 9, 14])));
  expect(model.stateDict()).toEqual(before);
  expect(engine.random.state).toEqual(random);
  // Forwards x W_ih and h W_hh of 15 rows and the head of 3; backwards the same for the weights, and for what goes in.
  const [recurrent, input, head] = [15 * 24 * 6, 15 * 24, 3 * 6];
  expect(flops).toBeGreaterThanOrEqual(2 * 2 * (recurrent + input + head));
  expect(flops).toBeLessThanOrEqual(2 * 3 * (recurrent + input + head));
  expect(bytes).toBeGreaterThan(15 * 6 * 7 * 4);
});

it('fails at once where a step has no room', async () => {
  const engine = await createEngine({ kernels: 'js', memoryLimit: 2 ** 20 });
  const model = new MeanTeller(engine, 60);
  const long = { ...sequences(400), length: () => 5 };
  expect(() => fit(model, { train: long }, { batch: 400 })).toThrow(MemoryError);
});

it.each([
  [{}, {}, 'fit: train must be examples, with count, length and batch.'],
  [{ train: sequences(0) }, {}, 'fit: train holds no examples. Give at least one.'],
  [{ train: sequences(9), test: 1 }, {}, "fit: unknown option 'test'"],
  [{ train: sequences(9) }, { patience: 2 }, 'fit: patience needs validation. Give valid.'],
  [{ train: sequences(9) }, { window: 2 }, "fit: unknown option 'window'"],
])('refuses %o with %o', async (data, options, message) => {
  const engine = await createEngine({ kernels: 'js' });
  expect(() => fit(new MeanTeller(engine), data as typeof DATA, options as FitOptions)).toThrow(message);
});

it('says that data are others before a step on them is tried', async () => {
  const model = new MeanTeller(await createEngine({ kernels: 'simd', seed: 1 }));
  const run = fit(model, { train: sequences(12) }, { epochs: 1, batch: 4 });
  await run;
  const odd: Examples<Batch> = {
    ...sequences(12, 3),
    batch: () => {
      throw new Error('these do not fit');
    },
  };
  const resume = run.snapshot();
  expect(() => fit(model, { train: odd }, { resume, epochs: 2 })).toThrow(
    new DataError(
      'train: the data is not the one this run was trained on. Resume with the same data, or begin a new run.',
    ),
  );
});
