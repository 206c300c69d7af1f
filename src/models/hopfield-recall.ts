/**
 * The two dynamics of a Hopfield network, each s_i := sign((W s)_i), where a unit without a field stays as it is; a field
 * that rounding alone may have made counts as none (`zero` of the connections):
 *
 *     asynchronous   one unit after another, each once a step, in an order drawn anew for every step. The energy
 *                    -1/2 s^T W s falls with every unit that changes (Hopfield 1982), so there is a fixed point at the end.
 *     synchronous    all units at once. With symmetric W it ends in a fixed point or in a cycle of two states
 *                    (Goles-Chacc, Fogelman-Soulie and Pellegrin 1985).
 */

import { ASSIGN, panelSize } from '../kernels/codes.js';
import type { FloatArray } from '../memory/heap.js';
import { Random } from '../random.js';
import type { Connections } from './hopfield-storage.js';
import { fields } from './hopfield-storage.js';
import type { RecallEnd } from './patterns.js';

/** Where one state ended. */
export interface Ending {
  readonly state: Int8Array;
  readonly steps: number;
  readonly end: RecallEnd;
}

/**
 * Asynchronous recall of states: one product for their fields, which then follow each flip in 64 bits, so that a step
 * costs N and a flip costs N.
 * @param states (b, N)
 * @param seed of the orders; they are the same for every state, whatever else is recalled
 */
export function recallApart(connections: Connections, states: Int8Array, maxSteps: number, seed: number): Ending[] {
  const { N } = connections;
  const h = fields(connections, states);
  return Array.from({ length: states.length / N }, (_, row) => {
    const [from, to] = [row * N, (row + 1) * N];
    return settle(connections, states.slice(from, to), Float64Array.from(h.subarray(from, to)), maxSteps, seed);
  });
}

function settle(connections: Connections, state: Int8Array, h: Float64Array, maxSteps: number, seed: number): Ending {
  const { zero } = connections;
  const random = new Random(seed);
  const order = Int32Array.from(state.keys());
  for (let steps = 0; steps < maxSteps; steps++) {
    if (state.every((s, i) => s * h[i]! >= -zero)) return { state, steps, end: 'fixed point' };
    random.shuffle(order);
    for (const i of order) if (state[i]! * h[i]! < -zero) flip(connections, state, h, i);
  }
  return { state, steps: maxSteps, end: 'limit' };
}

/** Turns unit i over; row i of W, being symmetric, is its part in every field. */
function flip({ values, N }: Connections, state: Int8Array, h: Float64Array, i: number): void {
  state[i]! *= -1;
  const change = 2 * state[i]!;
  const row = i * N;
  for (let j = 0; j < N; j++) h[j]! += change * values[row + j]!;
}

/** A state that synchronous recall has not done with, and the one before it. */
interface Running {
  readonly row: number;
  state: Int8Array;
  before: Int8Array | undefined;
}

/**
 * Synchronous recall of many states: a step is one product, (b, N) by (N, N), of those still running.
 * @param states (b, N)
 */
export function recallTogether({ engine, N, ptr, zero }: Connections, states: Int8Array, maxSteps: number): Ending[] {
  const b = states.length / N;
  const endings = new Array<Ending>(b);
  let running: Running[] = Array.from({ length: b }, (_, row) => {
    return { row, state: states.slice(row * N, (row + 1) * N), before: undefined };
  });
  engine.evaluate(() => {
    const { kernels, memory } = engine;
    const panels = memory.reserve(panelSize(N, N));
    kernels.packPanels(panels, ptr, 0, 0, N, N, N);
    const [x, h] = [memory.reserve(b * N), memory.reserve(b * N)];
    for (let steps = 0; steps < maxSteps && running.length > 0; steps++) {
      const M = running.length;
      const inputs = memory.view(x, M * N);
      running.forEach(({ state }, k) => inputs.set(state, k * N));
      kernels.gemm(h, x, panels, M, N, N, N, N, ASSIGN);
      const outputs = memory.view(h, M * N);
      running = running.filter((one, k) => {
        const ending = update(one, outputs.subarray(k * N, (k + 1) * N), zero, steps);
        if (ending !== undefined) endings[one.row] = ending;
        return ending === undefined;
      });
    }
  });
  for (const { row, state } of running) endings[row] = { state, steps: maxSteps, end: 'limit' };
  return endings;
}

/** One update of one state after `steps` of them. @returns where it ends, if it does */
function update(one: Running, h: FloatArray, zero: number, steps: number): Ending | undefined {
  const { state, before } = one;
  const next = state.map((s, i) => (Math.abs(h[i]!) <= zero ? s : Math.sign(h[i]!)));
  if (next.every((s, i) => s === state[i])) return { state, steps, end: 'fixed point' };
  if (before !== undefined && next.every((s, i) => s === before[i])) {
    return { state: before, steps: steps - 1, end: 'cycle' };
  }
  one.before = state;
  one.state = next;
  return undefined;
}
