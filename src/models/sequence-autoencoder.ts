/**
 * A recurrent autoencoder: a sequence in, a code, the sequence out, of values or of the symbols of a vocabulary.
 * Variational unless said otherwise, with annealing and word dropout so that the decoder needs the code (Bowman et al.
 * 2016, "Generating sentences from a continuous space").
 */

import { countEqual, lineIds, padded, shifted, withEnd } from '../data/ragged.js';
import type { RaggedBatch } from '../data/ragged.js';
import type { FloatTensor, IdTensor } from '../data/sequences.js';
import { BEGINNING, UNKNOWN, Vocabulary } from '../data/vocabulary.js';
import type { Engine, HostArray } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import { Embedding } from '../layers/embedding.js';
import type { Initializer } from '../layers/initializers.js';
import { Latent } from '../layers/latent.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { View } from '../memory/view.js';
import { multiply } from '../ops/broadcast.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { meanSquaredError } from '../ops/pointwise-loss.js';
import { checkSize } from '../options.js';
import type { Random } from '../random.js';
import { Axes } from '../shape.js';
import { CodeDecoder } from './code-decoder.js';
import type { Score } from './learner.js';
import { fromStored, makeRecurrent } from './network.js';
import { fullSequenceOptions, STORED } from './sequence-autoencoder-options.js';
import type { FullSequenceOptions, SequenceAutoencoderOptions } from './sequence-autoencoder-options.js';
import { checkDecodeOptions, decodeIds, decodeValues } from './sequence-decoding.js';
import type { DecodeOptions } from './sequence-decoding.js';
import { Fields } from './snapshot.js';
import type { Json, Snapshot } from './snapshot.js';
import { drawCodes, VariationalLearner } from './variational.js';
import type { Evidence } from './variational.js';

export type { SequenceAutoencoderOptions } from './sequence-autoencoder-options.js';
export type { DecodeOptions } from './sequence-decoding.js';

const OPERATION = 'SequenceAutoencoder';

