/** The masked language model: gradients, padding, resuming, figures, filling, and that it needs both sides. */

import { describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { allBatches } from '../../src/data/examples.js';
import { sentenceBatch, Sentences } from '../../src/data/sentences.js';
import { DataError, OptionError, RecurraError } from '../../src/errors.js';
import { MaskedLanguageModel } from '../../src/models/masked-language-model.js';
import type { MaskedLanguageModelOptions } from '../../src/models/masked-language-model.js';
import type { Snapshot } from '../../src/models/snapshot.js';
import { fit } from '../../src/train/fit.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';
import { english, testEngine } from '../train/texts.js';

const corpus = Corpus.fromText(english(20), { level: 'word' });
const { vocabulary } = corpus;
const sentences = new Sentences(corpus);
const batch = sentences.batch([3, 1, 7]);

type Own = Omit<MaskedLanguageModelOptions, 'vocabulary'>;

async function small(options: Own = {}, seed: number = 1): Promise<MaskedLanguageModel> {
  const engine = await testEngine({ seed });
  return new MaskedLanguageModel(engine, { vocabulary, embeddingSize: 5, hiddenSize: 6, ...options });
}

test.each<Own>([
  {},
  { cell: 'gru', numLayers: 2 },
  { cell: 'rnn', bidirectional: false },
  { hide: 0.5, mask: 0.4, random: 0.4 },
  { dropout: 0.3, numLayers: 2 },
])('the gradients of the loss with %o', async (options) => {
  const engine = await doubleEngine();
  const model = new MaskedLanguageModel(engine, { vocabulary, embeddingSize: 4, hiddenSize: 3, ...options });
  const loss = () => [model.loss(batch, 4)];
  expect(gradcheck(engine, model.parameters(), loss, { directional: true })).toEqual([]);
});

test('a sentence gets the same logits alone and beside longer ones', async () => {
  const model = await small({ numLayers: 2 });
  const [long, short] = [Int32Array.of(4, 9, 6, 7, 5), Int32Array.of(8, vocabulary.size, 3)];
  const logits = (rows: Int32Array[], places: number[]) =>
    model.engine.evaluate(() => model.forward(sentenceBatch(rows), Int32Array.from(places)).toArray());
  const alone = logits([short], [1]);
  logits([long, short], [3]).forEach((value, i) => expect(value).toBeCloseTo(alone[i]!, 5));
});

test('what is hidden is read from both sides, or from the left alone', async () => {
  for (const bidirectional of [true, false]) {
    const model = await small({ bidirectional });
    const logits = (ids: number[]) => {
      const given = sentenceBatch([Int32Array.from(ids)]);
      return model.engine.evaluate(() => model.forward(given, Int32Array.of(1)).toArray());
    };
    const before = logits([4, vocabulary.size, 6, 7]);
    expect(logits([5, vocabulary.size, 6, 7])).not.toEqual(before);
    if (bidirectional) expect(logits([4, vocabulary.size, 6, 8])).not.toEqual(before);
    else expect(logits([4, vocabulary.size, 6, 8])).toEqual(before);
  }
});

test('a step hides what follows from it; without one, from the batch', async () => {
  const model = await small();
  const at = (step?: number) => model.engine.evaluate(() => model.loss(batch, step).item());
  expect(at(3)).toBe(at(3));
  expect(new Set([at(), at(0), at(1), at(2)]).size).toBe(4);
  expect(at()).toBe(at());
});

test('the evaluation tells every known token once, whatever is beside it', async () => {
  const model = await small();
  const score = (size: number) => model.evaluate(allBatches(sentences, size));
  const { loss, figures } = score(4);
  expect(score(7).loss).toBeCloseTo(loss, 5);
  expect(score(7).figures!['accuracy']).toBe(figures!['accuracy']);
  const tokens = corpus.tokens.filter((id) => id > 2).length;
  expect((figures!['accuracy']! * tokens) % 1).toBeCloseTo(0, 6);
  expect(Math.abs(loss - Math.log(vocabulary.size))).toBeLessThan(0.5);
});

test('pseudo-perplexity hides one token at a time', async () => {
  const model = await small();
  const three = sentenceBatch([Int32Array.of(4, 2, 9), Int32Array.of(5)]);
  const lossOf = (ids: number[], place: number): number =>
    model.engine.evaluate(() => {
      const hidden = ids.with(place, vocabulary.size);
      const logits = model.forward(sentenceBatch([Int32Array.from(hidden)]), Int32Array.of(place)).toArray();
      return Math.log(Array.from(logits).reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[ids[place]!]!;
    });
  const mean = (lossOf([4, 2, 9], 0) + lossOf([4, 2, 9], 2) + lossOf([5], 0)) / 3;
  expect(model.pseudoPerplexity([three])).toBeCloseTo(Math.exp(mean), 3);
});

test('a run that is stopped and resumed ends with the same weights', async () => {
  const data = { train: sentences };
  const whole = await small({ dropout: 0.2 });
  await fit(whole, data, { steps: 8, batch: 4 });
  const first = await small({ dropout: 0.2 });
  const half = fit(first, data, { steps: 3, batch: 4 });
  await half;
  const second = MaskedLanguageModel.fromSnapshot(await testEngine({ seed: 5 }), first.snapshot());
  await fit(second, data, { steps: 8, resume: half.snapshot() });
  expect(second.stateDict()).toEqual(whole.stateDict());
});

describe('snapshots', () => {
  test('it comes back through JSON', async () => {
    const model = await small({ cell: 'gru', numLayers: 2, dropout: 0.1, bidirectional: false, hide: 0.3, seed: 9 });
    const { arrays, values } = model.snapshot();
    const stored = { arrays, values: JSON.parse(JSON.stringify(values)) as Snapshot['values'] };
    const back = MaskedLanguageModel.fromSnapshot(await testEngine({ seed: 3 }), stored);
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(back.snapshot().values).toEqual(values);
    expect(back.summary()).toBe(model.summary());
    expect(model.summary()).toMatch(
      /^embedding 5, 2 gru layers of 6 in one direction, 30 % hidden, [\d,]+ parameters$/,
    );
  });

  test('damaged ones are refused', async () => {
    const { arrays, values } = (await small()).snapshot();
    const engine = await testEngine();
    for (const name of Object.keys(values).filter((key) => key !== 'kind')) {
      const { [name]: _, ...without } = values;
      expect(() => MaskedLanguageModel.fromSnapshot(engine, { arrays, values: without })).toThrow(
        `model: ${name} must be`,
      );
      for (const value of [null, 'x', [], {}, -1, 1e9]) {
        if (name === 'seed' && value === 1e9) continue;
        const changed = { arrays, values: { ...values, [name]: value } } as Snapshot;
        expect(() => MaskedLanguageModel.fromSnapshot(engine, changed)).toThrow(RecurraError);
      }
    }
  });
});

describe('fill', () => {
  test('the likeliest words of each blank, with their share of all words', async () => {
    const model = await small();
    const { text, blanks } = model.fill('the ___ child [MASK].', { top: 4 });
    const ids = Int32Array.from([...vocabulary.encodePrompt('the child.')].slice(1));
    const given = Int32Array.of(ids[0]!, model.maskId, ids[1]!, model.maskId, ids[2]!);
    const logits = model.engine.evaluate(() => model.forward(sentenceBatch([given]), Int32Array.of(1, 3)).toArray());
    expect(blanks).toHaveLength(2);
    for (const [i, guesses] of blanks.entries()) {
      const row = Array.from(logits.slice(i * vocabulary.size + 3, (i + 1) * vocabulary.size));
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const sorted = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
      expect(guesses.map(({ word }) => word)).toEqual(sorted.slice(0, 4).map((id) => vocabulary.symbolOf(id + 3)));
      guesses.forEach(({ probability }, k) => expect(probability).toBeCloseTo(Math.exp(row[sorted[k]!]!) / total, 6));
    }
    expect(text).toBe(`the ${blanks[0]![0]!.word} child ${blanks[1]![0]!.word}.`);
    expect(model.fill('___', { top: 10_000 }).blanks[0]).toHaveLength(vocabulary.size - 3);
    const sum = model.fill('___', { top: 10_000 }).blanks[0]!.reduce((all, { probability }) => all + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
  });

  test('of characters a blank is one character', async () => {
    const text = Corpus.fromText('abc\ncab\n', { level: 'char' });
    const model = new MaskedLanguageModel(await testEngine(), { vocabulary: text.vocabulary, hiddenSize: 4 });
    expect(model.fill('a[MASK]c').text).toMatch(/^a[abc\n]c$/);
  });

  test.each<[string, string]>([
    ['the child', 'fill: the text has no blank. Write ___ or [MASK] where a word is to be found.'],
    ['the ___\nchild', 'fill: the text has several lines. Give one sentence.'],
    ['the zebra ___', 'fill: the text holds words the model has never seen: "zebra". Leave them out or replace them.'],
  ])('%s is refused', async (text, message) => {
    const model = await small();
    expect(() => model.fill(text)).toThrow(new DataError(message));
  });

  test('so are options that are unknown or out of range', async () => {
    const model = await small();
    expect(() => model.fill('___', { top: 0 })).toThrow(OptionError);
    expect(() => model.fill('___', { k: 1 } as object)).toThrow("MaskedLanguageModel.fill: unknown option 'k'");
  });
});

test.each<[object, string]>([
  [{ hide: 0 }, 'hide must be a number above 0 and at most 1, got 0.'],
  [{ mask: 1.1 }, 'mask must be a number at least 0 and at most 1, got 1.1.'],
  [
    { mask: 0.8, random: 0.3 },
    'mask 0.8 and random 0.3 are shares of what is hidden and come to more than 1. Lower one.',
  ],
  [{ bidirectional: 1 }, 'bidirectional must be true or false, got 1.'],
  [{ vocabulary: undefined }, 'vocabulary must be a Vocabulary. Give the vocabulary of a corpus.'],
])('%o is refused', async (options, message) => {
  const engine = await testEngine();
  expect(() => new MaskedLanguageModel(engine, { vocabulary, ...options })).toThrow(
    new OptionError(`MaskedLanguageModel: ${message}`),
  );
  expect(() => new MaskedLanguageModel(engine, { vocabulary, ...{ masked: 1 } })).toThrow(
    /MaskedLanguageModel: unknown option 'masked'/,
  );
});

test('a batch of unknown words alone has no loss', async () => {
  const model = await small();
  expect(() => model.engine.step(() => model.loss(sentenceBatch([Int32Array.of(2, 2)])))).toThrow(DataError);
});

test('a word that only both sides tell is learnt with both directions alone', async () => {
  // a_i s_(i+j) b_j: the middle is the sum of its neighbours, modulo 5, and each of them follows from the other two.
  const lines = Array.from({ length: 25 }, (_, n) => {
    const [i, j] = [n % 5, Math.floor(n / 5)];
    return `a${i} s${(i + j) % 5} b${j}\n`;
  });
  const sums = Corpus.fromText(lines.join('').repeat(4), { level: 'word' });
  const train = new Sentences(sums);
  const accuracy = async (bidirectional: boolean): Promise<number> => {
    const model = new MaskedLanguageModel(await testEngine(), {
      vocabulary: sums.vocabulary,
      embeddingSize: 16,
      hiddenSize: 24,
      numLayers: 2, // the output alone only adds up what the two directions say
      bidirectional,
      mask: 1,
      random: 0,
    });
    await fit(model, { train }, { epochs: 60, batch: 20, lr: 1e-2 });
    return model.evaluate(allBatches(train, 50)).figures!['accuracy']!;
  };
  expect(await accuracy(true)).toBe(1);
  // From the left the first is a guess among five, so is the second, and only the third follows.
  expect(await accuracy(false)).toBeLessThan((1 + 2 / 5) / 3 + 0.05);
});

test('pseudo-perplexity takes a batch of any number of sentences', async () => {
  const model = await small({ cell: 'rnn', bidirectional: false });
  const many = new Array<Int32Array>(150_000).fill(Int32Array.of(4));
  const [alone, beside] = [1, many.length].map((n) => model.pseudoPerplexity([sentenceBatch(many.slice(0, n))]));
  expect(beside! / alone!).toBeCloseTo(1, 4);
});
