/**
 * Real-time recurrent learning (Williams and Zipser 1989) of a layer of one's own: gradients of its parameters forwards
 * in time, exact while the weights stay, with memory that does not depend on the length of the sequence.
 */

import type { HostArray } from '../engine.js';
import { OptionError, RecurraError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { CarriedSensitivities, lstmCell, rnnCell, rtrl } from '../ops/rtrl.js';
import { checkKnown, checkSize } from '../options.js';
import { LSTM } from './lstm.js';
import { RNN } from './rnn.js';
import { RecurrentState } from './state.js';

/** Options of `RTRL`. */
export interface RtrlOptions {
  /** B, how many sequences are learned side by side. Default 1. */
  readonly batch?: number;
}

/** Options of a layer that leave the plain cell what it is. */
const PLAIN = [
  'inputSize',
  'hiddenSize',
  'numLayers',
  'bias',
  'inputInit',
  'recurrentInit',
  'nonlinearity',
  'forgetBias',
  'chrono',
];

/** What options say that ask for nothing: off, or the default by name. */
const OFF: readonly unknown[] = [undefined, false, 0, Infinity, 'concat', 'element', 'all'];

/** The parameters of a plain cell. */
const NAMES = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0'] as const;

/**
 * A learner: runs an RNN or an LSTM of one layer step by step and carries the sensitivities of its state, B H |theta|
 * floats (for the LSTM 2 B H |theta|), both biases counted as one.
 */
export class RTRL {
  readonly layer: RNN | LSTM;
  readonly batch: number;
  readonly #carried: CarriedSensitivities;
  #recorded: number = 0;

  /** @throws OptionError for another layer, or an unknown option; MemoryError */
  constructor(layer: RNN | LSTM, options: RtrlOptions = {}) {
    checkKnown('RTRL', options, ['batch']);
    checkPlain(layer);
    this.layer = layer;
    this.batch = checkSize('RTRL', 'batch', options.batch ?? 1);
    const [weightIh, weightHh, biasIh, biasHh] = NAMES.map((name) => parameterOf(layer, name));
    const cell = layer instanceof LSTM ? lstmCell : rnnCell(layer.nonlinearity);
    const parameters = { weightIh: weightIh!, weightHh: weightHh!, biasIh, biasHh };
    this.#carried = new CarriedSensitivities(cell, parameters, this.batch);
  }

  /**
   * One step of the layer. In `engine.step` the result wants a gradient, which the layer's parameters then get, through
   * all steps since the last reset; in `engine.evaluate` the state and its sensitivities move on without one.
   * @param x (B, I), numbers by `engine.input`
   * @returns h, (B, H)
   * @throws ShapeError; RecurraError for a second step within one engine.step
   */
  step(x: View): View {
    const { memory, tape } = this.layer.engine;
    this.#checkPending('step');
    const h = rtrl(this.#carried, x);
    if (tape.recording) this.#recorded = memory.step;
    return h;
  }

  /** A copy of the state as it is now: `layer.forward` goes on from it. */
  get state(): RecurrentState<HostArray> {
    const { H, B, cell, engine } = this.#carried;
    const copy = (i: number): HostArray => {
      return { data: engine.memory.view(this.#carried.state(i), B * H).slice(), shape: [B, H] };
    };
    return new RecurrentState([copy(0)], cell.states === 2 ? [copy(1)] : []);
  }

  /**
   * Begins a new sequence: sensitivities of zero.
   * @param state the state to begin from, which counts as a constant; zeros if not given
   * @throws ShapeError; then nothing has been changed
   */
  reset(state?: RecurrentState): void {
    this.#checkPending('reset');
    if (state !== undefined) this.layer.checkState(state);
    this.#carried.reset(state === undefined ? [] : [...state.h, ...state.c]);
  }

  /** Bytes that the state and its sensitivities take, whatever the length of the sequence. */
  get bytes(): number {
    return this.#carried.bytes;
  }

  /** Gives the memory of the sensitivities back, for the next learner; this one is done. */
  release(): void {
    this.#carried.release();
  }

  /** The gradient of a step needs its sensitivities, and there is one set of them. */
  #checkPending(operation: string): void {
    if (this.#recorded !== this.layer.engine.memory.step) return;
    throw new RecurraError(
      `RTRL: ${operation} was called behind a step in the same engine.step, whose gradient needs the sensitivities as ` +
        'they are. Make one engine.step for each step, with { accumulate: true } to add up the gradients of several.',
    );
  }
}

function parameterOf(layer: RNN | LSTM, name: string): Parameter | undefined {
  return layer.parameters().find((parameter) => parameter.name === name);
}

/** Refuses all but a plain cell in one layer: each other option or parameter would need equations of its own. */
function checkPlain(layer: unknown): asserts layer is RNN | LSTM {
  const wanted = 'RTRL: layer must be an RNN or LSTM of one layer with the plain cell';
  if (!(layer instanceof RNN || layer instanceof LSTM)) {
    const got = typeof layer === 'object' ? (layer?.constructor.name ?? 'null') : typeof layer;
    throw new OptionError(`${wanted}, got ${got}.`);
  }
  const options = strangeOptions(layer);
  const strange = options.length > 0 ? options : strangeParameters(layer);
  if (strange.length === 0) return;
  throw new OptionError(`${wanted}, this ${layer.constructor.name} has ${strange.join(', ')}. Make it without.`);
}

/** Options that ask for more than the plain cell: whatever is not known to leave it alone. */
function strangeOptions({ given, numLayers }: RNN | LSTM): string[] {
  const strange = Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    const values: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    if (PLAIN.includes(name) || values.every((each) => OFF.includes(each))) return [];
    return typeof value === 'object' ? name : `${name} ${String(value as unknown)}`;
  });
  return numLayers === 1 ? strange : [`numLayers ${numLayers}`, ...strange];
}

/** Parameters that the plain cell does not have. */
function strangeParameters(layer: RNN | LSTM): string[] {
  const names = layer.parameters().map(({ name }) => name);
  return names.filter((name) => !(NAMES as readonly string[]).includes(name));
}
