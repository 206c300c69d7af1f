/** Sequence to sequence: gradients of every option, what is the same another way, what is refused, what comes back. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { allBatches } from '../../src/data/examples.js';
import { Pairs } from '../../src/data/pairs.js';
import type { PairBatch } from '../../src/data/pairs.js';
import { pairTask } from '../../src/data/pairs-tasks.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError } from '../../src/errors.js';
import { Seq2Seq } from '../../src/models/seq2seq.js';
import type { Seq2SeqOptions } from '../../src/models/seq2seq-options.js';
import type { TranslateOptions } from '../../src/models/translation.js';
import { fit } from '../../src/train/fit.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';
import { testEngine } from '../train/texts.js';

const pairs = Pairs.fromTsv('abca\txyz\nb\tzzyx\nab\ty\n', { level: 'char' });
const all = pairs.batch([0, 1, 2]);

/** For what does not draw from it: an engine takes longer to make than a small model. */
const engineOfAll = await testEngine();

type Options = Omit<Seq2SeqOptions, 'source' | 'target'>;

function make(engine: Engine, options: Options = {}): Seq2Seq {
  return new Seq2Seq(engine, { ...pairs.vocabularies, embeddingSize: 4, hiddenSize: 5, ...options });
}

/** Every option, alone and with those it meets. */
const cases: readonly Options[] = [
  {},
  { cell: 'gru' },
  { cell: 'rnn', numLayers: 2 },
  { numLayers: 2, bidirectional: true },
  { bidirectional: true, bridge: 'sum' },
  { bridge: 'linear' },
  { reverseSource: true, attention: 'dot' },
  { attention: 'scaled', thought: 'both' },
  { attention: 'general', bidirectional: true, thought: 'both' },
  { attention: 'additive', bidirectional: true, cell: 'gru' },
  { thought: 'repeat' },
  { thought: 'repeat', attention: 'general', inputFeeding: true },
  { attention: 'general', inputFeeding: true },
  { attention: 'additive', inputFeeding: true, numLayers: 2, thought: 'both', bidirectional: true, cell: 'gru' },
];

describe.each(cases)('%o', (options) => {
  test('the gradient of the loss, by every weight', async () => {
    const engine = await doubleEngine();
    const model = make(engine, options);
    const outputs = () => [model.loss(all)];
    expect(gradcheck(engine, model.parameters(), outputs, { directional: true })).toEqual([]);
  });

  test('writing token by token gives the probabilities of reading the whole target', async () => {
    const engine = await doubleEngine();
    const model = make(engine, options);
    const hows = [{ temperature: 1, seed: 3 }, { beam: 4 }];
    for (const how of hows) {
      for (const source of ['abca', 'b']) {
        const { text, score } = model.translate(source, { ...how, maxLength: 40, lengthPenalty: 0 });
        if (text === '') continue;
        const said = Pairs.fromPairs([[source, text]], { vocabularies: model.vocabularies }).batch([0]);
        const loss = engine.evaluate(() => model.loss(said).item());
        expect(score).toBeCloseTo(-loss * model.weight(said), 8);
      }
    }
  });

  test('pairs side by side are what each is alone', async () => {
    const model = make(await doubleEngine(), options);
    const single = [0, 1, 2].map((i) => model.evaluate([pairs.batch([i])]));
    const weights = [0, 1, 2].map((i) => model.weight(pairs.batch([i])));
    const total = weights.reduce((a, b) => a + b);
    expect(total).toBe(model.weight(all));
    const mean = single.reduce((sum, { loss }, i) => sum + loss * weights[i]!, 0) / total;
    const together = model.evaluate([all]);
    expect(together.loss).toBeCloseTo(mean, 10);
    expect(together.figures!.accuracy).toBeCloseTo(
      single.reduce((sum, { figures }, i) => sum + figures!.accuracy! * weights[i]!, 0) / total,
      12,
    );
  });

  test('a beam of 1 is greedy; checkpoints bring options, weights and symbols back', async () => {
    const model = make(await testEngine(), options);
    const translate = (from: Seq2Seq, how: TranslateOptions) =>
      ['abca', 'b', 'cc'].map((text) => from.translate(text, how));
    expect(translate(model, { beam: 1 })).toEqual(translate(model, {}));
    const models = [Seq2Seq];
    const { model: back } = decodeCheckpoint(await testEngine(), encodeCheckpoint(model), 'file', { models });
    const { source, target, ...rest } = back.options;
    expect({ ...rest, source: source.toJSON(), target: target.toJSON() }).toEqual({
      ...model.options,
      source: pairs.vocabularies.source.toJSON(),
      target: pairs.vocabularies.target.toJSON(),
    });
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(translate(back, { beam: 3 })).toEqual(translate(model, { beam: 3 }));
  });
});

