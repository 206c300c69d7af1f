/**
 * Packed copies of weights, which the fast products read (src/kernels/gemm.ts). A cache: rebuilt when a parameter's
 * version has moved, so once per update while training and never while generating.
 */

import { engineOf } from '../engine.js';
import { panelSize } from '../kernels/codes.js';
import type { Region } from '../memory/memory.js';
import type { Parameter } from '../memory/parameter.js';

const REGION = 'panels';

/** Rows `from` to `from + rows` of a weight matrix. */
export interface RowRange {
  readonly from: number;
  readonly rows: number;
}

/** Panels of one matrix. Made with the layer, outside of any step; they keep no kernels, so that dispose() frees those. */
export class Panels {
  readonly #region: Region;
  readonly #sources: readonly Parameter[];
  readonly #offset: number;
  readonly #pack: (panels: number) => void;
  #version: number = -1;

  constructor(sources: readonly Parameter[], floats: number, pack: (panels: number) => void) {
    const { memory } = sources[0]!;
    this.#sources = sources;
    this.#offset = memory.extend(REGION, floats);
    this.#region = memory.region(REGION);
    this.#pack = pack;
  }

  /** The address, packed anew first if a source has changed. */
  get ptr(): number {
    const ptr = this.#region.base + this.#offset;
    // No closure, for a step of inference allocates nothing.
    let version = 0;
    for (const source of this.#sources) version += source.version;
    if (version !== this.#version) {
      this.#pack(ptr);
      this.#version = version;
    }
    return ptr;
  }
}

/**
 * For x W^T + bias1 + bias2: panels of the transpose of W (N, K), or of some of its rows.
 * @param biases each (N) for the rows of the whole of W, so the range applies to them too
 */
export function forwardPanels(
  weight: Parameter,
  biases: readonly (Parameter | undefined)[],
  { from, rows }: RowRange = wholeOf(weight),
): Panels {
  const { memory } = weight;
  const K = weight.shape[1]!;
  const bias = (i: number): number => (biases[i] === undefined ? 0 : biases[i].ptr + memory.bytes(from));
  const sources = [weight, ...biases.filter((parameter) => parameter !== undefined)];
  return new Panels(sources, panelSize(K, rows), (panels) => {
    const values = weight.ptr + memory.bytes(from * K);
    engineOf(weight).kernels.packPanelsTransposed(panels, values, bias(0), bias(1), K, rows, K);
  });
}

/** For dy W: panels of W (K, N) as it is, or of some of its rows. */
export function backwardPanels(weight: Parameter, { from, rows }: RowRange = wholeOf(weight)): Panels {
  const { memory } = weight;
  const N = weight.shape[1]!;
  return new Panels([weight], panelSize(rows, N), (panels) => {
    engineOf(weight).kernels.packPanels(panels, weight.ptr + memory.bytes(from * N), 0, 0, rows, N, N);
  });
}

/** Panels without any rows of W: a product with them is the sum of the biases alone, of one or two. */
export function biasPanels(
  biases: readonly (Parameter | undefined)[],
  { from, rows }: RowRange = { from: 0, rows: biases[0]!.size },
): Panels {
  const sources = biases.filter((bias) => bias !== undefined);
  const { memory } = sources[0]!;
  return new Panels(sources, panelSize(0, rows), (panels) => {
    const [first, second] = [0, 1].map((i) => (sources[i] === undefined ? 0 : sources[i].ptr + memory.bytes(from)));
    engineOf(sources[0]!).kernels.packPanels(panels, 0, first!, second!, 0, rows, rows);
  });
}

function wholeOf(weight: Parameter): RowRange {
  return { from: 0, rows: weight.shape[0]! };
}
