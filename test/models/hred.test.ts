/** The dialogue model: its equations, what it knows, its latent variable, what it refuses, what comes back. */

import { describe, expect, test } from 'vitest';
import { generate } from '../../bench/dialogues.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { dialogueBatch, Dialogues } from '../../src/data/dialogues.js';
import type { DialogueBatch } from '../../src/data/dialogues.js';
import { allBatches, epochBatches } from '../../src/data/examples.js';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DataError, OptionError, ShapeError } from '../../src/errors.js';
import { HRED } from '../../src/models/hred.js';
import type { HredOptions } from '../../src/models/hred-options.js';
import { Adam } from '../../src/optim/adam.js';
import { clipGradNorm } from '../../src/optim/clip.js';
import { doubleEngine, tiers } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';
import { thrown } from '../thrown.js';

const DIALOGUES = Dialogues.fromUtterances([
  ['a b c', 'd', 'e f'],
  ['c', 'b a d e'],
  ['f f', 'a', 'c d', 'b'],
]);
const BATCH = DIALOGUES.batch([0, 1, 2]);
const SMALL = { embeddingSize: 3, hiddenSize: 4, contextSize: 5 };

function make(engine: Engine, options: Partial<HredOptions> = {}): HRED {
  return new HRED(engine, { vocabulary: DIALOGUES.vocabulary, ...SMALL, ...options });
}

/** The loss without a tape. */
function lossOf(model: HRED, batch: DialogueBatch): number {
  return model.engine.evaluate(() => model.loss(batch).item());
}

/** Runs Adam over the dialogues. */
function learn(model: HRED, data: Dialogues, steps: number, { lr = 0.01, batch = 16 } = {}): void {
  const adam = new Adam(model.parameters(), { lr });
  for (let [step, epoch] = [0, 0]; step < steps; epoch++) {
    for (const indices of epochBatches(data, { batch, seed: 1, epoch })) {
      if (step === steps) break;
      model.engine.step(() => model.loss(data.batch(indices), step));
      clipGradNorm(adam.parameters, 5);
      adam.step();
      step++;
    }
  }
}

/** Dense matrices of a state dict, by the equations at the head of src/models/hred.ts, one utterance after another. */
class ByHand {
  readonly #weights: ReturnType<HRED['stateDict']>;
  readonly #sizes: HRED['options'];

  constructor(model: HRED) {
    this.#weights = model.stateDict();
    this.#sizes = model.options;
  }

  #map(weight: string, bias: string, x: readonly number[]): number[] {
    const [w, b] = [this.#weights.get(weight)!, this.#weights.get(bias)!];
    return Array.from({ length: w.shape[0]! }, (_, o) =>
      x.reduce((sum, value, i) => sum + value * w.data[o * x.length + i]!, b.data[o]!),
    );
  }

  #cell(part: string, x: readonly number[], h: readonly number[], suffix = 'l0'): number[] {
    const a = this.#map(`${part}.weight_ih_${suffix}`, `${part}.bias_ih_${suffix}`, x);
    const b = this.#map(`${part}.weight_hh_${suffix}`, `${part}.bias_hh_${suffix}`, h);
    const H = h.length;
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    return h.map((before, i) => {
      const [r, z] = [sigmoid(a[i]! + b[i]!), sigmoid(a[H + i]! + b[H + i]!)];
      return (1 - z) * Math.tanh(a[2 * H + i]! + r * b[2 * H + i]!) + z * before;
    });
  }

  #word(id: number): number[] {
    const E = this.#sizes.embeddingSize;
    return Array.from(this.#weights.get('embedding.weight')!.data).slice(id * E, (id + 1) * E);
  }

  #encode(ids: readonly number[]): number[] {
    const zeros = new Array<number>(this.#sizes.hiddenSize).fill(0);
    const read = (order: readonly number[], suffix: string): number[] =>
      order.reduce((h, id) => this.#cell('encoder', this.#word(id), h, suffix), zeros);
    const forward = read(ids, 'l0');
    return this.#sizes.bidirectional ? [...forward, ...read(ids.toReversed(), 'l0_reverse')] : forward;
  }

  /** The sum of -log p over the words of a dialogue. */
  nll(utterances: readonly (readonly number[])[]): number {
    let sum = 0;
    const zeros = new Array<number>(this.#sizes.contextSize).fill(0);
    let context = zeros;
    for (const ids of utterances) {
      let d = this.#map('bridge.weight', 'bridge.bias', context).map(Math.tanh);
      for (let t = 1; t < ids.length; t++) {
        d = this.#cell('decoder', [...this.#word(ids[t - 1]!), ...context], d);
        const logits = this.#map('head.weight', 'head.bias', d);
        sum += Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0)) - logits[ids[t]!]!;
      }
      context = this.#cell('context', this.#encode(ids), this.#sizes.context ? context : zeros);
    }
    return sum;
  }
}

