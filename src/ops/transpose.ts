/** Two axes exchanged, and other shapes over the same elements. Kernel: src/kernels/copy.ts. */

import { checkEngine, engineOf } from '../engine.js';
import { ShapeError } from '../errors.js';
import { View } from '../memory/view.js';
import { formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import { checkAxis } from './axis.js';

/**
 * Exchanges two axes.
 * @param axis1 negative from the last
 * @param axis2 negative from the last
 * @returns a copy; x itself if both are the same axis
 * @throws ShapeError
 */
export function transpose(x: View, axis1: number, axis2: number): View {
  const engine = engineOf(x);
  checkEngine('transpose', x, engine);
  const [a, b] = [checkAxis('transpose', x, axis1), checkAxis('transpose', x, axis2)].sort((p, q) => p - q);
  if (a === b) return x;
  const shape = x.shape.with(a!, x.shape[b!]!).with(b!, x.shape[a!]!);
  const y = engine.output('output of transpose', shape, x.requiresGrad);
  exchange(y.ptr, x.ptr, x.shape, a!, b!, 0, x);
  engine.tape.record('transpose', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const { ptr, accumulate } = x.gradientSlot();
    exchange(ptr, y.gradient(), shape, a!, b!, accumulate, x);
  });
  return y;
}

/** Copies (before, n, between, m, behind) of `shape` to (before, m, between, n, behind): one call for each pair of n and m. */
function exchange(to: number, from: number, shape: Shape, a: number, b: number, accumulate: number, x: View): void {
  const { kernels, memory } = engineOf(x);
  const [before, between] = [sizeOf(shape.slice(0, a)), sizeOf(shape.slice(a + 1, b))];
  const [n, m, width] = [shape[a]!, shape[b]!, sizeOf(shape.slice(b + 1))];
  for (let i = 0; i < before; i++) {
    const base = i * n * between * m * width;
    for (let k = 0; k < between; k++) {
      const target = to + memory.bytes(base + k * n * width);
      const source = from + memory.bytes(base + k * m * width);
      const [toOuter, fromRow] = [between * n * width, between * m * width];
      kernels.copyBlocks(target, source, m, n, width, toOuter, width, width, fromRow, accumulate);
    }
  }
}

/**
 * The same elements in the same order under another shape: no copy, but for the gradient.
 * @param shape as many elements; one length may be -1, which is then what remains
 * @throws ShapeError
 */
export function reshape(x: View, shape: Shape): View {
  const engine = engineOf(x);
  checkEngine('reshape', x, engine);
  const y = new View(x.memory, 'output of reshape', x.ptr, resolve(x, shape), x.requiresGrad);
  // Each stands for the other, so no gradient may take the place of these values.
  x.keep();
  y.keep();
  engine.tape.record('reshape', () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const dy = y.gradient();
    const { ptr, accumulate } = x.gradientSlot();
    if (accumulate === 1) engine.kernels.axpy(ptr, dy, x.size, 1);
    else engine.memory.copy(ptr, dy, x.size);
  });
  return y;
}

function resolve(x: View, shape: Shape): Shape {
  const known = sizeOf(shape.filter((length) => length !== -1));
  const isOpen = shape.includes(-1);
  const rest = isOpen ? x.size / known : 1;
  const lengths = shape.map((length) => (length === -1 ? rest : length));
  const valid = lengths.every((length) => Number.isInteger(length) && length >= 0);
  if (valid && shape.indexOf(-1) === shape.lastIndexOf(-1) && sizeOf(lengths) === x.size) return lengths;
  throw new ShapeError(
    `reshape: shape must hold the ${x.size} elements of x ${formatShape(x.shape)}, with -1 at most once, ` +
      `got ${formatShape(shape)}.`,
  );
}
