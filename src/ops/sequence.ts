/**
 * The way of a cell over a sequence and back, written once for every cell, direction and batch (design section 3).
 *
 * What a cell carries from step to step are its states, (B, W) each; the first is its output. All buffers hold the rows
 * of all steps one step after another: T B rows, or, in a ragged batch, as many as there are valid steps.
 *
 * A dense batch keeps T + 1 slots of each state, so what one step leaves is what the next begins from, in place. In a
 * ragged batch, and going backwards in time, rows join and leave: there a step begins from a copy.
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Engine, HostArray } from '../engine.js';

import { View } from '../memory/view.js';
import { Axes, checkFilled } from '../shape.js';
import { Batches } from './batches.js';
import type { TraceRecorder } from './trace.js';

/** A state given to an operation: a view of the running step, or numbers carried over from an earlier one. */
export type StateSource = View | HostArray;

/** Addresses of one state, (N, W) each: what every row's step begins from, and what it leaves. */
export interface Track {
  readonly before: number;
  readonly after: number;
}

/** What a pass works on. */
export interface Setting {
  readonly engine: Engine;
  /** Rows of the batch. */
  readonly B: number;
  /** Rows of all steps. */
  readonly N: number;
  /** (N, I). */
  readonly x: number;
  readonly tracks: readonly Track[];
  /** Whether a way back follows, and with it dropout. */
  readonly training: boolean;
  /** Room for what the pass keeps. */
  reserve(floats: number): number;
}

/** The activated gates of a pass, (N, blocks H), for those who look at them. */
export interface Gates {
  readonly ptr: number;
  /** H. */
  readonly width: number;
  /** The names of the blocks, in order; one that is no gate has none. */
  readonly names: readonly (string | undefined)[];
}

/** One pass of a cell over a sequence: what the forward keeps for the backward, and both. */
export interface Pass {
  readonly gates?: Gates;
  /** The products that all rows have in common, before the first step. */
  input(): void;
  /** The step whose `rows` rows begin at row `at` of all. */
  forward(at: number, rows: number): void;
  /**
   * Goes back through a step.
   * @param d of each state the gradient after the step in, before it out, (rows, W)
   * @param dy what reached the step's output from above, (rows, W)
   * @param carry whether anything wants the gradient of the first state before the step
   */
  backward(at: number, rows: number, d: readonly number[], dy: number, carry: boolean): void;
  /** The gradients of the parameters and of x, after the way back. */
  finish(x: View): void;
}

/** What a cell carries from step to step. */
export interface CellState {
  /** A letter. */
  readonly name: string;
  /** W. */
  readonly width: number;
  /** The letter of W, and the option it comes from, for messages. Default H, from hiddenSize. */
  readonly axis?: readonly [letter: string, from: string];
}

/** A cell with its weights. */
export interface Cell {
  readonly name: string;
  readonly engine: Engine;
  /** I. */
  readonly inputSize: number;
  /** The states; the first is the output. */
  readonly states: readonly CellState[];
  begin(setting: Setting): Pass;
}

/** Options of `recur`. */
export interface RecurOptions {
  /** The rows of each step of a packed x; without it x is dense. */
  readonly batches?: Batches | undefined;
  /** Whether to run from the last step to the first. Default false. */
  readonly reverse?: boolean;
  /** Where gates and gradients are written down. */
  readonly trace?: TraceRecorder | undefined;
}

/** The result of `recur`, a view for each state. */
export interface RecurResult {
  /** After every step, (T, B, W), or (N, W) packed. */
  readonly all: readonly View[];
  /** After each row's last step, (B, W). */
  readonly last: readonly View[];
}

/** One state over the sequence. */
interface Slots extends Track {
  readonly width: number;
  /** (B, W): where the state begins, and where it ends. */
  readonly initial: number;
  readonly final: number;
}

