/**
 * One step of real-time recurrent learning: the cell, and the sensitivities of its state to its weights, carried
 * forwards. Equations and source: src/kernels/rtrl.ts.
 *
 * All there is to know of the past is one region of the engine's memory, the same for every length of sequence:
 *
 *     h, and for the LSTM c         (B, H) each
 *     for each block of weights     dh/dtheta, and for the LSTM dc/dtheta, (B, G H, D, H) each
 *
 * A block is what multiplies one input: weight_ih and x (D = I), weight_hh and h_{t-1} (D = H), both biases and 1
 * (D = 1). The recurrent product of some rows of a block is scratch, so its sensitivities are replaced in place.
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { RecurraError } from '../errors.js';
import { ACCUMULATE, activationKind, ASSIGN, BIAS } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import { View } from '../memory/view.js';
import { Axes } from '../shape.js';
import { forwardPanels } from './panels.js';
import type { Panels } from './panels.js';
import { checkWeights } from './recurrent.js';
import type { RecurrentParameters } from './recurrent.js';
import type { Nonlinearity } from './rnn.js';
import { checkValues } from './sequence.js';
import type { StateSource } from './sequence.js';

/** Floats of a recurrent product made at a time, where one row of weights has no more: a core's cache holds them. */
const PRODUCT = 16384;

/** Addresses of one step. States are h, and for the LSTM c, (B, H) each. */
interface Step {
  readonly before: readonly number[];
  readonly next: readonly number[];
  /** (B, G H), pre-activations at first. */
  readonly gates: number;
  /** (B, slopes, H), what the sensitivities are multiplied by. */
  readonly slopes: number;
}

/** Weights of one row of the batch whose sensitivities move on: rows `first` to `first + rows` of a block. */
interface Part {
  /** Sensitivities of each state, (rows, D, H). */
  readonly p: readonly number[];
  /** (rows D, G H). */
  readonly products: number;
  /** (slopes, H). */
  readonly slopes: number;
  /** (D). */
  readonly inputs: number;
  readonly rows: number;
  readonly first: number;
  readonly D: number;
}

/** A cell whose sensitivities can be carried. */
export interface RtrlCell {
  /** G. */
  readonly gates: number;
  /** How many states: h, or h and c. */
  readonly states: number;
  /** Slopes of a unit. */
  readonly slopes: number;
  /** Makes the next states and the slopes from pre-activations. */
  forward(engine: Engine, step: Step, B: number, H: number): void;
  /** Makes the next sensitivities from their products. */
  carry(engine: Engine, part: Part, H: number): void;
}

/** The Elman cell with one of its activations. */
export function rnnCell(nonlinearity: Nonlinearity): RtrlCell {
  const kind = activationKind(nonlinearity);
  return {
    gates: 1,
    states: 1,
    slopes: 1,
    forward({ kernels, memory }, { next: [h], gates, slopes }, B, H) {
      kernels.rnnForward(h!, gates, B * H, kind);
      memory.view(slopes, B * H).fill(1);
      kernels.activationBackward(slopes, slopes, gates, h!, B * H, kind, 0);
    },
    carry({ kernels }, { p: [ph], products, slopes, inputs, rows, first, D }, H) {
      kernels.rnnSensitivities(ph!, products, slopes, inputs, rows, first, D, H);
    },
  };
}

/** The LSTM cell. */
export const lstmCell: RtrlCell = {
  gates: 4,
  states: 2,
  slopes: 6,
  forward({ kernels, memory }, { before: [, cPrevious], next: [h, c], gates, slopes }, B, H) {
    const tanhC = memory.reserve(B * H);
    kernels.lstmForward(h!, c!, tanhC, gates, cPrevious!, B, H);
    kernels.lstmSlopes(slopes, gates, cPrevious!, tanhC, B, H);
  },
  carry({ kernels }, { p: [ph, pc], products, slopes, inputs, rows, first, D }, H) {
    kernels.lstmSensitivities(ph!, pc!, products, slopes, inputs, rows, first, D, H);
  },
};

