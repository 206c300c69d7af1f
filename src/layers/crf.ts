/** A linear-chain conditional random field: what scores one label behind another. Equations: src/ops/crf.ts. */

import type { Engine, Ids } from '../engine.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { crfLogLikelihood } from '../ops/crf.js';
import type { CrfOptions } from '../ops/crf.js';
import { viterbi } from '../ops/viterbi.js';
import type { Decoded } from '../ops/viterbi.js';
import { checkKnown, checkSize } from '../options.js';
import { uniform } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `CRF`. */
export interface CrfLayerOptions {
  /** K, the number of labels. */
  readonly labels: number;
  /** How all three scores begin. Default: uniform in [-0.1, 0.1). */
  readonly init?: Initializer;
}

/** Scores of transitions between K labels, of beginning and of ending. */
export class CRF extends Layer {
  /** (K, K): of label j behind label i. */
  readonly transitions: Parameter;
  /** (K). */
  readonly start: Parameter;
  /** (K). */
  readonly end: Parameter;

  /** @throws OptionError */
  constructor(engine: Engine, options: CrfLayerOptions) {
    super(engine);
    checkKnown('CRF', options, ['labels', 'init']);
    const K = checkSize('CRF', 'labels', options.labels);
    const { init = uniform(0.1) } = options;
    this.transitions = this.declare('transitions', [K, K], init);
    this.start = this.declare('start', [K], init);
    this.end = this.declare('end', [K], init);
  }

  /**
   * log p(targets | emissions) of each sequence, (B), in nats.
   * @param emissions (T, B, K)
   * @param targets (T, B), each below K
   * @throws ShapeError, OptionError, DataError
   */
  logLikelihood(emissions: View, targets: Ids, options: CrfOptions = {}): View {
    return crfLogLikelihood(emissions, targets, this, options);
  }

  /**
   * The best labels of each sequence, by Viterbi's algorithm.
   * @param emissions (T, B, K)
   * @throws ShapeError, OptionError, DataError
   */
  decode(emissions: View, options: CrfOptions = {}): Decoded {
    return viterbi(emissions, this, options);
  }
}
