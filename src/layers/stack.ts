/** One forward of a stack of recurrent layers: layer upon layer, each in all its directions. */

import { OptionError } from '../errors.js';
import type { View } from '../memory/view.js';
import { Batches } from '../ops/batches.js';
import { add } from '../ops/broadcast.js';
import { dropout, sequenceDropout } from '../ops/dropout.js';
import { mergeViews } from '../ops/merge.js';
import type { Ragged } from '../ops/ragged.js';
import { takeRows } from '../ops/rows.js';
import { checkInitial, recur } from '../ops/sequence.js';
import type { RecurResult, StateSource } from '../ops/sequence.js';
import type { TraceRecorder } from '../ops/trace.js';
import type { RecurrentLayer, RecurrentResult } from './recurrent.js';
import { RecurrentState } from './state.js';

/** What a forward runs on, beside the layer. */
export interface StackInput {
  /** (T, B, I). */
  readonly x: View;
  readonly state: RecurrentState | undefined;
  /** The order of a ragged batch. */
  readonly ragged: Ragged | undefined;
  readonly allStates: boolean;
  /** One for each cell, or none. */
  readonly traces: readonly TraceRecorder[];
}

/** Runs the cells of a layer over a sequence. */
export function runStack(layer: RecurrentLayer, { x, state, ragged, allStates, traces }: StackInput): RecurrentResult {
  const { bidirectional, merge, reverse, residual } = layer.options;
  const [T, B] = x.shape as [number, number];
  const batches = ragged?.batches ?? Batches.dense(T, B);
  const directions = bidirectional ? 2 : 1;
  const results: RecurResult[] = [];
  let outputs: readonly View[] = [ragged?.pack(x) ?? x];
  for (let k = 0; k < layer.numLayers; k++) {
    const input = outputs[0]!;
    const fed = k === 0 ? input : dropped(input, layer, batches);
    const passes = layer.cells.slice(k * directions, (k + 1) * directions).map((cell, d) => {
      const index = k * directions + d;
      return recur(cell, fed, initialStates(layer, index, state, ragged, B), {
        batches: ragged?.batches,
        reverse: d === 1 || reverse,
        trace: traces[index],
      });
    });
    results.push(...passes);
    outputs = passes.map(({ all }) => all[0]!);
    if (directions === 2 && merge !== 'none') outputs = [mergeViews(outputs[0]!, outputs[1]!, merge)];
    if (residual && k > 0) outputs = [add(outputs[0]!, input)];
  }
  return collect(layer, outputs, results, ragged, allStates);
}

function dropped(x: View, { options }: RecurrentLayer, batches: Batches): View {
  if (options.dropoutMask === 'sequence') return sequenceDropout(x, options.dropout, batches);
  return dropout(x, options.dropout);
}

/** What a cell begins from: the state given, the learned one for every row, or nothing, which is zeros. */
function initialStates(
  layer: RecurrentLayer,
  index: number,
  state: RecurrentState | undefined,
  ragged: Ragged | undefined,
  B: number,
): readonly (StateSource | undefined)[] {
  if (state !== undefined) {
    const given = [state.h[index]!, ...(state.c.length > 0 ? [state.c[index]!] : [])];
    if (ragged === undefined) return given;
    checkInitial(layer.cells[index]!, given, B);
    return given.map((source) => ragged.sort(source));
  }
  return layer.initialStates[index]!.map((learned) => {
    return takeRows(learned.view(), new Int32Array(B), [B, learned.size]);
  });
}

/** The results in the order and form of the batch that was given. */
function collect(
  layer: RecurrentLayer,
  outputs: readonly View[],
  results: readonly RecurResult[],
  ragged: Ragged | undefined,
  allStates: boolean,
): RecurrentResult {
  const unpacked = (view: View): View => ragged?.unpack(view) ?? view;
  const restored = (view: View): View => ragged?.restore(view) ?? view;
  const whole = outputs.map(unpacked);
  const [h, c] = [0, 1].map((k) => results.flatMap(({ last }) => last.slice(k, k + 1).map(restored)));
  const all = (k: number): View[] => results.flatMap((result) => result.all.slice(k, k + 1).map(unpacked));
  return {
    get output(): View {
      if (whole.length === 1) return whole[0]!;
      throw new OptionError(`${layer.kind}: merge is 'none', so there are two outputs. Use .outputs.`);
    },
    outputs: whole,
    state: new RecurrentState(h!, c!),
    ...(allStates ? { allStates: { h: all(0), c: all(1) } } : {}),
  };
}