describe('scheduled sampling', () => {
  const sampling = { scheduledSampling: 'linear', samplingSteps: 10 } as const;
  const lossOf = (model: Seq2Seq, step?: number): number => model.engine.step(() => model.loss(all, step));

  test('at probability 1 it is teacher forcing; later it reads tokens of its own; evaluation never does', async () => {
    const engine = await doubleEngine();
    const model = make(engine, sampling);
    expect(lossOf(model, 0)).toBeCloseTo(lossOf(model), 12);
    const sampled = Array.from({ length: 6 }, () => lossOf(model, 5));
    expect(new Set(sampled).size).toBeGreaterThan(3);
    expect(new Set([1, 2, 3].map(() => lossOf(model))).size).toBe(1);
    const { state } = engine.random;
    expect(engine.evaluate(() => model.loss(all, 5).item())).toBe(lossOf(model));
    expect(engine.random.state).toEqual(state);
  });

  test('the gradient, given the tokens that were drawn', async () => {
    const engine = await doubleEngine();
    for (const options of [sampling, { ...sampling, attention: 'general', inputFeeding: true } as const]) {
      const model = make(engine, options);
      const outputs = () => [model.loss(all, 5)];
      expect(gradcheck(engine, model.parameters(), outputs, { directional: true, step: 1e-4 })).toEqual([]);
    }
  });

  test('step by step with the tokens of the target is the whole at once', async () => {
    for (const attention of ['none', 'additive'] as const) {
      const model = make(await doubleEngine(), { ...sampling, attention });
      expect(lossOf(model, 0)).toBeCloseTo(lossOf(model), 12);
      // The rehearsal of a run is its first step: it takes the memory that later ones take.
      const [first, later] = [0, 9].map((step) => model.engine.rehearse(() => model.loss(all, step)).bytes);
      expect(later).toBe(first);
    }
  });
});

test('dropout acts while training alone', async () => {
  const model = make(await testEngine(), { dropout: 0.5, numLayers: 2, attention: 'dot' });
  const train = () => model.engine.step(() => model.loss(all));
  expect(new Set([train(), train(), train()]).size).toBe(3);
  expect(model.evaluate([all])).toEqual(model.evaluate([all]));
});

test('what lies behind the ends of sources and targets changes nothing', async () => {
  const model = make(await testEngine(), { attention: 'general', bidirectional: true });
  const { source, inputs } = all;
  const spoilt = (tensor: PairBatch['source'], lengths: Int32Array, id: number): PairBatch['source'] => {
    const B = lengths.length;
    return { ...tensor, data: tensor.data.map((own, i) => (Math.floor(i / B) < lengths[i % B]! ? own : id)) };
  };
  const other = {
    ...all,
    source: spoilt(source, all.sourceLengths, 4),
    inputs: spoilt(inputs, all.targetLengths, 5),
  };
  expect(other).not.toEqual(all);
  expect(model.evaluate([other])).toEqual(model.evaluate([all]));
});

test('a source read from its end is what a model reads of the reversed text', async () => {
  const engine = await doubleEngine();
  const [forwards, backwards] = [make(engine), make(engine, { reverseSource: true })];
  backwards.loadStateDict(forwards.stateDict());
  expect(backwards.translate('abca')).toEqual(forwards.translate('acba'));
});

