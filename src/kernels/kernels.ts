/** The whole kernel surface: what every tier implements, with the same names, over one heap. */

import type { Heap } from '../memory/heap.js';
import { activationJs } from './activation.js';
import type { ActivationKernels } from './activation.js';
import { broadcastJs } from './broadcast.js';
import type { BroadcastKernels } from './broadcast.js';
import { copyJs } from './copy.js';
import type { CopyKernels } from './copy.js';
import { crossEntropyJs } from './cross-entropy.js';
import type { CrossEntropyKernels } from './cross-entropy.js';
import { diagonalJs } from './diagonal.js';
import type { DiagonalKernels } from './diagonal.js';
import { dropoutJs } from './dropout.js';
import type { DropoutKernels } from './dropout.js';
import { embeddingJs } from './embedding.js';
import type { EmbeddingKernels } from './embedding.js';
import { gaussianDivergenceJs } from './gaussian-divergence.js';
import type { GaussianDivergenceKernels } from './gaussian-divergence.js';
import { gemmJs } from './gemm.js';
import type { GemmKernels } from './gemm.js';
import { gruJs } from './gru.js';
import type { GruKernels } from './gru.js';
import { gruBeforeJs } from './gru-before.js';
import type { GruBeforeKernels } from './gru-before.js';
import { labelSmoothingJs } from './label-smoothing.js';
import type { LabelSmoothingKernels } from './label-smoothing.js';
import { layerNormJs } from './layer-norm.js';
import type { LayerNormKernels } from './layer-norm.js';
import { lstmJs } from './lstm.js';
import type { LstmKernels } from './lstm.js';
import { lstmPartsJs } from './lstm-parts.js';
import type { LstmPartsKernels } from './lstm-parts.js';
import { optimizerJs } from './optimizer.js';
import type { OptimizerKernels } from './optimizer.js';
import { peakJs } from './peak.js';
import type { PeakKernels } from './peak.js';
import { pointwiseLossJs } from './pointwise-loss.js';
import type { PointwiseLossKernels } from './pointwise-loss.js';
import { rnnJs } from './rnn.js';
import type { RnnKernels } from './rnn.js';
import { rtrlJs } from './rtrl.js';
import type { RtrlKernels } from './rtrl.js';
import { softTargetsJs } from './soft-targets.js';
import type { SoftTargetsKernels } from './soft-targets.js';
import { softmaxJs } from './softmax.js';
import type { SoftmaxKernels } from './softmax.js';
import { vectorJs } from './vector.js';
import type { VectorKernels } from './vector.js';
import { word2vecJs } from './word2vec.js';
import type { Word2VecKernels } from './word2vec.js';

/** Every kernel. Arguments are numbers: byte addresses, then sizes in elements, then scalars. */
export type Kernels = GemmKernels &
  ActivationKernels &
  RnnKernels &
  LstmKernels &
  LstmPartsKernels &
  GruKernels &
  RtrlKernels &
  GruBeforeKernels &
  DiagonalKernels &
  EmbeddingKernels &
  LayerNormKernels &
  CrossEntropyKernels &
  LabelSmoothingKernels &
  SoftTargetsKernels &
  PointwiseLossKernels &
  GaussianDivergenceKernels &
  DropoutKernels &
  SoftmaxKernels &
  BroadcastKernels &
  CopyKernels &
  VectorKernels &
  OptimizerKernels &
  Word2VecKernels &
  PeakKernels;

/** The kernels in JavaScript: the specification, the fallback and the oracle of the others. */
export function jsKernels(heap: Heap): Kernels {
  return {
    ...gemmJs(heap),
    ...activationJs(heap),
    ...rnnJs(heap),
    ...lstmJs(heap),
    ...lstmPartsJs(heap),
    ...gruJs(heap),
    ...rtrlJs(heap),
    ...gruBeforeJs(heap),
    ...diagonalJs(heap),
    ...embeddingJs(heap),
    ...layerNormJs(heap),
    ...crossEntropyJs(heap),
    ...labelSmoothingJs(heap),
    ...softTargetsJs(heap),
    ...pointwiseLossJs(heap),
    ...gaussianDivergenceJs(heap),
    ...dropoutJs(heap),
    ...softmaxJs(heap),
    ...broadcastJs(heap),
    ...copyJs(heap),
    ...vectorJs(heap),
    ...optimizerJs(heap),
    ...word2vecJs(heap),
    ...peakJs(heap),
  };
}