/** Recurrent layers to a code, and a decoder that has it before it throughout. */
export class SequenceAutoencoder extends VariationalLearner<RaggedBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'SequenceAutoencoder';
  /** With the defaults filled in. */
  readonly options: FullSequenceOptions;
  readonly #embedding: Embedding | undefined;
  readonly #encoder: RecurrentLayer;
  readonly #code: Latent | Linear;
  readonly #decoder: CodeDecoder;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: SequenceAutoencoderOptions, init?: Initializer) {
    super(engine);
    this.options = fullSequenceOptions(options);
    const { vocabulary, inputSize, embeddingSize: E, hiddenSize, codeSize } = this.options;
    const own = init === undefined ? {} : { init };
    this.#embedding =
      vocabulary === undefined ? undefined : new Embedding(engine, { vocabSize: inputSize, size: E, ...own });
    const sizes = { ...this.options, inputSize: E || inputSize };
    this.#encoder = makeRecurrent(engine, sizes, init);
    this.#code = this.options.variational
      ? new Latent(engine, { inputSize: hiddenSize, size: codeSize, ...own })
      : new Linear(engine, { inputSize: hiddenSize, outputSize: codeSize, ...own });
    this.#decoder = new CodeDecoder(engine, { ...sizes, outputSize: inputSize }, init);
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    const embedding = this.#embedding === undefined ? {} : { embedding: this.#embedding };
    return { ...embedding, encoder: this.#encoder, code: this.#code, ...this.#decoder.parts };
  }

  /** Sizes, kind of code and the number of weights, in one line. */
  summary(): string {
    const {
      vocabulary,
      inputSize,
      cell,
      embeddingSize: E,
      hiddenSize,
      numLayers,
      codeSize,
      variational,
    } = this.options;
    const read = vocabulary === undefined ? `${inputSize} values a step` : `${inputSize} symbols, embedding ${E}`;
    const code = `${variational ? 'variational' : 'plain'} code of ${codeSize}`;
    const count = this.parameterCount.toLocaleString('en-US');
    return `${read}, ${numLayers} ${cell} of ${hiddenSize} each way, ${code}, ${count} parameters`;
  }

  override weight({ lengths }: RaggedBatch): number {
    return lengths.length;
  }

  protected override evidence(batch: RaggedBatch, random: Random): Evidence {
    this.#check(batch);
    const features = this.#features(batch);
    const coded: { readonly z: View; readonly divergence?: View } =
      this.#code instanceof Latent ? this.#code.forward(features, { random }) : { z: this.#code.forward(features) };
    const reconstruction = this.#reconstruction(batch, coded.z);
    return { reconstruction: multiply(reconstruction, 1 / this.weight(batch)), divergence: coded.divergence };
  }

  /** @throws ShapeError for a batch of another kind or form */
  #check({ inputs, lengths }: RaggedBatch): void {
    const axes = new Axes(OPERATION);
    if (this.#embedding === undefined) {
      axes.bind('I', this.options.inputSize, 'inputSize').check('inputs', inputs.shape, 'T B I');
    } else axes.check('inputs', inputs.shape, 'T B');
    axes.check('lengths', [lengths.length], 'B');
  }

  /** What is read of ids or values, (T, B, E) or (T, B, I). */
  #enter(inputs: FloatTensor | IdTensor): View {
    if (this.#embedding === undefined) return this.engine.input(inputs, `inputs of ${OPERATION}`);
    return dropout(this.#embedding.forward(inputs as IdTensor), this.options.dropout);
  }

  /** The last state of every sequence, (B, H). */
  #features({ inputs, lengths }: RaggedBatch): View {
    return this.#encoder.forward(this.#enter(inputs), undefined, { lengths }).state.h.at(-1)!;
  }

  /** -log p(x | z), summed over the batch. */
  #reconstruction(batch: RaggedBatch, z: View): View {
    const reduction = 'sum';
    if (this.#embedding === undefined) {
      const { output, targets } = this.#taught(batch, batch, z);
      return multiply(meanSquaredError(output, targets as FloatTensor, { reduction, lengths: batch.lengths }), 0.5);
    }
    const ended = withEnd(batch);
    const { output, targets } = this.#taught(batch, ended, z);
    return crossEntropy(output, targets as IdTensor, { reduction, lengths: ended.lengths });
  }

  /** The decoder's output where it is shown the step before each: teacher forcing (Williams and Zipser 1989). */
  #taught({ inputs }: RaggedBatch, { inputs: targets, lengths }: RaggedBatch, z: View) {
    const begin = this.#embedding === undefined ? 0 : BEGINNING;
    const shown = this.#withDropped(shifted(inputs, targets.shape, begin));
    const { output } = this.#decoder.forward(this.#enter(shown), z, this.#decoder.begin(z), lengths);
    return { output, targets };
  }

  /** Word dropout: what is not shown is unknown, or zero; where every sequence begins is always shown. */
  #withDropped(shown: FloatTensor | IdTensor): FloatTensor | IdTensor {
    const { wordDropout: p } = this.options;
    if (p === 0 || !this.engine.tape.recording) return shown;
    const [T, B, width = 1] = shown.shape as readonly [number, number, number?];
    const instead = this.#embedding === undefined ? 0 : UNKNOWN;
    for (let row = B; row < T * B; row++) {
      if (this.engine.random.uniform() < p) shown.data.fill(instead, row * width, (row + 1) * width);
    }
    return shown;
  }

  /**
   * The bound in nats a sequence, and of ids the share of sequences that come back exactly, and the perplexity that
   * the bound allows.
   */
  override evaluate(batches: Iterable<RaggedBatch>): Score {
    const given = [...batches];
    const score = super.evaluate(given);
    if (this.#embedding === undefined) return score;
    let [right, sequences, tokens] = [0, 0, 0];
    for (const batch of given) {
      const { lengths } = batch;
      right += countEqual(batch, this.reconstruct(batch));
      sequences += lengths.length;
      tokens += lengths.reduce((a, b) => a + b + 1, 0);
    }
    const perplexity = Math.exp((score.loss * sequences) / tokens);
    return { ...score, right: right / sequences, figures: { ...score.figures, perplexity } };
  }

  /** The codes of sequences: of a variational model their means. @returns (B, Z). @throws ShapeError, DataError */
  encode(batch: RaggedBatch): FloatTensor {
    this.#check(batch);
    return this.engine.evaluate(() => {
      const features = this.#features(batch);
      const code = this.#code instanceof Latent ? this.#code.gaussian(features).mean : this.#code.forward(features);
      return { data: Float32Array.from(code.toArray()), shape: code.shape };
    });
  }

  /**
   * The sequences that codes stand for, each step from the one before.
   * @param codes (B, Z)
   * @throws ShapeError, OptionError
   */
  decode(codes: HostArray, options: DecodeOptions = {}): RaggedBatch {
    const areIds = this.#embedding !== undefined;
    const full = checkDecodeOptions(`${OPERATION}.decode`, options, areIds);
    new Axes(OPERATION).bind('Z', this.options.codeSize, 'codeSize').check('codes', codes.shape, 'B Z');
    return this.engine.evaluate(() => {
      const z = this.engine.input(codes, `codes of ${OPERATION}`);
      let state = this.#decoder.begin(z);
      /** The output (B, O) behind one more step. */
      const next = (inputs: FloatTensor | IdTensor): View => {
        const stepped = this.#decoder.forward(this.#enter(inputs), z, state);
        state = stepped.state;
        return stepped.output;
      };
      const B = codes.shape[0]!;
      return areIds ? decodeIds(next, B, full) : decodeValues(next, B, this.options.inputSize, full);
    });
  }

  /** What sequences look like behind their codes: values as many steps each, ids until they end or are twice as long. */
  reconstruct(batch: RaggedBatch): RaggedBatch {
    const T = batch.inputs.shape[0]!;
    const { inputs, lengths } = this.decode(this.encode(batch), { length: this.#embedding === undefined ? T : 2 * T });
    return this.#embedding === undefined ? { inputs, lengths: batch.lengths } : { inputs, lengths };
  }

  /**
   * Sequences of the model's own: codes drawn from the standard normal, decoded.
   * @throws OptionError, also for a model that is not variational
   */
  sample(count: number, options: DecodeOptions = {}): RaggedBatch {
    checkSize(`${OPERATION}.sample`, 'count', count);
    return this.decode(drawCodes(`${OPERATION}.sample`, this.options, count, options.seed), options);
  }

  /** The ids of lines. @throws OptionError for a model of values; DataError for a line that holds nothing */
  batchOf(lines: readonly string[]): RaggedBatch {
    const vocabulary = this.#vocabulary('batchOf');
    const ids = lines.map((line) => lineIds(line, vocabulary));
    const empty = ids.findIndex(({ length }) => length === 0);
    if (ids.length > 0 && empty < 0) return padded(ids, 0);
    const wrong = ids.length === 0 ? 'no line. Give one' : `line ${empty} is empty. Leave it out`;
    throw new DataError(`${OPERATION}.batchOf: lines must hold symbols, ${wrong}.`);
  }

  /** The lines that ids are of. @throws OptionError for a model of values */
  linesOf({ inputs, lengths }: RaggedBatch): string[] {
    const vocabulary = this.#vocabulary('linesOf');
    const B = lengths.length;
    return Array.from(lengths, (length, b) =>
      vocabulary.decode(Array.from({ length }, (_, t) => inputs.data[t * B + b]!)),
    );
  }

  #vocabulary(verb: string): Vocabulary {
    const { vocabulary } = this.options;
    if (vocabulary !== undefined) return vocabulary;
    throw new OptionError(`${OPERATION}.${verb}: lines are of a vocabulary, and this model is of values.`);
  }

  /** Options, vocabulary and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { vocabulary, inputSize, embeddingSize, ...options } = this.options;
    const { level, locale, symbols } = vocabulary?.toJSON() ?? {};
    const read: Record<string, Json> =
      vocabulary === undefined
        ? { inputSize }
        : { embeddingSize, vocabulary: { level: level!, locale: locale!, symbols: symbols! } };
    return { arrays: this.stateDict(), values: { kind: SequenceAutoencoder.kind, ...options, ...read } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, DataError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): SequenceAutoencoder {
    const { kind: _, vocabulary, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    const wanted = vocabulary === undefined ? ['inputSize'] : ['embeddingSize'];
    for (const name of [...wanted, ...STORED]) if (!fields.has(name)) fields.string(name); // says which one is missing
    const read = vocabulary === undefined ? {} : { vocabulary: Vocabulary.fromJSON(vocabulary) };
    const options = { ...stored, ...read } as unknown as SequenceAutoencoderOptions;
    return fromStored(snapshot, (init) => new SequenceAutoencoder(engine, options, init));
  }
}
