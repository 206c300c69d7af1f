/** A loss or a gradient that is not finite stops the run before the update, and nothing that was saved is lost. */

import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { DivergenceError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import type { Network } from '../../src/models/network.js';
import { fullSettings } from '../../src/train/settings.js';
import type { TrainSettings } from '../../src/train/settings.js';
import { train } from '../../src/train/train.js';
import { TextObjective } from '../../src/train/text-objective.js';
import { Trainer } from '../../src/train/trainer.js';
import { characters, smallModel, testEngine } from './texts.js';

const corpus = characters(20);
const small = { batch: 4, window: 10, epochs: 3 };

/** Replaces one weight of a parameter by its name in the state dict. */
function poison(model: Network, name: string, value: number, at: number = 0): void {
  const dict = model.stateDict();
  const data = Float32Array.from(dict.get(name)!.data);
  data[at] = value;
  model.loadStateDict(dict.set(name, { ...dict.get(name)!, data }));
}

/** A trainer that has made some updates. */
async function trainer(
  cell: (typeof CELLS)[number],
  settings: TrainSettings = {},
  dropout: number = 0.3,
  steps: number = 3,
): Promise<Trainer> {
  const model = smallModel(await testEngine(), corpus, { cell, dropout });
  const { train: part, valid } = corpus.split(0.1);
  const full = fullSettings({ ...small, ...settings });
  const begun = new Trainer(new TextObjective(model, part.tokens, valid.tokens, full), full);
  for (let i = 0; i < steps; i++) begun.next();
  return begun;
}

describe.each(CELLS)('%s', (cell) => {
  test.each(['embedding.weight', 'rnn.weight_hh_l0', 'head.bias'])(
    'NaN in %s: a failing window changes neither the weights nor anything else that is stored',
    async (name) => {
      const run = await trainer(cell);
      const { model } = run;
      // All of the table: a single row may not occur in the window.
      for (let at = 0; at < model.stateDict().get(name)!.data.length; at++) poison(model, name, NaN, at);
      const before = encodeCheckpoint(model, run);
      const attempt = () => run.next();
      expect(attempt).toThrow(DivergenceError);
      expect(attempt).toThrow(/^train: the loss is NaN in window 4 of epoch 1\..*learning rate \(now 0\.002\)/);
      expect(() => run.verify()).toThrow(DivergenceError);
      expect(Buffer.compare(encodeCheckpoint(model, run), before)).toBe(0);
    },
  );

  test.each([{}, { clipNorm: 0 }, { clipNorm: 0, clipValue: 1 }])(
    'an infinite gradient of a finite loss, %o',
    async (settings) => {
      const run = await trainer(cell, { ...settings, batch: 1, window: 1 }, 0.3, 0);
      const { model } = run;
      const { tokens } = corpus.split(0.1).train;
      // Zero weights give h = 0, so that the logits are zero and the loss is ln V whatever the head is, but dh is the
      // sum of +-3e38 / V.
      const dict = model.stateDict();
      for (const [name, { data, shape }] of dict) dict.set(name, { data: new Float32Array(data.length), shape });
      const head = dict.get('head.weight')!;
      const [V, H] = head.shape as [number, number];
      const values = new Float32Array(V * H).fill(3e38).fill(-3e38, tokens[1]! * H, (tokens[1]! + 1) * H);
      model.loadStateDict(dict.set('head.weight', { data: values, shape: head.shape }));
      const before = encodeCheckpoint(model, run);
      expect(() => run.verify()).not.toThrow();
      expect(() => run.next()).toThrow(/^train: the gradient is not finite in window 1 of epoch 1/);
      const after = encodeCheckpoint(model, run);
      expect(model.stateDict()).toEqual(decodeCheckpoint(await testEngine(), before, 'before').model.stateDict());
      expect(Buffer.compare(after, before)).toBe(0);
    },
  );
});

test('clipping by value does not hide an infinite gradient', async () => {
  const run = await trainer('rnn', { clipNorm: 0, clipValue: 1, batch: 1, window: 1 }, 0);
  const { tokens } = corpus.split(0.1).train;
  // Weights of one sign, so that infinities add up to infinities and never to NaN, which clipping would let through;
  // and so small that h times the head gives sound logits.
  const dict = run.model.stateDict();
  const recurrent = { 'rnn.weight_ih_l0': 1e-20, 'rnn.weight_hh_l0': 0, 'rnn.bias_ih_l0': 0, 'rnn.bias_hh_l0': 0 };
  const fill = { 'embedding.weight': 1e-20, ...recurrent, 'head.weight': 3e38 };
  for (const [name, value] of Object.entries(fill)) {
    const { data, shape } = dict.get(name)!;
    dict.set(name, { data: new Float32Array(data.length).fill(value), shape });
  }
  const { data, shape } = dict.get('head.weight')!;
  const H = shape[1]!;
  dict.set('head.weight', { data: Float32Array.from(data).fill(-3e38, tokens[4]! * H, (tokens[4]! + 1) * H), shape });
  run.model.loadStateDict(dict);
  const before = encodeCheckpoint(run.model, run);
  expect(() => run.next()).toThrow(/the gradient is not finite/);
  const gradients = run.model.parameters().flatMap((parameter) => Array.from(parameter.gradientToArray()));
  expect(gradients.some(Number.isNaN)).toBe(false);
  expect(gradients.includes(Infinity)).toBe(true);
  expect(Buffer.compare(encodeCheckpoint(run.model, run), before)).toBe(0);
});

test.each([{ clipNorm: 0 }, { clipNorm: 0, optimizer: 'momentum' }, { optimizer: 'adam' }] as const)(
  'a huge learning rate, %o: the last checkpoint loads and gives a finite loss',
  async (settings) => {
    const model = smallModel(await testEngine(), corpus);
    const saved: Uint8Array[] = [];
    const attempt = train(model, corpus, {
      ...small,
      lr: 1e37,
      ...settings,
      saveSeconds: 1e-9,
      onSave: async (run) => void saved.push(encodeCheckpoint(model, run)),
    });
    await expect(attempt).rejects.toThrow(DivergenceError);
    expect(saved.length).toBeGreaterThan(0);
    const { model: kept, training } = decodeCheckpoint(await testEngine(), saved.at(-1)!, 'kept');
    for (const { data } of kept.stateDict().values()) expect(Array.from(data).every(Number.isFinite)).toBe(true);
    const steps = (training!.values['step'] as number) + 1;
    // It goes on with a rate that is bearable, where the weights are: one update.
    const report = await train(kept, corpus, { resume: training, steps, lr: 1e-6 });
    expect(report.steps).toBe(steps);
    expect(Number.isFinite(report.trainLoss)).toBe(true);
  },
);

test('a loss without a finite perplexity is one that has diverged, though every number is finite', async () => {
  const model = smallModel(await testEngine(), corpus);
  const attempt = train(model, corpus, { ...small, optimizer: 'sgd', lr: 1e9, clipNorm: 0 });
  await expect(attempt).rejects.toThrow(
    /^train: the loss is \d+(\.\d+)?, so that its perplexity is infinite, in window \d+ of epoch 1\. .*Lower the learning rate \(now 1000000000\), or set a limit on the gradient's norm\.$/,
  );
  for (const { data } of model.stateDict().values()) expect(Array.from(data).every(Number.isFinite)).toBe(true);
});

test('a model that has diverged is never saved: not at first, and not where only the validation shows it', async () => {
  const model = smallModel(await testEngine(), corpus);
  poison(model, 'head.bias', NaN, 5);
  const saves: number[] = [];
  const onSave = async ({ trainer: { step } }: { trainer: Trainer }): Promise<void> => void saves.push(step);
  await expect(train(model, corpus, { ...small, onSave })).rejects.toThrow(/the loss is NaN in window 1 of epoch 1/);
  expect(saves).toEqual([]);
  // A symbol that only the validation part holds has a row of its own, which training never reads.
  const { train: part, valid } = corpus.split(0.1);
  const rare = valid.tokens.slice();
  rare[3] = 0;
  const full = fullSettings(small);
  const sound = smallModel(await testEngine(), corpus);
  const run = new Trainer(new TextObjective(sound, part.tokens, rare, full), full);
  poison(run.model, 'embedding.weight', NaN);
  const whole = () => {
    for (let i = 0; i < run.stepsPerEpoch; i++) run.next();
  };
  expect(whole).toThrow(DivergenceError);
  expect(run.history).toEqual([]);
});