describe('translate', () => {
  test('the weights of attention: a row for each token and the end, a column for each symbol of the source', async () => {
    const model = make(await testEngine(), { attention: 'general' });
    for (const how of [{}, { beam: 3 }, { temperature: 1, seed: 5 }]) {
      const { text, attention } = model.translate('abcab', { ...how, attention: true });
      const { data, shape, source, target } = attention!;
      expect(source).toEqual(['a', 'b', 'c', 'a', 'b']);
      expect(target.filter((symbol) => symbol !== '<s>').join('')).toBe(text);
      expect(shape).toEqual([target.length, 5]);
      for (let t = 0; t < target.length; t++) {
        expect(data.slice(t * 5, t * 5 + 5).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      }
    }
  });

  test('the weights are those of the tokens, whichever rows of a beam they came through', async () => {
    const model = make(await doubleEngine(), { attention: 'general', inputFeeding: true });
    const wide = model.translate('abca', { beam: 20, maxLength: 8, attention: true });
    // A model that has learnt this one text alone writes it greedily: its weights are compared with those of a beam.
    const batch = Pairs.fromPairs([['abca', wide.text === '' ? 'x' : wide.text]], { vocabularies: model.vocabularies });
    const run = fit(model, { train: batch }, { epochs: 60, batch: 1, lr: 0.05 });
    await run;
    const [greedy, beam] = [{}, { beam: 4 }].map((how) => model.translate('abca', { ...how, attention: true }));
    expect(beam!.text).toBe(greedy!.text);
    greedy!.attention!.data.forEach((value, i) => expect(beam!.attention!.data[i]).toBeCloseTo(value, 6));
  });

  test('a target is no longer than it may be', async () => {
    const model = make(await testEngine());
    for (const how of [{}, { beam: 2 }, { temperature: 2 }]) {
      expect(model.translate('abca', { ...how, maxLength: 2 }).text.length).toBeLessThanOrEqual(2);
    }
  });

  test('symbols it has never seen, and words', async () => {
    const words = Pairs.fromTsv('the cat\tle chat\n', { level: 'word' });
    const model = new Seq2Seq(await testEngine(), { ...words.vocabularies, embeddingSize: 4, hiddenSize: 5 });
    expect(model.translate('the dog')).toEqual(model.translate('the bird'));
  });

  test.each<[object, string]>([
    [{ beam: 0 }, 'translate: beam must be a whole number of at least 1, got 0.'],
    [{ beam: 2, temperature: 1 }, 'translate: temperature 1 is for drawing, and beam is 2. Give one of them.'],
    [{ beam: 2, seed: 7 }, 'translate: seed 7 is for drawing, and beam is 2. Give one of them.'],
    [{ topK: 2 }, 'translate: topK 2 is for drawing, and there is no temperature. Give one.'],
    [{ seed: 2 }, 'translate: seed 2 is for drawing, and there is no temperature. Give one.'],
    [{ temperature: -1 }, 'translate: temperature must be a number at least 0, got -1.'],
    [{ temperature: 1, topK: 0 }, 'translate: topK must be a whole number of at least 1, got 0.'],
    [{ temperature: 1, seed: 0.5 }, 'translate: seed must be a whole number from 0 to 4294967295, got 0.5.'],
    [{ maxLength: 0 }, 'translate: maxLength must be a whole number of at least 1, got 0.'],
    [{ lengthPenalty: -1 }, 'translate: lengthPenalty must be a number at least 0, got -1.'],
    [{ attention: 1 }, 'translate: attention must be true or false, got 1.'],
    [{ attention: true }, "translate: attention is true, and the model's attention is 'none'. Leave it out."],
    [
      { width: 3 },
      "translate: unknown option 'width'. Known options: beam, lengthPenalty, maxLength, seed, attention, temperature, topK.",
    ],
  ])('refused: %o', (options, message) => {
    const model = make(engineOfAll);
    expect(() => model.translate('ab', options)).toThrow(new OptionError(message));
  });

  test.each(['', '  ', 'a\nb'])('no line to translate: %j', (text) => {
    const model = make(engineOfAll);
    expect(() => model.translate(text)).toThrow(
      new DataError(`translate: the text must be one line that is not empty, got ${JSON.stringify(text)}.`),
    );
  });
});

describe('options', () => {
  test('defaults, names of the weights, and the summary', async () => {
    const engine = await testEngine();
    const { source: _, target: __, ...rest } = new Seq2Seq(engine, pairs.vocabularies).options;
    expect(rest).toEqual({
      cell: 'lstm',
      embeddingSize: 64,
      hiddenSize: 128,
      numLayers: 1,
      bidirectional: false,
      reverseSource: false,
      bridge: 'copy',
      thought: 'state',
      attention: 'none',
      inputFeeding: false,
      dropout: 0,
      scheduledSampling: 'none',
      samplingSteps: 0,
      leastForcing: 0,
    });
    const model = make(engine, { cell: 'gru', bidirectional: true, attention: 'general', inputFeeding: true });
    expect([...model.stateDict()].map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
      'source.weight 6x4',
      'encoder.weight_ih_l0 15x4',
      'encoder.weight_hh_l0 15x5',
      'encoder.bias_ih_l0 15',
      'encoder.bias_hh_l0 15',
      'encoder.weight_ih_l0_reverse 15x4',
      'encoder.weight_hh_l0_reverse 15x5',
      'encoder.bias_ih_l0_reverse 15',
      'encoder.bias_hh_l0_reverse 15',
      'bridge.h_l0.weight 5x10',
      'bridge.h_l0.bias 5',
      'target.weight 6x4',
      'decoder.weight_ih_l0 15x9',
      'decoder.weight_hh_l0 15x5',
      'decoder.bias_ih_l0 15',
      'decoder.bias_hh_l0 15',
      'attention.weight 5x10',
      'combine.weight 5x15',
      'head.weight 6x5',
      'head.bias 6',
    ]);
    expect(model.summary()).toBe(
      'embeddings 4, 1 gru of 5 both ways over 6 symbols to 1 gru of 5 over 6, thought as state, attention general, ' +
        'input feeding, 834 parameters',
    );
  });

  test.each<[object, string | RegExp]>([
    [{ source: 'abc' }, 'Seq2Seq: source must be a Vocabulary. Give those of Pairs.'],
    [{ target: undefined }, 'Seq2Seq: target must be a Vocabulary. Give those of Pairs.'],
    [{ cell: 'cnn' }, 'Seq2Seq: cell must be one of lstm, gru, rnn, got cnn.'],
    [{ embeddingSize: 0 }, 'Seq2Seq: embeddingSize must be a whole number of at least 1, got 0.'],
    [{ hiddenSize: 2.5 }, 'Seq2Seq: hiddenSize must be a whole number of at least 1, got 2.5.'],
    [{ numLayers: 0 }, 'Seq2Seq: numLayers must be a whole number of at least 1, got 0.'],
    [{ bidirectional: 1 }, 'Seq2Seq: bidirectional must be true or false, got 1.'],
    [{ reverseSource: 'yes' }, "Seq2Seq: reverseSource must be true or false, got 'yes'."],
    [{ inputFeeding: 0 }, 'Seq2Seq: inputFeeding must be true or false, got 0.'],
    [{ bridge: 'mean' }, 'Seq2Seq: bridge must be one of copy, linear, sum, none, got mean.'],
    [{ thought: 'all' }, 'Seq2Seq: thought must be one of state, both, repeat, got all.'],
    [{ attention: 'cosine' }, 'Seq2Seq: attention must be one of none, dot, scaled, general, additive, got cosine.'],
    [{ dropout: 1 }, 'Seq2Seq: dropout must be a number at least 0 and below 1, got 1.'],
    [{ layers: 2 }, /^Seq2Seq: unknown option 'layers'\. Known options: source, target, cell,/],
    [
      { bidirectional: true, reverseSource: true },
      'Seq2Seq: bidirectional reads in both directions, and reverseSource is true. Leave one out.',
    ],
    [
      { bidirectional: true, bridge: 'copy' },
      "Seq2Seq: bridge 'copy' takes one direction, and bidirectional is true. Take 'linear' or 'sum'.",
    ],
    [{ bridge: 'sum' }, "Seq2Seq: bridge 'sum' is of two directions, and bidirectional is false."],
    [
      { bridge: 'none' },
      "Seq2Seq: bridge 'none' and thought 'state' do not go together: 'none' is for 'repeat', which begins from no state.",
    ],
    [
      { thought: 'repeat', bridge: 'linear' },
      "Seq2Seq: bridge 'linear' and thought 'repeat' do not go together: 'none' is for 'repeat', which begins from no state.",
    ],
    [
      { bidirectional: true, attention: 'dot' },
      "Seq2Seq: attention 'dot' takes an encoder as wide as the decoder, and bidirectional makes it twice as wide. " +
        "Take 'general' or 'additive'.",
    ],
    [{ inputFeeding: true }, "Seq2Seq: inputFeeding feeds what attention gave, and attention is 'none'."],
    [
      { thought: 'repeat', scheduledSampling: 'linear', samplingSteps: 5 },
      "Seq2Seq: scheduledSampling 'linear' chooses the tokens a decoder reads, and with thought 'repeat' it reads none.",
    ],
  ])('refused: %o', (options, message) => {
    const wanted = typeof message === 'string' ? new OptionError(message) : message;
    expect(() => make(engineOfAll, options)).toThrow(wanted);
  });
});

