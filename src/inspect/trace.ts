/**
 * What a layer saw during one training step, and what it says about the flow of gradients: gates that are nearly open
 * or nearly shut pass little gradient on, and norms that fall from step to step are gradients that vanish
 * (Hochreiter 1991; Bengio, Simard and Frasconi 1994).
 */

import { ShapeError } from '../errors.js';
import type { LayerTrace } from '../ops/trace.js';

/** How far a gate was driven to its ends. */
export interface GateSaturation {
  /** The layer and the gate: `l0 f`. */
  readonly name: string;
  /** The share of its activations below 0.1, or below -0.9 where it is a tanh. */
  readonly low: number;
  /** The share of its activations above 0.9. */
  readonly high: number;
}

/** The gates that are a tanh, from -1 to 1; the others are sigmoids, from 0 to 1. */
const TANH: readonly string[] = ['g', 'n', 'h'];

/** The order of the gates of an LSTM, of a GRU and of an Elman layer, as that of the weights' blocks. */
const ORDER = 'ifgorznh';

/**
 * The saturation of every gate, in the order of the traces and of the weights; of a gate without activations, as where no
 * row of a batch has a step, shares of 0.
 * @throws ShapeError for something else, such as the whole trace
 */
export function gateSaturation(traces: readonly LayerTrace[]): GateSaturation[] {
  if (!Array.isArray(traces)) {
    throw new ShapeError(`gateSaturation: takes a list of parts of a trace, got ${typeof traces}. Give trace.layers.`);
  }
  return (traces as readonly LayerTrace[]).flatMap(({ name, gates }) =>
    [...gates]
      .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .map(([gate, activations]) => {
        const low = TANH.includes(gate) ? -0.9 : 0.1;
        const share = (fits: (value: number) => boolean): number =>
          activations.reduce((count, value) => count + (fits(value) ? 1 : 0), 0) / Math.max(activations.length, 1);
        return { name: `${name} ${gate}`, low: share((value) => value < low), high: share((value) => value > 0.9) };
      }),
  );
}

/**
 * The norms of a trace by steps back from the last step the layer made: a reverse layer ends at t = 0.
 * @throws ShapeError
 */
export function normsBack(trace: LayerTrace): Float64Array {
  const { reverse, gradientNorms } = Object(trace) as LayerTrace;
  if (!(gradientNorms instanceof Float64Array)) {
    throw new ShapeError(`normsBack: takes one part of a trace, got ${typeof trace}. Give one of trace.layers.`);
  }
  return reverse ? gradientNorms.slice() : gradientNorms.slice().reverse();
}