/**
 * Runs a cell over a sequence.
 * @param x (T, B, I), or (N, I) with `batches`
 * @param initial (B, W) for each state; zeros where not given
 * @throws ShapeError
 */
export function recur(
  cell: Cell,
  x: View,
  initial: readonly (StateSource | undefined)[],
  { batches: given, reverse = false, trace }: RecurOptions = {},
): RecurResult {
  const { engine } = cell;
  const { memory, tape } = engine;
  checkEngine(cell.name, x, engine);
  const batches = given ?? denseBatches(cell, x);
  const { B, N, T } = batches;
  checkInitial(cell, initial, B);
  const slots = cell.states.map(({ width }, k) => {
    const made = reserveSlots(engine, batches, width, reverse);
    fillState(engine, initial[k], made.initial, B * width);
    return made;
  });
  const reserve = (floats: number): number => memory.reserve(floats);
  const pass = cell.begin({ engine, B, N, x: x.ptr, tracks: slots, training: tape.recording, reserve });
  pass.input();
  const order = stepsOf(T, reverse);
  for (const t of order) {
    const [at, rows] = [batches.at(t), batches.rows(t)];
    if (!batches.dense) for (const slot of slots) enter(engine, slot, at, rows);
    pass.forward(at, rows);
    if (!batches.dense) for (const slot of slots) leave(engine, slot, at, rows);
  }
  const result = viewsOf(engine, cell, x, slots, B);
  trace?.forward(engine, pass.gates, N, T, reverse);
  tape.record(cell.name, () => goBack({ engine, cell, x, initial, batches, order, pass, result, trace }));
  return result;
}

/** The steps in the order they are run. */
function stepsOf(T: number, reverse: boolean): readonly number[] {
  const steps = Array.from({ length: T }, (_, t) => t);
  return reverse ? steps.reverse() : steps;
}

/** Checks x (T, B, I), whose values the way back reads again. @throws ShapeError */
function denseBatches({ name, inputSize }: Cell, x: View): Batches {
  new Axes(name).bind('I', inputSize, 'inputSize').check('x', x.shape, 'T B I');
  const [T, B] = x.shape as [number, number, number];
  return Batches.dense(T, B);
}

function reserveSlots({ memory }: Engine, { dense, T, B, N }: Batches, width: number, reverse: boolean): Slots {
  const state = memory.bytes(B * width);
  if (dense) {
    const first = memory.reserve((T + 1) * B * width);
    const second = first + state;
    const end = first + T * state;
    return reverse
      ? { width, before: second, after: first, initial: end, final: first }
      : { width, before: first, after: second, initial: first, final: end };
  }
  const current = memory.reserve(B * width);
  const before = memory.reserve(N * width);
  return { width, before, after: memory.reserve(N * width), initial: current, final: current };
}

/** Checks the states that a batch of B rows is to begin from, as far as they are given. @throws ShapeError */
export function checkInitial(cell: Cell, initial: readonly (StateSource | undefined)[], B: number): void {
  for (const [k, source] of initial.entries()) {
    if (source === undefined) continue;
    const { name, width, axis: [letter, from] = ['H', 'hiddenSize'] } = cell.states[k]!;
    const axes = new Axes(cell.name).bind('B', B, 'x (T, B, I)').bind(letter, width, from);
    axes.check(`${name}0`, source.shape, `B ${letter}`);
    if (source instanceof View) checkEngine(cell.name, source, cell.engine);
    else checkValues(cell.name, `${name}0`, source);
  }
}

/** Fills a state with what was given, or with zeros. */
function fillState({ memory }: Engine, source: StateSource | undefined, to: number, size: number): void {
  if (source === undefined) memory.zero(to, size);
  else if (source instanceof View) memory.copy(to, source.ptr, size);
  else memory.view(to, size).set(source.data);
}

/** The numbers of an array, as many as its shape says. @throws ShapeError */
export function checkValues(operation: string, name: string, { data, shape }: HostArray): ArrayLike<number> {
  checkFilled(`${operation}: ${name} of`, shape, data.length);
  return data;
}

