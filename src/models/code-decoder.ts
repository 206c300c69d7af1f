/**
 * A recurrent decoder that never loses sight of a code: it begins from it, and reads it beside every input (Bowman et
 * al. 2016, section 2; Cho et al. 2014).
 *
 *     h_0, c_0 = tanh(z W^T + b)        h_t = cell([x_t; z], h_t-1)        y_t = h_t V^T + a
 */

import type { Engine } from '../engine.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import { add } from '../ops/broadcast.js';
import { concat, slice } from '../ops/concat.js';
import { dropout } from '../ops/dropout.js';
import { makeRecurrent } from './network.js';
import type { RecurrentSizes } from './network.js';

/** What it is made from; `inputSize` is the width of x. */
export interface CodeDecoderSizes extends RecurrentSizes {
  /** Z. */
  readonly codeSize: number;
  /** O. */
  readonly outputSize: number;
}

/** A bridge from the code to a state, recurrent layers, a linear head. */
export class CodeDecoder {
  readonly #engine: Engine;
  readonly #sizes: CodeDecoderSizes;
  readonly #bridge: Linear;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /** @param init how every weight begins, instead of as each layer has it */
  constructor(engine: Engine, sizes: CodeDecoderSizes, init?: Initializer) {
    const { inputSize, hiddenSize, codeSize, outputSize } = sizes;
    const own = init === undefined ? {} : { init };
    this.#engine = engine;
    this.#sizes = sizes;
    this.#bridge = new Linear(engine, { inputSize: codeSize, outputSize: this.#states * hiddenSize, ...own });
    this.#recurrent = makeRecurrent(engine, { ...sizes, inputSize: inputSize + codeSize }, init);
    this.#head = new Linear(engine, { inputSize: hiddenSize, outputSize, ...own });
  }

  /** The layers by name. */
  get parts(): Readonly<Record<string, Layer>> {
    return { bridge: this.#bridge, decoder: this.#recurrent, head: this.#head };
  }

  /** How many vectors a state is: h of every layer, and c of an LSTM's. */
  get #states(): number {
    return this.#sizes.numLayers * (this.#sizes.cell === 'lstm' ? 2 : 1);
  }

  /** Where a sequence begins. @param z (B, Z) */
  begin(z: View): RecurrentState<View> {
    const { numLayers, hiddenSize: H } = this.#sizes;
    const all = tanh(this.#bridge.forward(z));
    const parts = Array.from({ length: this.#states }, (_, k) => slice(all, 1, k * H, (k + 1) * H));
    return new RecurrentState(parts.slice(0, numLayers), parts.slice(numLayers));
  }

  /**
   * @param x (T, B, I)
   * @param z (B, Z)
   * @returns (T, B, O) and the state behind it
   */
  forward(
    x: View,
    z: View,
    state: RecurrentState,
    lengths?: ArrayLike<number>,
  ): { readonly output: View; readonly state: RecurrentState<View> } {
    const [T, B] = x.shape as readonly [number, number, number];
    const { codeSize: Z } = this.#sizes;
    const everywhere = add(z, this.#engine.input({ data: new Float32Array(T * B * Z), shape: [T, B, Z] }));
    const { output, state: next } = this.#recurrent.forward(concat([x, everywhere], -1), state, { lengths });
    return { output: this.#head.forward(dropout(output, this.#sizes.dropout)), state: next };
  }
}