describe('checkpoints', () => {
  test('a shared vocabulary comes back shared', async () => {
    const shared = Pairs.fromTsv('ab\tba\n', { level: 'char', shared: true });
    const model = new Seq2Seq(await testEngine(), { ...shared.vocabularies, embeddingSize: 3, hiddenSize: 4 });
    const { model: back } = decodeCheckpoint(await testEngine(), encodeCheckpoint(model), 'f', { models: [Seq2Seq] });
    expect(back.options.source).toBe(back.options.target);
    expect(back.translate('ab')).toEqual(model.translate('ab'));
  });

  test('options that are missing, wrong or do not go with the weights', async () => {
    const model = make(await testEngine());
    const { arrays, values: stored } = model.snapshot();
    const changed = async (options: object) => {
      const values = JSON.parse(JSON.stringify({ ...stored, ...options })) as typeof stored;
      const bytes = encodeCheckpoint({ snapshot: () => ({ arrays, values }) });
      return decodeCheckpoint(await testEngine(), bytes, 'file', { models: [Seq2Seq] });
    };
    expect((await changed({})).model.summary()).toBe(model.summary());
    for (const name of Object.keys(stored).filter((name) => name !== 'kind')) {
      // Without a target both sides share the source's symbols: other weights, if not another error.
      if (name !== 'target') await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: [] })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 6 })).rejects.toThrow(CheckpointError);
    await expect(changed({ hiddenSize: 4 })).rejects.toThrow(CheckpointError);
    await expect(changed({ numLayers: 3 })).rejects.toThrow(/options take more than the \d+ weights/);
    await expect(changed({ colour: 1 })).rejects.toThrow(/unknown option 'colour'/);
  });
});

test('it learns: short strings reversed, by attention, which follows them', async () => {
  const reversed = Pairs.fromPairs(pairTask('reverse', { count: 200, length: 4, letters: 4 }), { level: 'char' });
  const { train, valid } = reversed.split(0.2);
  const engine = await testEngine({ debug: false, seed: 2 });
  const model = new Seq2Seq(engine, {
    ...reversed.vocabularies,
    embeddingSize: 12,
    hiddenSize: 24,
    attention: 'general',
  });
  const before = model.evaluate(allBatches(valid, 40));
  await fit(model, { train, valid }, { epochs: 30, batch: 16, lr: 0.01 });
  const after = model.evaluate(allBatches(valid, 40));
  expect(before.right).toBeLessThan(0.1);
  expect(after.right).toBeGreaterThan(0.9);
  expect(after.figures!.accuracy).toBeGreaterThan(0.95);
  expect(model.translate('abcd', { beam: 3 }).text).toBe('dcba');
});
