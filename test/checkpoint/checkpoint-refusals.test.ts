/** Checkpoints that are damaged, foreign or hostile: each is refused with a CheckpointError of one line. */

import { describe, expect, test } from 'vitest';
import { checksum, decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import type { TensorData } from '../../src/checkpoint/safetensors-format.js';
import { CheckpointError } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { train } from '../../src/train/train.js';
import { characters, smallModel, testEngine } from '../train/texts.js';

/** The checkpoint of a run of ten updates. */
async function checkpoint(): Promise<Uint8Array> {
  const corpus = characters(12);
  const model = smallModel(await testEngine(), corpus);
  const run = train(model, corpus, { batch: 3, window: 20, patience: 5, schedule: 'plateau', steps: 10 });
  await run;
  return encodeCheckpoint(model, run);
}

const whole = await checkpoint();

interface Parts {
  tensors: Map<string, TensorData>;
  metadata: Map<string, string>;
}

/** A file whose checksum is right, whatever is in it. */
function sealed({ tensors, metadata }: Parts): Uint8Array {
  return encodeSafetensors(tensors, new Map([...metadata, ['checksum', checksum(tensors, metadata)]]));
}

/** The checkpoint with its tensors and metadata changed, or with one JSON object in the metadata changed. */
function changed(change: (parts: Parts) => void): Uint8Array {
  const parts = decodeSafetensors(whole, 'whole');
  change(parts);
  return sealed(parts);
}

function withValues(key: string, change: (values: Record<string, unknown>) => unknown): Uint8Array {
  return changed(({ metadata }) => {
    const values = JSON.parse(metadata.get(key)!) as Record<string, unknown>;
    change(values);
    metadata.set(key, JSON.stringify(values));
  });
}

async function expectRefused(bytes: Uint8Array, message: RegExp = /^file: /): Promise<void> {
  const engine = await testEngine();
  const { memoryBytes } = engine.report();
  const attempt = () => decodeCheckpoint(engine, bytes, 'file');
  expect(attempt).toThrow(CheckpointError);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(/^file: [^\n]{1,420}$/);
  expect(engine.report().memoryBytes).toBe(memoryBytes);
}

describe('refusals, each a CheckpointError of one line that costs no memory', () => {
  test('a safetensors file of something else', async () => {
    const data = Float32Array.of(1, 2);
    const foreign = encodeSafetensors(
      new Map([['weight', { dtype: 'F32', shape: [2], data }]]),
      new Map([['format', 'pt']]),
    );
    await expectRefused(foreign, /not a checkpoint of recurra. Give a file that recurra train wrote/);
    await expectRefused(
      changed(({ metadata }) => metadata.clear()),
      /not a checkpoint of recurra/,
    );
  });

  test('another version, and none', async () => {
    await expectRefused(
      changed(({ metadata }) => metadata.set('version', '1')),
      /has version 1, this build reads 2. Use the release/,
    );
    await expectRefused(
      changed(({ metadata }) => metadata.delete('version')),
      /has version none, this build reads 2/,
    );
    await expectRefused(changed(({ metadata }) => metadata.set('version', '2.0')));
    await expectRefused(changed(({ metadata }) => metadata.set('version', '7'.repeat(10_000))));
  });

  test('nothing, text, and every truncation that ends within the header or a tensor', async () => {
    await expectRefused(new Uint8Array(0));
    await expectRefused(new TextEncoder().encode('not a checkpoint at all, just some text in a file'));
    for (let length = 0; length < whole.length; length += 97) await expectRefused(whole.slice(0, length));
    await expectRefused(whole.slice(0, -1));
    await expectRefused(Uint8Array.from([...whole, 0]));
  });

  test.each(['model', 'training'])('metadata %s that is not JSON, or not an object', async (key) => {
    for (const text of ['', '{', 'null', '7', '"x"', '[]', '{}x']) {
      await expectRefused(changed(({ metadata }) => metadata.set(key, text)));
    }
  });

  test('no model', () =>
    expectRefused(
      changed(({ metadata }) => metadata.delete('model')),
      /'model' is not JSON/,
    ));

  const fields = ['cell', 'embeddingSize', 'hiddenSize', 'numLayers', 'dropout', 'vocabulary'];
  test.each(fields)('no %s, or one of another type', async (name) => {
    await expectRefused(
      withValues('model', (values) => (values[name] = undefined)),
      new RegExp(`model: ${name} must be`),
    );
    for (const value of [null, false, 'x', [], {}, -3]) {
      await expectRefused(withValues('model', (values) => (values[name] = value)));
    }
  });

  test.each<[string, (vocabulary: Record<string, unknown>) => unknown]>([
    ['no level', (vocabulary) => delete vocabulary['level']],
    ['another level', (vocabulary) => (vocabulary['level'] = 'byte')],
    ['no locale', (vocabulary) => delete vocabulary['locale']],
    ['a locale that is none', (vocabulary) => (vocabulary['locale'] = '!')],
    ['no symbols', (vocabulary) => delete vocabulary['symbols']],
    ['symbols twice', (vocabulary) => (vocabulary['symbols'] = ['<pad>', '<s>', '<unk>', 'a', 'a'])],
    ['symbols of a wrong type', (vocabulary) => (vocabulary['symbols'] = ['<pad>', '<s>', '<unk>', 5])],
    ['fewer symbols', (vocabulary) => (vocabulary['symbols'] as string[]).pop()],
    ['an unknown field', (vocabulary) => (vocabulary['toString'] = 1)],
  ])('a vocabulary with %s', (_, change) =>
    expectRefused(withValues('model', ({ vocabulary }) => change(vocabulary as Record<string, unknown>))),
  );

  test('sizes that no weights stand behind', async () => {
    for (const name of ['embeddingSize', 'hiddenSize', 'numLayers']) {
      for (const size of [0, 8, 5000, 1e9, 2 ** 53 - 1, 1e300]) {
        await expectRefused(withValues('model', (values) => (values[name] = size)));
      }
    }
  });

  test('tensors that are missing, too many, of another shape or name', async () => {
    const name = 'rnn.weight_hh_l0';
    await expectRefused(changed(({ tensors }) => tensors.delete(name)));
    const more: TensorData = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    await expectRefused(changed(({ tensors }) => tensors.set('rnn.weight_hh_l1', more)));
    await expectRefused(changed(({ tensors }) => tensors.set('head.bias', more)));
    const { data } = decodeSafetensors(whole, 'whole').tensors.get(name)! as { data: Float32Array };
    await expectRefused(
      changed(({ tensors }) => tensors.set(name, { dtype: 'F32', shape: [7, 28], data })),
      /rnn.weight_hh_l0 must be \(28, 7\), got \(7, 28\)/,
    );
    await expectRefused(
      changed(
        ({ tensors }) => tensors.delete(name) && tensors.set('rnn.weight', { dtype: 'F32', shape: [28, 7], data }),
      ),
      /rnn.weight_hh_l0 must be \(28, 7\), got nothing/,
    );
  });

  test('hostile JSON: names of prototypes, numbers beyond any size, deep nesting', async () => {
    const hostile = (text: string) => changed(({ metadata }) => metadata.set('model', text));
    const { metadata } = decodeSafetensors(whole, 'whole');
    const model = metadata.get('model')!;
    await expectRefused(hostile('{"__proto__":{"cell":"lstm","hiddenSize":7}}'), /model: vocabulary must be/);
    await expectRefused(hostile(model.replace('"cell":"lstm"', '"cell":"__proto__"')));
    await expectRefused(hostile(model.replace('"cell":"lstm"', '"cell":"constructor"')));
    await expectRefused(
      hostile(model.replace('"hiddenSize":7', '"hiddenSize":1e999')),
      /hiddenSize must be a finite number/,
    );
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    await expectRefused(hostile(model.replace('"cell":"lstm"', `"cell":${deep}`)), /cell must be a string, got a list/);
    await expectRefused(hostile(deep), /model: expected an object, got a list/);
    await expectRefused(
      hostile(model.replace('"cell":"lstm"', `"cell":"${'x'.repeat(100_000)}"`)),
      /must be one of lstm, gru, rnn, got x{100}/,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

test('one bit flipped anywhere: in the header, in a weight, in a moment', async () => {
  const engine = await testEngine();
  for (let at = 0; at < whole.length; at += 7) {
    const damaged = whole.slice();
    damaged[at]! ^= 1 << (at % 8);
    expect(() => decodeCheckpoint(engine, damaged, 'file'), `byte ${at}`).toThrow(CheckpointError);
  }
  const last = whole.slice();
  last[last.length - 1]! ^= 0x80; // the sign of the last number
  await expectRefused(
    last,
    /the contents have the checksum [0-9a-f]{8}, the file says [0-9a-f]{8}. The file is damaged/,
  );
});

test('no checksum, or that of another file', async () => {
  const { tensors, metadata } = decodeSafetensors(whole, 'whole');
  metadata.delete('checksum');
  await expectRefused(encodeSafetensors(tensors, metadata), /the file says none/);
  metadata.set('checksum', '00000000');
  await expectRefused(encodeSafetensors(tensors, metadata), /the file says 00000000/);
});

test('a few thousand damaged files are read or refused with a CheckpointError', async () => {
  const random = new Random(8);
  let engine = await testEngine();
  const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
  const tokens = [
    '0',
    '-1',
    '1e9',
    '7',
    'null',
    'true',
    '"x"',
    '{}',
    '[]',
    '"__proto__":',
    '\\"',
    ',',
    ':',
    '1e999',
    '"',
  ];
  let read = 0;
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    if (i % 100 === 0) engine = await testEngine(); // every model that is read stays in its engine
    const bytes = whole.slice();
    const at = random.integer(i % 4 === 0 ? bytes.length : headerEnd);
    let mutant: Uint8Array = bytes;
    if (i % 2 === 0) bytes[at]! ^= 1 << random.integer(8);
    else mutant = withValuesText(bytes, random);
    try {
      const { training } = decodeCheckpoint(engine, mutant, 'mutant');
      if (training !== undefined) void Object.keys(training.values);
      read++;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw new Error(`mutant ${i}: ${String(error)}`, { cause: error });
      refused++;
    }
  }
  expect(read).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(1000);

  /** Replaces a value in the JSON of the model or the run, so that the file around it stays valid. */
  function withValuesText(bytes: Uint8Array, random: Random): Uint8Array {
    const { tensors, metadata } = decodeSafetensors(bytes, 'whole');
    const key = random.uniform() < 0.7 ? 'model' : 'training';
    const text = metadata.get(key)!;
    const places = [...text.matchAll(/-?[\d.]+(?:e-?\d+)?|"[^"]*"|[{}[\],:]/g)];
    const place = places[random.integer(places.length)]!;
    const token = tokens[random.integer(tokens.length)]!;
    metadata.set(key, text.slice(0, place.index) + token + text.slice(place.index + place[0].length));
    return sealed({ tensors, metadata });
  }
});
