/** The kernel surface. Each file here has its contract, under the same name, in src/kernels. */

export { columnSums, packPanels, packPanelsTransposed } from './gemm';
export { gemm2x16, gemm2x24, gemm4x8, gemm6x16, gemm8x8 } from './gemm';
export { gemmTN2x16, gemmTN2x24, gemmTN4x8, gemmTN6x16, gemmTN8x8 } from './gemm';
export { activationBackward, activationForward } from './activation';
export { rnnBackward, rnnForward } from './rnn';
export { lstmBackward, lstmForward } from './lstm';
export { lstmCarryBackward, lstmCarryForward, lstmOutputBackward, lstmOutputForward } from './lstm-parts';
export { gruBackward, gruForward } from './gru';
export { gemv, lstmSensitivities, lstmSlopes, rnnSensitivities } from './rtrl';
export { gruResetBackward, gruResetForward, gruUpdateBackward, gruUpdateForward } from './gru-before';
export { embeddingBackward, embeddingForward } from './embedding';
export { layerNormBackward, layerNormBackwardWeights, layerNormForward } from './layer-norm';
export { crossEntropyBackward, crossEntropyForward } from './cross-entropy';
export { diagonalGradient, diagonalProduct } from './diagonal';
export { dropoutBackward, dropoutForward, rowDropout, zoneoutBackward, zoneoutForward } from './dropout';
export { labelSmoothingBackward, labelSmoothingForward } from './label-smoothing';
export { softTargetsBackward, softTargetsForward } from './soft-targets';
export { pointwiseLossBackward, pointwiseLossForward } from './pointwise-loss';
export { gaussianDivergenceBackward, gaussianDivergenceForward } from './gaussian-divergence';
export { softmaxBackward, softmaxForward } from './softmax';
export { addBroadcast, multiplyBroadcast, reduceSum } from './broadcast';
export { copyBlocks } from './copy';
export { axpy, clampValues, scale, sumSquares } from './vector';
export { multiplyAddChains, multiplyAddPairs } from './peak';
export { adamStep, momentumStep, rmspropStep, sgdStep } from './optimizer';
export { word2vecRows } from './word2vec';