/** The rows of a step begin from the state as it is; the others wait or have ended. */
function enter({ memory }: Engine, { before, initial, width }: Slots, at: number, rows: number): void {
  memory.copy(before + memory.bytes(at * width), initial, rows * width);
}

function leave({ memory }: Engine, { after, final, width }: Slots, at: number, rows: number): void {
  memory.copy(final, after + memory.bytes(at * width), rows * width);
}

function viewsOf({ memory, tape }: Engine, cell: Cell, x: View, slots: readonly Slots[], B: number): RecurResult {
  const view = (label: string, ptr: number, shape: readonly number[]): View => {
    const made = new View(memory, `${label} of ${cell.name}`, ptr, shape, tape.recording);
    made.keep(); // the way back reads the states again
    return made;
  };
  x.keep();
  const leading = x.shape.slice(0, -1);
  const letters = cell.states.map(({ name }) => name);
  return {
    all: slots.map(({ after, width }, k) => view(k === 0 ? 'output' : `all ${letters[k]}`, after, [...leading, width])),
    last: slots.map(({ final, width }, k) => view(letters[k]!, final, [B, width])),
  };
}

interface WayBack {
  readonly engine: Engine;
  readonly cell: Cell;
  readonly x: View;
  readonly initial: readonly (StateSource | undefined)[];
  readonly batches: Batches;
  readonly order: readonly number[];
  readonly pass: Pass;
  readonly result: RecurResult;
  readonly trace: TraceRecorder | undefined;
}

function goBack({ engine, cell, x, initial, batches, order, pass, result, trace }: WayBack): void {
  const { all, last } = result;
  if (![...all, ...last].some((view) => view.hasGradient)) return;
  const { kernels, memory } = engine;
  const widths = cell.states.map(({ width }) => width);
  // The gradient of an initial state must exist before scratch is reserved behind it.
  for (const source of initial) if (wantsGradient(source)) source.gradient();
  memory.scratch(() => {
    const above = all.map((view) => (view.hasGradient ? view.gradient() : 0));
    const zeros = above[0] === 0 ? zeroRows(engine, batches.B * widths[0]!) : 0;
    const d = last.map((view) => carriedGradient(engine, view));
    for (let i = order.length - 1; i >= 0; i--) {
      const t = order[i]!;
      const [at, rows] = [batches.at(t), batches.rows(t)];
      for (let k = 1; k < d.length; k++) {
        const width = widths[k]!;
        if (above[k] !== 0) kernels.axpy(d[k]!, above[k]! + memory.bytes(at * width), rows * width, 1);
      }
      const dy = above[0] === 0 ? zeros : above[0]! + memory.bytes(at * widths[0]!);
      trace?.backward(engine, t, d[0]!, dy, rows * widths[0]!);
      pass.backward(at, rows, d, dy, i > 0 || wantsGradient(initial[0]));
    }
    for (const [k, source] of initial.entries()) {
      if (wantsGradient(source)) kernels.axpy(source.gradient(), d[k]!, source.size, 1);
    }
  });
  pass.finish(x);
}

/** Scratch (B, W) for a gradient that travels back through time, begun with the final state's own. */
function carriedGradient({ memory }: Engine, final: View): number {
  if (!final.hasGradient) return zeroRows(engineOf(final), final.size);
  const carried = memory.reserve(final.size);
  memory.copy(carried, final.gradient(), final.size);
  return carried;
}

function zeroRows({ memory }: Engine, floats: number): number {
  const ptr = memory.reserve(floats);
  memory.zero(ptr, floats);
  return ptr;
}

/** Whether an initial state is a view that wants a gradient: else the product that brings it back can be left out. */
function wantsGradient(source: StateSource | undefined): source is View {
  return source instanceof View && source.requiresGrad;
}
