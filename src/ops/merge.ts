/** What becomes of the outputs of two directions (Schuster and Paliwal 1997): side by side, or one number of the two. */

import { engineOf } from '../engine.js';
import type { View } from '../memory/view.js';

/** How the outputs of two directions become one. */
export const MERGES = ['concat', 'sum', 'mean', 'product', 'none'] as const;

/** A way to merge two directions; `none` keeps them apart. */
export type Merge = (typeof MERGES)[number];

/** Merges two outputs of the same shape, (..., W). `concat` gives (..., 2W). */
export function mergeViews(a: View, b: View, merge: Exclude<Merge, 'none'>): View {
  if (merge === 'concat') return sideBySide(a, b);
  if (merge === 'product') return product(a, b);
  return weighted(a, b, merge === 'mean' ? 0.5 : 1);
}

/** alpha (a + b). */
export function weighted(a: View, b: View, alpha: number): View {
  const { kernels, memory, tape, output } = partsOf(a, b);
  const y = output(a.shape);
  memory.zero(y.ptr, y.size);
  for (const part of [a, b]) kernels.axpy(y.ptr, part.ptr, y.size, alpha);
  tape.record('merge', () => {
    if (!y.hasGradient) return;
    for (const part of [a, b]) if (part.requiresGrad) kernels.axpy(part.gradient(), y.gradient(), y.size, alpha);
  });
  return y;
}

function product(a: View, b: View): View {
  const { kernels, memory, tape, output } = partsOf(a, b);
  const y = output(a.shape);
  memory.zero(y.ptr, y.size);
  kernels.diagonalProduct(y.ptr, a.ptr, b.ptr, 1, y.size);
  for (const part of [a, b]) part.keep();
  tape.record('merge', () => {
    if (!y.hasGradient) return;
    const dy = y.gradient();
    if (a.requiresGrad) kernels.diagonalProduct(a.gradient(), dy, b.ptr, 1, y.size);
    if (b.requiresGrad) kernels.diagonalProduct(b.gradient(), dy, a.ptr, 1, y.size);
  });
  return y;
}

/** Rows of a and b by turns are rows of both side by side. */
function sideBySide(a: View, b: View): View {
  const { engine, kernels, memory, tape, output } = partsOf(a, b);
  const W = a.shape.at(-1)!;
  const n = a.size / W;
  const y = output([...a.shape.slice(0, -1), 2 * W]);
  const places = [0, 1].map((turn) => engine.ids(Int32Array.from({ length: n }, (_, i) => 2 * i + turn)));
  memory.zero(y.ptr, y.size);
  for (const [turn, part] of [a, b].entries()) kernels.embeddingBackward(y.ptr, part.ptr, places[turn]!, n, W);
  tape.record('merge', () => {
    if (!y.hasGradient) return;
    for (const [turn, part] of [a, b].entries()) {
      if (!part.requiresGrad) continue;
      const to = part.gradient();
      memory.scratch(() => {
        const tmp = memory.reserve(part.size);
        kernels.embeddingForward(tmp, y.gradient(), places[turn]!, n, W);
        kernels.axpy(to, tmp, part.size, 1);
      });
    }
  });
  return y;
}

function partsOf(a: View, b: View) {
  const engine = engineOf(a);
  const { kernels, memory, tape } = engine;
  const output = (shape: readonly number[]): View =>
    engine.output('merged output', shape, a.requiresGrad || b.requiresGrad);
  return { engine, kernels, memory, tape, output };
}
