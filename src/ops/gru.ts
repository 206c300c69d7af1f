/**
 * The GRU cell over time. Equations, source and the order of the gate blocks, n r z q: src/kernels/gru.ts.
 * Parameters are in PyTorch's order, r z n.
 */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ACCUMULATE, ASSIGN, BIAS } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { backwardPanels, biasPanels, forwardPanels } from './panels.js';
import type { Panels, RowRange } from './panels.js';
import { checkWeights, inputGradient, weightGradient } from './recurrent.js';
import type { RecurrentDropout, RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights, StateDropout } from './recurrent-product.js';
import type { Cell, Gates, Pass, Setting } from './sequence.js';

/** Options of a GRU cell. */
export interface GruCellOptions {
  /** Limit of every pre-activation. Default Infinity. */
  readonly gateClip?: number;
  readonly dropout?: RecurrentDropout;
}

/** A GRU cell with its weights, rows r and z of W_ih apart from row n; state h (B, H). */
export class GruCell implements Cell {
  readonly name = 'gru';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly parameters: RecurrentParameters;
  /** Rows r and z of the parameters. */
  readonly rz: RowRange;
  /** Row n of the parameters. */
  readonly n: RowRange;
  readonly inputRz: Panels;
  readonly inputN: Panels;
  /** b_hn, with which q begins; none without biases. */
  readonly biasQ: Panels | undefined;
  readonly recurrent: RecurrentWeights;
  readonly inputRzBackward: Panels;
  readonly inputNBackward: Panels;
  readonly stateDropout: number;
  readonly gateClip: number;

  /** @throws ShapeError */
  constructor(parameters: RecurrentParameters, { gateClip = Infinity, dropout = {} }: GruCellOptions = {}) {
    checkWeights(this.name, 3, parameters);
    const { weightIh, weightHh, biasIh, biasHh } = parameters;
    const H = weightHh.shape[1]!;
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = [{ name: 'h', width: H }];
    this.parameters = parameters;
    this.rz = { from: 0, rows: 2 * H };
    this.n = { from: 2 * H, rows: H };
    this.inputRz = forwardPanels(weightIh, [biasIh, biasHh], this.rz);
    this.inputN = forwardPanels(weightIh, [biasIh], this.n);
    this.biasQ = biasHh === undefined ? undefined : biasPanels([biasHh], this.n);
    this.recurrent = new RecurrentWeights(weightHh, dropout.weight);
    this.inputRzBackward = backwardPanels(weightIh, this.rz);
    this.inputNBackward = backwardPanels(weightIh, this.n);
    this.stateDropout = dropout.state ?? 0;
    this.gateClip = gateClip;
  }

  begin(setting: Setting): Pass {
    return new GruPass(this, setting);
  }
}

class GruPass implements Pass {
  readonly gates: Gates;
  readonly #cell: GruCell;
  readonly #setting: Setting;
  readonly #H: number;
  readonly #state: StateDropout;
  readonly #product: RecurrentProduct;

  constructor(cell: GruCell, setting: Setting) {
    const { width } = cell.states[0]!;
    const { N, tracks, reserve } = setting;
    this.#cell = cell;
    this.#setting = setting;
    this.#H = width;
    this.gates = { ptr: reserve(N * 4 * width), width, names: ['n', 'r', 'z', undefined] };
    this.#state = new StateDropout(setting, tracks[0]!.before, width, cell.stateDropout);
    this.#product = new RecurrentProduct(setting, cell.recurrent, 4 * width);
  }

  /** a_n, a_r and a_z of all steps from x, and q begun with its bias. */
  input(): void {
    const { inputN, inputRz, biasQ, inputSize: I } = this.#cell;
    const { engine, x, N } = this.#setting;
    const { kernels, memory } = engine;
    const H = this.#H;
    const gates = this.gates.ptr;
    const block = memory.bytes(H);
    kernels.gemm(gates, x, inputN.ptr, N, H, I, I, 4 * H, BIAS);
    kernels.gemm(gates + block, x, inputRz.ptr, N, 2 * H, I, I, 4 * H, BIAS);
    // A product over no k is its beginning: the bias, or zero.
    kernels.gemm(gates + 3 * block, x, biasQ?.ptr ?? 0, N, H, 0, I, 4 * H, biasQ === undefined ? ASSIGN : BIAS);
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const { before, after } = tracks[0]!;
    const offset = engine.memory.bytes(at * this.#H);
    const gates = this.gates.ptr + 4 * offset;
    this.#product.forward(gates + engine.memory.bytes(this.#H), this.#state.forward(at, rows), rows, at);
    engine.kernels.gruForward(after + offset, gates, before + offset, rows, this.#H, this.#cell.gateClip);
  }

  backward(at: number, rows: number, [dh]: readonly [number], dy: number, carry: boolean): void {
    const { engine, tracks } = this.#setting;
    const offset = engine.memory.bytes(at * this.#H);
    const gates = this.gates.ptr + 4 * offset;
    engine.kernels.gruBackward(gates, dh, dy, tracks[0]!.before + offset, rows, this.#H, this.#cell.gateClip);
    if (!carry) return;
    const dRzq = gates + engine.memory.bytes(this.#H);
    this.#state.backward(dh, rows, ACCUMULATE, (to, begin) => this.#product.backward(to, dRzq, rows, begin));
  }

  finish(x: View): void {
    const { inputNBackward, inputRzBackward, inputSize: I } = this.#cell;
    const { N } = this.#setting;
    const H = this.#H;
    const dGates = this.gates.ptr;
    const dRz = dGates + x.memory.bytes(H);
    this.#product.finish(dRz, this.#state.h, N);
    this.#inputWeights(x, dGates, dRz);
    inputGradient(x, inputNBackward, dGates, N, I, H, 4 * H);
    inputGradient(x, inputRzBackward, dRz, N, I, 2 * H, 4 * H);
  }

  #inputWeights(x: View, dGates: number, dRz: number): void {
    const { parameters, rz, n } = this.#cell;
    const { weightIh, biasIh, biasHh } = parameters;
    const { kernels, memory } = engineOf(x);
    const { N } = this.#setting;
    const H = this.#H;
    const block = memory.bytes(H);
    weightGradient(weightIh, rz, dRz, x.ptr, N, 4 * H);
    weightGradient(weightIh, n, dGates, x.ptr, N, 4 * H);
    if (biasIh === undefined || biasHh === undefined) return;
    memory.scratch(() => {
      const sums = memory.reserve(4 * H);
      memory.zero(sums, 4 * H);
      kernels.columnSums(sums, dGates, N, 4 * H, 4 * H);
      kernels.axpy(biasIh.gradientPtr, sums + block, 2 * H, 1);
      kernels.axpy(biasIh.gradientPtr + 2 * block, sums, H, 1);
      kernels.axpy(biasHh.gradientPtr, sums + block, 3 * H, 1);
    });
  }
}
