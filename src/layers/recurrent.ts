/** What RNN, LSTM and GRU layers share: stacking, directions, names, initial weights and states. */

import { checkEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { raggedBatch } from '../ops/ragged.js';
import type { RecurrentDropout, RecurrentParameters } from '../ops/recurrent.js';
import type { Cell, StateSource } from '../ops/sequence.js';
import { checkTrace, TraceRecorder } from '../ops/trace.js';
import type { Trace } from '../ops/trace.js';
import { checkFlag, checkKnown, checkSize } from '../options.js';
import { Axes } from '../shape.js';
import { constant, orthogonal, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';
import { checkRecurrent } from './recurrent-options.js';
import type { CheckedOptions, RecurrentOptions } from './recurrent-options.js';
import { runStack } from './stack.js';
import { checkState, RecurrentState } from './state.js';
import { Stepper } from './stepper.js';

export type { RecurrentOptions } from './recurrent-options.js';

/** Options of a recurrent layer's forward. */
export interface ForwardOptions {
  /**
   * Valid steps of each row, from 0 to T. Past its end a row's output is 0, whatever x holds there, and its final state
   * is that of its last valid step; a row of length 0 keeps the state it began with. Default: T for every row.
   */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Whether the result has the states of all layers at all steps. Default false. */
  readonly allStates?: boolean;
  /** Where gates and the norms of gradients through time are written down. */
  readonly trace?: Trace | undefined;
}

/** The result of a recurrent layer's forward. */
export interface RecurrentResult {
  /** h of the last layer at every step, (T, B, D H). Throws with merge 'none', where there are two. */
  readonly output: View;
  /** The same, or with merge 'none' one (T, B, H) for each direction. */
  readonly outputs: readonly View[];
  /** The final state of every layer and direction; detach() it to carry it into the next step. */
  readonly state: RecurrentState<View>;
  /** With allStates: h, and c of an LSTM, of every layer and direction at every step, (T, B, H) each. */
  readonly allStates?: { readonly h: readonly View[]; readonly c: readonly View[] };
}

/** One layer and direction of the stack: where its cell stands. */
export interface Place {
  /** `l0`, or `l0_reverse`: what the names of its parameters end in. */
  readonly name: string;
  /** I, the width of what it reads. */
  readonly inputSize: number;
  /** H. */
  readonly hiddenSize: number;
}

/** A stack of recurrent layers. */
export abstract class RecurrentLayer extends Layer {
  /** The name of the layer, for messages. */
  readonly kind: string;
  readonly inputSize: number;
  /** H of the last layer. */
  readonly hiddenSize: number;
  /** The width of the output: the directions side by side, if there are two and they are not merged otherwise. */
  readonly outputSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly options: CheckedOptions;
  /** The options as they were given, those of the layer's own kind among them. */
  readonly given: Readonly<RecurrentOptions>;
  readonly #hasCell: boolean;
  readonly #projection: number | undefined;
  readonly #places: string[] = [];
  readonly #cells: Cell[] = [];
  readonly #initial: Parameter[][] = [];

  /**
   * @param own names of the options the layer has beside the common ones
   * @param projection width of h where it is not H
   * @throws OptionError
   */
  constructor(
    engine: Engine,
    kind: string,
    options: RecurrentOptions,
    own: readonly string[],
    { hasCell = false, projection }: { readonly hasCell?: boolean; readonly projection?: number | undefined } = {},
  ) {
    super(engine);
    this.kind = kind;
    this.options = checkRecurrent(kind, options, own, hasCell);
    this.given = { ...options };
    const { inputSize, hiddenSizes, bidirectional } = this.options;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSizes.at(-1)!;
    this.numLayers = hiddenSizes.length;
    this.bidirectional = bidirectional;
    this.dropout = this.options.dropout;
    this.#hasCell = hasCell;
    this.#projection = projection;
    this.outputSize = this.#widthBehind(this.numLayers - 1);
    this.#checkResidual();
  }

  /** The dropout of the way from one step to the next, for the cells. */
  protected get recurrentDropout(): RecurrentDropout {
    return { state: this.options.recurrentDropout, weight: this.options.weightDropout };
  }

  /** The width of the output of layer k. */
  #widthBehind(k: number): number {
    const { hiddenSizes, bidirectional, merge } = this.options;
    const width = this.#projection ?? hiddenSizes[k]!;
    return bidirectional && merge === 'concat' ? 2 * width : width;
  }

  #checkResidual(): void {
    const { residual, hiddenSizes } = this.options;
    if (!residual || this.#projection !== undefined || new Set(hiddenSizes).size === 1) return;
    throw new OptionError(
      `${this.kind}: residual adds outputs of equal width, and hiddenSize is [${hiddenSizes.join(', ')}].`,
    );
  }

  /** Makes the cell of every place, and its learned initial states. Called once, by the constructor of the layer. */
  protected build(make: (place: Place) => Cell): void {
    const { hiddenSizes, bidirectional, learnInitialState } = this.options;
    for (const [k, hiddenSize] of hiddenSizes.entries()) {
      const inputSize = k === 0 ? this.inputSize : this.#widthBehind(k - 1);
      for (const name of bidirectional ? [`l${k}`, `l${k}_reverse`] : [`l${k}`]) {
        const cell = make({ name, inputSize, hiddenSize });
        this.#places.push(name);
        this.#cells.push(cell);
        const learned = (state: Cell['states'][number]): Parameter =>
          this.declare(`${state.name}0_${name}`, [state.width], constant(0));
        this.#initial.push(learnInitialState ? cell.states.map(learned) : []);
      }
    }
  }

  /**
   * Declares weight_ih_l0, weight_hh_l0, bias_ih_l0 and bias_hh_l0 of one place, `gates` blocks each.
   * @param biasInit how bias_ih begins; bias_hh begins with zeros
   */
  protected declareWeights(
    { name, inputSize, hiddenSize: H }: Place,
    gates: number,
    biasInit: Initializer,
  ): RecurrentParameters {
    const { inputInit = xavier, recurrentInit = orthogonal, bias } = this.options;
    const W = this.#projection ?? H;
    const shape = this.recurrentShape(gates * H, W);
    // Units that see themselves alone have a matrix (1, 1) each.
    const blocks = shape.length === 1 ? H : gates;
    return {
      weightIh: this.declare(`weight_ih_${name}`, [gates * H, inputSize], inputInit, gates),
      weightHh: this.declare(`weight_hh_${name}`, shape, recurrentInit, blocks),
      biasIh: bias ? this.declare(`bias_ih_${name}`, [gates * H], biasInit) : undefined,
      biasHh: bias ? this.declare(`bias_hh_${name}`, [gates * H], constant(0)) : undefined,
    };
  }

  /** The shape of W_hh. */
  protected recurrentShape(rows: number, columns: number): number[] {
    return [rows, columns];
  }

  /**
   * Runs the stack over a sequence.
   * @param x (T, B, I)
   * @param state the state to begin from; if not given, the learned one, or zeros
   * @throws ShapeError, DataError for lengths that cannot be
   */
  forward(x: View, state?: RecurrentState, options: ForwardOptions = {}): RecurrentResult {
    const operation = `${this.kind}.forward`;
    checkKnown(operation, options, ['lengths', 'allStates', 'trace']);
    if (state !== undefined) this.checkState(state);
    const { lengths } = options;
    const trace = checkTrace(operation, options.trace);
    const allStates = checkFlag(operation, 'allStates', options.allStates ?? false);
    const name = this.kind.toLowerCase();
    checkEngine(name, x, this.engine);
    new Axes(name).bind('I', this.inputSize, 'inputSize').check('x', x.shape, 'T B I');
    const ragged = lengths === undefined ? undefined : raggedBatch(name, x, lengths);
    const traces = trace === undefined ? [] : this.#places.map((place) => new TraceRecorder(place));
    if (trace !== undefined) trace.layers = traces;
    return runStack(this, { x, state, ragged, allStates, traces });
  }

  /**
   * The layer one step at a time, for inference: it keeps the state and allocates nothing.
   * @param batch B, the rows of every step. Default 1
   * @throws OptionError for a layer that reads from the end of a sequence
   */
  stepper(batch: number = 1): Stepper {
    return new Stepper(this, checkSize(`${this.kind}.stepper`, 'batch', batch));
  }

  /** The cells, for those who run them: every direction of the first layer, of the second, and so on. @internal */
  get cells(): readonly Cell[] {
    return this.#cells;
  }

  /** The learned initial states of each cell; none where they are zeros. @internal */
  get initialStates(): readonly (readonly Parameter[])[] {
    return this.#initial;
  }

  /** A state of zeros for a batch of B rows; it takes the place of a learned one. */
  zeroState(batch: number): RecurrentState {
    const B = checkSize('zeroState', 'batch', batch);
    const zeros = (k: number): StateSource[] =>
      this.#cells.flatMap(({ states }) => {
        const width = states[k]?.width;
        return width === undefined ? [] : [{ data: new Float32Array(B * width), shape: [B, width] }];
      });
    return new RecurrentState(zeros(0), zeros(1));
  }

  /** Whether there are as many states as the layer has cells. @internal @throws ShapeError */
  checkState(state: RecurrentState): void {
    checkState(this.kind, state);
    const count = this.#cells.length;
    const cells = this.#hasCell ? count : 0;
    if (state.h.length === count && state.c.length === cells) return;
    throw new ShapeError(
      `${this.kind}: state must hold ${count} h and ${cells} c, got ${state.h.length} h and ` +
        `${state.c.length} c. Use the state of a layer of the same kind, numLayers and directions.`,
    );
  }
}
