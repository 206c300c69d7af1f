/** The model of sequences: what goes in and comes out, its weights by name, what it refuses, what comes back. */

import { describe, expect, test } from 'vitest';
import { createTask } from '../../src/data/tasks/list.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, MemoryError, OptionError, ShapeError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import { SequenceModel } from '../../src/models/sequence-model.js';
import type { SequenceModelOptions } from '../../src/models/sequence-model.js';
import { Random } from '../../src/random.js';
import { fullTaskSettings } from '../../src/train/task-settings.js';
import { MOMENTS, OPTIMIZERS } from '../../src/train/settings.js';
import { TaskObjective } from '../../src/train/task-objective.js';
import { Trainer } from '../../src/train/trainer.js';
import { testEngine } from '../train/texts.js';

const [T, B, I, O] = [5, 3, 4, 2];
const tagger = { inputs: 'values', inputSize: I, outputs: 'classes', outputSize: O, hiddenSize: 7 } as const;

/** Numbers for an input of values. */
function values(seed: number = 1): { data: Float32Array; shape: number[] } {
  const random = new Random(seed);
  return { data: Float32Array.from({ length: T * B * I }, () => random.between(-1, 1)), shape: [T, B, I] };
}

/** Ids below `most`, (T, B). */
function ids(most: number, seed: number = 2): { data: Int32Array; shape: number[] } {
  const random = new Random(seed);
  return { data: Int32Array.from({ length: T * B }, () => random.integer(most)), shape: [T, B] };
}

/** The output as numbers, and its shape. */
function run(model: SequenceModel, inputs: ReturnType<typeof values> | ReturnType<typeof ids>) {
  return model.engine.evaluate(() => {
    const { output, state } = model.forward(inputs);
    return { data: Array.from(output.toArray()), shape: output.shape, state: state.detach() };
  });
}

async function make(options: Partial<SequenceModelOptions> = {}, engine?: Engine): Promise<SequenceModel> {
  return new SequenceModel(engine ?? (await testEngine()), { ...tagger, ...options });
}

