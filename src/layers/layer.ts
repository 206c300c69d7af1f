/** What every layer is: an engine, and parameters under PyTorch's names. */

import type { Engine, HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import { Parameter } from '../memory/parameter.js';
import { checkFilled, formatShape, sizeOf } from '../shape.js';
import type { Shape } from '../shape.js';
import { checkInitializer } from './initializers.js';
import type { Initializer } from './initializers.js';

/** Values by name, as PyTorch's state_dict has them. */
export type StateDict = Map<string, HostArray>;

/** A layer: parameters and the operation that uses them. */
export abstract class Layer {
  readonly engine: Engine;
  readonly #parameters: Parameter[] = [];

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The trainable tensors, in the order they were declared. */
  parameters(): readonly Parameter[] {
    return this.#parameters.filter(({ trained }) => trained);
  }

  /** All its tensors, those that are frozen too: what its state dict holds. */
  tensors(): readonly Parameter[] {
    return this.#parameters;
  }

  /** A copy of every parameter by name. */
  stateDict(): StateDict {
    return new Map(
      this.#parameters.map((parameter) => [parameter.name, { data: parameter.toArray(), shape: parameter.shape }]),
    );
  }

  /**
   * Replaces every parameter.
   * @throws ShapeError if a name is missing, unknown or of another shape; then nothing has been changed
   */
  loadStateDict(dict: ReadonlyMap<string, HostArray>): void {
    loadParameters(new Map(this.#parameters.map((parameter) => [parameter.name, parameter])), dict);
  }

  /**
   * Declares a parameter of (blocks * rows, columns) or (blocks * rows), each block filled on its own, so that the
   * gates of a cell begin like matrices of their own.
   * @param trained whether it learns
   */
  protected declare(
    name: string,
    shape: Shape,
    init: Initializer,
    blocks: number = 1,
    trained: boolean = true,
  ): Parameter {
    checkInitializer(name, 'an initializer', init);
    const parameter = new Parameter(this.engine.memory, name, shape, trained);
    const columns = shape.length === 1 ? 1 : shape[1]!;
    const values = new Float64Array(sizeOf(shape));
    const size = values.length / blocks;
    for (let block = 0; block < blocks; block++) {
      const part = values.subarray(block * size, (block + 1) * size);
      init(part, size / columns, columns, this.engine.random);
    }
    parameter.set(values);
    this.#parameters.push(parameter);
    return parameter;
  }
}

/** Sets parameters by name, all or none. @throws ShapeError */
export function loadParameters(parameters: ReadonlyMap<string, Parameter>, dict: ReadonlyMap<string, HostArray>): void {
  if (!(Object(dict) instanceof Map)) {
    throw new ShapeError('loadStateDict: takes a Map from names to { data, shape }, as stateDict() gives it.');
  }
  for (const [name, { shape }] of parameters) {
    const given = dict.get(name);
    const got = given === undefined ? 'nothing' : formatShape(given.shape);
    if (got !== formatShape(shape)) {
      throw new ShapeError(`loadStateDict: ${name} must be ${formatShape(shape)}, got ${got}.`);
    }
    checkFilled(`loadStateDict: ${name} of`, shape, given!.data.length);
  }
  for (const name of dict.keys()) {
    if (parameters.has(name)) continue;
    throw new ShapeError(
      `loadStateDict: there is no parameter ${name}. There are: ${[...parameters.keys()].join(', ')}.`,
    );
  }
  for (const [name, parameter] of parameters) parameter.set(dict.get(name)!.data);
}