/** The ids of the utterances of a batch. */
function idsOf({ tokens, lengths, counts }: DialogueBatch): number[][][] {
  const R = lengths.length;
  const rows = Array.from(lengths, (length, r) => Array.from({ length }, (_, t) => tokens.data[t * R + r]!));
  let row = 0;
  return Array.from(counts, (count) => rows.slice(row, (row += count)));
}

describe('equations', () => {
  test.each<Partial<HredOptions>>([{}, { bidirectional: true }, { context: false }])(
    'the loss is that of one word after another: %o',
    async (options) => {
      const model = make(await doubleEngine(), options);
      const byHand = new ByHand(model);
      const sum = idsOf(BATCH).reduce((total, dialogue) => total + byHand.nll(dialogue), 0);
      expect(model.weight(BATCH)).toBe(
        idsOf(BATCH)
          .flat()
          .reduce((n, ids) => n + ids.length - 1, 0),
      );
      expect(lossOf(model, BATCH)).toBeCloseTo(sum / model.weight(BATCH), 12);
    },
  );

  test.each<Partial<HredOptions>>([
    {},
    { cell: 'lstm' },
    { bidirectional: true, dropout: 0.3, wordDropout: 0.4 },
    { context: false },
    { latent: 2 },
    { latent: 2, annealing: 8, cell: 'lstm', bidirectional: true, wordDropout: 0.4 },
  ])('gradients on 64-bit floats: %o', async (options) => {
    const engine = await doubleEngine();
    const model = make(engine, options);
    // The first state is zeros and the second the first step from it: what is begun at zero must not hide in it.
    for (const parameter of model.parameters()) {
      parameter.set(parameter.toArray().map((value, i) => 0.5 * value + 0.2 * Math.sin(3 * i + 1)));
    }
    const unused = model.parameters().filter(({ name }) => options.context === false && name === 'weight_hh_l0');
    const context = unused.filter(({ shape }) => shape[0] === 3 * SMALL.contextSize);
    expect(
      gradcheck(engine, model.parameters(), () => [model.loss(BATCH, 3)], { directional: true, unused: context }),
    ).toEqual([]);
  });

  test.each(tiers)('dialogues side by side are what they are alone, in evaluation too: %s', async (kernels) => {
    const model = make(await createEngine({ kernels, debug: true }), { bidirectional: true });
    const batches = [0, 1, 2].map((i) => DIALOGUES.batch([i]));
    const sum = batches.reduce((total, batch) => total + lossOf(model, batch) * model.weight(batch), 0);
    expect(lossOf(model, BATCH)).toBeCloseTo(sum / model.weight(BATCH), 5);
    const { loss, figures } = model.evaluate(batches);
    expect(loss).toBeCloseTo(lossOf(model, BATCH), 5);
    expect(figures).toEqual({ nll: loss, kl: 0, perplexity: Math.exp(loss) });
    const padded = { ...BATCH, tokens: { ...BATCH.tokens, data: BATCH.tokens.data.map((id) => (id === 0 ? 5 : id)) } };
    expect(lossOf(model, padded)).toBe(lossOf(model, BATCH));
  });
});

