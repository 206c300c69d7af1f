/** A trainable vector for each token. */

import type { Engine, Ids } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { DrawnMask } from '../ops/dropout-mask.js';
import { embedding } from '../ops/embedding.js';
import { checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
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
  /**
   * The probability, in [0, 1), that a token is dropped for a step of training: its vector is 0 wherever it stands, and
   * the others are scaled by 1 / (1 - p) (Gal and Ghahramani 2016, Merity et al. 2018). Default 0.
   */
  readonly dropout?: number;
  /** Whether the table stays as it is: it is stored and loaded, and not among the parameters. Default false. */
  readonly frozen?: boolean;
}

/** A table (V, E) of which ids pick rows. */
export class Embedding extends Layer {
  /** (V, E). */
  readonly weight: Parameter;
  readonly dropout: number;
  /** The mask of the running step, which all its calls share. */
  #mask: { readonly step: number; readonly drawn: DrawnMask } | undefined;

  /** @throws OptionError */
  constructor(engine: Engine, options: EmbeddingOptions) {
    super(engine);
    checkKnown('Embedding', options, ['vocabSize', 'size', 'init', 'dropout', 'frozen']);
    const V = checkSize('Embedding', 'vocabSize', options.vocabSize);
    const E = checkSize('Embedding', 'size', options.size);
    this.dropout = checkNumber('Embedding', 'dropout', options.dropout ?? 0, { least: 0, below: 1 });
    const frozen = checkFlag('Embedding', 'frozen', options.frozen ?? false);
    this.weight = this.declare('weight', [V, E], options.init ?? normal(1), 1, !frozen);
  }

  /**
   * @param ids any shape, each below V
   * @returns the shape of ids, then E
   * @throws DataError for an id outside the table
   */
  forward(ids: Ids): View {
    return embedding(ids, this.weight, this.#maskOfStep());
  }

  #maskOfStep(): DrawnMask | undefined {
    const { memory, tape } = this.engine;
    if (this.dropout === 0 || !tape.recording) return undefined;
    if (this.#mask?.step !== memory.step) {
      this.#mask = { step: memory.step, drawn: new DrawnMask(this.engine, this.dropout) };
    }
    return this.#mask!.drawn;
  }
}
