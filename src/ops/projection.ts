/** The projected state of an LSTM, h = W_hr m with m = o tanh(c) (Sak, Senior and Beaufays 2014). */

import { ASSIGN } from '../kernels/codes.js';
import type { Parameter } from '../memory/parameter.js';
import { backwardPanels, forwardPanels } from './panels.js';
import type { Panels } from './panels.js';
import { weightGradient } from './recurrent.js';
import type { Setting } from './sequence.js';

/** W_hr with its panels. */
export class Projection {
  readonly weight: Parameter;
  readonly forward: Panels;
  readonly backward: Panels;

  constructor(weight: Parameter) {
    this.weight = weight;
    this.forward = forwardPanels(weight, []);
    this.backward = backwardPanels(weight);
  }
}

/** The projection of one pass: h = W_hr m, m = o tanh(c). */
export class ProjectedPass {
  /** (N, H). */
  readonly m: number;
  readonly #setting: Setting;
  readonly #projection: Projection;
  /** (N, P): the gradient of h from all sides. */
  readonly #dh: number;

  constructor(projection: Projection, setting: Setting) {
    const [P, H] = projection.weight.shape as [number, number];
    this.#projection = projection;
    this.#setting = setting;
    this.m = setting.reserve(setting.N * H);
    this.#dh = setting.training ? setting.reserve(setting.N * P) : 0;
  }

  forward(at: number, rows: number): void {
    const { engine, tracks } = this.#setting;
    const { weight, forward } = this.#projection;
    const [P, H] = weight.shape as [number, number];
    const { kernels, memory } = engine;
    const h = tracks[0]!.after + memory.bytes(at * P);
    kernels.gemm(h, this.m + memory.bytes(at * H), forward.ptr, rows, P, H, H, P, ASSIGN);
  }

  /** @returns the gradient of m in two parts, as that of h came: scratch, and zeros */
  backward(at: number, rows: number, dh: number, dy: number): [number, number] {
    const { kernels, memory } = this.#setting.engine;
    const { weight, backward } = this.#projection;
    const [P, H] = weight.shape as [number, number];
    const all = this.#dh + memory.bytes(at * P);
    memory.copy(all, dy, rows * P);
    kernels.axpy(all, dh, rows * P, 1);
    const dm = memory.reserve(rows * H);
    kernels.gemm(dm, all, backward.ptr, rows, H, P, P, H, ASSIGN);
    const zeros = memory.reserve(rows * H);
    memory.zero(zeros, rows * H);
    return [dm, zeros];
  }

  finish(): void {
    const { weight } = this.#projection;
    const P = weight.shape[0]!;
    weightGradient(weight, { from: 0, rows: P }, this.#dh, this.m, this.#setting.N, P);
  }
}