/** Weights that multiply the same input, and where their sensitivities are. */
interface Block {
  /** One matrix, (G H, D), or both biases, (G H), whose sensitivities are the same. */
  readonly parameters: readonly Parameter[];
  readonly D: number;
  /** Floats from the beginning of the region. */
  readonly offset: number;
}

/** The packed weights of a cell by its weight_hh, so that a later learner of the same layer takes no more of them. */
const packed = new WeakMap<Parameter, { readonly input: Panels; readonly recurrent: Panels }>();

function packedOf({ weightIh, weightHh, biasIh, biasHh }: RecurrentParameters): { input: Panels; recurrent: Panels } {
  const panels = packed.get(weightHh) ?? {
    input: forwardPanels(weightIh, [biasIh, biasHh]),
    recurrent: forwardPanels(weightHh, []),
  };
  packed.set(weightHh, panels);
  return panels;
}

/** What one learner carries: the state and its sensitivities, zeros at first. Made outside of any step. */
export class CarriedSensitivities {
  readonly engine: Engine;
  readonly cell: RtrlCell;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  readonly panels: { readonly input: Panels; readonly recurrent: Panels };
  readonly blocks: readonly Block[];
  readonly #floats: number;
  #region: string | undefined;

  /** @throws ShapeError for the weights of another cell; MemoryError */
  constructor(cell: RtrlCell, parameters: RecurrentParameters, B: number) {
    checkWeights('rtrl', cell.gates, parameters);
    const { weightIh, weightHh, biasIh, biasHh } = parameters;
    this.engine = engineOf(weightIh);
    this.cell = cell;
    this.B = B;
    this.I = weightIh.shape[1]!;
    this.H = weightHh.shape[1]!;
    const biases = [biasIh, biasHh].filter((bias) => bias !== undefined);
    let offset = cell.states * B * this.H;
    this.blocks = [[weightIh], [weightHh], biases].flatMap((group) => {
      if (group.length === 0) return [];
      const block = { parameters: group, D: group[0]!.shape[1] ?? 1, offset };
      offset += cell.states * B * group[0]!.size * this.H;
      return [block];
    });
    this.#floats = offset;
    this.#region = this.engine.memory.acquire(offset);
    this.panels = packedOf(parameters);
  }

  /** The address of a number of the region. It changes between steps: never keep it. */
  #at(floats: number): number {
    const { memory } = this.engine;
    if (this.#region !== undefined) return memory.region(this.#region).base + memory.bytes(floats);
    throw new RecurraError('rtrl: its sensitivities were released. Make a new learner.');
  }

