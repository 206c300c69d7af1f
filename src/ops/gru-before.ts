/** The GRU cell with the reset gate before the recurrent product, over time. Equations: src/kernels/gru-before.ts. */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ACCUMULATE, ASSIGN } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkWeights, InputWeights } from './recurrent.js';
import type { RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights, StateDropout } from './recurrent-product.js';
import type { GruCellOptions } from './gru.js';
import type { Cell, Gates, Pass, Setting } from './sequence.js';

/** A GRU cell with its weights, gates r z n; state h (B, H). */
export class GruBeforeCell implements Cell {
  readonly name = 'gru';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly input: InputWeights;
  /** Rows r and z of W_hh, and rows n, which reads another input. */
  readonly recurrentRz: RecurrentWeights;
  readonly recurrentN: RecurrentWeights;
  readonly stateDropout: number;
  readonly gateClip: number;

  /** @throws ShapeError */
  constructor(parameters: RecurrentParameters, { gateClip = Infinity, dropout = {} }: GruCellOptions = {}) {
    checkWeights(this.name, 3, parameters);
    const { weightIh, weightHh } = parameters;
    const H = weightHh.shape[1]!;
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = [{ name: 'h', width: H }];
    this.input = new InputWeights(parameters);
    this.recurrentRz = new RecurrentWeights(weightHh, dropout.weight, { from: 0, rows: 2 * H });
    this.recurrentN = new RecurrentWeights(weightHh, dropout.weight, { from: 2 * H, rows: H });
    this.stateDropout = dropout.state ?? 0;
    this.gateClip = gateClip;
  }

  begin(setting: Setting): Pass {
    return new GruBeforePass(this, setting);
  }
}

class GruBeforePass implements Pass {
  readonly gates: Gates;
  readonly #cell: GruBeforeCell;
  readonly #setting: Setting;
  readonly #H: number;
  /** (N, H): r h. */
  readonly #s: number;
  readonly #state: StateDropout;
  readonly #productRz: RecurrentProduct;
  readonly #productN: RecurrentProduct;

  constructor(cell: GruBeforeCell, setting: Setting) {
    const { width } = cell.states[0]!;
    const { N, tracks, reserve } = setting;
    this.#cell = cell;
    this.#setting = setting;
    this.#H = width;
    this.gates = { ptr: reserve(N * 3 * width), width, names: ['r', 'z', 'n'] };
    this.#s = reserve(N * width);
    this.#state = new StateDropout(setting, tracks[0]!.before, width, cell.stateDropout);
    this.#productRz = new RecurrentProduct(setting, cell.recurrentRz, 3 * width);
    this.#productN = new RecurrentProduct(setting, cell.recurrentN, 3 * width);
  }

  input(): void {
    this.#cell.input.forward(this.gates.ptr, this.#setting);
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const { kernels, memory } = engine;
    const { gateClip } = this.#cell;
    const H = this.#H;
    const offset = memory.bytes(at * H);
    const gates = this.gates.ptr + 3 * offset;
    const h = this.#state.forward(at, rows);
    this.#productRz.forward(gates, h, rows, at);
    kernels.gruResetForward(this.#s + offset, gates, h, rows, H, gateClip);
    this.#productN.forward(gates + memory.bytes(2 * H), this.#s + offset, rows, at);
    const { before, after } = tracks[0]!;
    kernels.gruUpdateForward(after + offset, gates, before + offset, rows, H, gateClip);
  }

  backward(at: number, rows: number, [dh]: readonly [number], dy: number): void {
    const { engine, tracks } = this.#setting;
    const { kernels, memory } = engine;
    const { gateClip } = this.#cell;
    const H = this.#H;
    const offset = memory.bytes(at * H);
    const gates = this.gates.ptr + 3 * offset;
    kernels.gruUpdateBackward(gates, dh, dy, tracks[0]!.before + offset, rows, H, gateClip);
    memory.scratch(() => {
      const ds = memory.reserve(rows * H);
      this.#productN.backward(ds, gates + memory.bytes(2 * H), rows, ASSIGN);
      this.#state.backward(dh, rows, ACCUMULATE, (to, begin) => {
        if (begin === ASSIGN) memory.zero(to, rows * H);
        kernels.gruResetBackward(gates, to, ds, this.#state.h + offset, rows, H, gateClip);
        this.#productRz.backward(to, gates, rows, ACCUMULATE);
      });
    });
  }

  finish(x: View): void {
    const { N, engine } = this.#setting;
    const dGates = this.gates.ptr;
    this.#productRz.finish(dGates, this.#state.h, N);
    this.#productN.finish(dGates + engine.memory.bytes(2 * this.#H), this.#s, N);
    this.#cell.input.backward(dGates, x, N);
  }
}