describe('what it knows', () => {
  const others = Dialogues.fromUtterances([['f', 'd', 'e f']], { vocabulary: DIALOGUES.vocabulary });

  /** The loss of the last utterance alone. */
  function lastLoss(model: HRED, data: Dialogues): number {
    const all = data.batch([0]);
    const [ids] = idsOf(all);
    const before = dialogueBatch([ids!.slice(0, -1).map((utterance) => Int32Array.from(utterance))]);
    return lossOf(model, all) * model.weight(all) - lossOf(model, before) * model.weight(before);
  }

  test('the first turn reaches the last utterance, but not without context', async () => {
    const engine = await doubleEngine();
    const [whole, flat] = [make(engine), make(engine, { context: false })];
    expect(flat.parameterCount).toBe(whole.parameterCount);
    expect(Math.abs(lastLoss(whole, DIALOGUES) - lastLoss(whole, others))).toBeGreaterThan(1e-6);
    expect(Math.abs(lastLoss(flat, DIALOGUES) - lastLoss(flat, others))).toBeLessThan(1e-12);
  });

  test('an answer that is in the first turn is learnt with context alone', async () => {
    const dialogues = Array.from({ length: 64 }, (_, i) => [`${'ab'[i % 2]} x`, 'well', `${'ab'[i % 2]} y`]);
    const data = Dialogues.fromUtterances(dialogues);
    const losses: number[] = [];
    for (const context of [true, false]) {
      const engine = await createEngine({ kernels: 'simd', seed: 2 });
      const model = new HRED(engine, {
        vocabulary: data.vocabulary,
        embeddingSize: 8,
        hiddenSize: 12,
        contextSize: 12,
        context,
      });
      learn(model, data, 200, { lr: 0.02, batch: 32 });
      losses.push(model.evaluate(allBatches(data, 32)).loss * 8); // nats a dialogue: three, two and three words
      if (!context) continue;
      expect(model.reply(['a x', 'well'])).toBe('a y');
      expect(model.reply(['b x', 'well'])).toBe('b y');
    }
    // The first word of the first utterance is ln 2 in any case, the first of the last one without context too.
    expect(losses[0]).toBeLessThan(1.2 * Math.LN2);
    expect(losses[1]).toBeGreaterThan(1.8 * Math.LN2);
  });
});

