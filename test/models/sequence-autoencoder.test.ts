/** The autoencoder of sequences: gradients of the whole loss, padding, word dropout, decoding, what it learns, what comes back. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { Sequences } from '../../src/data/ragged.js';
import type { RaggedBatch } from '../../src/data/ragged.js';
import { Vocabulary } from '../../src/data/vocabulary.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError, ShapeError } from '../../src/errors.js';
import { SequenceAutoencoder } from '../../src/models/sequence-autoencoder.js';
import type { SequenceAutoencoderOptions } from '../../src/models/sequence-autoencoder.js';
import type { StateDict } from '../../src/layers/layer.js';
import { CELLS } from '../../src/models/sizes.js';
import { Adam } from '../../src/optim/adam.js';
import { Random } from '../../src/random.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck, numbers } from '../ops/gradcheck.js';
import { testEngine } from '../train/texts.js';

const I = 2;
const TEXTS = ['abca', 'b', 'ca'];
const vocabulary = Vocabulary.fromText('abc', { level: 'char' });
const lines = Sequences.fromLines(TEXTS.join('\n'), { vocabulary }).sequences.batch([0, 1, 2]);
const series = new Sequences(
  [4, 1, 2].map((T) => Float32Array.from(numbers(new Random(T), T * I))),
  I,
).batch([0, 1, 2]);

const SMALL = { hiddenSize: 4, codeSize: 3 } as const;

function ofLines(engine: Engine, options: Partial<SequenceAutoencoderOptions> = {}): SequenceAutoencoder {
  return new SequenceAutoencoder(engine, { ...SMALL, vocabulary, embeddingSize: 3, ...options });
}

function ofSeries(engine: Engine, options: Partial<SequenceAutoencoderOptions> = {}): SequenceAutoencoder {
  return new SequenceAutoencoder(engine, { ...SMALL, inputSize: I, ...options });
}

/** The same sequences with two more steps of padding, of whatever it is filled with. */
function longer({ inputs: { data, shape }, lengths }: RaggedBatch, filler: number): RaggedBatch {
  const step = data.length / shape[0]!;
  const B = lengths.length;
  const more =
    data instanceof Int32Array ? new Int32Array(data.length + 2 * step) : new Float32Array(data.length + 2 * step);
  more.set(data);
  const width = step / B;
  for (let t = 0; t < shape[0]! + 2; t++) {
    for (let b = 0; b < B; b++)
      if (t >= lengths[b]!) more.fill(filler, t * step + b * width, t * step + (b + 1) * width);
  }
  return { inputs: { data: more, shape: [shape[0]! + 2, ...shape.slice(1)] } as RaggedBatch['inputs'], lengths };
}