describe('what comes out', () => {
  test.each(CELLS)('%s: at the last step what an output at every step has there', async (cell) => {
    const every = await make({ cell, numLayers: 2 });
    const last = await make({ cell, numLayers: 2, at: 'last' });
    last.loadStateDict(every.stateDict());
    const [all, end] = [run(every, values()), run(last, values())];
    expect(all.shape).toEqual([T, B, O]);
    expect(end.shape).toEqual([B, O]);
    expect(end.data).toEqual(all.data.slice((T - 1) * B * O));
  });

  test('one of several ids is what a table with a single one in each row gives', async () => {
    const plain = await make({ inputs: 'ids' });
    const embedded = await make({ inputs: 'ids', embeddingSize: I });
    const table = new Float32Array(I * I);
    for (let i = 0; i < I; i++) table[i * I + i] = 1;
    embedded.loadStateDict(plain.stateDict().set('embedding.weight', { data: table, shape: [I, I] }));
    expect(run(embedded, ids(I)).data).toEqual(run(plain, ids(I)).data);
  });

  test('two halves with the state between them are the whole', async () => {
    const model = await make();
    const { data } = values();
    const cut = 2 * B * I;
    const first = run(model, { data: data.slice(0, cut), shape: [2, B, I] });
    const second = model.engine.evaluate(() => {
      const inputs = { data: data.slice(cut), shape: [T - 2, B, I] };
      return Array.from(model.forward(inputs, first.state).output.toArray());
    });
    expect([...first.data, ...second]).toEqual(run(model, values()).data);
  });

  test.each(
    (['values', 'classes'] as const).flatMap((outputs) =>
      (['every', 'last'] as const).map((at) => [outputs, at] as const),
    ),
  )('a batch with lengths is its rows one by one: %s at %s', async (outputs, at) => {
    const model = await make({ outputs, at, numLayers: 2 });
    const lengths = [5, 2, 4];
    const inputs = values();
    const random = new Random(8);
    const width = outputs === 'values' ? O : 1;
    const steps = at === 'every' ? T : 1;
    const answers = Array.from({ length: steps * B * width }, () =>
      outputs === 'values' ? random.between(-1, 1) : random.integer(O),
    );
    const lossOf = (x: number[], y: number[], rows: number, ends?: number[]): number => {
      const shape = [
        ...(at === 'every' ? [y.length / (rows * width)] : []),
        rows,
        ...(outputs === 'values' ? [O] : []),
      ];
      const targets =
        outputs === 'values' ? { data: Float32Array.from(y), shape } : { data: Int32Array.from(y), shape };
      const input = { data: Float32Array.from(x), shape: [x.length / (rows * I), rows, I] };
      return model.engine.evaluate(() => model.loss(input, targets, undefined, { lengths: ends }).loss.item());
    };
    const part = (data: ArrayLike<number>, b: number, size: number, to: number): number[] =>
      Array.from({ length: to }, (_, t) =>
        Array.from({ length: size }, (__, i) => data[(t * B + b) * size + i]!),
      ).flat();
    const counts = lengths.map((length) => (at === 'every' ? length : 1));
    const alone = lengths.map((length, b) =>
      lossOf(part(inputs.data, b, I, length), part(answers, b, width, counts[b]!), 1),
    );
    const expected = alone.reduce((sum, loss, b) => sum + loss * counts[b]!, 0) / counts.reduce((sum, n) => sum + n, 0);
    const padded = Array.from(inputs.data, (x, i) =>
      Math.floor(i / (B * I)) < lengths[Math.floor(i / I) % B]! ? x : NaN,
    );
    expect(lossOf(padded, answers, B, lengths)).toBeCloseTo(expected, 6);
  });

  test('steps behind the end of a sequence, and targets that do not count, change nothing', async () => {
    const model = await make();
    const targets = ids(O, 3);
    targets.data.fill(-1, 3 * B);
    const long = model.engine.evaluate(() => model.loss(values(), targets).loss.item());
    const short = model.engine.evaluate(() => {
      const inputs = { data: values().data.slice(0, 3 * B * I), shape: [3, B, I] };
      return model.loss(inputs, { data: targets.data.slice(0, 3 * B), shape: [3, B] }).loss.item();
    });
    expect(long).toBeCloseTo(short, 6);
  });

  test.each([
    { outputs: 'values', at: 'last' },
    { outputs: 'values', at: 'every' },
    { outputs: 'classes', at: 'last' },
    { outputs: 'classes', at: 'every' },
  ] as const)('the gradient of %o on 64-bit floats', async ({ outputs, at }) => {
    const engine = await testEngine({ kernels: 'js', precision: 'float64' });
    const model = await make({ outputs, at, cell: 'gru' }, engine);
    const rows = at === 'every' ? [T, B] : [B];
    const size = rows.reduce((a, b) => a * b);
    const random = new Random(6);
    const targets =
      outputs === 'classes'
        ? { data: Int32Array.from({ length: size }, () => random.integer(O)), shape: rows }
        : { data: Float32Array.from({ length: size * O }, () => random.uniform()), shape: [...rows, O] };
    const loss = (): number => engine.evaluate(() => model.loss(values(), targets).loss.item());
    engine.step(() => model.loss(values(), targets).loss);
    for (const parameter of model.parameters()) {
      const [data, gradient] = [parameter.toArray(), parameter.gradientToArray()];
      for (const at of [0, data.length - 1]) {
        const shifted = (by: number): number => {
          const copy = Float64Array.from(data);
          copy[at]! += by;
          parameter.set(copy);
          return loss();
        };
        const slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
        parameter.set(data);
        expect(Math.abs(slope - gradient[at]!)).toBeLessThan(1e-7);
      }
    }
  });

  test('dropout acts while training alone, before the output too', async () => {
    const model = await make({ dropout: 0.5 });
    expect(run(model, values())).toEqual(run(model, values()));
    const targets = ids(O);
    const losses = [1, 2, 3].map(() => model.engine.step(() => model.loss(values(), targets).loss));
    expect(new Set(losses).size).toBe(3);
  });
});

