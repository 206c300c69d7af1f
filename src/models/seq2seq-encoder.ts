/** The encoder: a source becomes its outputs, a thought vector, and the state a decoder begins from. */

import type { PairBatch } from '../data/pairs.js';
import type { Engine } from '../engine.js';
import { Embedding } from '../layers/embedding.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import { add } from '../ops/broadcast.js';
import { concat } from '../ops/concat.js';
import { dropout } from '../ops/dropout.js';
import { makeRecurrent } from './network.js';
import type { FullSeq2SeqOptions } from './seq2seq-options.js';

/** What a decoder gets of a source. */
export interface Encoded {
  /** (S, B, D H), zeros behind the end of a source. */
  readonly outputs: View;
  /** (B). */
  readonly lengths: Int32Array;
  /** (B, D H): the final h of the last layer, its directions side by side. */
  readonly thought: View;
  /** What the decoder begins from; nothing where the thought is repeated instead. */
  readonly state: RecurrentState<View> | undefined;
}

/** The sources of a batch. */
export type SourceBatch = Pick<PairBatch, 'source' | 'sourceLengths'>;

/** Embedding, recurrent layers, bridge. */
export class Encoder {
  readonly #options: FullSeq2SeqOptions;
  readonly #embedding: Embedding;
  readonly #recurrent: RecurrentLayer;
  /** One for each layer of the decoder: of h, and of c; none unless the bridge is linear. */
  readonly #bridges: { readonly h: Linear[]; readonly c: Linear[] };

  /** @param init how every weight begins, instead of as each layer has it */
  constructor(engine: Engine, options: FullSeq2SeqOptions, init?: Initializer) {
    const { source, embeddingSize, hiddenSize: H, numLayers, bidirectional, reverseSource: reverse } = options;
    const own = init === undefined ? {} : { init };
    this.#options = options;
    this.#embedding = new Embedding(engine, { vocabSize: source.size, size: embeddingSize, ...own });
    this.#recurrent = makeRecurrent(engine, { ...options, inputSize: embeddingSize, reverse }, init);
    const bridge = (): Linear[] =>
      Array.from({ length: options.bridge === 'linear' ? numLayers : 0 }, () => {
        return new Linear(engine, { inputSize: bidirectional ? 2 * H : H, outputSize: H, ...own });
      });
    this.#bridges = { h: bridge(), c: options.cell === 'lstm' ? bridge() : [] };
  }

  /** The layers by the names of the model's parts. */
  get parts(): Readonly<Record<string, Layer>> {
    const { h, c } = this.#bridges;
    const named = (name: string, layers: Linear[]): [string, Layer][] =>
      layers.map((layer, k) => [`bridge.${name}_l${k}`, layer]);
    return {
      source: this.#embedding,
      encoder: this.#recurrent,
      ...Object.fromEntries([...named('h', h), ...named('c', c)]),
    };
  }

  /** Reads the sources of a batch. */
  forward({ source, sourceLengths: lengths }: SourceBatch): Encoded {
    const x = dropout(this.#embedding.forward(source), this.#options.dropout);
    const { output, state } = this.#recurrent.forward(x, undefined, { lengths });
    const directions = this.#options.bidirectional ? 2 : 1;
    return {
      outputs: output,
      lengths,
      thought: side(state.h.slice(-directions)),
      state: this.#options.bridge === 'none' ? undefined : this.#bridge(state),
    };
  }

  #bridge(state: RecurrentState<View>): RecurrentState<View> {
    const { h, c } = this.#bridges;
    return new RecurrentState(this.#cross(state.h, h), this.#cross(state.c, c));
  }

  /** The final states of all layers and directions to one for each layer of the decoder. */
  #cross(states: readonly View[], layers: readonly Linear[]): View[] {
    const { bridge, bidirectional } = this.#options;
    if (bridge === 'copy') return [...states];
    const directions = bidirectional ? 2 : 1;
    return Array.from({ length: states.length / directions }, (_, k) => {
      const both = states.slice(k * directions, (k + 1) * directions);
      return bridge === 'sum' ? add(both[0]!, both[1]!) : layers[k]!.forward(side(both));
    });
  }
}

/** Directions side by side. */
function side(views: readonly View[]): View {
  return views.length === 1 ? views[0]! : concat(views, 1);
}
