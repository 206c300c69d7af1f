/** The LSTM cell over time. Equations and source: src/kernels/lstm.ts. */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ASSIGN } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkWeights, InputWeights } from './recurrent.js';
import type { RecurrentDropout, RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights, StateDropout } from './recurrent-product.js';
import type { Cell, Gates, Pass, Setting } from './sequence.js';

/** An LSTM cell with its weights; states h and c, (B, H) each. */
export class LstmCell implements Cell {
  readonly name = 'lstm';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly input: InputWeights;
  readonly recurrent: RecurrentWeights;
  readonly stateDropout: number;

  /** @throws ShapeError */
  constructor(parameters: RecurrentParameters, dropout: RecurrentDropout = {}) {
    checkWeights(this.name, 4, parameters);
    const { weightIh, weightHh } = parameters;
    const width = weightHh.shape[1]!;
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = ['h', 'c'].map((name) => ({ name, width }));
    this.input = new InputWeights(parameters);
    this.recurrent = new RecurrentWeights(weightHh, dropout.weight);
    this.stateDropout = dropout.state ?? 0;
  }

  begin(setting: Setting): Pass {
    return new LstmPass(this, setting);
  }
}

class LstmPass implements Pass {
  readonly gates: Gates;
  readonly #cell: LstmCell;
  readonly #setting: Setting;
  readonly #H: number;
  /** (N, H). */
  readonly #tanhC: number;
  readonly #state: StateDropout;
  readonly #product: RecurrentProduct;

  constructor(cell: LstmCell, setting: Setting) {
    const { width } = cell.states[0]!;
    const { N, tracks, reserve } = setting;
    this.#cell = cell;
    this.#setting = setting;
    this.#H = width;
    this.#tanhC = reserve(N * width);
    this.gates = { ptr: reserve(N * 4 * width), width, names: ['i', 'f', 'g', 'o'] };
    this.#state = new StateDropout(setting, tracks[0]!.before, width, cell.stateDropout);
    this.#product = new RecurrentProduct(setting, cell.recurrent);
  }

  input(): void {
    this.#cell.input.forward(this.gates.ptr, this.#setting);
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const h = tracks[0]!;
    const c = tracks[1]!;
    const offset = engine.memory.bytes(at * this.#H);
    const gates = this.gates.ptr + 4 * offset;
    this.#product.forward(gates, this.#state.forward(at, rows), rows, at);
    const tanhC = this.#tanhC + offset;
    engine.kernels.lstmForward(h.after + offset, c.after + offset, tanhC, gates, c.before + offset, rows, this.#H);
  }

  backward(at: number, rows: number, [dh, dc]: readonly [number, number], dy: number, carry: boolean): void {
    const { engine, tracks } = this.#setting;
    const offset = engine.memory.bytes(at * this.#H);
    const gates = this.gates.ptr + 4 * offset;
    const c = tracks[1]!.before + offset;
    engine.kernels.lstmBackward(gates, dc, dh, dy, c, this.#tanhC + offset, rows, this.#H);
    if (carry) this.#state.backward(dh, rows, ASSIGN, (to, begin) => this.#product.backward(to, gates, rows, begin));
  }

  finish(x: View): void {
    const { N } = this.#setting;
    this.#product.finish(this.gates.ptr, this.#state.h, N);
    this.#cell.input.backward(this.gates.ptr, x, N);
  }
}