describe('the latent variable', () => {
  /** A VHRED whose latent variable reaches nothing, and the HRED that it must then be. */
  async function pair(kernels: 'simd' | 'js'): Promise<[HRED, HRED]> {
    const Z = 3;
    const [plain, latent] = [
      make(await createEngine({ kernels, debug: true })),
      make(await createEngine({ kernels, debug: true, seed: 9 }), { latent: Z, annealing: 10 }),
    ];
    const weights = latent.stateDict();
    for (const [name, { data, shape }] of plain.stateDict()) {
      const columns = weights.get(name)!.shape[1];
      const widened =
        columns === undefined || columns === shape[1]
          ? data
          : Array.from({ length: shape[0]! }, (_, row) => [
              ...Array.from(data).slice(row * shape[1]!, (row + 1) * shape[1]!),
              ...new Array<number>(Z).fill(0),
            ]).flat();
      weights.set(name, { data: widened, shape: weights.get(name)!.shape });
    }
    latent.loadStateDict(weights);
    return [plain, latent];
  }

  test.each(['simd', 'js'] as const)(
    'where z reaches nothing, loss and gradients are those of HRED, bit for bit: %s',
    async (kernels) => {
      const [plain, latent] = await pair(kernels);
      const C = SMALL.contextSize;
      // At update 0 of the annealing the divergence has no weight.
      const losses = [plain, latent].map((model) => model.engine.step(() => model.loss(BATCH, 0)));
      expect(losses[1]).toBe(losses[0]);
      const gradients = (model: HRED) =>
        new Map(
          model.table().map(({ name, shape }, i) => [name, { shape, data: model.parameters()[i]!.gradientToArray() }]),
        );
      const [wanted, got] = [gradients(plain), gradients(latent)];
      for (const [name, { shape, data }] of wanted) {
        const { shape: wide, data: all } = got.get(name)!;
        const columns = shape[1] ?? 1;
        const kept = all.filter((_, i) => i % (wide[1] ?? 1) < columns);
        expect([name, ...kept]).toEqual([name, ...data]);
      }
      expect(got.get('bridge.weight')!.shape).toEqual([SMALL.hiddenSize, C + 3]);
      const { nll } = latent.evaluate([BATCH]).figures!;
      expect(nll).toBe(plain.evaluate([BATCH]).loss);
    },
  );

  test('the weight of the divergence rises with the updates, and is 1 in evaluation', async () => {
    const engine = await doubleEngine();
    const model = make(engine, { latent: 3, annealing: 10 });
    const start = engine.random.state;
    const at = (step: number) => {
      engine.random.state = start;
      return engine.step(() => model.loss(BATCH, step));
    };
    const whole = at(10) - at(0);
    expect(whole).toBeGreaterThan(0.01);
    expect((at(4) - at(0)) / whole).toBeCloseTo(0.4, 12);
    expect(at(25)).toBe(at(10));
    const { loss, figures } = model.evaluate([BATCH]);
    expect(lossOf(model, BATCH)).toBeCloseTo(loss, 12);
    expect(figures!['perplexity']).toBe(Math.exp(loss));
    expect(loss).toBeCloseTo(figures!['nll']! + (figures!['kl']! * BATCH.lengths.length) / model.weight(BATCH), 12);
    // What is left out by annealing is the divergence itself, whatever was drawn.
    expect((whole * model.weight(BATCH)) / BATCH.lengths.length).toBeCloseTo(figures!['kl']!, 12);
  });

  test('training draws z and words, evaluation the same noise each time', async () => {
    const model = make(await createEngine({ kernels: 'simd' }), { latent: 3 });
    const { state } = model.engine.random;
    expect(lossOf(model, BATCH)).toBe(lossOf(model, BATCH));
    expect(model.evaluate([BATCH])).toEqual(model.evaluate([BATCH]));
    expect(model.engine.random.state).toEqual(state);
    expect(new Set([1, 2, 3].map(() => model.engine.step(() => model.loss(BATCH)))).size).toBe(3);
    const deaf = make(await createEngine({ kernels: 'simd' }), { wordDropout: 0.5 });
    expect(new Set([1, 2, 3].map(() => deaf.engine.step(() => deaf.loss(BATCH)))).size).toBe(3);
    expect(lossOf(deaf, BATCH)).toBe(lossOf(make(await createEngine({ kernels: 'simd' })), BATCH));
  });

  test('annealing and word dropout keep a divergence that goes without them, and replies of many kinds', async () => {
    const data = Dialogues.fromUtterances(generate('styles', 64, 1));
    const sizes = { embeddingSize: 8, hiddenSize: 16, contextSize: 16, latent: 4 };
    const trained = async (options: Partial<HredOptions>): Promise<HRED> => {
      const engine = await createEngine({ kernels: 'simd' });
      const model = new HRED(engine, { vocabulary: data.vocabulary, ...sizes, ...options });
      learn(model, data, 160, { lr: 0.02 });
      return model;
    };
    const [kept, lost] = [await trained({ annealing: 120, wordDropout: 0.5 }), await trained({})];
    const [kl, none] = [kept, lost].map((model) => model.evaluate(allBatches(data, 32)).figures!['kl']!);
    expect(kl).toBeGreaterThan(0.5);
    expect(none).toBeLessThan(0.1);
    const replies = Array.from({ length: 12 }, (_, i) =>
      kept.reply(['how are you ?'], { temperature: 1, seed: i + 1 }),
    );
    expect(new Set(replies).size).toBeGreaterThan(3);
  });
});

