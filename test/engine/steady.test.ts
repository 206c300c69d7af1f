/** Ten thousand steps of a small language model: the memory of the tenth is enough for the last. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { Embedding } from '../../src/layers/embedding.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { View } from '../../src/memory/view.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { Adam } from '../../src/optim/adam.js';
import { clipGradNorm } from '../../src/optim/clip.js';
import { float32 } from './settings.js';

const [T, B, V] = [5, 2, 11];
const shape = [T, B];

/** A periodic text: the token at position i of row b, and the one after it. */
const token = (i: number, b: number): number => (i * i + 3 * b) % V;

function windowAt(step: number): { inputs: Int32Array; targets: Int32Array } {
  const at = (shift: number) => (_: unknown, n: number) => token(step * T + Math.floor(n / B) + shift, n % B);
  return { inputs: Int32Array.from({ length: T * B }, at(0)), targets: Int32Array.from({ length: T * B }, at(1)) };
}

test.each(float32)(
  'the memory of step 10 is that of step 10,000, and of the step after a failure: $name',
  async (setting) => {
    const engine = await createEngine(setting.options);
    const embedding = new Embedding(engine, { vocabSize: V, size: 5 });
    const lstm = new LSTM(engine, { inputSize: 5, hiddenSize: 8 });
    const head = new Linear(engine, { inputSize: 8, outputSize: V });
    const parameters = [embedding, lstm, head].flatMap((layer) => layer.parameters());
    const adam = new Adam(parameters, { lr: 1e-2 });
    const { memory } = engine;
    let state = lstm.zeroState(B);
    let used = 0;
    let address = 0;

    const train = (step: number, after: () => void = () => {}): number => {
      const { inputs, targets } = windowAt(step);
      const loss = engine.step(() => {
        const { output, state: next } = lstm.forward(embedding.forward({ data: inputs, shape }), state);
        const value: View = crossEntropy(head.forward(output), { data: targets, shape });
        used = memory.arenaBytes;
        address = value.ptr;
        after();
        state = next.detach();
        return value;
      });
      clipGradNorm(parameters, 1);
      adam.step();
      return loss;
    };
    const footprint = () => ({
      used,
      address,
      peak: memory.peakArenaBytes,
      arenaBytes: memory.arenaBytes,
      byteLength: memory.heap.byteLength,
      regions: structuredClone(['parameters', 'gradients', 'panels'].map((name) => memory.region(name))),
    });

    const losses: number[] = [];
    for (let step = 0; step < 10; step++) losses.push(train(step));
    const early = footprint();
    expect(early).toMatchObject({ arenaBytes: 0, byteLength: 2 ** 20 });
    expect(early.used).toBeGreaterThan(0);
    expect(early.peak).toBeGreaterThan(early.used);
    for (let step = 10; step < 10_000; step++) losses.push(train(step));
    expect(footprint()).toEqual(early);

    const fail = () => {
      memory.reserve(100);
      throw new Error('on purpose');
    };
    expect(() => train(10_000, fail)).toThrow('on purpose');
    expect(() => train(10_000, fail)).toThrow('on purpose');
    train(10_000);
    expect(footprint()).toEqual(early);
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(Math.max(...losses.slice(-100))).toBeLessThan(0.1);
  },
);
