/**
 * The cross-entropy over a few classes drawn at random in place of all V, for training where V is large (Bengio and
 * Senecal 2003; Jean et al. 2015). Each row's classes are its own target and N negatives that all rows share; a class c
 * that is drawn more often than others stands for less, so
 *
 *     logit'_c = w_c x + b_c - log E(c),   E(c) the expected number of times that c is among the negatives
 *
 * and a negative that is the target of a row does not count in that row. The sum over the negatives of exp(logit') then
 * estimates that over all classes. The loss is below that of the full softmax: it is for learning, not for judging.
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { Axes, formatShape } from '../shape.js';
import { add, multiply, subtract } from './broadcast.js';
import { concat } from './concat.js';
import { crossEntropy } from './cross-entropy.js';
import { checkForm, checkIds } from './embedding.js';
import { gather } from './gather.js';
import { axesOf } from './loss.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { reshape } from './transpose.js';

/** Classes that are drawn, and how often each was to be expected. */
export interface Negatives {
  /** Different classes, at least one. */
  readonly ids: Int32Array;
  /** log E(c) of any class c. */
  readonly logExpected: (id: number) => number;
}

/** The weights of the output: those of a `Linear`. */
export interface OutputWeights {
  /** (V, H). */
  readonly weight: Parameter;
  /** (V), if there is one. */
  readonly bias: Parameter | undefined;
}

const OPERATION = 'sampledCrossEntropy';

/**
 * The mean over all rows of -log softmax'(target), in nats, over each row's target and the negatives.
 * @param x the shape of targets, then H
 * @param targets ids below V
 * @returns a view of one element
 * @throws ShapeError; DataError for a target or a negative outside of V, and for negatives that are there twice
 */
export function sampledCrossEntropy(x: View, output: OutputWeights, targets: Ids, negatives: Negatives): View {
  const { weight, bias } = output;
  const engine = engineOf(weight);
  checkEngine(OPERATION, x, engine);
  checkArguments(x, weight, targets, negatives);
  const { ids, logExpected } = negatives;
  const [n, N] = [targets.data.length, ids.length];
  const logs = (of: Int32Array): View => {
    return engine.input(
      { data: Float64Array.from(of, logExpected), shape: [of.length] },
      `expectations of ${OPERATION}`,
    );
  };
  /** b_c - log E(c). */
  const offsets = (of: Int32Array): View => {
    const rows = bias && gather(bias.view(), { data: of, shape: [of.length] });
    return rows === undefined ? multiply(logs(of), -1) : subtract(rows, logs(of));
  };
  const table = weight.view();
  const rows = reshape(x, [n, weight.shape[1]!]);
  const others = matmul(rows, gather(table, { data: ids, shape: [N] }), { transposeB: true });
  const own = sum(multiply(rows, gather(table, { data: targets.data, shape: [n] })), 1);
  const logits = concat([add(others, offsets(ids)), reshape(add(own, offsets(targets.data)), [n, 1])], 1);
  ruleOutHits(logits, targets.data, ids);
  return crossEntropy(logits, { data: new Int32Array(n).fill(N), shape: [n] });
}

/** -Infinity where a negative is the target of the row: no share of the softmax, and so no gradient, which is 0 exactly. */
function ruleOutHits(logits: View, targets: Int32Array, ids: Int32Array): void {
  const values = logits.memory.view(logits.ptr, logits.size);
  const places = new Map(Array.from(ids, (id, k) => [id, k]));
  for (let i = 0; i < targets.length; i++) {
    const k = places.get(targets[i]!);
    if (k !== undefined) values[i * (ids.length + 1) + k] = -Infinity;
  }
}

/** @throws ShapeError, DataError */
function checkArguments(x: View, weight: Parameter, targets: Ids, { ids }: Negatives): void {
  const [V, H] = weight.shape as [number, number];
  if (x.shape.at(-1) !== H) {
    throw new ShapeError(
      `${OPERATION}: x must be (..., H) = (..., ${H}), got ${formatShape(x.shape)}. H = ${H} comes from the weight (V, H).`,
    );
  }
  const leading = x.shape.slice(0, -1);
  const axes = axesOf(leading);
  new Axes(OPERATION).check('x', leading, axes).check('targets', checkForm(OPERATION, 'targets', targets).shape, axes);
  checkIds(OPERATION, targets, V);
  checkIds(OPERATION, { data: ids, shape: [ids.length] }, V);
  if (ids.length > 0 && new Set(ids).size === ids.length) return;
  const got = ids.length === 0 ? 'none' : `${ids.length} with some of them twice`;
  throw new DataError(`${OPERATION}: the negatives must be different classes, at least one, got ${got}.`);
}
