/** Runtimes that lack what the kernels need, imitated by binaries that do not validate, do not load or are missing. */

import { afterEach, expect, test, vi } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { KernelUnavailableError } from '../../src/errors.js';
import type * as binaryModule from '../../src/kernels/binary.node.js';
import type { Tier } from '../../src/kernels/select.js';

type Binary = Uint8Array<ArrayBuffer>;
const binaries: Record<'simd' | 'relaxed', () => Promise<Binary>> = vi.hoisted(() => ({}) as never);

vi.mock('../../src/kernels/binary.node.js', () => ({ kernelBinary: (tier: 'simd' | 'relaxed') => binaries[tier]() }));

const { kernelBinary } = await vi.importActual<typeof binaryModule>('../../src/kernels/binary.node.js');

const present = (): Promise<Binary> => kernelBinary('simd');
/** What WebAssembly begins with, and then a version that nobody has. */
const invalid = async (): Promise<Binary> => Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 0, 0, 0);
const page = async (): Promise<Binary> => new TextEncoder().encode('<!doctype html>');
const missing = async (): Promise<Binary> => Promise.reject(new Error('no such file'));

const REFUSED = 'WebAssembly.validate refuses the binary: no such SIMD in this runtime';

afterEach(() => void vi.unstubAllGlobals());

function given(relaxed: () => Promise<Binary>, simd: () => Promise<Binary>): void {
  binaries.relaxed = relaxed;
  binaries.simd = simd;
}

async function expectRefused(kernels: Tier, reason: string): Promise<void> {
  await expect(createEngine({ kernels })).rejects.toThrow(
    new KernelUnavailableError(
      `createEngine: kernels '${kernels}' cannot run here: ${reason}. Leave it out, or say 'auto', for the best there is.`,
    ),
  );
}

test('without relaxed SIMD, simd runs and the report says why; relaxed by name is refused', async () => {
  given(invalid, present);
  expect((await createEngine()).report()).toMatchObject({ kernels: 'simd', notes: [`relaxed: ${REFUSED}`] });
  expect((await createEngine({ kernels: 'simd' })).report()).toMatchObject({ kernels: 'simd', notes: [] });
  await expectRefused('relaxed', REFUSED);
});

test('without any SIMD, js runs and the report says why; simd by name is refused', async () => {
  given(invalid, missing);
  const { kernels, notes } = (await createEngine()).report();
  expect(kernels).toBe('js');
  expect(notes).toEqual([`relaxed: ${REFUSED}`, 'simd: loading failed: no such file']);
  await expectRefused('simd', 'loading failed: no such file');
  expect((await createEngine({ kernels: 'js' })).report()).toMatchObject({ kernels: 'js', notes: [] });
});

test('a page in the place of the binaries is named as such', async () => {
  given(page, page);
  const reason = 'loading failed: the server gives something else in place of the .wasm file';
  const { kernels, notes } = (await createEngine()).report();
  expect(kernels).toBe('js');
  expect(notes).toEqual([`relaxed: ${reason}`, `simd: ${reason}`]);
});

test('without WebAssembly, js runs', async () => {
  given(present, present);
  vi.stubGlobal('WebAssembly', undefined);
  const reason = 'this runtime has no WebAssembly';
  expect((await createEngine()).report()).toMatchObject({
    kernels: 'js',
    notes: [`relaxed: ${reason}`, `simd: ${reason}`],
  });
  await expectRefused('simd', reason);
});

test('with everything there, nothing is passed over', async () => {
  given(present, missing);
  expect((await createEngine()).report()).toMatchObject({ kernels: 'relaxed', notes: [] });
});
