/**
 * The Jordan network over time (Jordan 1986): the context comes from the output, not from the hidden units.
 *
 *     h_t = phi(W_ih x_t + b_ih + W_hh s_t + b_hh)        s_t (O): the context
 *     o_t = W_ho h_t + b_ho    y_t = psi(o_t)
 *     s_{t+1} = lambda s_t + f_t
 *
 * where what is fed back, f_t, is y_t, or o_t before its activation, or, with teacher forcing, the target of step t:
 * then no gradient goes back in time but through lambda s, and that of f_t is the target's.
 */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ACCUMULATE, activationKind, ASSIGN, BIAS } from '../kernels/codes.js';
import type { Activation } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { Axes } from '../shape.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels } from './panels.js';
import { biasGradient, InputWeights, weightGradient } from './recurrent.js';
import type { RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights } from './recurrent-product.js';
import type { Cell, Pass, Setting } from './sequence.js';

/** What the context is fed: the output, or the output before its activation. */
export const FEEDBACKS = ['after', 'before'] as const;

/** One of those. */
export type Feedback = (typeof FEEDBACKS)[number];

/** The parameters: W_ih (H, I), W_hh (H, O) and their biases, and those of the output. */
export interface JordanParameters extends RecurrentParameters {
  /** (O, H). */
  readonly weightHo: Parameter;
  /** (O), or none. */
  readonly biasHo: Parameter | undefined;
}

/** Options of a Jordan cell. */
export interface JordanCellOptions {
  /** phi. */
  readonly nonlinearity: Activation;
  /** psi. */
  readonly outputNonlinearity: Activation;
  /** lambda. */
  readonly selfRecurrence: number;
  readonly feedback: Feedback;
}

/** A Jordan cell with its weights; states y, the output, and s, the context of the next step, (B, O) each. */
export class JordanCell implements Cell {
  readonly name = 'jordan';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly H: number;
  readonly input: InputWeights;
  readonly recurrent: RecurrentWeights;
  readonly weightHo: Parameter;
  readonly biasHo: Parameter | undefined;
  readonly output: Panels;
  readonly outputBackward: Panels;
  readonly phi: number;
  readonly psi: number;
  readonly selfRecurrence: number;
  readonly feedback: Feedback;

  /** @throws ShapeError */
  constructor(parameters: JordanParameters, options: JordanCellOptions) {
    const { weightIh, weightHh, weightHo, biasHo } = parameters;
    checkJordan(this.name, parameters);
    const width = weightHo.shape[0]!;
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = ['y', 's'].map((name) => ({ name, width, axis: ['O', 'outputSize'] }));
    this.H = weightIh.shape[0]!;
    this.input = new InputWeights(parameters);
    this.recurrent = new RecurrentWeights(weightHh);
    this.weightHo = weightHo;
    this.biasHo = biasHo;
    this.output = forwardPanels(weightHo, [biasHo]);
    this.outputBackward = backwardPanels(weightHo);
    this.phi = activationKind(options.nonlinearity);
    this.psi = activationKind(options.outputNonlinearity);
    this.selfRecurrence = options.selfRecurrence;
    this.feedback = options.feedback;
  }

  begin(setting: Setting): Pass {
    return new JordanPass(this, setting, undefined);
  }

  /** The cell with teacher forcing. @param targets (N, O), a row for each row of the input */
  taught(targets: View): Cell {
    const { name, engine, inputSize, states } = this;
    return { name, engine, inputSize, states, begin: (setting) => new JordanPass(this, setting, targets) };
  }
}

function checkJordan(
  operation: string,
  { weightIh, weightHh, biasIh, biasHh, weightHo, biasHo }: JordanParameters,
): void {
  const axes = new Axes(operation).check('weight_ih', weightIh.shape, 'H I').check('weight_ho', weightHo.shape, 'O H');
  axes.check('weight_hh', weightHh.shape, 'H O');
  const biases = { bias_ih: [biasIh, 'H'], bias_hh: [biasHh, 'H'], bias_ho: [biasHo, 'O'] } as const;
  for (const [name, [bias, axis]] of Object.entries(biases)) if (bias !== undefined) axes.check(name, bias.shape, axis);
}

