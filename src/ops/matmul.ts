/**
 * Products of views. The fast product reads packed panels (src/kernels/gemm.ts); weights keep theirs (./panels), the
 * right operand here is new in each step and is packed into scratch.
 */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import { ACCUMULATE, ASSIGN, gemmTNScratch, panelSize } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkFlag, checkKnown } from '../options.js';
import { formatShape, sizeOf } from '../shape.js';

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Whether b is (..., N, K) and its transpose is multiplied. Default false. */
  readonly transposeB?: boolean;
}

/** Sizes of the products: `count` of them, each (M, K) by (K, N). */
interface Sizes {
  readonly count: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/**
 * a b, for each pair of matrices.
 * @param a (..., M, K)
 * @param b (..., K, N), or (..., N, K) with transposeB; its leading axes are those of a, or there are none
 * @returns (..., M, N)
 * @throws ShapeError, OptionError
 */
export function matmul(a: View, b: View, options: MatmulOptions = {}): View {
  const engine = engineOf(a);
  checkEngine('matmul', a, engine);
  checkEngine('matmul', b, engine);
  checkKnown('matmul', options, ['transposeB']);
  const transposed = checkFlag('matmul', 'transposeB', options.transposeB ?? false);
  const sizes = checkSizes(a, b, transposed);
  const { count, M, N, K } = sizes;
  const { kernels, memory, tape } = engine;
  const y = engine.output('output of matmul', [...a.shape.slice(0, -1), N], a.requiresGrad || b.requiresGrad);
  const pack = transposed ? kernels.packPanelsTransposed : kernels.packPanels;
  memory.scratch(() => {
    const panels = memory.reserve(panelSize(K, N));
    for (let i = 0; i < count; i++) {
      pack(panels, b.ptr + memory.bytes(i * K * N), 0, 0, K, N, transposed ? K : N);
      const [to, from] = [y.ptr + memory.bytes(i * M * N), a.ptr + memory.bytes(i * M * K)];
      kernels.gemm(to, from, panels, M, N, K, K, N, ASSIGN);
    }
  });
  if (b.requiresGrad) a.keep();
  if (a.requiresGrad) b.keep();
  tape.record('matmul', () => {
    if (!y.hasGradient) return;
    if (a.requiresGrad) leftGradient(a, b, y.gradient(), sizes, transposed);
    if (b.requiresGrad) rightGradient(a, b, y.gradient(), sizes, transposed);
  });
  return y;
}

/** da += dy b^T. */
function leftGradient(a: View, b: View, dy: number, { count, M, N, K }: Sizes, transposed: boolean): void {
  const { kernels, memory } = engineOf(a);
  const { ptr, accumulate } = a.gradientSlot();
  const pack = transposed ? kernels.packPanels : kernels.packPanelsTransposed;
  memory.scratch(() => {
    const panels = memory.reserve(panelSize(N, K));
    for (let i = 0; i < count; i++) {
      pack(panels, b.ptr + memory.bytes(i * K * N), 0, 0, N, K, transposed ? K : N);
      const [to, from] = [ptr + memory.bytes(i * M * K), dy + memory.bytes(i * M * N)];
      kernels.gemm(to, from, panels, M, K, N, N, K, accumulate === 1 ? ACCUMULATE : ASSIGN);
    }
  });
}

/** db += a^T dy, or its transpose dy^T a. */
function rightGradient(a: View, b: View, dy: number, { count, M, N, K }: Sizes, transposed: boolean): void {
  const { kernels, memory } = engineOf(a);
  const db = b.gradient();
  memory.scratch(() => {
    const tmp = memory.reserve(gemmTNScratch(transposed ? K : N));
    for (let i = 0; i < count; i++) {
      const [to, A] = [db + memory.bytes(i * K * N), a.ptr + memory.bytes(i * M * K)];
      const dY = dy + memory.bytes(i * M * N);
      if (transposed) kernels.gemmTN(to, dY, A, N, K, M, N, K, K, tmp);
      else kernels.gemmTN(to, A, dY, K, N, M, K, N, N, tmp);
    }
  });
}

/** The sizes of the products; one b for all of a is one product of all rows. @throws ShapeError */
function checkSizes(a: View, b: View, transposed: boolean): Sizes {
  const [leadingA, leadingB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [M, K] = a.shape.slice(-2) as [number, number];
  const [rows, columns] = b.shape.slice(-2) as [number, number];
  const [depth, N] = transposed ? [columns, rows] : [rows, columns];
  const isMatrix = a.shape.length >= 2 && b.shape.length >= 2;
  const isAlone = leadingB.length === 0;
  if (isMatrix && depth === K && (isAlone || formatShape(leadingA) === formatShape(leadingB))) {
    const count = sizeOf(leadingA);
    return isAlone ? { count: 1, M: count * M, N, K } : { count, M, N, K };
  }
  const form = transposed ? '(..., N, K)' : '(..., K, N)';
  throw new ShapeError(
    `matmul: b must be ${form} for a (..., M, K), with the leading axes of a or none, got a ${formatShape(a.shape)} ` +
      `and b ${formatShape(b.shape)}.`,
  );
}
