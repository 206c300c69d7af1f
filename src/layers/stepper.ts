/**
 * A recurrent layer one step at a time: the state stays in the engine's memory between steps, and a step allocates
 * nothing. The numbers are those of the whole sequence at once.
 */

import type { HostArray } from '../engine.js';
import { OptionError, RecurraError, ShapeError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import type { Region } from '../memory/memory.js';
import { View } from '../memory/view.js';
import { checkValues } from '../ops/sequence.js';
import type { Pass, StateSource, Track } from '../ops/sequence.js';
import { formatShape } from '../shape.js';
import type { RecurrentLayer } from './recurrent.js';
import { RecurrentState } from './state.js';

/** One layer of the stack, set up for steps. */
interface Stage {
  readonly pass: Pass;
  readonly tracks: readonly (Track & { readonly floats: number })[];
  /** Where it reads its input, and the address and size of what it leaves. */
  readonly input: number;
  readonly output: number;
  readonly floats: number;
}

/** Runs a layer step by step, for inference. Made by `layer.stepper(batch)`. */
export class Stepper {
  /** B. */
  readonly batch: number;
  readonly #layer: RecurrentLayer;
  readonly #region: Region;
  /** (B O), the same array after every step. */
  readonly #result: FloatArray;
  #stages: readonly Stage[] = [];
  /** Views of the engine's memory: where x goes, and where the result is. */
  #x: FloatArray;
  #y: FloatArray;
  #floats: FloatArray;
  #base: number = -1;
  #released: boolean = false;

  /** @throws OptionError for a layer that reads from the end of a sequence */
  constructor(layer: RecurrentLayer, batch: number) {
    const { bidirectional, reverse } = layer.options;
    if (bidirectional || reverse) {
      const option = bidirectional ? 'bidirectional' : 'reverse';
      throw new OptionError(
        `${layer.kind}.stepper: a step at a time needs the past alone, and ${option} is true: it reads from the end.`,
      );
    }
    const { memory } = layer.engine;
    this.#layer = layer;
    this.batch = batch;
    let size = 0;
    this.#lay((floats) => {
      const at = size;
      size += Math.ceil(floats / 16) * 16;
      return memory.bytes(at);
    });
    this.#region = memory.region(memory.acquire(size));
    this.#floats = memory.heap.floats;
    [this.#x, this.#y] = [this.#floats, this.#floats];
    this.#settle();
    this.#result = this.#y.slice();
    this.reset();
  }

  /**
   * Feeds one step.
   * @param x (B, I), row-major
   * @returns the output, (B, O), row-major: the same array every time, so copy what you keep
   * @throws ShapeError
   */
  step(x: ArrayLike<number>): FloatArray {
    if (this.#region.base !== this.#base || this.#layer.engine.memory.heap.floats !== this.#floats) this.#settle();
    if (x?.length !== this.#x.length) throw this.#misfit(x?.length);
    this.#x.set(x);
    const { memory } = this.#layer.engine;
    const { residual } = this.#layer.options;
    for (let k = 0; k < this.#stages.length; k++) {
      const { pass, tracks, input, output, floats } = this.#stages[k]!;
      pass.input();
      pass.forward(0, this.batch);
      for (const track of tracks) memory.copy(track.before, track.after, track.floats);
      if (output !== tracks[0]!.after) memory.copy(output, tracks[0]!.after, floats);
      if (residual && k > 0) this.#layer.engine.kernels.axpy(output, input, floats, 1);
    }
    this.#result.set(this.#y);
    return this.#result;
  }

  #misfit(length: number | undefined): ShapeError {
    const { inputSize } = this.#layer;
    return new ShapeError(
      `${this.#layer.kind}.stepper: x must hold (B, I) = (${this.batch}, ${inputSize}), ${this.batch * inputSize} numbers, ` +
        `got ${length ?? 'no array'}. B = ${this.batch} comes from stepper(batch).`,
    );
  }

  /** A copy of the state, as the layer's forward takes it. */
  get state(): RecurrentState<HostArray> {
    this.#settle();
    const copies = (k: number): HostArray[] =>
      this.#stages.flatMap(({ tracks }) => {
        const track = tracks[k];
        if (track === undefined) return [];
        const { memory } = this.#layer.engine;
        return [{ data: memory.view(track.before, track.floats).slice(), shape: this.#shape(track.floats) }];
      });
    return new RecurrentState(copies(0), copies(1));
  }

  #shape(floats: number): readonly number[] {
    return [this.batch, floats / this.batch];
  }

  /**
   * Begins anew.
   * @param state where to begin, detached from its step; the learned state, or zeros, if not given
   * @throws ShapeError
   */
  reset(state?: RecurrentState<HostArray>): void {
    this.#settle();
    if (state !== undefined) this.#check(state);
    const { memory } = this.#layer.engine;
    for (const [index, { tracks }] of this.#stages.entries()) {
      for (const [k, { before, floats }] of tracks.entries()) {
        const values = memory.view(before, floats);
        if (state !== undefined) values.set((k === 0 ? state.h : state.c)[index]!.data);
        else this.#begin(values, index, k);
      }
    }
  }

  /** What a sequence begins from by default. */
  #begin(values: FloatArray, index: number, k: number): void {
    const learned = this.#layer.initialStates[index]![k];
    values.fill(0);
    if (learned === undefined) return;
    const row = learned.toArray();
    for (let b = 0; b < this.batch; b++) values.set(row, b * row.length);
  }

  /** Checks all of a state, so that one that does not fit leaves the stepper as it was. */
  #check(state: RecurrentState<HostArray>): void {
    this.#layer.checkState(state);
    const operation = `${this.#layer.kind}.stepper`;
    for (const [index, { tracks }] of this.#stages.entries()) {
      for (const [k, { floats }] of tracks.entries()) {
        const name = k === 0 ? 'h' : 'c';
        const given: StateSource = state[name][index]!;
        const wanted = formatShape(this.#shape(floats));
        const got = given instanceof View ? 'a view, which ends with its step: detach() it' : formatShape(given.shape);
        if (got !== wanted)
          throw new ShapeError(`${operation}: state.${name}[${index}] must be ${wanted}, got ${got}.`);
        checkValues(operation, `state.${name}[${index}]`, given as HostArray);
      }
    }
  }

  /** Gives its memory back to the engine, for the next stepper of the same size; every use afterwards throws. */
  release(): void {
    if (this.#released) return;
    this.#layer.engine.memory.free(this.#region.name);
    this.#released = true;
    this.#base = -1; // so that the next step looks for its addresses
  }

  /** Finds its addresses again, where the engine's memory has moved since. */
  #settle(): void {
    if (this.#released) {
      throw new RecurraError(`${this.#layer.kind}.stepper: it was released. Make a new one with layer.stepper().`);
    }
    const { memory } = this.#layer.engine;
    const { floats } = memory.heap;
    if (this.#region.base === this.#base && floats === this.#floats) return;
    let at = this.#region.base;
    this.#stages = this.#lay((size) => {
      const ptr = at;
      at += memory.bytes(Math.ceil(size / 16) * 16);
      return ptr;
    });
    this.#base = this.#region.base;
    this.#floats = floats;
    const [first, last] = [this.#stages[0]!, this.#stages.at(-1)!];
    this.#x = memory.view(first.input, this.batch * this.#layer.inputSize);
    this.#y = memory.view(last.output, last.floats);
  }

  /** The stages, on memory that `reserve` hands out: always in the same order, so always the same places. */
  #lay(reserve: (floats: number) => number): Stage[] {
    const { engine, cells, inputSize, options } = this.#layer;
    const B = this.batch;
    let x = reserve(B * inputSize);
    return cells.map((cell, k) => {
      const input = x;
      const tracks = cell.states.map(({ width }) => {
        const floats = B * width;
        return { before: reserve(floats), after: reserve(floats), floats };
      });
      const pass = cell.begin({ engine, B, N: B, x: input, tracks, training: false, reserve });
      const { floats } = tracks[0]!;
      // What a residual adds to is no state.
      x = options.residual && k > 0 ? reserve(floats) : tracks[0]!.after;
      return { pass, tracks, input, output: x, floats };
    });
  }
}
