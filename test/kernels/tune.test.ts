/** Every tile of the products computes the same, and the choice among them is made once. */

import { beforeAll, describe, expect, it } from 'vitest';
import { kernelBinary } from '#wasm';
import { ACCUMULATE, ASSIGN, BIAS, gemmTNScratch, panelSize } from '../../src/kernels/codes.js';
import { TILES, tune, withTile } from '../../src/kernels/tune.js';
import type { Binary } from '../../src/kernels/tune.js';
import { WasmHeap } from '../../src/memory/heap.js';
import { Random } from '../../src/random.js';
import { testGemm } from './families/gemm.js';
import { hasRelaxedSimd } from './relaxed-probe.js';
import { Workspace } from './workspace.js';

async function load(tier: 'simd' | 'relaxed', shared: boolean): Promise<{ heap: WasmHeap; binary: Binary }> {
  const heap = new WasmHeap(2 ** 26, shared);
  heap.grow(2 ** 24);
  const module = await WebAssembly.compile(await kernelBinary(shared ? `${tier}.threads` : tier));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory: heap.memory } });
  return { heap, binary: exports as unknown as Binary };
}

// Node 20 has no relaxed SIMD; where it is missing, relaxed.test.ts says so.
const TIERS = (['simd', 'relaxed'] as const).filter((tier) => tier === 'simd' || hasRelaxedSimd());

describe.each(TIERS)('the tiles of %s', (tier) => {
  describe.each(TILES)('%s', (tile) => {
    let workspace: Workspace;
    beforeAll(async () => {
      // The tile for joined vectors is in the binaries for threads alone.
      const { heap, binary } = await load(tier, tile === '6x16');
      workspace = new Workspace(heap, withTile(binary, tile));
    });
    testGemm(() => workspace);
  });

  it('give the same bits', async () => {
    const { heap, binary } = await load(tier, true);
    const random = new Random(5);
    const values = Float32Array.from({ length: 2 ** 17 }, () => random.between(-1, 1));
    const [M, N, K] = [37, 109, 530];
    const a = 4096;
    const panels = a + 4 * M * K;
    const c = panels + 4 * panelSize(K, N);
    const tmp = c + 4 * M * N;
    const run = (product: () => void): string => {
      heap.floats.set(values, a / 4);
      product();
      return heap.ints.slice(c / 4, tmp / 4).join();
    };
    for (const begin of [BIAS, ACCUMULATE, ASSIGN]) {
      const results = TILES.map((tile) => run(() => binary[`gemm${tile}`](c, a, panels, M, N, K, K, N, begin)));
      expect(new Set(results).size).toBe(1);
    }
    heap.grow(tmp + 4 * gemmTNScratch(N));
    for (const columns of [N, 3]) {
      const results = TILES.map((tile) =>
        run(() => binary[`gemmTN${tile}`](c, a, panels, M, columns, K, M, N, N, tmp)),
      );
      expect(new Set(results).size).toBe(1);
    }
  });
});

describe('tune', () => {
  it.each(TIERS)(
    '%s: takes a tile that suits, leaves the heap as it was, and does not change its mind',
    async (tier) => {
      const { heap, binary } = await load(tier, false);
      const before = heap.floats.slice(0, 1024);
      const request = { fused: tier === 'relaxed', revectorized: false };
      const tile = tune(binary, heap, request);
      const fused = tier === 'relaxed' ? ['2x24'] : [];
      expect(process.arch === 'arm64' ? ['4x8', '8x8', '2x24'] : ['4x8', '2x16', ...fused]).toContain(tile);
      expect(heap.floats.slice(0, 1024)).toEqual(before);
      expect(heap.floats.subarray(1024).every((x) => x === 0)).toBe(true);
      expect(tune(binary, heap, request)).toBe(tile);
    },
  );
});
