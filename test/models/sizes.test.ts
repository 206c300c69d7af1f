/** The prediction of memory from sizes alone, against what training takes. */

import { describe, expect, test } from 'vitest';
import { Vocabulary } from '../../src/data/vocabulary.js';
import { createEngine } from '../../src/engine.js';
import { MemoryError } from '../../src/errors.js';
import { CELLS, LanguageModel } from '../../src/models/language-model.js';
import { fullSettings, MOMENTS, OPTIMIZERS } from '../../src/train/settings.js';
import { TextObjective } from '../../src/train/text-objective.js';
import { Trainer } from '../../src/train/trainer.js';

/** A vocabulary of V ids, the reserved ones counted. */
function vocabulary(V: number): Vocabulary {
  const symbols = Array.from({ length: V - 3 }, (_, i) => String.fromCodePoint(0x4e00 + i));
  return Vocabulary.fromText(symbols.join(''), { level: 'char' });
}

const shapes = [
  { V: 5, E: 3, H: 5, B: 2, T: 4 },
  { V: 30, E: 16, H: 32, B: 8, T: 16 },
  { V: 65, E: 64, H: 128, B: 4, T: 10 },
  { V: 500, E: 8, H: 16, B: 3, T: 7 },
  { V: 20, E: 64, H: 8, B: 16, T: 33 },
  { V: 300, E: 40, H: 20, B: 1, T: 100 },
];

describe.each(CELLS)('%s', (cell) => {
  test.each(shapes)(
    'V $V, E $E, H $H, B $B, T $T: predicted within 0 to 25 % above what is used',
    async ({ V, E, H, B, T }) => {
      for (const kernels of ['simd', 'js'] as const) {
        for (const [numLayers, dropout] of [
          [1, 0],
          [1, 0.3],
          [2, 0],
          [2, 0.3],
        ] as const) {
          const optimizer = OPTIMIZERS[(numLayers + B) % OPTIMIZERS.length]!;
          const engine = await createEngine({ kernels });
          const options = { cell, embeddingSize: E, hiddenSize: H, numLayers, dropout };
          const model = new LanguageModel(engine, { vocabulary: vocabulary(V), ...options });
          const settings = fullSettings({ batch: B, window: T, optimizer });
          const tokens = Int32Array.from({ length: 2 * B * T + 1 }, (_, i) => 3 + (i % (V - 3)));
          const trainer = new Trainer(new TextObjective(model, tokens, tokens, settings), settings);
          const predicted = model.predictMemory({ batch: B, window: T, moments: MOMENTS[optimizer] });
          for (let i = 0; i < 3; i++) trainer.next();
          // A region that does not exist yet begins where the others end.
          const used = engine.memory.region('end').base + engine.report().peakStepBytes;
          expect(predicted).toBeGreaterThanOrEqual(used);
          expect(predicted).toBeLessThanOrEqual(1.25 * used);
          expect(model.parameterCount).toBe(model.parameters().reduce((sum, { size }) => sum + size, 0));
        }
      }
    },
  );

  test.each([
    { tied: true },
    { tied: true, projection: true, dropout: 0.3 },
    { sampled: 60 },
    { sampled: 20, dropout: 0.3, numLayers: 2 },
    { sampled: 40, tied: true, projection: true },
    { frozen: true },
  ])('with %o', async ({ frozen = false, ...given }) => {
    for (const { V, E, H, B, T } of [
      { V: 120, E: 32, H: 32, B: 8, T: 16 },
      { V: 1500, E: 16, H: 16, B: 4, T: 10 },
    ]) {
      const engine = await createEngine({ kernels: 'simd' });
      const words = Array.from({ length: V - 3 }, (_, i) => String.fromCodePoint(0x4e00 + i));
      const vectors = { words, values: { data: new Float32Array((V - 3) * E).fill(1), shape: [V - 3, E] } };
      const model = new LanguageModel(engine, {
        vocabulary: vocabulary(V),
        cell,
        embeddingSize: E,
        hiddenSize: H,
        ...given,
        ...(frozen ? { vectors, tuneVectors: false } : {}),
      });
      const settings = fullSettings({ batch: B, window: T });
      const tokens = Int32Array.from({ length: 2 * B * T + 1 }, (_, i) => 3 + (i % (V - 3)));
      const trainer = new Trainer(new TextObjective(model, tokens, tokens, settings), settings);
      const predicted = model.predictMemory({ batch: B, window: T, moments: MOMENTS.adam });
      for (let i = 0; i < 3; i++) trainer.next();
      const used = engine.memory.region('end').base + engine.report().peakStepBytes;
      expect(predicted).toBeGreaterThanOrEqual(used);
      expect(predicted).toBeLessThanOrEqual(1.25 * used);
    }
  });

  test('a model larger than the limit fails at once, before its weights are drawn', async () => {
    const engine = await createEngine({ memoryLimit: 2 ** 30 });
    const { state } = engine.random;
    for (const options of [
      { hiddenSize: 10_000 },
      { embeddingSize: 1e9 },
      { numLayers: 1e12 },
      { hiddenSize: 2 ** 53 - 1 },
    ]) {
      const attempt = () => new LanguageModel(engine, { vocabulary: vocabulary(9), cell, ...options });
      expect(attempt).toThrow(MemoryError);
      expect(attempt).toThrow(/^LanguageModel: \d+ \w+ of \d+, 9 symbols, take about .* MB\. .*limit is 1073\.7 MB/);
    }
    expect(engine.random.state).toEqual(state);
    expect(engine.report().memoryBytes).toBeLessThan(2 ** 21);
  });
});
