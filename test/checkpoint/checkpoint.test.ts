/** Checkpoints: what comes back from bytes and from folders. That resuming is exact: test/train/resume.test.ts. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  CHECKPOINT_FILE,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  prepareFolder,
  saveCheckpoint,
} from '../../src/checkpoint/checkpoint.js';
import { CheckpointError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import { evaluate } from '../../src/train/evaluate.js';
import { train } from '../../src/train/train.js';
import { characters, smallModel, testEngine } from '../train/texts.js';

const corpus = characters(12);
const settings = { batch: 3, window: 20, patience: 5, schedule: 'plateau' } as const;
const folder = mkdtempSync(join(tmpdir(), 'recurra-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model after ten updates, and the bytes of its checkpoint. */
async function trained(cell: (typeof CELLS)[number] = 'lstm') {
  const model = smallModel(await testEngine(), corpus, { cell, dropout: 0.1 });
  const run = train(model, corpus, { ...settings, steps: 10 });
  const report = await run;
  return { model, run, report, bytes: encodeCheckpoint(model, run) };
}

const { bytes: whole } = await trained();

describe('what comes back', () => {
  test.each(CELLS)('%s: weights, options, vocabulary and the run', async (cell) => {
    const { model, run, bytes } = await trained(cell);
    const { model: back, training } = decodeCheckpoint(await testEngine({ seed: 5 }), bytes, 'file');
    expect(back.stateDict()).toEqual(model.stateDict());
    expect(back.snapshot().values).toEqual(model.snapshot().values);
    const snapshot = run.snapshot();
    expect(training!.values).toEqual(JSON.parse(JSON.stringify(snapshot.values)));
    expect([...training!.arrays.keys()].sort()).toEqual([...snapshot.arrays.keys()].sort());
    for (const [name, { data, shape }] of snapshot.arrays)
      expect(training!.arrays.get(name)).toMatchObject({ data, shape });
  });

  test('the same snapshot gives the same bytes, and a copy of a checkpoint too', async () => {
    const { model, run, bytes } = await trained();
    expect(Buffer.compare(bytes, whole)).toBe(0);
    expect(Buffer.compare(encodeCheckpoint(model, run), bytes)).toBe(0);
  });

  test('a model without a run', async () => {
    const model = smallModel(await testEngine(), corpus);
    const { model: back, training } = decodeCheckpoint(await testEngine(), encodeCheckpoint(model), 'file');
    expect(training).toBeUndefined();
    expect(back.stateDict()).toEqual(model.stateDict());
  });

  test('64-bit weights keep their bits', async () => {
    const model = smallModel(await testEngine({ kernels: 'js', precision: 'float64' }), corpus);
    const bytes = encodeCheckpoint(model);
    const double = decodeCheckpoint(await testEngine({ kernels: 'js', precision: 'float64' }), bytes, 'file').model;
    expect(double.stateDict()).toEqual(model.stateDict());
    const single = decodeCheckpoint(await testEngine(), bytes, 'file').model;
    const [a, b] = [single, model].map((one) => [...one.stateDict().values()].flatMap(({ data }) => Array.from(data)));
    expect(a).toEqual(b!.map(Math.fround));
  });

  test('bytes within a larger buffer, at any offset', async () => {
    const larger = new Uint8Array(whole.length + 9);
    larger.set(whole, 3);
    const view = larger.subarray(3, 3 + whole.length);
    expect(decodeCheckpoint(await testEngine(), view, 'file').model.parameterCount).toBeGreaterThan(0);
  });

  test('the best weights where early stopping kept them, else the last', async () => {
    const { valid } = corpus.split(0.1);
    const loss = async (bytes: Uint8Array, weights: 'best' | 'last') => {
      const { model } = decodeCheckpoint(await testEngine(), bytes, 'file', { weights });
      return evaluate(model, valid.tokens, { batch: 3, window: 20 }).loss;
    };
    const model = smallModel(await testEngine(), corpus);
    const run = train(model, corpus, { ...settings, epochs: 30, lr: 0.3, patience: 2 });
    const report = await run;
    const bytes = encodeCheckpoint(model, run);
    expect(report.best!.validLoss).toBeLessThan(report.validLoss!);
    expect(await loss(bytes, 'best')).toBe(report.best!.validLoss);
    expect(await loss(bytes, 'last')).toBe(report.validLoss);
    const plain = encodeCheckpoint(model);
    expect(await loss(plain, 'best')).toBe(report.validLoss);
  });
});

describe('folders', () => {
  test('a checkpoint is saved into a new folder and loaded from it; a slash at the end is no matter', async () => {
    const { model, run } = await trained();
    const path = join(folder, 'a', 'b');
    await saveCheckpoint(`${path}/`, model, run);
    expect(readdirSync(path)).toEqual([CHECKPOINT_FILE]);
    expect(Buffer.compare(readFileSync(join(path, CHECKPOINT_FILE)), whole)).toBe(0);
    const engine = await testEngine();
    expect((await loadCheckpoint(path, engine)).model.stateDict()).toEqual(model.stateDict());
    await expect(loadCheckpoint(path, engine, { weight: 'best' } as object)).rejects.toThrow(/unknown option 'weight'/);
    await expect(loadCheckpoint(path, engine, { weights: 'beste' } as object)).rejects.toThrow(
      /weights must be one of last, best, got beste/,
    );
    await expect(loadCheckpoint(engine as never, path as never)).rejects.toThrow(/the folder must be a string/);
    await expect(loadCheckpoint(path, undefined as never)).rejects.toThrow(/takes an engine and a Uint8Array/);
    await expect(saveCheckpoint(model as never, path as never)).rejects.toThrow(/the folder must be a string/);
    await expect(saveCheckpoint(path, path as never)).rejects.toThrow(/takes a folder, a model and its run/);
  });

  test('a failed save leaves the checkpoint before untouched', async () => {
    const { model, run } = await trained();
    const path = join(folder, 'kept');
    await saveCheckpoint(path, model, run);
    const broken = { snapshot: () => ({ arrays: new Map([['ids', { data: [1, 2], shape: [2] }]]), values: {} }) };
    await expect(saveCheckpoint(path, model, broken)).rejects.toThrow(
      /training.ids must be a Float32Array or a Float64Array/,
    );
    expect(readdirSync(path)).toEqual([CHECKPOINT_FILE]);
    expect(Buffer.compare(readFileSync(join(path, CHECKPOINT_FILE)), whole)).toBe(0);
  });

  test('what is not a folder, and what holds no checkpoint', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'text');
    const { model } = await trained();
    await expect(saveCheckpoint(file, model)).rejects.toThrow(CheckpointError);
    await expect(saveCheckpoint(join(file, 'x'), model)).rejects.toThrow(/a part of the path is a file/);
    await expect(loadCheckpoint(file, await testEngine())).rejects.toThrow(CheckpointError);
    await expect(loadCheckpoint(join(folder, 'nothing'), await testEngine())).rejects.toThrow(
      /there is no checkpoint here/,
    );
    mkdirSync(join(folder, 'strange', CHECKPOINT_FILE), { recursive: true });
    await expect(loadCheckpoint(join(folder, 'strange'), await testEngine())).rejects.toThrow(/it is a folder/);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  test('what killed writers left is swept', async () => {
    const path = join(folder, 'swept');
    await saveCheckpoint(path, (await trained()).model);
    await prepareFolder(path);
    expect(readdirSync(path)).toEqual([CHECKPOINT_FILE]);
    await prepareFolder(join(folder, 'made'));
    expect(readdirSync(join(folder, 'made'))).toEqual([]);
  });
});
