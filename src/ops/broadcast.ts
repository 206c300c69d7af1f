/**
 * Sums and products, element by element, of two operands of which one may be smaller: its axes, from the last, are those
 * of the other, or 1, or missing, as in NumPy. Kernels: src/kernels/broadcast.ts.
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { checkNumber } from '../options.js';
import type { Shape } from '../shape.js';
import { layoutOf } from './layout.js';
import type { Layout } from './layout.js';

/** A view, or one number for all elements. */
export type Operand = View | number;

/** Two operands, the larger one first. */
interface Pair {
  readonly engine: Engine;
  readonly large: View;
  readonly small: View;
  /** Whether the second operand is the larger. */
  readonly swapped: boolean;
  readonly layout: Layout;
}

/**
 * a + b.
 * @returns the shape of the larger
 * @throws ShapeError
 */
export function add(a: Operand, b: Operand): View {
  return combine('add', a, b, 1);
}

/**
 * a - b.
 * @returns the shape of the larger
 * @throws ShapeError
 */
export function subtract(a: Operand, b: Operand): View {
  return combine('subtract', a, b, -1);
}

/** a + sign b: for a - b with the larger b it is b - a that is turned round. */
function combine(operation: string, a: Operand, b: Operand, sign: 1 | -1): View {
  const { engine, large, small, swapped, layout } = pairOf(operation, a, b);
  const { kernels, memory, tape } = engine;
  const y = engine.output(`output of ${operation}`, large.shape, large.requiresGrad || small.requiresGrad);
  for (const { whole, part } of layout.blocks()) {
    const [to, from, other] = [
      y.ptr + memory.bytes(whole),
      large.ptr + memory.bytes(whole),
      small.ptr + memory.bytes(part),
    ];
    kernels.addBroadcast(to, from, other, layout.rows, layout.columns, layout.row, layout.column, sign);
  }
  if (swapped && sign < 0) kernels.scale(y.ptr, y.size, -1);
  tape.record(operation, () => {
    if (!y.hasGradient) return;
    if (large.requiresGrad) kernels.axpy(large.gradient(), y.gradient(), y.size, swapped ? sign : 1);
    if (small.requiresGrad) reduceInto(small.gradient(), y.gradient(), layout, swapped ? 1 : sign, engine);
  });
  return y;
}

/**
 * a b, element by element.
 * @returns the shape of the larger
 * @throws ShapeError
 */
export function multiply(a: Operand, b: Operand): View {
  const { engine, large, small, layout } = pairOf('multiply', a, b);
  const y = engine.output('output of multiply', large.shape, large.requiresGrad || small.requiresGrad);
  products(y.ptr, large.ptr, small.ptr, layout, 0, engine);
  if (small.requiresGrad) large.keep();
  if (large.requiresGrad) small.keep();
  engine.tape.record('multiply', () => {
    if (!y.hasGradient) return;
    if (large.requiresGrad) {
      const { ptr, accumulate } = large.gradientSlot();
      products(ptr, y.gradient(), small.ptr, layout, accumulate, engine);
    }
    if (small.requiresGrad) smallGradient(small, y.gradient(), large, layout, engine);
  });
  return y;
}

/** y := a b, or y + a b, with b repeated. */
function products(y: number, a: number, b: number, layout: Layout, accumulate: number, engine: Engine): void {
  const { kernels, memory } = engine;
  const { rows, columns, row, column } = layout;
  for (const { whole, part } of layout.blocks()) {
    const offset = memory.bytes(whole);
    kernels.multiplyBroadcast(y + offset, a + offset, b + memory.bytes(part), rows, columns, row, column, accumulate);
  }
}

/** Adds the sums of dy a over what b was repeated along. */
function smallGradient(small: View, dy: number, large: View, layout: Layout, engine: Engine): void {
  const { kernels, memory } = engine;
  const n = large.size;
  if (small.size === n) {
    const { ptr, accumulate } = small.gradientSlot();
    kernels.multiplyBroadcast(ptr, dy, large.ptr, 1, n, 0, 1, accumulate);
    return;
  }
  const db = small.gradient();
  memory.scratch(() => {
    const tmp = memory.reserve(n);
    kernels.multiplyBroadcast(tmp, dy, large.ptr, 1, n, 0, 1, 0);
    reduceInto(db, tmp, layout, 1, engine);
  });
}

/** s += factor a, summed over what the smaller shape is repeated along. */
export function reduceInto(s: number, a: number, layout: Layout, factor: number, { kernels, memory }: Engine): void {
  const { rows, columns, row, column } = layout;
  for (const { whole, part } of layout.blocks()) {
    kernels.reduceSum(s + memory.bytes(part), a + memory.bytes(whole), rows, columns, columns, row, column, factor);
  }
}

function pairOf(operation: string, a: Operand, b: Operand): Pair {
  const engine = engineOf(typeof a === 'number' ? (b as View) : a);
  const [first, second] = [viewOf(operation, 'a', a, engine), viewOf(operation, 'b', b, engine)];
  const axes = second.shape.length - first.shape.length;
  const swapped = axes > 0 || (axes === 0 && !fits(second.shape, first.shape) && fits(first.shape, second.shape));
  const [large, small] = swapped ? [second, first] : [first, second];
  const layout = layoutOf(operation, swapped ? 'a' : 'b', small.shape, swapped ? 'b' : 'a', large.shape);
  return { engine, large, small, swapped, layout };
}

/** Whether a shape can be repeated to another of as many axes. The other may hold less: of (1, 3) and (0, 3) it is the larger. */
function fits(small: Shape, large: Shape): boolean {
  return small.every((length, axis) => length === 1 || length === large[axis]);
}

function viewOf(operation: string, name: string, operand: Operand, engine: Engine): View {
  if (typeof operand === 'number') {
    return engine.input({ data: [checkNumber(operation, name, operand)], shape: [] }, `${name} of ${operation}`);
  }
  checkEngine(operation, operand, engine);
  return operand;
}
