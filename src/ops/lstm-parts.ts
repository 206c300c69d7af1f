/**
 * The LSTM cell over time in every form but the plain one: the gates there are, peepholes, limits, normalisation,
 * projection. Equations and sources: src/kernels/lstm-parts.ts.
 */

import { engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { ASSIGN, blocksOf } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { Axes } from '../shape.js';
import { lstmBlocks, lstmGateNames, lstmKind, lstmPeepholes } from './lstm-forms.js';
import type { LstmGates, LstmLayerNorm } from './lstm-forms.js';
import { Normalisation, NormalisedInput, NormalisedProduct, NormalisedWeights } from './normalised.js';
import type { NormParameters } from './normalised.js';
import { ProjectedPass, Projection } from './projection.js';
import { checkWeights, InputWeights } from './recurrent.js';
import type { RecurrentDropout, RecurrentParameters } from './recurrent.js';
import { RecurrentProduct, RecurrentWeights, StateDropout } from './recurrent-product.js';
import type { Cell, Gates, Pass, Setting } from './sequence.js';

/** The parameters of one layer. */
export interface LstmParameters extends RecurrentParameters {
  /** (G H), one vector for each gate: i f o, or i o. */
  readonly peephole?: Parameter | undefined;
  /** W_hr (P, H): h is (B, P) and W_hh (G H, P). */
  readonly weightHr?: Parameter | undefined;
  /** Gains and biases of layer normalisation. */
  readonly norm?: NormParameters | undefined;
}

/** Options of `LstmPartsCell`. */
export interface LstmPartsOptions {
  readonly gates: LstmGates;
  /** Limit of every pre-activation. Default Infinity. */
  readonly gateClip?: number;
  /** Limit of c. Default Infinity. */
  readonly cellClip?: number;
  readonly dropout?: RecurrentDropout;
  /** What becomes of the normalised cell. Needs the parameters `norm`. */
  readonly layerNorm?: LstmLayerNorm | undefined;
  /** Added to the variance of each normalisation. Default 1e-5. */
  readonly layerNormEps?: number;
}

/** An LSTM cell with its weights; states h (B, H), or (B, P) projected, and c (B, H). */
export class LstmPartsCell implements Cell {
  readonly name = 'lstm';
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly H: number;
  readonly kind: number;
  readonly blocks: readonly string[];
  readonly gateClip: number;
  readonly cellClip: number;
  readonly input: InputWeights | NormalisedWeights;
  readonly recurrent: RecurrentWeights;
  readonly norm: NormParameters | undefined;
  readonly layerNorm: LstmLayerNorm | undefined;
  readonly layerNormEps: number;
  readonly peephole: Parameter | undefined;
  readonly projection: Projection | undefined;
  readonly stateDropout: number;

  /** @throws ShapeError */
  constructor(parameters: LstmParameters, options: LstmPartsOptions) {
    const { gates, gateClip = Infinity, cellClip = Infinity, dropout = {}, layerNorm, layerNormEps = 1e-5 } = options;
    const { weightIh, weightHh, weightHr, peephole, norm } = parameters;
    const P = weightHh.shape[1]!;
    this.H = checkLstm(this.name, gates, parameters);
    this.engine = engineOf(weightIh);
    this.inputSize = weightIh.shape[1]!;
    this.states = [
      { name: 'h', width: P, ...(weightHr === undefined ? {} : { axis: ['P', 'projSize'] }) },
      { name: 'c', width: this.H },
    ];
    this.kind = lstmKind(gates);
    this.blocks = lstmGateNames(gates);
    this.gateClip = gateClip;
    this.cellClip = cellClip;
    this.input = norm === undefined ? new InputWeights(parameters) : new NormalisedWeights(parameters);
    this.norm = norm;
    this.layerNorm = layerNorm;
    this.layerNormEps = layerNormEps;
    this.recurrent = new RecurrentWeights(weightHh, dropout.weight);
    this.peephole = peephole;
    this.projection = weightHr === undefined ? undefined : new Projection(weightHr);
    this.stateDropout = dropout.state ?? 0;
  }

  begin(setting: Setting): Pass {
    return new LstmPartsPass(this, setting);
  }
}

/** @returns H. @throws ShapeError */
function checkLstm(operation: string, gates: LstmGates, parameters: LstmParameters): number {
  const { weightHr, peephole } = parameters;
  const blocks = lstmBlocks(gates);
  checkWeights(operation, blocks, parameters, weightHr);
  const H = parameters.weightIh.shape[0]! / blocks;
  if (peephole !== undefined) {
    const count = lstmPeepholes(gates);
    const axes = new Axes(operation).bind('H', H, 'weight_ih');
    axes.check('weight_peephole', peephole.shape, count === 1 ? 'H' : `${count}H`);
  }
  return H;
}

class LstmPartsPass implements Pass {
  readonly gates: Gates;
  readonly #cell: LstmPartsCell;
  readonly #setting: Setting;
  /** (N, H). */
  readonly #tanhC: number;
  readonly #state: StateDropout;
  readonly #input: NormalisedInput | undefined;
  readonly #product: RecurrentProduct | NormalisedProduct;
  readonly #cellNorm: CellNorm | undefined;
  readonly #projected: ProjectedPass | undefined;

  constructor(cell: LstmPartsCell, setting: Setting) {
    const { H, blocks, projection, input, norm, layerNormEps } = cell;
    const { N, tracks, reserve } = setting;
    this.#cell = cell;
    this.#setting = setting;
    this.#tanhC = reserve(N * H);
    this.gates = { ptr: reserve(N * blocks.length * H), width: H, names: blocks };
    this.#state = new StateDropout(setting, tracks[0]!.before, cell.states[0]!.width, cell.stateDropout);
    const product = new RecurrentProduct(setting, cell.recurrent);
    this.#product = norm === undefined ? product : new NormalisedProduct(setting, product, norm.hh, layerNormEps);
    this.#input =
      input instanceof NormalisedWeights ? new NormalisedInput(setting, input, norm!.ih, layerNormEps) : undefined;
    this.#cellNorm = norm === undefined ? undefined : new CellNorm(cell, setting);
    this.#projected = projection === undefined ? undefined : new ProjectedPass(projection, setting);
  }

  input(): void {
    const { input } = this.#cell;
    if (input instanceof InputWeights) input.forward(this.gates.ptr, this.#setting);
    else this.#input!.forward(this.gates.ptr);
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const { H, kind, blocks, gateClip, cellClip } = this.#cell;
    const { kernels, memory } = engine;
    const offset = memory.bytes(at * H);
    const gates = this.gates.ptr + blocks.length * offset;
    const c = tracks[1]!.after + offset;
    const raw = (this.#cellNorm?.raw ?? tracks[1]!.after) + offset;
    const before = tracks[1]!.before + offset;
    this.#product.forward(gates, this.#state.forward(at, rows), rows, at);
    kernels.lstmCarryForward(raw, gates, before, this.#peephole(0), rows, H, kind, gateClip, cellClip);
    this.#cellNorm?.forward(at, rows);
    const taken = (this.#cellNorm?.taken ?? tracks[1]!.after) + offset;
    const to = (this.#projected?.m ?? tracks[0]!.after) + offset;
    const tanhC = this.#tanhC + offset;
    kernels.lstmOutputForward(to, tanhC, gates, taken, c, this.#peephole(this.#last), rows, H, kind, gateClip);
    this.#projected?.forward(at, rows);
  }

  /** The number of the output gate's peephole. */
  get #last(): number {
    return blocksOf(this.#cell.kind) - 2;
  }

  /** Address of the k-th peephole vector; 0 without any. */
  #peephole(k: number): number {
    const { peephole, H } = this.#cell;
    return peephole === undefined ? 0 : peephole.ptr + this.#setting.engine.memory.bytes(k * H);
  }

  backward(at: number, rows: number, d: readonly number[], dy: number, carry: boolean): void {
    const { engine, tracks } = this.#setting;
    const { H, kind, blocks, gateClip, cellClip } = this.#cell;
    const { kernels, memory } = engine;
    const offset = memory.bytes(at * H);
    const gates = this.gates.ptr + blocks.length * offset;
    const [dh, dc] = [d[0]!, d[1]!];
    const raw = (this.#cellNorm?.raw ?? tracks[1]!.after) + offset;
    const before = tracks[1]!.before + offset;
    memory.scratch(() => {
      const [dm, above] = this.#projected?.backward(at, rows, dh, dy) ?? [dh, dy];
      const dTaken = this.#cellNorm?.begin(dc, rows) ?? dc;
      const [tanhC, output] = [this.#tanhC + offset, this.#peephole(this.#last)];
      kernels.lstmOutputBackward(gates, dTaken, dc, dm, above, tanhC, output, rows, H, kind, gateClip);
      this.#cellNorm?.backward(dc, dTaken, at, rows);
    });
    kernels.lstmCarryBackward(gates, dc, raw, before, this.#peephole(0), rows, H, kind, gateClip, cellClip);
    const dProduct = this.#product.enter(gates, rows, at);
    if (carry) this.#state.backward(dh, rows, ASSIGN, (to, begin) => this.#product.backward(to, dProduct, rows, begin));
  }

  finish(x: View): void {
    const { N } = this.#setting;
    const { input } = this.#cell;
    this.#product.finish(this.gates.ptr, this.#state.h, N);
    this.#projected?.finish();
    this.#peepholeGradients();
    if (input instanceof InputWeights) input.backward(this.gates.ptr, x, N);
    else this.#input!.backward(this.gates.ptr, x);
  }

  /** dp_i += sum of da_i c_{t-1}, dp_f alike, dp_o += sum of da_o c_t. */
  #peepholeGradients(): void {
    const { peephole, H, blocks } = this.#cell;
    if (peephole === undefined) return;
    const { engine, tracks, N } = this.#setting;
    const { kernels, memory } = engine;
    const width = blocks.length * H;
    for (let k = 0; k <= this.#last; k++) {
      const isOutput = k === this.#last;
      const seen = isOutput ? tracks[1]!.after : tracks[1]!.before;
      const da = this.gates.ptr + memory.bytes((isOutput ? blocks.length - 1 : k) * H);
      kernels.diagonalGradient(peephole.gradientPtr + memory.bytes(k * H), da, seen, N, H, width, H);
    }
  }
}

/** The normalised cell of one pass, which h is formed from, and which is carried in the form 'carry'. */
class CellNorm {
  /** (N, H): c before it is normalised, and what tanh takes. */
  readonly raw: number;
  readonly taken: number;
  readonly #setting: Setting;
  readonly #norm: Normalisation;
  readonly #H: number;
  readonly #carries: boolean;

  constructor({ H, norm, layerNorm, layerNormEps }: LstmPartsCell, setting: Setting) {
    const { after } = setting.tracks[1]!;
    const own = setting.reserve(setting.N * H);
    this.#setting = setting;
    this.#norm = new Normalisation(setting, norm!.c, norm!.cBias, layerNormEps);
    this.#H = H;
    this.#carries = layerNorm === 'carry';
    this.raw = this.#carries ? own : after;
    this.taken = this.#carries ? after : own;
  }

  forward(at: number, rows: number): void {
    const offset = this.#setting.engine.memory.bytes(at * this.#H);
    this.#norm.forward(this.taken + offset, this.raw + offset, at, rows, 0);
  }

  /** @returns where the gradient of what tanh took is gathered: with that of the carried cell, if it is that */
  begin(dc: number, rows: number): number {
    if (this.#carries) return dc;
    const { memory } = this.#setting.engine;
    const dTaken = memory.reserve(rows * this.#H);
    memory.zero(dTaken, rows * this.#H);
    return dTaken;
  }

  /** dc := the gradient of the raw cell. */
  backward(dc: number, dTaken: number, at: number, rows: number): void {
    const offset = this.#setting.engine.memory.bytes(at * this.#H);
    this.#norm.backward(dc, dTaken, this.raw + offset, at, rows, this.#carries ? 0 : 1);
  }
}