describe('the loss', () => {
  test.each<Partial<SequenceAutoencoderOptions>>([
    { cell: 'gru' },
    { cell: 'lstm', klWeight: 0.2 },
    { cell: 'rnn', numLayers: 2 },
    { cell: 'gru', variational: false },
    { cell: 'gru', wordDropout: 0.5, dropout: 0.3, numLayers: 2 },
  ])('has the gradient of finite differences, with the same noise each time: %o', async (options) => {
    for (const [make, batch] of [
      [ofLines, lines],
      [ofSeries, series],
    ] as const) {
      const engine = await doubleEngine();
      const model = make(engine, options);
      const { state } = engine.random;
      const found = gradcheck(engine, model.parameters(), () => [model.loss(batch)], { directional: true });
      engine.random.state = state;
      expect(found).toEqual([]);
    }
  });

  test('element by element of one of each', async () => {
    const engine = await doubleEngine();
    const small = { cell: 'gru', hiddenSize: 2, codeSize: 2 } as const;
    const text = ofLines(engine, { ...small, embeddingSize: 2 });
    expect(gradcheck(engine, text.parameters(), () => [text.loss(lines)])).toEqual([]);
    const values = ofSeries(engine, small);
    expect(gradcheck(engine, values.parameters(), () => [values.loss(series)])).toEqual([]);
  });

  test('reads nothing behind the end of a sequence', async () => {
    const engine = await doubleEngine();
    const [text, values] = [ofLines(engine), ofSeries(engine)];
    expect(text.evaluate([longer(lines, 4)]).loss).toBeCloseTo(text.evaluate([lines]).loss, 12);
    expect(values.evaluate([longer(series, NaN)]).loss).toBeCloseTo(values.evaluate([series]).loss, 12);
  });

  test('is the sum over the steps of each sequence, its end included, whatever is beside it', async () => {
    const engine = await doubleEngine();
    const model = ofLines(engine, { variational: false });
    const alone = TEXTS.map((text) => model.evaluate([model.batchOf([text])]).loss);
    expect(model.evaluate([lines]).loss).toBeCloseTo(alone.reduce((a, b) => a + b) / 3, 10);
    // A model that knows nothing says each of V symbols and the end in log V.
    for (const parameter of model.parameters()) parameter.set(new Float64Array(parameter.size));
    const tokens = TEXTS.reduce((sum, text) => sum + text.length + 1, 0);
    const { loss, figures } = model.evaluate([lines]);
    expect(loss).toBeCloseTo((tokens / 3) * Math.log(vocabulary.size), 10);
    expect(figures!.perplexity).toBeCloseTo(vocabulary.size, 10);
  });

  test('of values is half the squared error', async () => {
    const engine = await doubleEngine();
    const model = ofSeries(engine, { variational: false });
    for (const parameter of model.parameters()) parameter.set(new Float64Array(parameter.size));
    const squares = Array.from(series.inputs.data).reduce((sum, x) => sum + x * x, 0);
    expect(model.evaluate([series]).loss).toBeCloseTo(squares / 2 / 3, 10);
  });

  test('of a decoder that is shown nothing does not depend on what came before, in training', async () => {
    const engine = await doubleEngine();
    const blind = ofLines(engine, { wordDropout: 1, variational: false });
    const seeing = ofLines(engine, { variational: false });
    blind.loadStateDict(withoutCode(blind));
    seeing.loadStateDict(blind.stateDict());
    /** What 'b' rather than 'c' costs as the second symbol, behind another first. */
    const gain = (model: SequenceAutoencoder, first: string): number => {
      const [b, c] = ['b', 'c'].map((second) => engine.step(() => model.loss(model.batchOf([first + second]))));
      return b! - c!;
    };
    expect(gain(blind, 'a')).toBeCloseTo(gain(blind, 'b'), 10);
    expect(Math.abs(gain(seeing, 'a') - gain(seeing, 'b'))).toBeGreaterThan(1e-4);
    expect(blind.evaluate([lines])).toEqual(seeing.evaluate([lines]));
  });
});

/** The weights of a plain model whose code is the same for every sequence. */
function withoutCode(model: SequenceAutoencoder): StateDict {
  const weights = model.stateDict();
  const { shape, data } = weights.get('code.weight')!;
  weights.set('code.weight', { shape, data: new Float64Array(data.length) });
  return weights.set('code.bias', { shape: [3], data: [0.9, -0.8, 0.7] });
}

/** Trains on batches of random strings. */
async function trained(
  options: Partial<SequenceAutoencoderOptions>,
  steps: number,
  textOf: (random: Random) => string = randomText,
): Promise<SequenceAutoencoder> {
  const engine = await testEngine();
  const model = ofLines(engine, { hiddenSize: 24, codeSize: 8, embeddingSize: 4, cell: 'gru', ...options });
  const adam = new Adam(model.parameters(), { lr: 1e-2 });
  const random = new Random(3);
  for (let step = 0; step < steps; step++) {
    const batch = model.batchOf(Array.from({ length: 16 }, () => textOf(random)));
    engine.step(() => model.loss(batch, step));
    adam.step();
  }
  return model;
}

const WORDS = ['abca', 'bbbb', 'ca', 'caab', 'accc', 'b', 'bacb', 'cbaba'];

const word = (random: Random): string => WORDS[random.integer(WORDS.length)]!;

function randomText(random: Random): string {
  return Array.from({ length: 1 + random.integer(4) }, () => 'ab'[random.integer(2)]).join('');
}

