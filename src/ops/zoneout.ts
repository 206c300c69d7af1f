/**
 * Zoneout (Krueger et al. 2017) around any cell: each unit of a state stays what it was with probability p, drawn anew
 * at every step; while evaluating, the state is the mean over those draws, p h_{t-1} + (1 - p) h_t.
 */

import type { Engine } from '../engine.js';
import type { View } from '../memory/view.js';
import { DrawnMask } from './dropout-mask.js';
import type { Cell, Gates, Pass, Setting, Track } from './sequence.js';

/** The cell, with zoneout on the states whose rate is above 0. @param rates p for each state */
export function zoned(cell: Cell, rates: readonly number[]): Cell {
  return rates.some((p) => p > 0) ? new ZoneoutCell(cell, rates) : cell;
}

/** A cell with zoneout on its states. */
class ZoneoutCell implements Cell {
  readonly name: string;
  readonly engine: Engine;
  readonly inputSize: number;
  readonly states: Cell['states'];
  readonly #cell: Cell;
  readonly #rates: readonly number[];

  constructor(cell: Cell, rates: readonly number[]) {
    this.name = cell.name;
    this.engine = cell.engine;
    this.inputSize = cell.inputSize;
    this.states = cell.states;
    this.#cell = cell;
    this.#rates = rates;
  }

  begin(setting: Setting): Pass {
    const { engine, N, training, reserve } = setting;
    const zones = this.states.map(({ width }, k): Zone | undefined => {
      const p = this.#rates[k]!;
      if (p === 0) return undefined;
      const mask = training ? new DrawnMask(engine, p) : undefined;
      return { k, p, width, mask, track: setting.tracks[k]!, fresh: reserve(N * width) };
    });
    // The cell leaves its own states in a place of theirs, for its way back reads them.
    const tracks = setting.tracks.map(({ before, after }, k) => ({ before, after: zones[k]?.fresh ?? after }));
    const inner = this.#cell.begin({ ...setting, tracks });
    return new ZoneoutPass(
      inner,
      setting,
      zones.filter((zone) => zone !== undefined),
      this.states[0]!.width,
    );
  }
}

/** One state that is zoned out. */
interface Zone {
  readonly k: number;
  readonly p: number;
  readonly width: number;
  readonly mask: DrawnMask | undefined;
  readonly track: Track;
  /** (N, W): the states of the cell itself. */
  readonly fresh: number;
}

class ZoneoutPass implements Pass {
  readonly gates?: Gates;
  readonly #inner: Pass;
  readonly #setting: Setting;
  readonly #zones: readonly Zone[];
  readonly #outputWidth: number;

  constructor(inner: Pass, setting: Setting, zones: readonly Zone[], outputWidth: number) {
    if (inner.gates !== undefined) this.gates = inner.gates;
    this.#inner = inner;
    this.#setting = setting;
    this.#zones = zones;
    this.#outputWidth = outputWidth;
  }

  input(): void {
    this.#inner.input();
  }

  forward(at: number, rows: number): void {
    const { kernels, memory } = this.#setting.engine;
    this.#inner.forward(at, rows);
    for (const { p, width, mask, track, fresh } of this.#zones) {
      const n = rows * width;
      const offset = memory.bytes(at * width);
      const [to, before] = [track.after + offset, track.before + offset];
      if (mask !== undefined) mask.mix(to, fresh + offset, before, n, at * width);
      else {
        memory.copy(to, fresh + offset, n);
        kernels.scale(to, n, 1 - p);
        kernels.axpy(to, before, n, p);
      }
    }
  }

  backward(at: number, rows: number, d: readonly number[], dy: number, _carry: boolean): void {
    const { kernels, memory } = this.#setting.engine;
    memory.scratch(() => {
      const n = rows * this.#outputWidth;
      // What reached the output from above meets the mask too.
      kernels.axpy(d[0]!, dy, n, 1);
      const zeros = memory.reserve(n);
      memory.zero(zeros, n);
      const kept = this.#zones.map(({ k, width, mask }) => {
        const stays = memory.reserve(rows * width);
        mask!.unmix(d[k]!, stays, rows * width, at * width);
        return { k, stays, n: rows * width };
      });
      this.#inner.backward(at, rows, d, zeros, true);
      for (const { k, stays, n: size } of kept) kernels.axpy(d[k]!, stays, size, 1);
    });
  }

  finish(x: View): void {
    this.#inner.finish(x);
  }
}
