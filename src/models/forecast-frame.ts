/** Between a series in its units and a network: every value less its window's reference, on a common scale, and back. */

import { referencesOf } from '../data/reference.js';
import type { Reference } from '../data/reference.js';
import type { Scaler } from '../data/scaler.js';
import type { SeriesTensor } from '../data/series-windows.js';
import type { HostArray } from '../engine.js';
import type { FloatArray } from '../memory/heap.js';

/** Columns, targets among them, with a scale. */
export class ForecastFrame {
  /** The place of each of the K targets among the C columns. */
  readonly places: readonly number[];
  readonly #scaler: Scaler;
  readonly #reference: Reference;
  /** Which target each column is, -1 for none. */
  readonly #targetOf: readonly number[];

  constructor(columns: readonly string[], targets: readonly string[], scaler: Scaler, reference: Reference) {
    this.places = targets.map((name) => columns.indexOf(name));
    this.#targetOf = columns.map((name) => targets.indexOf(name));
    this.#scaler = scaler;
    this.#reference = reference;
  }

  /** What the targets of each window are taken relative to, (B, K). */
  references(history: SeriesTensor): Float64Array {
    return referencesOf(history, this.places, this.#reference);
  }

  /** Windows as the network reads them, (T, B, C). */
  inputs({ data, shape }: SeriesTensor, references: Float64Array): HostArray {
    const [, B, C] = shape;
    const K = this.places.length;
    const values = data.map((value, i) => {
      const [b, c] = [Math.floor(i / C) % B, i % C];
      const k = this.#targetOf[c]!;
      return this.#scaler.apply(k < 0 ? value : value - references[b * K + k]!, c);
    });
    return { data: values, shape };
  }

  /** The targets in the first `steps` steps of a future, in the units of the series: (B, steps K). */
  targets({ data, shape: [, B, C] }: SeriesTensor, steps: number): { data: Float64Array; shape: number[] } {
    const K = this.places.length;
    const values = Float64Array.from({ length: B * steps * K }, (_, i) => {
      const [b, s, k] = [Math.floor(i / (steps * K)), Math.floor(i / K) % steps, i % K];
      return data[(s * B + b) * C + this.places[k]!]!;
    });
    return { data: values, shape: [B, steps * K] };
  }

  /** Targets as the network is to give them. @param values (B, steps K) in the units of the series */
  apply({ data, shape }: { data: Float64Array; shape: number[] }, references: Float64Array): HostArray {
    const [K, width] = [this.places.length, shape[1]!];
    return {
      data: data.map((value, i) => {
        return this.#scaler.apply(value - references[Math.floor(i / width) * K + (i % K)]!, this.places[i % K]!);
      }),
      shape,
    };
  }

  /** What the network gives, (B, steps K), in the units of the series. */
  invert(output: FloatArray, references: Float64Array): Float64Array {
    const K = this.places.length;
    const width = (output.length * K) / references.length;
    return Float64Array.from(output, (value, i) => {
      return this.#scaler.invert(value, this.places[i % K]!) + references[Math.floor(i / width) * K + (i % K)]!;
    });
  }
}
