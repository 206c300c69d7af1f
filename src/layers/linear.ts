/** A fully connected layer over the last axis. */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { linear, LinearWeights } from '../ops/linear.js';
import { checkFlag, checkKnown, checkSize } from '../options.js';
import { formatShape } from '../shape.js';
import { constant, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** Options of `Linear`. */
export interface LinearOptions {
  /** I, the last axis of the input. */
  readonly inputSize: number;
  /** O, the last axis of the output. */
  readonly outputSize: number;
  /** Whether there is a bias. Default true. */
  readonly bias?: boolean;
  /** How the weight begins. Default: Xavier. The bias begins at zero. */
  readonly init?: Initializer;
  /**
   * The weight of another layer, (O, I), in place of one of its own, such as the table of an embedding (Press and Wolf
   * 2017): both learn it, and it stays among the parameters of the other alone.
   */
  readonly weight?: Parameter;
}

/** y = x W^T + b, with W (O, I) and b (O). */
export class Linear extends Layer {
  /** (O, I). */
  readonly weight: Parameter;
  /** (O), if there is one. */
  readonly bias: Parameter | undefined;
  readonly #weights: LinearWeights;

  /** @throws OptionError */
  constructor(engine: Engine, options: LinearOptions) {
    super(engine);
    checkKnown('Linear', options, ['inputSize', 'outputSize', 'bias', 'init', 'weight']);
    const I = checkSize('Linear', 'inputSize', options.inputSize);
    const O = checkSize('Linear', 'outputSize', options.outputSize);
    this.weight = shared(engine, options, [O, I]) ?? this.declare('weight', [O, I], options.init ?? xavier);
    const bias = checkFlag('Linear', 'bias', options.bias ?? true);
    this.bias = bias ? this.declare('bias', [O], constant(0)) : undefined;
    this.#weights = new LinearWeights(this.weight, this.bias);
  }

  /**
   * @param x any shape that ends in I
   * @returns the same shape with O at the end
   * @throws ShapeError
   */
  forward(x: View): View {
    return linear(x, this.#weights);
  }
}

/** The weight of another layer, if one is given. @throws OptionError */
function shared(engine: Engine, { weight, init }: LinearOptions, shape: readonly number[]): Parameter | undefined {
  if (weight === undefined) return undefined;
  if (init !== undefined) {
    throw new OptionError('Linear: weight is that of another layer, and init would change it. Leave init out.');
  }
  if (!(weight instanceof Parameter) || weight.memory !== engine.memory) {
    throw new OptionError(
      'Linear: weight must be a parameter of a layer on the same engine, such as embedding.weight.',
    );
  }
  if (formatShape(weight.shape) === formatShape(shape)) return weight;
  throw new OptionError(
    `Linear: weight must be (O, I) = ${formatShape(shape)}, got ${formatShape(weight.shape)}. ` +
      `O = ${shape[0]} comes from outputSize, I = ${shape[1]} from inputSize.`,
  );
}
