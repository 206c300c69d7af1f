/** `createEngine({ wasm })`: kernels from an address, an answer, bytes or a module. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { EngineOptions } from '../../src/engine.js';
import { KernelUnavailableError, OptionError } from '../../src/errors.js';

const file = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../../dist/kernels/kernels.${name}.wasm`, import.meta.url)));
const simd = file('simd');
const address = `data:application/wasm;base64,${Buffer.from(simd).toString('base64')}`;

/** What an engine comes to with one of its kernels. */
async function sumOf(options: EngineOptions): Promise<{ kernels: string; notes: readonly string[]; sum: number }> {
  const engine = await createEngine(options);
  const sum = engine.evaluate(() => {
    const { ptr, size } = engine.input({ data: [3, 4], shape: [2] });
    return engine.kernels.sumSquares(ptr, size);
  });
  const { kernels, notes } = engine.report();
  engine.dispose();
  return { kernels, notes, sum };
}

describe('a single source is the binary that kernels names, simd without', () => {
  test.each<[string, () => EngineOptions['wasm'] | Promise<EngineOptions['wasm']>]>([
    ['bytes', () => simd],
    ['a view of bytes', () => new DataView(simd.buffer)],
    ['a buffer', () => simd.buffer],
    ['a module', () => WebAssembly.compile(simd)],
    ['an address', () => address],
    ['a URL', () => new URL(address)],
    ['an answer', () => fetch(address)],
  ])('%s', async (_, make) => {
    const made = make();
    const wasm = made instanceof Promise ? ((await made) as EngineOptions['wasm']) : made;
    const expected = { kernels: 'simd', notes: ["relaxed: wasm has no binary 'relaxed'"], sum: 25 };
    expect(await sumOf({ wasm })).toEqual(expected);
    expect(await sumOf({ wasm: wasm instanceof Response ? simd : wasm, kernels: 'simd' })).toMatchObject({
      sum: 25,
      notes: [],
    });
  });

  test('an answer that is still to come', async () => {
    expect(await sumOf({ wasm: fetch(address) })).toMatchObject({ kernels: 'simd', sum: 25 });
  });

  test('with threads it is the binary of shared memory', async () => {
    expect(await sumOf({ wasm: file('simd.threads'), kernels: 'simd', threads: 2 })).toMatchObject({ sum: 25 });
    await expect(createEngine({ wasm: simd, kernels: 'simd', threads: 2 })).rejects.toThrow(KernelUnavailableError);
  });
});

test('binaries by name: what is not there is passed over', async () => {
  expect(await sumOf({ wasm: { simd } })).toEqual(await sumOf({ wasm: simd }));
  const none = await sumOf({ wasm: { 'simd.threads': file('simd.threads') } });
  expect(none).toMatchObject({
    kernels: 'js',
    notes: ["relaxed: wasm has no binary 'relaxed'", "simd: wasm has no binary 'simd'"],
  });
  await expect(createEngine({ wasm: { relaxed: simd }, kernels: 'simd' })).rejects.toThrow(
    "createEngine: kernels 'simd' cannot run here: wasm has no binary 'simd'.",
  );
});

test('a runtime that refuses to compile is no error: JavaScript runs, and the notes say why', async () => {
  const broken = simd.slice(0, 100);
  const { kernels, notes } = await sumOf({ wasm: broken });
  expect(kernels).toBe('js');
  expect(notes[1]).toBe('simd: WebAssembly.validate refuses the binary: no such SIMD in this runtime');
});

test.each<[EngineOptions, string]>([
  [{ wasm: 3 as never }, 'createEngine: wasm must be a URL, a Response, bytes, a WebAssembly.Module, or these by the name of the binary, got 3.'], // prettier-ignore
  [{ wasm: {} }, 'createEngine: wasm must be a URL, a Response, bytes, a WebAssembly.Module, or these by the name of the binary, got another object.'], // prettier-ignore
  [{ wasm: { simd: 3 as never } }, "createEngine: wasm['simd'] must be a URL, a Response, bytes, a WebAssembly.Module, or these by the name of the binary, got 3."], // prettier-ignore
  [{ wasm: { avx: simd } as never }, "createEngine: wasm has 'avx', which is no binary. There are simd, relaxed, simd.threads, relaxed.threads."], // prettier-ignore
  [{ wasm: simd, kernels: 'js' }, 'createEngine: kernels js runs on JavaScript, wasm is for compiled kernels. Leave one out.'], // prettier-ignore
  [{ wasm: simd, precision: 'float64' }, 'createEngine: precision float64 runs on JavaScript, wasm is for compiled kernels. Leave one out.'], // prettier-ignore
])('refused: %o', async (options, message) => {
  await expect(createEngine(options)).rejects.toThrow(new OptionError(message));
});

test.each<[string, () => EngineOptions['wasm'], RegExp]>([
  [
    'an address that does not answer',
    () => 'http://127.0.0.1:1/k.wasm',
    /http:\/\/127.0.0.1:1\/k.wasm cannot be read: .+ Check the address/,
  ],
  [
    'a promise that is rejected',
    () => Promise.reject(new Error('offline')),
    /the answer cannot be read: offline\. Check/,
  ],
  [
    'an answer of another status',
    () => new Response('', { status: 404 }),
    /the answer cannot be read: it has status 404\. Check/,
  ],
  ['a page in its place', () => new Response('<!doctype html>'), /the answer is no WebAssembly\. Give a file of/],
  ['bytes of something else', () => new Uint8Array(100), /the bytes are no WebAssembly\. Give a file of/],
])('%s is an error, not a slow engine', async (_, wasm, message) => {
  const refused = await createEngine({ wasm: wasm() }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OptionError);
  expect((refused as Error).message).toMatch(message);
});

test('joined vectors take bytes of a binary for threads', async () => {
  const module = await WebAssembly.compile(file('simd.threads'));
  for (const wasm of [module, { 'simd.threads': module }]) {
    await expect(createEngine({ wasm, revectorize: true })).rejects.toThrow(
      'createEngine: revectorize compiles the kernels, wasm is a compiled module. Give bytes.',
    );
  }
  await expect(createEngine({ wasm: { simd }, kernels: 'simd', revectorize: true })).rejects.toThrow(
    "wasm has no binary 'simd.threads', which joined vectors need",
  );
});

test('a binary for threads in the place of one without says so', async () => {
  const { kernels, notes } = await sumOf({ wasm: { simd: file('simd.threads') } });
  expect(kernels).toBe('js');
  expect(notes[1]).toBe("simd: the binary given is not 'simd', by its memory");
});

test('an answer is read once', async () => {
  const wasm = await fetch(address);
  await createEngine({ wasm });
  await expect(createEngine({ wasm })).rejects.toThrow(OptionError);
});
