/** What every model has: parts with names, whose parameters it trains, stores and counts. */

import type { Engine, HostArray } from '../engine.js';
import { CheckpointError } from '../errors.js';
import type { Initializer } from '../layers/initializers.js';
import { loadParameters } from '../layers/layer.js';
import type { Layer, StateDict } from '../layers/layer.js';
import { PlainRecurrent } from '../layers/plain.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { Parameter } from '../memory/parameter.js';
import type { Shape } from '../shape.js';
import { countParameters } from './sizes.js';
import type { Cell, ModelSizes } from './sizes.js';
import type { Snapshot, Snapshotable } from './snapshot.js';

/** A parameter of a network, as its table shows it. */
export interface NetworkRow {
  readonly name: string;
  readonly shape: Shape;
  /** How many numbers it holds. */
  readonly parameters: number;
}

/** A network of named parts. */
export abstract class Network implements Snapshotable {
  readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The layers by the name that begins those of their parameters. */
  protected abstract get parts(): Readonly<Record<string, Layer>>;

  /** The trainable tensors. */
  parameters(): Parameter[] {
    return [...this.#named().values()].filter(({ trained }) => trained);
  }

  /** The number of trainable numbers. */
  get parameterCount(): number {
    return this.parameters().reduce((sum, { size }) => sum + size, 0);
  }

  /** Its weights by name, with their shapes, those that are frozen too. */
  table(): NetworkRow[] {
    return [...this.#named()].map(([name, { shape, size }]) => ({ name, shape, parameters: size }));
  }

  /** A copy of every weight, frozen ones too, under the name of its part, such as `rnn.`, with PyTorch's names behind. */
  stateDict(): StateDict {
    return new Map(
      [...this.#named()].map(([name, parameter]) => [name, { data: parameter.toArray(), shape: parameter.shape }]),
    );
  }

  /** Replaces every parameter. @throws ShapeError; then nothing has been changed */
  loadStateDict(dict: ReadonlyMap<string, HostArray>): void {
    loadParameters(this.#named(), dict);
  }

  #named(): Map<string, Parameter> {
    return new Map(
      Object.entries(this.parts).flatMap(([part, layer]) => {
        return layer.tensors().map((parameter): [string, Parameter] => [`${part}.${parameter.name}`, parameter]);
      }),
    );
  }

  /** Options and parameters, for a checkpoint. */
  abstract snapshot(): Snapshot;
}

/** What the recurrent layers of a model are made from. */
export interface RecurrentSizes {
  readonly cell: Cell;
  /** I of the first layer. */
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  /** Between layers, where there are several. */
  readonly dropout: number;
  /** Whether every layer also reads the sequence from its end. Default false. */
  readonly bidirectional?: boolean;
  /** Whether the only direction is from the end to the beginning. Default false. */
  readonly reverse?: boolean;
  /** 0 or not given for none. */
  readonly chrono?: number;
}

/** The recurrent layers of a model. @param init how every weight begins, instead of as the layer has it */
export function makeRecurrent(engine: Engine, sizes: RecurrentSizes, init?: Initializer): RecurrentLayer {
  const { cell, inputSize, hiddenSize, numLayers, bidirectional = false, reverse = false, chrono = 0 } = sizes;
  return new PlainRecurrent(engine, cell, {
    inputSize,
    hiddenSize,
    numLayers,
    bidirectional,
    reverse,
    dropout: numLayers > 1 ? sizes.dropout : 0,
    ...(init === undefined ? {} : { inputInit: init, recurrentInit: init }),
    ...(chrono === 0 ? {} : { chrono }),
  });
}

/**
 * Makes a model whose weights are those of a snapshot.
 * @param make constructs the model from the stored options, every weight begun by the initializer it is given
 * @throws CheckpointError as soon as more weights are asked for than are stored: sizes that no weights stand behind must
 * not cost memory or time
 */
export function fromStored<M extends Network>({ arrays }: Snapshot, make: (init: Initializer) => M): M {
  const given = [...arrays.values()].reduce((sum, { data }) => sum + data.length, 0);
  let left = given;
  const model = make((values) => {
    left -= values.length;
    if (left < 0)
      throw new CheckpointError(`model: its options take more than the ${given} weights that the tensors hold.`);
    values.fill(0);
  });
  model.loadStateDict(arrays);
  return model;
}

/**
 * Checks stored weights against the options they came with, before anything is made: sizes that no weights stand behind
 * must not cost memory or time.
 * @throws CheckpointError
 */
export function checkStoredSizes(sizes: ModelSizes, { arrays }: Snapshot): void {
  const wanted = countParameters(sizes);
  const given = [...arrays.values()].reduce((sum, { data }) => sum + data.length, 0);
  if (given === wanted) return;
  throw new CheckpointError(`model: its options take ${wanted} weights, the tensors hold ${given}.`);
}