describe('weights', () => {
  test('their names, shapes and number', async () => {
    const model = await make({ inputs: 'ids', inputSize: 9, embeddingSize: 6, cell: 'gru', numLayers: 2 });
    const shapes = [...model.stateDict()].map(([name, { shape }]) => `${name} ${shape.join('x')}`);
    expect(shapes.slice(0, 3)).toEqual(['embedding.weight 9x6', 'rnn.weight_ih_l0 21x6', 'rnn.weight_hh_l0 21x7']);
    expect(shapes.slice(-2)).toEqual(['head.weight 2x7', 'head.bias 2']);
    expect(model.parameterCount).toBe(model.parameters().reduce((sum, { size }) => sum + size, 0));
    expect(model.summary()).toBe(
      'embedding 6, 2 gru of 7, one of 9 ids a step in, 2 classes a step out, 721 parameters',
    );
    expect((await make({ outputs: 'values', outputSize: 1, at: 'last' })).summary()).toBe(
      '1 lstm of 7, 4 values a step in, 1 value at the end out, 372 parameters',
    );
  });

  test.each(CELLS)('%s: the memory of a run is predicted, never too low and at most a third too high', async (cell) => {
    for (const [name, hiddenSize] of [
      ['adding', 32],
      ['copy', 24],
      ['reber', 48],
    ] as const) {
      for (const [numLayers, dropout, embeddingSize] of [
        [1, 0, 0],
        [2, 0.3, name === 'adding' ? 0 : 16],
      ] as const) {
        const task = createTask(name, name === 'reber' ? {} : { length: 30 });
        const engine = await testEngine({ debug: false });
        const model = new SequenceModel(engine, { ...task.form, cell, hiddenSize, numLayers, dropout, embeddingSize });
        const optimizer = OPTIMIZERS[numLayers]!;
        const settings = fullTaskSettings({ batch: 16, optimizer }, task.recipe);
        const trainer = new Trainer(new TaskObjective(model, task, settings), settings);
        const predicted = model.predictMemory({ batch: 16, window: task.steps, moments: MOMENTS[optimizer] });
        for (let i = 0; i < 3; i++) trainer.next();
        const used = engine.memory.region('end').base + engine.report().peakStepBytes;
        expect(predicted).toBeGreaterThanOrEqual(used);
        // Strings of a grammar are mostly shorter than those that room is made for; and where the last step alone is
        // read, no gradient of the other outputs is there.
        if (name !== 'reber') expect(predicted).toBeLessThanOrEqual(1.33 * used);
      }
    }
  });

  test('one that is too large fails before its weights are drawn', async () => {
    const engine = await testEngine({ memoryLimit: 2 ** 26 });
    const { state } = engine.random;
    await expect(make({ hiddenSize: 50_000 }, engine)).rejects.toThrow(MemoryError);
    await expect(make({ hiddenSize: 50_000 }, engine)).rejects.toThrow(
      /^SequenceModel: 1 lstm of 50000, 4 values a step in, 2 classes a step out, take about \d+\.\d MB/,
    );
    expect(engine.random.state).toEqual(state);
  });
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ inputs: 'floats' }, 'SequenceModel: inputs must be one of values, ids, got floats.'],
    [{ inputSize: 0 }, 'SequenceModel: inputSize must be a whole number of at least 1, got 0.'],
    [{ outputs: undefined }, 'SequenceModel: outputs must be one of values, classes, got undefined.'],
    [{ outputSize: 1.5 }, 'SequenceModel: outputSize must be a whole number of at least 1, got 1.5.'],
    [{ at: 'first' }, 'SequenceModel: at must be one of every, last, got first.'],
    [{ cell: 'cnn' }, 'SequenceModel: cell must be one of lstm, gru, rnn, got cnn.'],
    [{ hiddenSize: '9' }, "SequenceModel: hiddenSize must be a whole number of at least 1, got '9'."],
    [{ numLayers: 0 }, 'SequenceModel: numLayers must be a whole number of at least 1, got 0.'],
    [{ dropout: 1 }, 'SequenceModel: dropout must be a number at least 0 and below 1, got 1.'],
    [{ embeddingSize: -1 }, 'SequenceModel: embeddingSize must be a whole number of at least 0, got -1.'],
    [
      { embeddingSize: 8 },
      'SequenceModel: embeddingSize 8 is for ids, and inputs are values. Leave embeddingSize out.',
    ],
    [
      { hidden: 8 },
      "SequenceModel: unknown option 'hidden'. Known options: inputs, inputSize, outputs, outputSize, at, cell, " +
        'embeddingSize, hiddenSize, numLayers, dropout, chrono.',
    ],
  ])('%o', async (options, message) => {
    await expect(make(options)).rejects.toThrow(new OptionError(message));
  });

  test('inputs and targets of another shape', async () => {
    const model = await make();
    const attempt = (work: () => unknown) => () => model.engine.evaluate(work);
    expect(attempt(() => model.forward({ ...values(), shape: [T, B * I, 1] }))).toThrow(
      new ShapeError('lstm: x must be (T, B, I) = (T, B, 4), got (5, 12, 1). I = 4 comes from inputSize.'),
    );
    expect(attempt(() => model.forward([1, 2, 3] as never))).toThrow(ShapeError);
    expect(attempt(() => model.loss(values(), { data: new Int32Array(B), shape: [B] }))).toThrow(ShapeError);
    expect(attempt(() => model.loss(values(), ids(9)))).toThrow(DataError);
    const reader = await make({ inputs: 'ids' }, model.engine);
    expect(attempt(() => reader.forward(ids(9)))).toThrow(/^SequenceModel: id \d at \[\d, \d\] is outside/);
    expect(attempt(() => reader.forward(values()))).toThrow(/must be an Int32Array/);
  });
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await testEngine(), bytes, 'file', { models: [SequenceModel] });

  test.each(CELLS)('%s: options and weights come back', async (cell) => {
    const model = await make({ cell, inputs: 'ids', embeddingSize: 3, at: 'last', numLayers: 2, dropout: 0.25 });
    const { model: back, training } = await read(encodeCheckpoint(model));
    expect(training).toBeUndefined();
    expect(back.options).toEqual(model.options);
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(run(back, ids(I)).data).toEqual(run(model, ids(I)).data);
  });

  test('one class of models is not taken for another', async () => {
    const bytes = encodeCheckpoint(await make());
    const engine = await testEngine();
    expect(() => decodeCheckpoint(engine, bytes, 'file')).toThrow(
      new CheckpointError(
        'file: the checkpoint holds a SequenceModel, and a LanguageModel is needed. Use another one, or what reads a SequenceModel (in a program, the class in `models`).',
      ),
    );
    for (const models of [[], SequenceModel, [undefined], [{ kind: 'x' }]]) {
      expect(() => decodeCheckpoint(engine, bytes, 'file', { models } as object)).toThrow(
        new OptionError('decodeCheckpoint: models must be a list of classes, such as [LanguageModel, SequenceModel].'),
      );
    }
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const model = await make();
    const { arrays, values: stored } = model.snapshot();
    const changed = (options: object) => {
      const values = { ...stored, ...options };
      return read(
        encodeCheckpoint({ snapshot: () => ({ arrays, values: JSON.parse(JSON.stringify(values)) as typeof stored }) }),
      );
    };
    expect((await changed({})).model.options).toEqual(model.options);
    for (const name of Object.keys(model.options)) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: [] })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 1e9 })).rejects.toThrow(/options take \d+ weights, the tensors hold \d+/);
    await expect(changed({ colour: 1 })).rejects.toThrow(/unknown option 'colour'/);
  });
});