describe('what it learns', () => {
  test('a plain one says strings again', async () => {
    const model = await trained({ variational: false }, 300);
    const batch = model.batchOf(['abab', 'b', 'aab', 'bbba', 'ba']);
    expect(model.linesOf(model.reconstruct(batch))).toEqual(['abab', 'b', 'aab', 'bbba', 'ba']);
    expect(model.evaluate([batch]).right).toBe(1);
  });

  test('a variational one needs word dropout and annealing to keep its code; then it samples what it has seen', async () => {
    const keeps = await trained({ annealSteps: 150, wordDropout: 0.6 }, 300, word);
    const collapses = await trained({}, 300, word);
    const batch = keeps.batchOf(WORDS);
    const [kept, lost] = [keeps.evaluate([batch]), collapses.evaluate([batch])];
    expect(kept.figures!.kl).toBeGreaterThan(1);
    expect(kept.right).toBeGreaterThan(0.6);
    expect(lost.figures!.kl).toBeLessThan(0.5);
    expect(lost.right).toBeLessThan(0.3);
    const sampled = keeps.linesOf(keeps.sample(40, { seed: 4 }));
    expect(new Set(sampled.filter((text) => WORDS.includes(text))).size).toBeGreaterThan(4);
    expect(sampled.filter((text) => WORDS.includes(text)).length).toBeGreaterThan(30);
  });

  test('values come back nearly', async () => {
    const engine = await testEngine();
    const model = new SequenceAutoencoder(engine, {
      inputSize: 1,
      cell: 'gru',
      hiddenSize: 16,
      codeSize: 4,
      variational: false,
    });
    const adam = new Adam(model.parameters(), { lr: 1e-2 });
    const random = new Random(5);
    const waves = (): RaggedBatch => {
      const all = Array.from({ length: 16 }, () => {
        const phase = random.between(0, 2 * Math.PI);
        return Float32Array.from({ length: 6 + random.integer(5) }, (_, t) => Math.sin(t + phase));
      });
      return new Sequences(all).batch(all.map((_, i) => i));
    };
    for (let step = 0; step < 300; step++) {
      const batch = waves();
      engine.step(() => model.loss(batch, step));
      adam.step();
    }
    const batch = waves();
    const { inputs, lengths } = model.reconstruct(batch);
    expect(lengths).toEqual(batch.lengths);
    let [squares, count] = [0, 0];
    const B = lengths.length;
    for (const [b, length] of lengths.entries()) {
      for (let t = 0; t < length; t++, count++)
        squares += (inputs.data[t * B + b]! - batch.inputs.data[t * B + b]!) ** 2;
    }
    expect(squares / count).toBeLessThan(0.1); // of a mean square of one half
  });
});

describe('codes', () => {
  test('one for each sequence, the mean, whatever is beside it', async () => {
    const model = ofLines(await testEngine());
    const codes = model.encode(lines);
    expect(codes.shape).toEqual([3, 3]);
    const alone = model.encode(model.batchOf([TEXTS[1]!]));
    expect(Array.from(alone.data, (x) => x.toFixed(5))).toEqual(
      Array.from(codes.data.slice(3, 6), (x) => x.toFixed(5)),
    );
  });

  test('decoding takes the most likely, or draws by a seed; at most so many', async () => {
    const model = ofLines(await testEngine());
    const codes = model.encode(lines);
    const text = (options = {}): string[] => model.linesOf(model.decode(codes, options));
    expect(text()).toEqual(text({ seed: 2 }));
    expect(text({ temperature: 1, seed: 2 })).toEqual(text({ temperature: 1, seed: 2 }));
    expect(text({ temperature: 1, seed: 2 })).not.toEqual(text({ temperature: 1, seed: 3 }));
    const weights = model.stateDict();
    const never = Float32Array.from({ length: vocabulary.size }, (_, id) => (id === 1 ? -1e4 : 0));
    model.loadStateDict(weights.set('head.bias', { data: never, shape: [vocabulary.size] }));
    expect(text({ length: 7 }).map((line) => line.length)).toEqual([7, 7, 7]);
    expect(text().map((line) => line.length)).toEqual([100, 100, 100]);
    const atOnce = Float32Array.from(never, (x) => -x);
    model.loadStateDict(weights.set('head.bias', { data: atOnce, shape: [vocabulary.size] }));
    expect(text()).toEqual(['', '', '']);
  });

  test('values have as many steps as asked for', async () => {
    const model = ofSeries(await testEngine());
    const { inputs, lengths } = model.sample(5, { length: 7, seed: 3 });
    expect(inputs.shape).toEqual([7, 5, I]);
    expect(Array.from(lengths)).toEqual([7, 7, 7, 7, 7]);
    expect(model.sample(5, { length: 7, seed: 3 })).toEqual({ inputs, lengths });
    expect(model.sample(5, { length: 7, seed: 4 })).not.toEqual({ inputs, lengths });
    expect(model.reconstruct(series).inputs.shape).toEqual([4, 3, I]);
    expect(model.evaluate([series]).right).toBeUndefined();
  });

  test('a decoder a step at a time is the one that is taught: its own sequences are without error', async () => {
    const engine = await doubleEngine();
    const model = ofSeries(engine, { variational: false, cell: 'lstm', numLayers: 2 });
    model.loadStateDict(withoutCode(model));
    const { inputs } = model.reconstruct(series);
    expect(inputs.data.some((x) => Math.abs(x) > 0.01)).toBe(true);
    expect(model.evaluate([{ inputs, lengths: Int32Array.of(4, 4, 4) }]).loss).toBeLessThan(1e-12);
  });
});