class JordanPass implements Pass {
  readonly #cell: JordanCell;
  readonly #setting: Setting;
  readonly #targets: View | undefined;
  readonly #O: number;
  /** (N, H): pre-activations, then their gradients; and h. */
  readonly #a: number;
  readonly #h: number;
  /** (N, O): outputs before activation, then their gradients. */
  readonly #o: number;
  /** (N, O): the gradients of what the context was fed, where they are those of targets. */
  readonly #dTargets: number;
  readonly #product: RecurrentProduct;

  constructor(cell: JordanCell, setting: Setting, targets: View | undefined) {
    this.#cell = cell;
    this.#setting = setting;
    this.#targets = targets;
    this.#O = cell.states[0]!.width;
    this.#a = setting.reserve(setting.N * cell.H);
    this.#h = setting.reserve(setting.N * cell.H);
    this.#o = setting.reserve(setting.N * this.#O);
    const learns = setting.training && targets?.requiresGrad === true;
    this.#dTargets = learns ? setting.reserve(setting.N * this.#O) : 0;
    this.#product = new RecurrentProduct(setting, cell.recurrent);
  }

  input(): void {
    this.#cell.input.forward(this.#a, this.#setting);
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const { kernels, memory } = engine;
    const { H, phi, psi, output, selfRecurrence } = this.#cell;
    const O = this.#O;
    const [hidden, out] = [memory.bytes(at * H), memory.bytes(at * O)];
    const context = tracks[1]!.before + out;
    this.#product.forward(this.#a + hidden, context, rows, at);
    kernels.rnnForward(this.#h + hidden, this.#a + hidden, rows * H, phi);
    kernels.gemm(this.#o + out, this.#h + hidden, output.ptr, rows, O, H, H, O, BIAS);
    kernels.activationForward(tracks[0]!.after + out, this.#o + out, rows * O, psi);
    const next = tracks[1]!.after + out;
    memory.copy(next, this.#fed + out, rows * O);
    kernels.axpy(next, context, rows * O, selfRecurrence);
  }

  /** (N, O): what the context is fed. */
  get #fed(): number {
    if (this.#targets !== undefined) return this.#targets.ptr;
    return this.#cell.feedback === 'after' ? this.#setting.tracks[0]!.after : this.#o;
  }

  backward(at: number, rows: number, d: readonly number[], dy: number, _carry: boolean): void {
    const { engine, tracks } = this.#setting;
    const { kernels, memory } = engine;
    const { H, phi, psi, outputBackward, selfRecurrence, feedback } = this.#cell;
    const O = this.#O;
    const [hidden, out] = [memory.bytes(at * H), memory.bytes(at * O)];
    const [dLast, ds] = [d[0]!, d[1]!];
    const free = this.#targets === undefined;
    const [a, o] = [this.#a + hidden, this.#o + out];
    if (free && feedback === 'after') kernels.axpy(dLast, ds, rows * O, 1);
    kernels.rnnBackward(o, dLast, dy, tracks[0]!.after + out, o, rows * O, psi);
    if (free && feedback === 'before') kernels.axpy(o, ds, rows * O, 1);
    if (this.#dTargets !== 0) memory.copy(this.#dTargets + out, ds, rows * O);
    memory.zero(dLast, rows * O); // the output itself is not carried
    memory.scratch(() => {
      const [dh, zeros] = [memory.reserve(rows * H), memory.reserve(rows * H)];
      memory.zero(zeros, rows * H);
      kernels.gemm(dh, o, outputBackward.ptr, rows, H, O, O, H, ASSIGN);
      kernels.rnnBackward(a, dh, zeros, this.#h + hidden, a, rows * H, phi);
    });
    kernels.scale(ds, rows * O, selfRecurrence);
    this.#product.backward(ds, a, rows, ACCUMULATE);
  }

  finish(x: View): void {
    const { N, tracks, engine } = this.#setting;
    const { weightHo, biasHo, input } = this.#cell;
    const O = this.#O;
    weightGradient(weightHo, { from: 0, rows: O }, this.#o, this.#h, N, O);
    biasGradient([biasHo], this.#o, N, O);
    this.#product.finish(this.#a, tracks[1]!.before, N);
    input.backward(this.#a, x, N);
    if (this.#dTargets !== 0) engine.kernels.axpy(this.#targets!.gradient(), this.#dTargets, N * O, 1);
  }
}
