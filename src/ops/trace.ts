/**
 * What happened inside one pass of a recurrent layer, written down for those who look: the gates of every step, and
 * the norm of the gradient as it goes back in time, which shows it vanish or explode (Hochreiter 1991; Bengio, Simard
 * and Frasconi 1994).
 */

import type { Engine } from '../engine.js';
import type { Gates } from './sequence.js';

/** What one forward of a recurrent layer wrote down, given to it as an option. */
export class Trace {
  /** A part for each layer and direction, in the order of the states. */
  layers: readonly LayerTrace[] = [];
}

/** One layer and direction. */
export interface LayerTrace {
  /** Its name: `l0`, `l0_reverse`. */
  readonly name: string;
  /** (T): the norm of the loss's gradient with respect to the output of each step, all rows together. */
  readonly gradientNorms: Float64Array;
  /**
   * The activated gates by name, (N, H) each: the B rows of the first step, of the second, and so on, in a ragged batch
   * those that there are. Of a cell without gates none.
   */
  readonly gates: ReadonlyMap<string, Float32Array>;
}

/** Writes down one layer and direction. */
export class TraceRecorder implements LayerTrace {
  /** Its name: `l0`, `l0_reverse`. */
  readonly name: string;
  /** (T): the norm of the loss's gradient with respect to the output of each step, all rows together. */
  gradientNorms: Float64Array = new Float64Array(0);
  /** The activated gates by name, (N, H) each: the B rows of the first step, of the second, and so on. */
  gates: ReadonlyMap<string, Float32Array> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /** Copies the gates, which the way back overwrites. */
  forward({ memory }: Engine, gates: Gates | undefined, N: number, T: number): void {
    this.gradientNorms = new Float64Array(T);
    if (gates === undefined) return;
    const { ptr, names, width } = gates;
    const values = memory.view(ptr, N * names.length * width);
    const block = (k: number): Float32Array =>
      Float32Array.from({ length: N * width }, (_, i) => {
        const row = Math.floor(i / width);
        return values[(row * names.length + k) * width + (i % width)]!;
      });
    this.gates = new Map(names.map((name, k) => [name, block(k)]));
  }

  /** The norm of dh + dy, n elements. */
  backward({ memory }: Engine, t: number, dh: number, dy: number, n: number): void {
    const [carried, above] = [memory.view(dh, n), memory.view(dy, n)];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (carried[i]! + above[i]!) ** 2;
    this.gradientNorms[t] = Math.sqrt(sum);
  }
}
