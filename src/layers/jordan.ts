/** The Jordan network as a layer. Equations and source: src/ops/jordan.ts. */

import { checkEngine } from '../engine.js';
import type { Engine, HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import { ACTIVATIONS } from '../kernels/codes.js';
import type { Activation } from '../kernels/codes.js';
import { View } from '../memory/view.js';
import { FEEDBACKS, JordanCell } from '../ops/jordan.js';
import type { Feedback, JordanParameters } from '../ops/jordan.js';
import { raggedBatch } from '../ops/ragged.js';
import { checkInitial, recur } from '../ops/sequence.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { Axes } from '../shape.js';
import { checkInitializer, constant, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';
import { checkState, RecurrentState } from './state.js';

/** Options of `Jordan`. */
export interface JordanOptions {
  /** I. */
  readonly inputSize: number;
  /** H. */
  readonly hiddenSize: number;
  /** O. */
  readonly outputSize: number;
  /** The activation of the hidden units. Default 'tanh'. */
  readonly nonlinearity?: Activation;
  /** The activation of the output. Default 'identity'. */
  readonly outputNonlinearity?: Activation;
  /** lambda, how much of the context stays, from 0 to 1. Default 0. */
  readonly selfRecurrence?: number;
  /** Whether the output is fed back 'after' its activation (the default) or 'before'. */
  readonly feedback?: Feedback;
  /** Whether there are biases. Default true. */
  readonly bias?: boolean;
  /** How the weights of input and output begin. Default: Xavier. */
  readonly inputInit?: Initializer;
  /** How the weights of the context begin. Default: Xavier. */
  readonly recurrentInit?: Initializer;
}

/** Options of the forward of `Jordan`. */
export interface JordanForwardOptions {
  /** Valid steps of each row, as of the other recurrent layers. Default: T for every row. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Teacher forcing: the context is fed these, (T, B, O), in the place of the outputs. */
  readonly targets?: View | HostArray | undefined;
}

/** The result of the forward of `Jordan`. */
export interface JordanResult {
  /** y of every step, (T, B, O). */
  readonly output: View;
  /** The context of the step to come, as h[0], (B, O). */
  readonly state: RecurrentState<View>;
}

const OPTIONS: readonly (keyof JordanOptions)[] = [
  'inputSize',
  'hiddenSize',
  'outputSize',
  'nonlinearity',
  'outputNonlinearity',
  'selfRecurrence',
  'feedback',
  'bias',
  'inputInit',
  'recurrentInit',
];

/** Hidden units, an output, and a context that is fed from the output. */
export class Jordan extends Layer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number;
  readonly #cell: JordanCell;

  /** @throws OptionError */
  constructor(engine: Engine, options: JordanOptions) {
    super(engine);
    const operation = 'Jordan';
    checkKnown(operation, options, OPTIONS);
    this.inputSize = checkSize(operation, 'inputSize', options.inputSize);
    this.hiddenSize = checkSize(operation, 'hiddenSize', options.hiddenSize);
    this.outputSize = checkSize(operation, 'outputSize', options.outputSize);
    const phi = options.nonlinearity ?? 'tanh';
    const psi = options.outputNonlinearity ?? 'identity';
    const range = { least: 0, most: 1 };
    const settings = {
      nonlinearity: checkChoice(operation, 'nonlinearity', phi, ACTIVATIONS),
      outputNonlinearity: checkChoice(operation, 'outputNonlinearity', psi, ACTIVATIONS),
      selfRecurrence: checkNumber(operation, 'selfRecurrence', options.selfRecurrence ?? 0, range),
      feedback: checkChoice(operation, 'feedback', options.feedback ?? 'after', FEEDBACKS),
    };
    const bias = checkFlag(operation, 'bias', options.bias ?? true);
    const { inputInit = xavier, recurrentInit = xavier } = options;
    for (const [name, init] of Object.entries({ inputInit, recurrentInit })) checkInitializer(operation, name, init);
    this.#cell = new JordanCell(this.#declareAll(inputInit, recurrentInit, bias), settings);
  }

  #declareAll(inputInit: Initializer, recurrentInit: Initializer, bias: boolean): JordanParameters {
    const { inputSize: I, hiddenSize: H, outputSize: O } = this;
    const biasOf = (name: string, size: number) => (bias ? this.declare(name, [size], constant(0)) : undefined);
    return {
      weightIh: this.declare('weight_ih_l0', [H, I], inputInit),
      weightHh: this.declare('weight_hh_l0', [H, O], recurrentInit),
      biasIh: biasOf('bias_ih_l0', H),
      biasHh: biasOf('bias_hh_l0', H),
      weightHo: this.declare('weight_ho_l0', [O, H], inputInit),
      biasHo: biasOf('bias_ho_l0', O),
    };
  }

  /**
   * Runs the network over a sequence.
   * @param x (T, B, I)
   * @param state the context to begin from; zeros if not given
   * @throws ShapeError, DataError for lengths that cannot be
   */
  forward(x: View, state?: RecurrentState, options: JordanForwardOptions = {}): JordanResult {
    checkKnown('Jordan.forward', options, ['lengths', 'targets']);
    checkEngine('jordan', x, this.engine);
    new Axes('jordan').bind('I', this.inputSize, 'inputSize').check('x', x.shape, 'T B I');
    checkContext(state);
    if (state !== undefined) checkInitial(this.#cell, [undefined, state.h[0]], x.shape[1]!);
    const { lengths } = options;
    const ragged = lengths === undefined ? undefined : raggedBatch('jordan', x, lengths);
    const context = state && (ragged?.sort(state.h[0]!) ?? state.h[0]!);
    const targets = this.#targets(x, options.targets);
    const packed = targets && (ragged?.pack(targets) ?? targets);
    const cell = packed === undefined ? this.#cell : this.#cell.taught(packed);
    const { all, last } = recur(cell, ragged?.pack(x) ?? x, [undefined, context], { batches: ragged?.batches });
    return {
      output: ragged?.unpack(all[0]!) ?? all[0]!,
      state: new RecurrentState([ragged?.restore(last[1]!) ?? last[1]!]),
    };
  }

  #targets(x: View, targets: View | HostArray | undefined): View | undefined {
    if (targets === undefined) return undefined;
    if (targets instanceof View) checkEngine('jordan', targets, this.engine);
    else if (!Array.isArray((Object(targets) as Partial<HostArray>).shape)) {
      throw new ShapeError(
        'jordan: targets must be a view, or { data, shape: [T, B, O] }. Give them with their shape.',
      );
    }
    const [T, B] = x.shape as [number, number];
    const axes = new Axes('jordan').bind('T', T, 'x (T, B, I)').bind('B', B, 'x (T, B, I)');
    axes.bind('O', this.outputSize, 'outputSize').check('targets', targets.shape, 'T B O');
    return targets instanceof View ? targets : this.engine.input(targets, 'targets');
  }

  /** A context of zeros for a batch of B rows. */
  zeroState(batch: number): RecurrentState {
    const B = checkSize('zeroState', 'batch', batch);
    return new RecurrentState([{ data: new Float32Array(B * this.outputSize), shape: [B, this.outputSize] }]);
  }
}

function checkContext(state: RecurrentState | undefined): void {
  if (state === undefined) return;
  checkState('Jordan', state);
  if (state.h.length === 1 && state.c.length === 0) return;
  throw new ShapeError(
    `Jordan: state must hold 1 h, the context, and 0 c, got ${state.h.length} h and ${state.c.length} c.`,
  );
}