describe('replies', () => {
  test('greedy ones are the same each time, sampled ones follow their seed', async () => {
    for (const latent of [0, 3]) {
      const model = make(await createEngine({ kernels: 'simd' }), { latent });
      const { state } = model.engine.random;
      expect(model.reply(['a b'])).toBe(model.reply(['a b'], { temperature: 0 }));
      const sampled = (seed: number) => model.reply(['a b'], { temperature: 1, seed, length: 12 });
      expect(sampled(3)).toBe(sampled(3));
      expect(new Set([1, 2, 3, 4, 5].map(sampled)).size).toBeGreaterThan(1);
      expect(model.engine.random.state).toEqual(state);
    }
  });

  test('a greedy one is the most likely word each time, by the loss', async () => {
    const model = make(await doubleEngine(), { cell: 'lstm', bidirectional: true });
    const said = [...DIALOGUES.vocabulary.encode(model.reply(['a b c', 'zebra'], { length: 1 }))][1]!;
    const heard = ['a b c', 'zebra'].map((text) => DIALOGUES.vocabulary.encode(text));
    const costs = Array.from({ length: DIALOGUES.vocabulary.size - 3 }, (_, i) => {
      // The word after BEGINNING costs what the batch with it costs more than the one that stands at its place.
      const costOf = (id: number) => {
        const batch = dialogueBatch([[...heard, Int32Array.of(1, id)]]);
        return lossOf(model, batch) * model.weight(batch);
      };
      return costOf(i + 3);
    });
    expect(said).toBe(3 + costs.indexOf(Math.min(...costs)));
  });

  test('without context the last utterance alone counts; without utterances it begins', async () => {
    const model = make(await createEngine({ kernels: 'simd' }), { context: false });
    const say = (...utterances: string[]) => model.reply(utterances, { temperature: 2, seed: 5, length: 20 });
    expect(say('a', 'b')).toBe(say('c c', 'b'));
    expect(say().length).toBeGreaterThan(0);
    const whole = make(await createEngine({ kernels: 'simd' }));
    expect(whole.reply([]).length).toBeGreaterThan(0);
  });

  test('at most so many tokens, at least one, at level char too', async () => {
    const { vocabulary } = Dialogues.fromUtterances([['ab', 'ba']], { level: 'char' });
    const model = make(await createEngine({ kernels: 'simd' }), { vocabulary });
    for (let seed = 1; seed < 20; seed++) {
      const reply = model.reply(['a'], { temperature: 1, seed, length: 4 });
      expect(reply).toMatch(/^[ab]{1,4}$/);
      expect(model.reply(['a'], { temperature: 5, topK: 1, seed })).toBe(model.reply(['a']));
    }
  });

  test.each<[unknown, object, string]>([
    [['a'], { length: 0 }, 'HRED.reply: length must be a whole number of at least 1, got 0.'],
    [['a'], { temperature: -1 }, 'HRED.reply: temperature must be a number at least 0, got -1.'],
    [['a'], { topK: 0 }, 'HRED.reply: topK must be a whole number of at least 1, got 0.'],
    [['a'], { seed: -1 }, 'HRED.reply: seed must be a whole number from 0 to 4294967295, got -1.'],
    [
      ['a'],
      { topK: 3 },
      'HRED.reply: topK 3 is for drawing, and temperature is 0. Give one above 0, or leave topK out.',
    ],
    [
      ['a'],
      { temperature: 0, seed: 2 },
      'HRED.reply: seed 2 is for drawing, and temperature is 0. Give one above 0, or leave seed out.',
    ],
    [['a'], { beam: 4 }, "HRED.reply: unknown option 'beam'. Known options: temperature, topK, length, seed."],
    ['a', {}, 'HRED.reply: utterances must be a list of strings.'],
    [[1], {}, 'HRED.reply: utterances must be a list of strings.'],
  ])('refuses %j %j', async (utterances, options, message) => {
    const model = make(await createEngine({ kernels: 'js' }));
    expect(thrown(() => model.reply(utterances as string[], options))).toEqual(new OptionError(message));
  });

  test('refuses an utterance without a word', async () => {
    const model = make(await createEngine({ kernels: 'js' }));
    expect(thrown(() => model.reply(['a', ' \n']))).toEqual(
      new DataError('HRED.reply: utterance 2 is empty. Leave it out.'),
    );
  });
});

