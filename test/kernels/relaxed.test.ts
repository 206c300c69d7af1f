/**
 * The WebAssembly kernels with fused multiply-add: the whole suite where the runtime has relaxed SIMD, the refusal
 * where it has not. Node 20 has it behind a flag:
 *
 *     npx vitest run test/kernels/relaxed.test.ts --execArgv=--experimental-wasm-relaxed-simd
 */

import { describe, expect, it } from 'vitest';
import { KernelUnavailableError } from '../../src/errors.js';
import { selectKernels } from '../../src/kernels/select.js';
import type { Selection } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';
import { hasRelaxedSimd, probeIsSound } from './relaxed-probe.js';

const create = (): Promise<Selection> => selectKernels({ tier: 'relaxed', precision: 'float32', memoryLimit: 2 ** 28 });

describe('the probe for relaxed SIMD', () => {
  it('fails for no other reason', () => expect(probeIsSound()).toBe(true));
});

if (hasRelaxedSimd()) {
  testKernels({ tier: 'relaxed', create, expectedTier: 'relaxed' });
} else {
  describe('kernels: relaxed', () => {
    it('are refused, with the reason', async () => {
      const error = await create().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KernelUnavailableError);
      expect((error as Error).message).toBe(
        "createEngine: kernels 'relaxed' cannot run here: WebAssembly.validate refuses the binary: " +
          "no such SIMD in this runtime. Leave it out, or say 'auto', for the best there is.",
      );
    });

    it('are passed over by auto, with the reason', async () => {
      const { tier, notes } = await selectKernels({ tier: 'auto', precision: 'float32', memoryLimit: 2 ** 28 });
      expect(tier).toBe('simd');
      expect(notes).toEqual(['relaxed: WebAssembly.validate refuses the binary: no such SIMD in this runtime']);
    });
  });
}
