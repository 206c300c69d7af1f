/**
 * Sequence to sequence (Sutskever, Vinyals and Le 2014; Cho et al. 2014): an encoder reads the source, a decoder writes
 * the target, one token after the other, perhaps with attention to what was read. Equations: ./seq2seq-decoder.
 */

import { encodeSide, sourceBatch } from '../data/pairs.js';
import type { PairBatch, PairVocabularies } from '../data/pairs.js';
import { IGNORED } from '../data/sequences.js';
import { BEGINNING, Vocabulary } from '../data/vocabulary.js';
import type { Engine, HostArray } from '../engine.js';
import { DataError } from '../errors.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import type { View } from '../memory/view.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { decode, scoreOf, UNWRITTEN } from './decode.js';
import type { TokenModel } from './decode.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { fromStored } from './network.js';
import { forcingAt } from './scheduled-sampling.js';
import { Decoder, detachState, selectRows } from './seq2seq-decoder.js';
import type { DecoderState, Reading } from './seq2seq-decoder.js';
import { Encoder } from './seq2seq-encoder.js';
import type { Encoded } from './seq2seq-encoder.js';
import { describeSeq2Seq, fullSeq2SeqOptions, SEQ2SEQ_OPTIONS } from './seq2seq-options.js';
import type { FullSeq2SeqOptions, Seq2SeqOptions } from './seq2seq-options.js';
import { Fields } from './snapshot.js';
import type { Json, Snapshot } from './snapshot.js';
import { attentionMatrix, checkTranslate, search } from './translation.js';
import type { TranslateOptions, Translation, Weights } from './translation.js';

