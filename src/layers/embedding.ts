/** A trainable vector for each token. */

import type { Engine, Ids } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { embedding } from '../ops/embedding.js';
import { checkKnown, checkSize } from '../options.js';
import { normal } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** V, the number of tokens. */
  readonly vocabSize: number;
  /** E, the length of a vector. */
  readonly size: number;
  /** How the table begins. Default: normal with deviation 1, as in PyTorch. */
  readonly init?: Initializer;
}

/** A table (V, E) of which ids pick rows. */
export class Embedding extends Layer {
  /** (V, E). */
  readonly weight: Parameter;

  /** @throws OptionError */
  constructor(engine: Engine, options: EmbeddingOptions) {
    super(engine);
    checkKnown('Embedding', options, ['vocabSize', 'size', 'init']);
    const V = checkSize('Embedding', 'vocabSize', options.vocabSize);
    const E = checkSize('Embedding', 'size', options.size);
    this.weight = this.declare('weight', [V, E], options.init ?? normal(1));
  }

  /**
   * @param ids any shape, each below V
   * @returns the shape of ids, then E
   * @throws DataError for an id outside the table
   */
  forward(ids: Ids): View {
    return embedding(ids, this.weight);
  }
}
