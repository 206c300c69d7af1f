/** y = x W^T + b over the last axis. */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import { ACCUMULATE, ASSIGN, BIAS, gemmTNScratch } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { formatShape, sizeOf } from '../shape.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels } from './panels.js';

/** The weights of `linear` with their packed forms. */
export class LinearWeights {
  /** (O, I). */
  readonly weight: Parameter;
  /** (O), if there is one. */
  readonly bias: Parameter | undefined;
  readonly forward: Panels;
  readonly backward: Panels;

  constructor(weight: Parameter, bias: Parameter | undefined) {
    this.weight = weight;
    this.bias = bias;
    this.forward = forwardPanels(weight, [bias]);
    this.backward = backwardPanels(weight);
  }
}

/**
 * y = x W^T + b.
 * @param x any shape that ends in I
 * @returns the same shape with O at the end
 * @throws ShapeError
 */
export function linear(x: View, weights: LinearWeights): View {
  const { weight } = weights;
  const engine = engineOf(weight);
  const [O, I] = weight.shape as [number, number];
  checkEngine('linear', x, engine);
  const leading = x.shape.slice(0, -1);
  if (x.shape.at(-1) !== I) {
    throw new ShapeError(
      `linear: x must be (..., I) = (..., ${I}), got ${formatShape(x.shape)}. I = ${I} comes from inputSize.`,
    );
  }
  const n = sizeOf(leading);
  const y = engine.output('output of linear', [...leading, O], engine.tape.recording);
  engine.kernels.gemm(y.ptr, x.ptr, weights.forward.ptr, n, O, I, I, O, BIAS);
  x.keep();
  engine.tape.record('linear', () => {
    if (y.hasGradient) linearBackward(x, y, weights, n);
  });
  return y;
}

function linearBackward(x: View, y: View, weights: LinearWeights, n: number): void {
  const { weight, bias } = weights;
  const { kernels, memory } = engineOf(weight);
  const [O, I] = weight.shape as [number, number];
  const dy = y.gradient();
  if (weight.trained) {
    memory.scratch(() => {
      const tmp = memory.reserve(gemmTNScratch(I));
      kernels.gemmTN(weight.gradientPtr, dy, x.ptr, O, I, n, O, I, I, tmp);
    });
  }
  if (bias !== undefined) kernels.columnSums(bias.gradientPtr, dy, n, O, O);
  if (!x.requiresGrad) return;
  const dx = x.gradientSlot();
  kernels.gemm(dx.ptr, dy, weights.backward.ptr, n, I, O, O, I, dx.accumulate === 1 ? ACCUMULATE : ASSIGN);
}
