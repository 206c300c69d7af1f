/** Token ids to rows of a table. Equations and source: src/kernels/embedding.ts. */

import { engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { formatShape, sizeOf } from '../shape.js';
import type { DrawnMask } from './dropout-mask.js';

/**
 * y = table[ids].
 * @param ids any shape, each below V
 * @param table (V, E)
 * @param mask drops rows of the table, each wherever it stands, and scales the others; none: nothing is dropped
 * @returns the shape of ids, then E
 * @throws DataError for an id outside the table
 */
export function embedding(ids: Ids, table: Parameter, mask?: DrawnMask): View {
  const engine = engineOf(table);
  const { kernels } = engine;
  const [V, E] = table.shape as [number, number];
  checkIds('embedding', ids, V);
  const n = sizeOf(ids.shape);
  const y = engine.output('output of embedding', [...ids.shape, E], engine.tape.recording && table.trained);
  const idsPtr = engine.ids(ids.data);
  kernels.embeddingForward(y.ptr, table.ptr, idsPtr, n, E);
  mask?.rows(y.ptr, y.ptr, idsPtr, n, E);
  engine.tape.record('embedding', () => {
    if (!y.hasGradient || !table.trained) return;
    const dy = y.gradient();
    // In place: nobody reads the gradient of the rows any more.
    mask?.rows(dy, dy, idsPtr, n, E);
    kernels.embeddingBackward(table.gradientPtr, dy, idsPtr, n, E);
  });
  return y;
}

/**
 * Checks that ids fit their shape and a vocabulary.
 * @param except an id that is allowed although it lies outside
 * @param counts 0 for ids that may be anything, if there are any
 * @param range what the ids are of, for the message
 */
export function checkIds(
  operation: string,
  ids: Ids,
  V: number,
  except?: number,
  counts?: Int32Array,
  range: string = `the vocabulary of ${V}`,
): void {
  const { data, shape } = checkForm(operation, 'ids', ids);
  if (!(data instanceof Int32Array) || data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${operation}: ids of shape ${formatShape(shape)} must be an Int32Array of ${sizeOf(shape)}, got ${describe(data)}.`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    const id = data[i]!;
    if ((id >= 0 && id < V) || id === except || counts?.[i] === 0) continue;
    throw new DataError(`${operation}: id ${id} at ${position(i, shape)} is outside ${range}.`);
  }
}

/** Checks that ids come with their shape. @throws ShapeError */
export function checkForm(operation: string, name: string, ids: Ids): Ids {
  if (Array.isArray((Object(ids) as Partial<Ids>).shape)) return ids;
  throw new ShapeError(`${operation}: ${name} must be { data: Int32Array, shape }, got ${describe(ids)}.`);
}

/** What a wrong argument is, for a message. */
function describe(data: unknown): string {
  if (typeof data !== 'object' || data === null) return String(data);
  const { constructor, length } = data as { constructor: { name: string }; length?: number };
  return length === undefined ? constructor.name : `${constructor.name} of ${length}`;
}

/** `[3, 1]`: the indices of the i-th element. */
export function position(i: number, shape: readonly number[]): string {
  const indices: number[] = [];
  for (const length of [...shape].reverse()) {
    indices.unshift(i % length);
    i = Math.floor(i / length);
  }
  return `[${indices.join(', ')}]`;
}
