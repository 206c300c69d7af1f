/** The kernel surface. Each file here has its contract, under the same name, in src/kernels. */

export { columnSums, packPanels, packPanelsTransposed } from './gemm';
export { gemm2x16, gemm2x24, gemm4x8, gemm6x16, gemm8x8 } from './gemm';
export { gemmTN2x16, gemmTN2x24, gemmTN4x8, gemmTN6x16, gemmTN8x8 } from './gemm';
export { rnnBackward, rnnForward } from './rnn';
export { lstmBackward, lstmForward } from './lstm';
export { gruBackward, gruForward } from './gru';
export { gemv, lstmSensitivities, lstmSlopes, rnnSensitivities } from './rtrl';
export { embeddingBackward, embeddingForward } from './embedding';
export { crossEntropyBackward, crossEntropyForward } from './cross-entropy';
export { meanSquaredErrorBackward, meanSquaredErrorForward } from './mean-squared-error';
export { dropoutBackward, dropoutForward } from './dropout';
export { axpy, clampValues, scale, sumSquares } from './vector';
export { multiplyAddChains, multiplyAddPairs } from './peak';
export { adamStep, momentumStep, rmspropStep, sgdStep } from './optimizer';