describe('options and weights', () => {
  const names =
    'vocabulary, cell, embeddingSize, hiddenSize, contextSize, bidirectional, context, latent, annealing, wordDropout, dropout';

  test.each<[object, string]>([
    [{ vocabulary: ['a'] }, 'HRED: vocabulary must be a Vocabulary. Give the vocabulary of the dialogues.'],
    [{ cell: 'rnn' }, 'HRED: cell must be one of gru, lstm, got rnn.'],
    [{ embeddingSize: 0 }, 'HRED: embeddingSize must be a whole number of at least 1, got 0.'],
    [{ hiddenSize: '4' }, "HRED: hiddenSize must be a whole number of at least 1, got '4'."],
    [{ contextSize: 1.5 }, 'HRED: contextSize must be a whole number of at least 1, got 1.5.'],
    [{ bidirectional: 1 }, 'HRED: bidirectional must be true or false, got 1.'],
    [{ context: 'no' }, "HRED: context must be true or false, got 'no'."],
    [{ latent: -1 }, 'HRED: latent must be a whole number of at least 0, got -1.'],
    [{ latent: 2, annealing: 0.5 }, 'HRED: annealing must be a whole number of at least 0, got 0.5.'],
    [
      { annealing: 9 },
      'HRED: annealing 9 is of the divergence of a latent variable, and latent is 0. Give latent, or leave annealing out.',
    ],
    [{ wordDropout: 1 }, 'HRED: wordDropout must be a number at least 0 and below 1, got 1.'],
    [{ dropout: -0.1 }, 'HRED: dropout must be a number at least 0 and below 1, got -0.1.'],
    [{ layers: 2 }, `HRED: unknown option 'layers'. Known options: ${names}.`],
  ])('refuses %o', async (options, message) => {
    const engine = await createEngine({ kernels: 'js' });
    expect(thrown(() => make(engine, options as HredOptions))).toEqual(new OptionError(message));
  });

  test('refuses a batch whose parts do not belong together', async () => {
    const model = make(await createEngine({ kernels: 'js' }));
    expect(thrown(() => lossOf(model, { ...BATCH, counts: Int32Array.of(3, 2) }))).toEqual(
      new ShapeError(
        'HRED: tokens must be (T, R) with R lengths from 2 to T and counts that add up to R, got tokens (6, 9), 9 lengths ' +
          'and counts for 5. Take a batch of Dialogues.',
      ),
    );
    for (const lengths of [BATCH.lengths.slice(1), BATCH.lengths.map(() => 1), BATCH.lengths.map(() => 7)]) {
      expect(() => lossOf(model, { ...BATCH, lengths })).toThrow(ShapeError);
    }
  });

  test('weights by name, and all of it in one line', async () => {
    const engine = await createEngine({ kernels: 'js' });
    const parts = (model: HRED) => [...new Set([...model.stateDict().keys()].map((name) => name.split('.')[0]))];
    const shared = ['embedding', 'encoder', 'context', 'bridge', 'decoder', 'head'];
    expect(parts(make(engine))).toEqual(shared);
    const latent = make(engine, { latent: 2, bidirectional: true, cell: 'lstm' });
    expect(parts(latent)).toEqual([...shared, 'prior', 'posterior']);
    expect(latent.stateDict().get('posterior.weight_l0')!.shape).toEqual([5, 5 + 2 * 4]);
    expect(latent.summary()).toBe(
      'embedding 3 of 9 symbols, utterances by two gru of 4, context gru of 5, latent 2, lstm of 4 writes, 1,009 parameters',
    );
    expect(make(engine, { context: false }).summary()).toMatch(/no context \(gru of 5 for the utterance before\)/);
  });
});

describe('checkpoints', () => {
  const read = async (bytes: Uint8Array) =>
    decodeCheckpoint(await createEngine({ kernels: 'simd' }), bytes, 'file', { models: [HRED] });
  const options = {
    latent: 2,
    annealing: 7,
    cell: 'lstm',
    bidirectional: true,
    dropout: 0.1,
    wordDropout: 0.2,
  } as const;

  test.each<Partial<HredOptions>>([{}, { context: false }, options])(
    'options and weights come back: %o',
    async (given) => {
      const model = make(await createEngine({ kernels: 'simd' }), given);
      const { model: back } = await read(encodeCheckpoint(model));
      expect(back.vocabulary.toJSON()).toEqual(model.vocabulary.toJSON());
      expect({ ...back.options, vocabulary: 0 }).toEqual({ ...model.options, vocabulary: 0 });
      expect(back.stateDict()).toEqual(model.stateDict());
      expect(lossOf(back, BATCH)).toBe(lossOf(model, BATCH));
      expect(back.reply(['a b'])).toBe(model.reply(['a b']));
    },
  );

  test('options that are missing, wrong or do not go with the weights', async () => {
    const { arrays, values } = make(await createEngine({ kernels: 'simd' }), options).snapshot();
    const changed = (other: object) => {
      const stored = JSON.parse(JSON.stringify({ ...values, ...other })) as typeof values;
      return read(encodeCheckpoint({ snapshot: () => ({ arrays, values: stored }) }));
    };
    for (const name of Object.keys(values).filter((key) => key !== 'kind')) {
      await expect(changed({ [name]: undefined })).rejects.toThrow(CheckpointError);
      await expect(changed({ [name]: [] })).rejects.toThrow(CheckpointError);
    }
    await expect(changed({ hiddenSize: 3e4 })).rejects.toThrow(/its options take more than the \d+ weights/);
    await expect(changed({ latent: 0, annealing: 0 })).rejects.toThrow(CheckpointError);
    await expect(changed({ colour: 1 })).rejects.toThrow(/unknown option 'colour'/);
  });
});
