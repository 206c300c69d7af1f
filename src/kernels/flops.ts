/** Counts what the products of a computation come to: nearly all of the work of a recurrent network. */

import type { Kernels } from './kernels.js';

/** Kernels that count, and what they have counted. */
export interface CountingKernels {
  readonly kernels: Kernels;
  /** Floating-point operations of all products so far: 2 M N K each. */
  readonly flops: number;
}

/** The same kernels, with their products counted. What is done element by element is not. */
export function countingKernels(kernels: Kernels): CountingKernels {
  let flops = 0;
  return {
    kernels: {
      ...kernels,
      gemm(c, a, panels, M, N, K, lda, ldc, begin) {
        flops += 2 * M * N * K;
        kernels.gemm(c, a, panels, M, N, K, lda, ldc, begin);
      },
      gemmTN(c, a, b, M, N, K, lda, ldb, ldc, tmp) {
        flops += 2 * M * N * K;
        kernels.gemmTN(c, a, b, M, N, K, lda, ldb, ldc, tmp);
      },
    },
    get flops() {
      return flops;
    },
  };
}
