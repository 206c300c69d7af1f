/** The kernel surface. Each file here has its contract, under the same name, in src/kernels. */

export { columnSums, gemm, gemmTN, packPanels, packPanelsTransposed } from './gemm';
export { rnnBackward, rnnForward } from './rnn';
export { lstmBackward, lstmForward } from './lstm';
export { gruBackward, gruForward } from './gru';
export { embeddingBackward, embeddingForward } from './embedding';
export { crossEntropyBackward, crossEntropyForward } from './cross-entropy';
export { meanSquaredErrorBackward, meanSquaredErrorForward } from './mean-squared-error';
export { dropoutBackward, dropoutForward } from './dropout';
export { axpy, clampValues, scale, sumSquares } from './vector';
export { multiplyAddChains } from './peak';
export { adamStep, momentumStep, rmspropStep, sgdStep } from './optimizer';
