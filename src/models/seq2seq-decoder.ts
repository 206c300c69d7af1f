/**
 * The decoder: at each step the logits of the next token, from the token before, its state, and what of the source it
 * attends to (Luong, Pham and Manning 2015):
 *
 *     s_t = cell([y_t-1; thought; a_t-1], s_t-1)     the thought and a_t-1 where they are asked for
 *     a_t = tanh(W_c [c_t; s_t])                     c_t: attention of s_t over the encoder's outputs; else a_t = s_t
 *     logits_t = W a_t + b
 */

import type { PairBatch } from '../data/pairs.js';
import type { Engine, HostArray, Ids } from '../engine.js';
import { Attention } from '../layers/attention.js';
import type { AttentionMemory } from '../layers/attention.js';
import { Embedding } from '../layers/embedding.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RecurrentState } from '../layers/state.js';
import { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import { concat } from '../ops/concat.js';
import { dropout } from '../ops/dropout.js';
import { gather } from '../ops/gather.js';
import type { StateSource } from '../ops/sequence.js';
import { reshape } from '../ops/transpose.js';
import { makeRecurrent } from './network.js';
import { drawTokens } from './scheduled-sampling.js';
import type { Encoded } from './seq2seq-encoder.js';
import type { FullSeq2SeqOptions } from './seq2seq-options.js';

/** What one step hands to the next. */
export interface DecoderState<S extends StateSource = StateSource> {
  readonly recurrent: RecurrentState<S> | undefined;
  /** a_t (1, R, H), with input feeding, once there is one. */
  readonly fed: S | undefined;
}

/** One source, or several, made ready to be decoded. */
export interface Reading {
  /** (B, D H). */
  readonly thought: View;
  readonly memory: AttentionMemory | undefined;
}

/** The result of some steps. */
interface Steps {
  /** (T, R, V). */
  readonly logits: View;
  /** (B, T R / B, S): row k B + b of step t has weights [b, t R / B + k]. */
  readonly weights: View | undefined;
  readonly state: DecoderState<View>;
}

/** Embedding, recurrent layers, attention, output. */
export class Decoder {
  readonly #engine: Engine;
  readonly #options: FullSeq2SeqOptions;
  /** Of the token before; none where the thought is all it reads. */
  readonly #embedding: Embedding | undefined;
  readonly #recurrent: RecurrentLayer;
  readonly #attention: Attention | undefined;
  /** W_c (H, D H + H). */
  readonly #combine: Linear | undefined;
  readonly #head: Linear;

  /** @param init how every weight begins, instead of as each layer has it */
  constructor(engine: Engine, options: FullSeq2SeqOptions, init?: Initializer) {
    const { target, embeddingSize: E, hiddenSize: H, bidirectional, thought, attention, inputFeeding } = options;
    const own = init === undefined ? {} : { init };
    const M = bidirectional ? 2 * H : H;
    const inputSize = (thought === 'repeat' ? 0 : E) + (thought === 'state' ? 0 : M) + (inputFeeding ? H : 0);
    this.#engine = engine;
    this.#options = options;
    if (thought !== 'repeat') this.#embedding = new Embedding(engine, { vocabSize: target.size, size: E, ...own });
    this.#recurrent = makeRecurrent(engine, { ...options, inputSize, bidirectional: false }, init);
    if (attention !== 'none') {
      this.#attention = new Attention(engine, { kind: attention, querySize: H, memorySize: M, ...own });
      this.#combine = new Linear(engine, { inputSize: M + H, outputSize: H, bias: false, ...own });
    }
    this.#head = new Linear(engine, { inputSize: H, outputSize: target.size, ...own });
  }

  /** The layers by the names of the model's parts. */
  get parts(): Readonly<Record<string, Layer>> {
    return {
      ...(this.#embedding === undefined ? {} : { target: this.#embedding }),
      decoder: this.#recurrent,
      ...(this.#attention === undefined ? {} : { attention: this.#attention, combine: this.#combine! }),
      head: this.#head,
    };
  }

  /** Makes sources ready. */
  read({ outputs, lengths, thought }: Encoded): Reading {
    return { thought, memory: this.#attention?.prepare(outputs, lengths) };
  }

  /**
   * The logits of a batch, (T, B, V), which reads the targets: all steps in one call, unless one needs what another gave.
   * @param forcing the probability that a token read is that of the target, and not one drawn from the step before;
   *   without it all are, and nothing is drawn
   */
  forward(batch: Pick<PairBatch, 'inputs' | 'targetLengths'>, encoded: Encoded, forcing?: number): View {
    const reading = this.read(encoded);
    const begin = { recurrent: encoded.state, fed: undefined };
    if (this.#options.inputFeeding || forcing !== undefined)
      return this.#stepByStep(batch.inputs, reading, begin, forcing);
    return this.advance(batch.inputs, reading, begin, batch.targetLengths).logits;
  }

  /** Scheduled sampling, and input feeding: a step at a time. */
  #stepByStep({ data, shape }: Ids, reading: Reading, begin: DecoderState, forcing?: number): View {
    const [T, B] = shape as [number, number];
    const { random } = this.#engine;
    const logits: View[] = [];
    let state: DecoderState = begin;
    let own: Int32Array | undefined;
    for (let t = 0; t < T; t++) {
      const teacher = data.slice(t * B, (t + 1) * B);
      const ids = own === undefined ? teacher : teacher.map((id, b) => (random.uniform() < forcing! ? id : own![b]!));
      const next = this.advance({ data: ids, shape: [1, B] }, reading, state);
      logits.push(next.logits);
      state = next.state;
      if (forcing !== undefined) own = drawTokens(next.logits.toArray(), this.#options.target.size, random);
    }
    return concat(logits, 0);
  }

  /**
   * Reads tokens, (T, R): R is B, or with several rows for each source k B, row k B + b of source b.
   * @param lengths steps of each row; default: T
   */
  advance(ids: Ids, reading: Reading, { recurrent, fed }: DecoderState, lengths?: Int32Array): Steps {
    const x = this.#enter(ids, reading, fed);
    const { output, state } = this.#recurrent.forward(x, recurrent, { lengths });
    const { attended, weights } = this.#attend(output, reading.memory);
    return {
      logits: this.#head.forward(dropout(attended, this.#options.dropout)),
      weights,
      state: { recurrent: state, fed: this.#options.inputFeeding ? attended : undefined },
    };
  }

  /** Token, thought and what was fed, side by side: (T, R, I). */
  #enter(ids: Ids, { thought }: Reading, fed: StateSource | undefined): View {
    const [T, R] = ids.shape as [number, number];
    const { thought: kind, inputFeeding, hiddenSize, dropout: p } = this.#options;
    const B = thought.shape[0]!;
    const views: View[] = [];
    if (this.#embedding !== undefined) views.push(dropout(this.#embedding.forward(ids), p));
    if (kind !== 'state') {
      views.push(gather(thought, { data: Int32Array.from({ length: T * R }, (_, i) => i % B), shape: [T, R] }));
    }
    if (inputFeeding) {
      const given = fed ?? { data: new Float32Array(R * hiddenSize), shape: [1, R, hiddenSize] };
      views.push(given instanceof View ? given : this.#engine.input(given, 'what attention gave'));
    }
    return views.length === 1 ? views[0]! : concat(views, 2);
  }

  /** a_t (T, R, H). */
  #attend(output: View, memory: AttentionMemory | undefined): { attended: View; weights: View | undefined } {
    if (memory === undefined) return { attended: output, weights: undefined };
    const [T, R, H] = output.shape as [number, number, number];
    const [B, , M] = memory.values.shape as [number, number, number];
    const query = reshape(output, [(T * R) / B, B, H]);
    const { context, weights } = this.#attention!.forward(query, memory);
    const both = concat([reshape(context, [T, R, M]), output], 2);
    return { attended: tanh(this.#combine!.forward(both)), weights };
  }
}

/** A copy of the state that outlives what reserved it. */
export function detachState({ recurrent, fed }: DecoderState): DecoderState<HostArray> {
  return { recurrent: recurrent?.detach(), fed: fed instanceof View ? { data: fed.toArray(), shape: fed.shape } : fed };
}

/** Some rows of a state, in this order; a row may come again. */
export function selectRows(
  { recurrent, fed }: DecoderState<HostArray>,
  rows: readonly number[],
): DecoderState<HostArray> {
  const picked = (arrays: readonly HostArray[]): HostArray[] => arrays.map((array) => pickRows(array, rows));
  return {
    recurrent: recurrent === undefined ? undefined : new RecurrentState(picked(recurrent.h), picked(recurrent.c)),
    fed: fed === undefined ? undefined : pickRows(fed, rows),
  };
}

/** Rows of (R, W) or (1, R, W). */
function pickRows({ data, shape }: HostArray, rows: readonly number[]): HostArray {
  const W = shape.at(-1)!;
  const picked = Float64Array.from(
    { length: rows.length * W },
    (_, i) => data[rows[Math.floor(i / W)]! * W + (i % W)]!,
  );
  return { data: picked, shape: [...shape.slice(0, -2), rows.length, W] };
}