  /** Bytes of the region. */
  get bytes(): number {
    return this.engine.memory.bytes(this.#floats);
  }

  /** The address of state `i`, (B, H): h is 0, c is 1. */
  state(i: number): number {
    return this.#at(i * this.B * this.H);
  }

  /** The address of the sensitivities of state `i` to a block, (B, G H, D, H), from a row of weights on. */
  sensitivities({ parameters, D, offset }: Block, i: number, b: number, row: number = 0): number {
    const { size } = parameters[0]!;
    return this.#at(offset + ((i * this.B + b) * size + row * D) * this.H);
  }

  /**
   * Begins anew from states that depend on no weight, zeros where none are given.
   * @param states h, and for the LSTM c, (B, H) each
   * @throws ShapeError; then nothing has been changed
   */
  reset(states: readonly StateSource[]): void {
    const { memory } = this.engine;
    const values = states.map((source, i) => this.#check(source, 'hc'[i]!));
    memory.zero(this.#at(0), this.#floats);
    for (const [i, value] of values.entries()) memory.view(this.state(i), value.length).set(value);
  }

  #check(source: StateSource, name: string): ArrayLike<number> {
    const axes = new Axes('rtrl').bind('B', this.B, 'batch').bind('H', this.H, 'hiddenSize');
    axes.check(name, source.shape, 'B H');
    if (!(source instanceof View)) return checkValues('rtrl', name, source);
    checkEngine('rtrl', source, this.engine);
    return source.toArray();
  }

  /** Gives the memory back, for the next learner; this one is done. */
  release(): void {
    if (this.#region !== undefined) this.engine.memory.free(this.#region);
    this.#region = undefined;
  }
}

/**
 * One step of a cell and of its sensitivities. Its gradient reaches the cell's weights through all earlier steps; it
 * must come before the next step is made.
 * @param x (B, I), which can have no gradient: what became of the earlier inputs is not known
 * @returns h, (B, H)
 * @throws ShapeError; then nothing has been changed
 */
export function rtrl(carried: CarriedSensitivities, x: View): View {
  const { engine, cell, B, H } = carried;
  const { memory, tape } = engine;
  checkInput(carried, x);
  const output = engine.output('output of rtrl', [B, H], tape.recording);
  memory.scratch(() => {
    const before = range(cell.states).map((i) => carried.state(i));
    const next = before.map((_, i) => (i === 0 ? output.ptr : memory.reserve(B * H)));
    const gates = memory.reserve(B * cell.gates * H);
    const step = { before, next, gates, slopes: memory.reserve(B * cell.slopes * H) };
    runCell(carried, x, step);
    carrySensitivities(carried, x, step);
    before.forEach((state, i) => memory.copy(state, next[i]!, B * H));
  });
  tape.record('rtrl', () => {
    if (output.hasGradient) addGradients(carried, output.gradient());
  });
  return output;
}

function checkInput({ engine, B, I }: CarriedSensitivities, x: View): void {
  checkEngine('rtrl', x, engine);
  new Axes('rtrl').bind('B', B, 'batch').bind('I', I, 'inputSize').check('x', x.shape, 'B I');
  if (!x.requiresGrad) return;
  throw new RecurraError(
    `rtrl: x is the ${x.label}, which wants a gradient, and there is none: sensitivities are those of the cell's own ` +
      'weights. Give numbers, by engine.input.',
  );
}

function runCell({ engine, cell, B, I, H, panels }: CarriedSensitivities, x: View, step: Step): void {
  const { kernels } = engine;
  const { input, recurrent } = panels;
  const width = cell.gates * H;
  kernels.gemm(step.gates, x.ptr, input.ptr, B, width, I, I, width, BIAS);
  kernels.gemm(step.gates, step.before[0]!, recurrent.ptr, B, width, H, H, width, ACCUMULATE);
  cell.forward(engine, step, B, H);
}

/** Moves the sensitivities of all weights on, a few rows of one block for one row of the batch at a time. */
function carrySensitivities(carried: CarriedSensitivities, x: View, { before, slopes }: Step): void {
  const { engine, cell, B, H, blocks } = carried;
  const { kernels, memory } = engine;
  const width = cell.gates * H;
  const one = memory.reserve(B);
  memory.view(one, B).fill(1);
  const rowsOf = (D: number): number => Math.min(width, Math.max(1, Math.floor(PRODUCT / (D * width))));
  const products = memory.reserve(Math.max(...blocks.map(({ D }) => rowsOf(D) * D * width)));
  const recurrent = carried.panels.recurrent.ptr;
  for (const [k, block] of blocks.entries()) {
    const { D } = block;
    for (const b of range(B)) {
      const inputs = [x.ptr, before[0]!, one][k]! + memory.bytes(b * D);
      for (let first = 0; first < width; first += rowsOf(D)) {
        const rows = Math.min(rowsOf(D), width - first);
        const p = before.map((_, i) => carried.sensitivities(block, i, b, first));
        kernels.gemm(products, p[0]!, recurrent, rows * D, width, H, H, width, ASSIGN);
        const own = slopes + memory.bytes(b * cell.slopes * H);
        cell.carry(engine, { p, products, slopes: own, inputs, rows, first, D }, H);
      }
    }
  }
}

/** dL/dtheta += dh/dtheta dL/dh, over the rows of the batch in order. */
function addGradients(carried: CarriedSensitivities, dh: number): void {
  const { engine, B, H, blocks } = carried;
  const { kernels, memory } = engine;
  for (const block of blocks) {
    for (const { gradientPtr, size } of block.parameters) {
      for (const b of range(B)) {
        kernels.gemv(gradientPtr, carried.sensitivities(block, 0, b), dh + memory.bytes(b * H), size, H);
      }
    }
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