/** An encoder and a decoder. */
export class Seq2Seq extends Learner<PairBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'Seq2Seq';
  override readonly inNats = true;
  /** With the defaults filled in. */
  readonly options: FullSeq2SeqOptions;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: Seq2SeqOptions, init?: Initializer) {
    super(engine);
    this.options = fullSeq2SeqOptions(options);
    this.#encoder = new Encoder(engine, this.options, init);
    this.#decoder = new Decoder(engine, this.options, init);
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { ...this.#encoder.parts, ...this.#decoder.parts };
  }

  /** The symbols of both sides, for `Pairs`. */
  get vocabularies(): PairVocabularies {
    return { source: this.options.source, target: this.options.target };
  }

  /** Layers, symbols and the number of weights, in one line. */
  summary(): string {
    return `${describeSeq2Seq(this.options)}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  /**
   * The mean cross-entropy, in nats per token of the targets, their ends included.
   * @param step updates made before: what scheduled sampling goes by, while a gradient is wanted, as with dropout; else
   *   every token read is that of the target, and nothing is drawn
   */
  override loss(batch: PairBatch, step?: number): View {
    const encoded = this.#encoder.forward(batch);
    const forcing = this.engine.tape.recording ? forcingAt(this.options, step) : undefined;
    const logits = this.#decoder.forward(batch, encoded, forcing);
    return crossEntropy(logits, batch.targets, { ignoreIndex: IGNORED });
  }

  /** The tokens of the targets, their ends included. */
  override weight({ targetLengths }: PairBatch): number {
    return targetLengths.reduce((sum, length) => sum + length, 0);
  }

  /**
   * The loss; the share of the targets that the model writes exactly as they are, on its own and the likeliest token at
   * each step; and as `accuracy` the share of their tokens, ends included, that it writes in their place.
   */
  override evaluate(batches: Iterable<PairBatch>): Score {
    let [sum, tokens, right, exact, count] = [0, 0, 0, 0, 0];
    for (const batch of batches) {
      const weight = this.weight(batch);
      sum += weight * this.engine.evaluate(() => this.loss(batch).item());
      tokens += weight;
      for (const [b, hits] of this.#hits(batch).entries()) {
        right += hits;
        exact += hits === batch.targetLengths[b] ? 1 : 0;
      }
      count += batch.targetLengths.length;
    }
    return { loss: sum / tokens, right: exact / count, figures: { accuracy: right / tokens } };
  }

  /** How many tokens of each target the model writes in their place. */
  #hits(batch: PairBatch): number[] {
    const { data, shape } = batch.targets;
    const [T, B] = shape as [number, number];
    const written = this.engine.evaluate(() => {
      const encoded = this.#encoder.forward(batch);
      const model = this.#tokenModel(this.#decoder.read(encoded), false);
      return decode(model, beginningOf(encoded), B, T, (logits) => likeliest(logits));
    });
    return written.map(({ ids }, b) => {
      const said = [...ids, BEGINNING];
      return said.filter((id, t) => t < T && id === data[t * B + b]).length;
    });
  }

  /**
   * Writes the target of a source.
   * @param text one line; symbols the model has never seen are all the same to it
   * @throws OptionError; DataError for a text without symbols
   */
  translate(text: string, options: TranslateOptions = {}): Translation {
    const { maxLength, lengthPenalty, attention } = checkTranslate(options, this.options.attention !== 'none');
    const { source, target } = this.options;
    if (text.trim() === '' || /[\r\n]/.test(text)) {
      throw new DataError(`translate: the text must be one line that is not empty, got ${JSON.stringify(text)}.`);
    }
    const ids = encodeSide(source, text);
    const found = this.engine.evaluate(() => {
      const encoded = this.#encoder.forward(sourceBatch([ids]));
      const model = this.#tokenModel(this.#decoder.read(encoded), attention);
      return search(model, beginningOf(encoded), { ...options, maxLength: maxLength ?? 2 * ids.length + 10 });
    });
    const matrix = attention ? { attention: attentionMatrix(found, ids, this.vocabularies) } : {};
    return { text: target.decode(found.ids), score: scoreOf(found, lengthPenalty), ...matrix };
  }

  /** The decoder behind the sources it has read, within `engine.evaluate`. @param notes whether weights are kept */
  #tokenModel(reading: Reading, notes: boolean): TokenModel<DecoderState<HostArray>, Weights> {
    const { memory } = this.engine;
    const size = this.options.target.size;
    return {
      size,
      end: BEGINNING,
      select: selectRows,
      // What a step reserves is given back at once, so that long targets take no more memory than short ones.
      step: (tokens, before) =>
        memory.scratch(() => {
          const R = tokens.length;
          const { logits, state, weights } = this.#decoder.advance({ data: tokens, shape: [1, R] }, reading, before);
          const found = notes ? { notes: weightsOf(weights!, R) } : {};
          return { logits: logits.toArray(), state: detachState(state), ...found };
        }),
    };
  }

  /** Options, vocabularies and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { source, target, ...options } = this.options;
    const shared = source === target;
    return {
      arrays: this.stateDict(),
      values: {
        kind: Seq2Seq.kind,
        ...options,
        source: source.toJSON() as unknown as Json,
        ...(shared ? {} : { target: target.toJSON() as unknown as Json }),
      },
    };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, DataError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Seq2Seq {
    const { kind: _, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    for (const name of SEQ2SEQ_OPTIONS) if (name !== 'target' && !fields.has(name)) fields.string(name); // says which is missing
    const source = Vocabulary.fromJSON(fields.object('source'));
    const target = fields.has('target') ? Vocabulary.fromJSON(fields.object('target')) : source;
    const options = { ...(stored as unknown as Seq2SeqOptions), source, target };
    return fromStored(snapshot, (init) => new Seq2Seq(engine, options, init));
  }
}

/** The state that the first tokens are written from. */
function beginningOf({ state }: Encoded): DecoderState<HostArray> {
  return detachState({ recurrent: state, fed: undefined });
}

/** The id that a greedy choice takes. */
function likeliest(logits: ArrayLike<number>): number {
  let best = BEGINNING;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > logits[best]! && !UNWRITTEN.includes(id)) best = id;
  return best;
}

/** (B, R / B, S) to the weights of row k B + b, for each row. */
function weightsOf(weights: View, R: number): Weights[] {
  const [B, K, S] = weights.shape as [number, number, number];
  const data = weights.toArray();
  return Array.from({ length: R }, (_, r) => {
    const at = ((r % B) * K + Math.floor(r / B)) * S;
    return Float32Array.from(data.subarray(at, at + S));
  });
}
