/** The whole kernel surface: what every tier implements, with the same names, over one heap. */

import type { Heap } from '../memory/heap.js';
import { crossEntropyJs } from './cross-entropy.js';
import type { CrossEntropyKernels } from './cross-entropy.js';
import { dropoutJs } from './dropout.js';
import type { DropoutKernels } from './dropout.js';
import { embeddingJs } from './embedding.js';
import type { EmbeddingKernels } from './embedding.js';
import { gemmJs } from './gemm.js';
import type { GemmKernels } from './gemm.js';
import { gruJs } from './gru.js';
import type { GruKernels } from './gru.js';
import { lstmJs } from './lstm.js';
import type { LstmKernels } from './lstm.js';
import { meanSquaredErrorJs } from './mean-squared-error.js';
import type { MeanSquaredErrorKernels } from './mean-squared-error.js';
import { optimizerJs } from './optimizer.js';
import type { OptimizerKernels } from './optimizer.js';
import { peakJs } from './peak.js';
import type { PeakKernels } from './peak.js';
import { rnnJs } from './rnn.js';
import type { RnnKernels } from './rnn.js';
import { rtrlJs } from './rtrl.js';
import type { RtrlKernels } from './rtrl.js';
import { vectorJs } from './vector.js';
import type { VectorKernels } from './vector.js';

/** Every kernel. Arguments are numbers: byte addresses, then sizes in elements, then scalars. */
export type Kernels = GemmKernels &
  RnnKernels &
  LstmKernels &
  GruKernels &
  RtrlKernels &
  EmbeddingKernels &
  CrossEntropyKernels &
  MeanSquaredErrorKernels &
  DropoutKernels &
  VectorKernels &
  OptimizerKernels &
  PeakKernels;

/** The kernels in JavaScript: the specification, the fallback and the oracle of the others. */
export function jsKernels(heap: Heap): Kernels {
  return {
    ...gemmJs(heap),
    ...rnnJs(heap),
    ...lstmJs(heap),
    ...gruJs(heap),
    ...rtrlJs(heap),
    ...embeddingJs(heap),
    ...crossEntropyJs(heap),
    ...meanSquaredErrorJs(heap),
    ...dropoutJs(heap),
    ...vectorJs(heap),
    ...optimizerJs(heap),
    ...peakJs(heap),
  };
}
