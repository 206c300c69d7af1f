/** The state of a stack of recurrent layers: what one window hands to the next. */

import type { HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import { View } from '../memory/view.js';
import type { StateSource } from '../ops/sequence.js';

/**
 * h, and for the LSTM c, of every layer, first layer first; (B, H) each. Views within the step that made them, arrays
 * once detached.
 */
export class RecurrentState<S extends StateSource = StateSource> {
  readonly h: readonly S[];
  /** Empty but for the LSTM. */
  readonly c: readonly S[];

  constructor(h: readonly S[], c: readonly S[] = []) {
    this.h = h;
    this.c = c;
  }

  /**
   * A copy on the JavaScript heap, which outlives the step and through which no gradient flows: the end of a window of
   * truncated BPTT (Williams and Peng 1990).
   */
  detach(): RecurrentState<HostArray> {
    return new RecurrentState(this.h.map(copyOf), this.c.map(copyOf));
  }
}

/** Refuses what is no state at all. @throws ShapeError */
export function checkState(operation: string, state: RecurrentState): void {
  const { h, c } = Object(state) as Record<'h' | 'c', unknown>;
  if ([h, c].every((sources) => Array.isArray(sources) && sources.every(isSource))) return;
  throw new ShapeError(
    `${operation}: state must be a RecurrentState, of views or of { data, shape }, as forward and zeroState give it.`,
  );
}

function isSource(source: unknown): boolean {
  return Array.isArray((Object(source) as Partial<StateSource>).shape);
}

function copyOf(source: StateSource): HostArray {
  return source instanceof View ? { data: source.toArray(), shape: source.shape } : source;
}