test('weights by name, and what it is in one line', async () => {
  const engine = await testEngine();
  const model = ofLines(engine, { cell: 'gru' });
  expect([...model.stateDict().keys()].filter((name) => !name.includes('bias'))).toEqual([
    'embedding.weight',
    'encoder.weight_ih_l0',
    'encoder.weight_hh_l0',
    'code.weight_mean',
    'code.weight_log_variance',
    'bridge.weight',
    'decoder.weight_ih_l0',
    'decoder.weight_hh_l0',
    'head.weight',
  ]);
  expect(model.summary()).toBe(
    `6 symbols, embedding 3, 1 gru of 4 each way, variational code of 3, ${model.parameterCount} parameters`,
  );
  const plain = ofSeries(engine, { variational: false, numLayers: 2 });
  expect(plain.summary()).toBe(
    `2 values a step, 2 lstm of 4 each way, plain code of 3, ${plain.parameterCount} parameters`,
  );
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ vocabulary: 'abc' }, 'vocabulary must be a Vocabulary. Give the vocabulary of the lines.'],
    [{ inputSize: 2 }, 'inputSize 2 is for values, and with vocabulary there are ids. Leave inputSize out.'],
    [
      { vocabulary: undefined, inputSize: 2 },
      'embeddingSize 3 is for ids, and without vocabulary there are values. Leave embeddingSize out.',
    ],
    [
      { vocabulary: undefined, embeddingSize: undefined },
      'inputSize must be a whole number of at least 1, got undefined.',
    ],
    [{ cell: 'cnn' }, 'cell must be one of lstm, gru, rnn, got cnn.'],
    [{ hiddenSize: 0 }, 'hiddenSize must be a whole number of at least 1, got 0.'],
    [{ numLayers: 1.5 }, 'numLayers must be a whole number of at least 1, got 1.5.'],
    [{ dropout: 1 }, 'dropout must be a number at least 0 and below 1, got 1.'],
    [{ wordDropout: 1.1 }, 'wordDropout must be a number at least 0 and at most 1, got 1.1.'],
    [{ codeSize: 0 }, 'codeSize must be a whole number of at least 1, got 0.'],
    [
      { variational: false, klWeight: 0 },
      'klWeight 0 is for a divergence, and variational false has none. Leave klWeight out.',
    ],
    [
      { hidden: 4 },
      "unknown option 'hidden'. Known options: vocabulary, inputSize, embeddingSize, cell, hiddenSize, numLayers, " +
        'dropout, wordDropout, codeSize, variational, klWeight, annealSteps.',
    ],
  ])('%o', async (options, message) => {
    const engine = await testEngine();
    const error = ((): Error => {
      try {
        ofLines(engine, options);
      } catch (thrown) {
        return thrown as Error;
      }
      throw new Error('nothing was thrown');
    })();
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(`SequenceAutoencoder: ${message}`);
  });

  test('batches of another kind or form, and ids that are none', async () => {
    const engine = await testEngine();
    const [text, values] = [ofLines(engine), ofSeries(engine)];
    expect(() => text.encode(series)).toThrow(
      new ShapeError('SequenceAutoencoder: inputs must be (T, B), got (4, 3, 2).'),
    );
    expect(() => values.encode(lines)).toThrow(
      new ShapeError(
        'SequenceAutoencoder: inputs must be (T, B, I) = (T, B, 2), got (4, 3). I = 2 comes from inputSize.',
      ),
    );
    expect(() => values.encode({ ...series, lengths: Int32Array.of(1) })).toThrow(
      new ShapeError('SequenceAutoencoder: lengths must be (B,) = (3,), got (1,). B = 3 comes from inputs (T, B, I).'),
    );
    expect(() => engine.step(() => text.loss({ ...lines, lengths: Int32Array.of(9, 1, 1) }))).toThrow(DataError);
    const unknown = { ...lines, inputs: { ...lines.inputs, data: new Int32Array(12).fill(6) } } as RaggedBatch;
    expect(() => text.encode(unknown)).toThrow(DataError);
    expect(() => text.decode({ data: new Float32Array(4), shape: [1, 4] })).toThrow(
      new ShapeError('SequenceAutoencoder: codes must be (B, Z) = (B, 3), got (1, 4). Z = 3 comes from codeSize.'),
    );
  });

  test('what one kind of model cannot do', async () => {
    const engine = await testEngine();
    const [text, values] = [ofLines(engine), ofSeries(engine, { variational: false })];
    for (const [verb, run] of [
      ['batchOf', () => values.batchOf(['a'])],
      ['linesOf', () => values.linesOf(series)],
    ] as const) {
      expect(run).toThrow(
        new OptionError(`SequenceAutoencoder.${verb}: lines are of a vocabulary, and this model is of values.`),
      );
    }
    expect(() => text.batchOf(['a', ''])).toThrow(
      new DataError('SequenceAutoencoder.batchOf: lines must hold symbols, line 1 is empty. Leave it out.'),
    );
    expect(() => text.batchOf([])).toThrow(/lines must hold symbols, no line\. Give one\./);
    expect(() => values.sample(2)).toThrow(OptionError);
    const codes = { data: new Float32Array(3), shape: [1, 3] };
    expect(() => values.decode(codes, { temperature: 1 })).toThrow(
      new OptionError(
        'SequenceAutoencoder.decode: temperature 1 is for ids, and this model is of values. Leave it out.',
      ),
    );
    expect(() => text.decode(codes, { temperature: -1 })).toThrow(OptionError);
    expect(() => text.decode(codes, { steps: 1 } as never)).toThrow(
      new OptionError("SequenceAutoencoder.decode: unknown option 'steps'. Known options: length, temperature, seed."),
    );
    expect(() => text.sample(0)).toThrow(OptionError);
  });
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await testEngine(), bytes, 'file', { models: [SequenceAutoencoder] });

  test.each(CELLS)('%s: options, vocabulary and weights come back', async (cell) => {
    const model = ofLines(await testEngine(), { cell, wordDropout: 0.25, klWeight: 0.5, annealSteps: 9, numLayers: 2 });
    const { model: back } = await read(encodeCheckpoint(model));
    const { vocabulary: symbols, ...options } = model.options;
    expect(back.options).toMatchObject(options);
    expect(back.options.vocabulary!.toJSON()).toEqual(symbols!.toJSON());
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(back.reconstruct(lines)).toEqual(model.reconstruct(lines));
    const values = ofSeries(model.engine, { cell, variational: false });
    const { model: again } = await read(encodeCheckpoint(values));
    expect(again.options).toEqual(values.options);
    expect(again.reconstruct(series)).toEqual(values.reconstruct(series));
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const { arrays, values: stored } = ofLines(await testEngine()).snapshot();
    const changed = (options: object) => {
      const values = JSON.parse(JSON.stringify({ ...stored, ...options })) as typeof stored;
      return read(encodeCheckpoint({ snapshot: () => ({ arrays, values }) }));
    };
    expect((await changed({})).model.options.hiddenSize).toBe(4);
    for (const name of Object.keys(stored)) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: {} })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 5000 })).rejects.toThrow(/options take more than the \d+ weights/);
  });
});
