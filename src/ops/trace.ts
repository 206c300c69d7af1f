/**
 * What happened inside one pass of a recurrent layer, written down for those who look: the gates of every step, and
 * the norm of the gradient as it goes back in time, which shows it vanish or explode (Hochreiter 1991; Bengio, Simard
 * and Frasconi 1994).
 */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
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
  /** Whether it ran from the last step to the first. */
  readonly reverse: boolean;
  /**
   * (T): the norm of the loss's gradient with respect to the output of each step, all rows together; T is that of the
   * longest row. Written by the way back, so zeros until `engine.step` has returned, and while evaluating.
   */
  readonly gradientNorms: Float64Array;
  /**
   * The activated gates by name, (N, H) each: the B rows of the first step, of the second, and so on, in a ragged batch
   * those that there are, longest first. Of an Elman layer `h`, where it is a tanh; of another activation none.
   */
  readonly gates: ReadonlyMap<string, Float32Array>;
}

/** Checks an option that must be a Trace, if given. @throws OptionError */
export function checkTrace(operation: string, trace: unknown): Trace | undefined {
  if (trace === undefined || trace instanceof Trace) return trace;
  throw new OptionError(`${operation}: trace must be a Trace, got ${typeof trace}. Give new Trace().`);
}

/** Writes down one layer and direction. */
export class TraceRecorder implements LayerTrace {
  readonly name: string;
  reverse: boolean = false;
  gradientNorms: Float64Array = new Float64Array(0);
  gates: ReadonlyMap<string, Float32Array> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /** Copies the gates, which the way back overwrites. */
  forward({ memory }: Engine, gates: Gates | undefined, N: number, T: number, reverse: boolean): void {
    this.reverse = reverse;
    this.gradientNorms = new Float64Array(T);
    if (gates === undefined) return;
    const { ptr, names, width } = gates;
    const columns = names.length * width;
    const values = memory.view(ptr, N * columns);
    const found = new Map<string, Float32Array>();
    for (const [k, name] of names.entries()) {
      if (name === undefined) continue;
      const block = new Float32Array(N * width);
      for (let row = 0; row < N; row++) {
        const from = row * columns + k * width;
        block.set(values.subarray(from, from + width), row * width);
      }
      found.set(name, block);
    }
    this.gates = found;
  }

  /** The norm of dh + dy, n elements. */
  backward({ memory }: Engine, t: number, dh: number, dy: number, n: number): void {
    const [carried, above] = [memory.view(dh, n), memory.view(dy, n)];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (carried[i]! + above[i]!) ** 2;
    this.gradientNorms[t] = Math.sqrt(sum);
  }
}
