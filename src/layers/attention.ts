/**
 * Attention: for each query, a mean of the rows of a memory, weighted by how well each row fits the query.
 *
 *     a_ts = softmax over s of score(q_t, m_s)          c_t = sum over s of a_ts m_s
 *
 *     dot        q . m                                  Luong, Pham and Manning 2015, equation 8
 *     scaled     g (q . m), g learned                   begins at 1 / sqrt(Q), where Vaswani et al. 2017 leave it
 *     general    q . W m                                Luong et al. 2015
 *     additive   v . tanh(W_q q + W_m m + b)            Bahdanau, Cho and Bengio 2015
 */

import { checkEngine } from '../engine.js';
import type { Engine, HostArray } from '../engine.js';
import { OptionError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import { multiply } from '../ops/broadcast.js';
import { linear, LinearWeights } from '../ops/linear.js';
import { matmul } from '../ops/matmul.js';
import { outerSum } from '../ops/outer-sum.js';
import { raggedBatch } from '../ops/ragged.js';
import { putRows, takeRows } from '../ops/rows.js';
import { softmax } from '../ops/softmax.js';
import { reshape, transpose } from '../ops/transpose.js';
import { checkChoice, checkKnown, checkSize } from '../options.js';
import { Axes } from '../shape.js';
import { constant, xavier } from './initializers.js';
import type { Initializer } from './initializers.js';
import { Layer } from './layer.js';

/** The scores there are. */
export const ATTENTIONS = ['dot', 'scaled', 'general', 'additive'] as const;

/** How a query and a row of the memory are compared. */
export type AttentionKind = (typeof ATTENTIONS)[number];

/** Options of `Attention`. */
export interface AttentionOptions {
  readonly kind: AttentionKind;
  /** Q, the width of a query. */
  readonly querySize: number;
  /** M, the width of a row of the memory; for 'dot' and 'scaled' it is Q. */
  readonly memorySize: number;
  /** A, the width in which 'additive' compares. Default Q. */
  readonly size?: number | undefined;
  /** How the weights begin. Default: Xavier, and 1 / sqrt(Q) for g. The bias begins at zero. */
  readonly init?: Initializer | undefined;
}

/** What is attended to, made ready once for all queries of a step. */
export interface AttentionMemory {
  /** (B, S, M), zeros behind the end of a row. */
  readonly values: View;
  /** (B, S, Q or A): what queries are compared with. */
  readonly keys: View;
  /** (B, 1, S), where rows end early. */
  readonly mask: HostArray | undefined;
}

/** The result of an attention layer's forward. */
export interface AttentionResult {
  /** (T, B, M). */
  readonly context: View;
  /** (B, T, S), each row a distribution over the memory: exactly 0 behind its end. */
  readonly weights: View;
}

/** Compares queries with a memory and returns means of it. */
export class Attention extends Layer {
  readonly kind: AttentionKind;
  readonly querySize: number;
  readonly memorySize: number;
  /** Of keys, and of queries: none where they are compared as they are. */
  readonly #keys: LinearWeights | undefined;
  readonly #queries: LinearWeights | undefined;
  /** v (1, A) of 'additive'. */
  readonly #energy: LinearWeights | undefined;
  /** g (1) of 'scaled'. */
  readonly #scale: Parameter | undefined;

  /** @throws OptionError */
  constructor(engine: Engine, options: AttentionOptions) {
    super(engine);
    checkKnown('Attention', options, ['kind', 'querySize', 'memorySize', 'size', 'init']);
    this.kind = checkChoice('Attention', 'kind', options.kind, ATTENTIONS);
    const Q = (this.querySize = checkSize('Attention', 'querySize', options.querySize));
    const M = (this.memorySize = checkSize('Attention', 'memorySize', options.memorySize));
    const A = checkSize('Attention', 'size', options.size ?? Q);
    refuseContradictions(options);
    const { init = xavier } = options;
    if (this.kind === 'scaled') this.#scale = this.declare('scale', [1], options.init ?? constant(1 / Math.sqrt(Q)));
    if (this.kind === 'general') this.#keys = new LinearWeights(this.declare('weight', [Q, M], init), undefined);
    if (this.kind !== 'additive') return;
    const bias = this.declare('bias', [A], constant(0));
    this.#queries = new LinearWeights(this.declare('weight_q', [A, Q], init), bias);
    this.#keys = new LinearWeights(this.declare('weight_m', [A, M], init), undefined);
    this.#energy = new LinearWeights(this.declare('weight_v', [1, A], init), undefined);
  }

  /**
   * Makes a memory ready.
   * @param x (S, B, M), such as the outputs of an encoder
   * @param lengths the rows of x that count for each of B, from 0 to S; behind them x may hold anything. Default: S
   * @throws ShapeError, DataError for lengths that cannot be
   */
  prepare(x: View, lengths?: ArrayLike<number>): AttentionMemory {
    checkEngine('attention', x, this.engine);
    new Axes('attention').bind('M', this.memorySize, 'memorySize').check('x', x.shape, 'S B M');
    const ragged = lengths !== undefined && raggedBatch('attention', x, lengths) !== undefined;
    const values = ragged ? validRows(x, lengths) : transpose(x, 0, 1);
    const keys = this.#keys === undefined ? values : linear(values, this.#keys);
    return { values, keys, mask: ragged ? maskOf(lengths, x.shape[0]!) : undefined };
  }

  /**
   * The means of the memory for each query.
   * @param query (T, B, Q)
   * @throws ShapeError
   */
  forward(query: View, { values, keys, mask }: AttentionMemory): AttentionResult {
    checkEngine('attention', query, this.engine);
    const axes = new Axes('attention').bind('Q', this.querySize, 'querySize').bind('B', keys.shape[0]!, 'the memory');
    axes.check('query', query.shape, 'T B Q');
    const scores = this.#scores(transpose(query, 0, 1), keys);
    const weights = softmax(scores, mask === undefined ? {} : { mask });
    return { context: transpose(matmul(weights, values), 0, 1), weights };
  }

  /** @param q (B, T, Q) @param keys (B, S, Q or A) @returns (B, T, S) */
  #scores(q: View, keys: View): View {
    if (this.#energy !== undefined) {
      const compared = tanh(outerSum(linear(q, this.#queries!), keys));
      return reshape(linear(compared, this.#energy), compared.shape.slice(0, -1));
    }
    const scaled = this.#scale === undefined ? q : multiply(q, this.#scale.view());
    return matmul(scaled, keys, { transposeB: true });
  }
}

/** (S, B, M) to (B, S, M), zero behind the end of each row whatever x holds there: 0 times a NaN is a NaN. */
function validRows(x: View, lengths: ArrayLike<number>): View {
  const [S, B, M] = x.shape as [number, number, number];
  const from: number[] = [];
  const to: number[] = [];
  for (let b = 0; b < B; b++) {
    for (let s = 0; s < lengths[b]!; s++) {
      from.push(s * B + b);
      to.push(b * S + s);
    }
  }
  return putRows(takeRows(x, Int32Array.from(from), [from.length, M]), Int32Array.from(to), [B, S, M]);
}

/** (B, 1, S): 1 up to the end of each row. */
function maskOf(lengths: ArrayLike<number>, S: number): HostArray {
  const B = lengths.length;
  const data = Float32Array.from({ length: B * S }, (_, i) => (i % S < lengths[Math.floor(i / S)]! ? 1 : 0));
  return { data, shape: [B, 1, S] };
}

function refuseContradictions({ kind, querySize, memorySize, size }: AttentionOptions): void {
  if ((kind === 'dot' || kind === 'scaled') && querySize !== memorySize) {
    throw new OptionError(
      `Attention: kind '${kind}' takes queries as wide as the memory, got querySize ${querySize} and memorySize ` +
        `${memorySize}. Take 'general' or 'additive'.`,
    );
  }
  if (kind !== 'additive' && size !== undefined) {
    throw new OptionError(`Attention: size ${size} is for kind 'additive', and kind is '${kind}'. Leave it out.`);
  }
}
