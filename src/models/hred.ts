/**
 * A hierarchical recurrent encoder-decoder of dialogues (Sordoni et al. 2015, "A hierarchical recurrent encoder-decoder
 * for generative context-aware query suggestion"; Serban et al. 2016, "Building end-to-end dialogue systems"), and with
 * a latent variable for each utterance (Serban et al. 2017, "A hierarchical latent variable encoder-decoder model for
 * generating dialogues"). For utterance u, with e its embedded words:
 *
 *     h_u = GRU(e_u)                          encoder: its last state
 *     s_u = GRU(h_u, s_{u-1}),  s_0 = 0       context: one step an utterance
 *     z_u ~ N(m, e^l),  m, l = f(s_{u-1})     prior; the posterior is g([s_{u-1}; h_u])
 *     c_u = [s_{u-1}; z_u]
 *     d_t = cell([e_{t-1}; c_u], d_{t-1}),  d_0 = tanh(W c_u + b)
 *     p(word t) = softmax(V d_t + a)
 *
 * The loss is the bound -log p <= NLL + KL(posterior, prior). Each network runs once over all utterances of a batch.
 */

import { dialogueBatch } from '../data/dialogues.js';
import type { DialogueBatch } from '../data/dialogues.js';
import { BEGINNING, Vocabulary } from '../data/vocabulary.js';
import type { Engine, HostArray } from '../engine.js';
import { Embedding } from '../layers/embedding.js';
import { GRU } from '../layers/gru.js';
import type { Initializer } from '../layers/initializers.js';
import { Latent } from '../layers/latent.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import { tanh } from '../ops/activation.js';
import { add, multiply } from '../ops/broadcast.js';
import { concat } from '../ops/concat.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { gather } from '../ops/gather.js';
import { gaussianDivergence } from '../ops/gaussian-divergence.js';
import { gaussianSample } from '../ops/gaussian-sample.js';
import { reshape } from '../ops/transpose.js';
import { Random } from '../random.js';
import { decode } from './decode.js';
import type { NextTokens } from './decode.js';
import { checkDialogues, contextLayout, countTargets, decoderLayout } from './hred-layout.js';
import { describeHred, fullHredOptions, HRED_OPTIONS } from './hred-options.js';
import type { FullHredOptions, HredOptions } from './hred-options.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { fromStored, makeRecurrent } from './network.js';
import { checkReply, encodeSaid, wordChooser } from './reply.js';
import type { ReplyOptions } from './reply.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

/** What a batch is told by. */
interface Terms {
  /** The mean over all targets of -log p(word), given z. */
  readonly nll: View;
  /** The sum over all utterances of the divergence, where there is a latent variable. */
  readonly divergence: View | undefined;
}

/** The seed of the noise that an evaluation draws z by. */
const EVALUATION_SEED = 1;

/** A model of dialogues: HRED, with a latent variable VHRED, without context a flat one. */
export class HRED extends Learner<DialogueBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'HRED';
  override readonly inNats = true;
  /** With the defaults filled in. */
  readonly options: FullHredOptions;
  readonly #embedding: Embedding;
  readonly #encoder: GRU;
  readonly #context: GRU;
  readonly #latent: { readonly prior: Latent; readonly posterior: Latent } | undefined;
  readonly #bridge: Linear;
  readonly #decoder: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError
   */
  constructor(engine: Engine, options: HredOptions, init?: Initializer) {
    super(engine);
    this.options = fullHredOptions(options);
    const { vocabulary, cell, bidirectional } = this.options;
    const { embeddingSize: E, hiddenSize: H, contextSize: C, latent: Z } = this.options;
    const own = init === undefined ? {} : { init };
    const recurrent = init === undefined ? {} : { inputInit: init, recurrentInit: init };
    this.#embedding = new Embedding(engine, { vocabSize: vocabulary.size, size: E, ...own });
    this.#encoder = new GRU(engine, { inputSize: E, hiddenSize: H, bidirectional, ...recurrent });
    const read = this.#encoder.outputSize;
    this.#context = new GRU(engine, { inputSize: read, hiddenSize: C, ...recurrent });
    this.#bridge = new Linear(engine, { inputSize: C + Z, outputSize: H, ...own });
    const sizes = { cell, inputSize: E + C + Z, hiddenSize: H, numLayers: 1, dropout: 0 };
    this.#decoder = makeRecurrent(engine, sizes, init);
    this.#head = new Linear(engine, { inputSize: H, outputSize: vocabulary.size, ...own });
    const gaussian = (inputSize: number): Latent =>
      new Latent(engine, { inputSize, size: Z, hiddenSizes: [C, C], ...own });
    this.#latent = Z === 0 ? undefined : { prior: gaussian(C), posterior: gaussian(C + read) };
  }

  /** Symbols and ids. */
  get vocabulary(): Vocabulary {
    return this.options.vocabulary;
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return {
      embedding: this.#embedding,
      encoder: this.#encoder,
      context: this.#context,
      bridge: this.#bridge,
      decoder: this.#decoder,
      head: this.#head,
      ...this.#latent,
    };
  }

  /** Layers and the number of weights, in one line. */
  override summary(): string {
    return `${describeHred(this.options)}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  /**
   * The bound on the mean negative log-likelihood of a word, in nats: of every utterance given those before it. While
   * training the divergence counts with the weight that annealing gives it.
   * @throws ShapeError, DataError
   */
  override loss(batch: DialogueBatch, step?: number): View {
    const { recording } = this.engine.tape;
    const { nll, divergence } = this.#terms(batch, recording ? this.engine.random : new Random(EVALUATION_SEED));
    const { annealing } = this.options;
    const weight = step === undefined || annealing === 0 ? 1 : Math.min(step / annealing, 1);
    return divergence === undefined ? nll : add(nll, multiply(divergence, weight / countTargets(batch)));
  }

  /** The words that are predicted, ends of utterances among them. */
  override weight(batch: DialogueBatch): number {
    return countTargets(batch);
  }

  /**
   * The loss a word, which for a latent variable is a bound, taken by one sample of each posterior; figures: `nll` a
   * word, `kl` an utterance (0 without a latent variable) and `perplexity`, the exponential of the loss.
   */
  override evaluate(batches: Iterable<DialogueBatch>): Score {
    const random = new Random(EVALUATION_SEED);
    let [nll, kl, words, utterances] = [0, 0, 0, 0];
    for (const batch of batches) {
      const count = this.weight(batch);
      const [mean, divergence] = this.engine.evaluate(() => {
        const terms = this.#terms(batch, random);
        return [terms.nll.item(), terms.divergence?.item() ?? 0];
      });
      nll += mean * count;
      kl += divergence;
      words += count;
      utterances += batch.lengths.length;
    }
    const loss = (nll + kl) / words;
    return { loss, figures: { nll: nll / words, kl: kl / utterances, perplexity: Math.exp(loss) } };
  }

  /** @param random what the latent variables are drawn with */
  #terms(batch: DialogueBatch, random: Random): Terms {
    checkDialogues('HRED', batch);
    const encoded = this.#encode(batch);
    const before = this.#contextBefore(encoded, batch.counts);
    if (this.#latent === undefined) return { nll: this.#decode(batch, before), divergence: undefined };
    const posterior = this.#latent.posterior.gaussian(concat([before, encoded], 1));
    const prior = this.#latent.prior.gaussian(before);
    const divergence = gaussianDivergence(posterior, { prior, reduction: 'sum' });
    const given = concat([before, gaussianSample(posterior, { random })], 1);
    return { nll: this.#decode(batch, given), divergence };
  }

  /** The vector of each utterance, (R, D H). */
  #encode({ tokens, lengths }: DialogueBatch): View {
    const embedded = dropout(this.#embedding.forward(tokens), this.options.dropout);
    const { h } = this.#encoder.forward(embedded, undefined, { lengths }).state;
    return h.length === 1 ? h[0]! : concat(h, 1);
  }

  /** The context before each utterance, (R, C): zeros before the first one of a dialogue. */
  #contextBefore(encoded: View, counts: Int32Array): View {
    const { grid, lengths, before } = contextLayout(counts, this.options.context);
    const { output } = this.#context.forward(gather(encoded, grid), undefined, { lengths });
    const C = this.options.contextSize;
    const none = this.engine.input({ data: new Float32Array(C), shape: [1, C] });
    return gather(concat([none, reshape(output, [-1, C])], 0), before);
  }

  /** The mean negative log-likelihood of the words, given what each utterance follows from, (R, C + Z). */
  #decode(batch: DialogueBatch, given: View): View {
    const wordDropout = this.engine.tape.recording ? this.options.wordDropout : 0;
    const { inputs, lengths, columns, places, targets } = decoderLayout(batch, wordDropout, this.engine.random);
    const words = dropout(this.#embedding.forward(inputs), this.options.dropout);
    const fed = concat([words, gather(given, columns)], 2);
    const { output } = this.#decoder.forward(fed, this.#begin(given), { lengths });
    const said = gather(reshape(output, [-1, this.options.hiddenSize]), places);
    return crossEntropy(this.#head.forward(dropout(said, this.options.dropout)), targets);
  }

  /** The state that the decoder begins from; the cell of an LSTM begins with zeros. */
  #begin(given: View): RecurrentState {
    const state = this.#decoder.zeroState(given.shape[0]!);
    return new RecurrentState([tanh(this.#bridge.forward(given))], state.c);
  }

  /**
   * What comes next in a dialogue. A latent variable is drawn from its prior, or is its mean at temperature 0.
   * @param utterances all there are so far; symbols that the model has never seen count as UNKNOWN. None: it begins
   * @throws OptionError; DataError for an empty utterance
   */
  reply(utterances: readonly string[], options: ReplyOptions = {}): string {
    const operation = `${HRED.kind}.reply`;
    const choice = checkReply(operation, options);
    const ids = encodeSaid(operation, utterances, this.vocabulary);
    const drawn = choice.sampling.temperature === 0 ? undefined : choice.random;
    const begin = this.engine.evaluate(() => this.#listen(ids, drawn));
    const step = (tokens: Int32Array, state: RecurrentState): NextTokens<RecurrentState, never> =>
      this.engine.evaluate(() => {
        const said = this.#say(tokens, begin.given, state);
        return { logits: said.logits.toArray(), state: said.state.detach() };
      });
    const model = { size: this.vocabulary.size, end: BEGINNING, step };
    const [said] = decode(model, begin.state, 1, choice.length, wordChooser(choice));
    return this.vocabulary.decode(said!.ids);
  }

  /**
   * What the next utterance follows from, (1, C + Z), and the state it begins with.
   * @param random what the latent variable is drawn with; none: it is the mean of its prior
   */
  #listen(ids: readonly Int32Array[], random: Random | undefined): { given: HostArray; state: RecurrentState } {
    const context = this.#contextAfter(ids);
    const parts = [context];
    if (this.#latent !== undefined) {
      const prior = this.#latent.prior.gaussian(context);
      parts.push(random === undefined ? prior.mean : gaussianSample(prior, { random }));
    }
    const given = concat(parts, 1);
    return { given: { data: given.toArray(), shape: given.shape }, state: this.#begin(given).detach() };
  }

  /** The context after utterances, (1, C). */
  #contextAfter(ids: readonly Int32Array[]): View {
    const { context: hasContext, contextSize: C } = this.options;
    if (ids.length === 0) return this.engine.input({ data: new Float32Array(C), shape: [1, C] });
    const heard = dialogueBatch([hasContext ? ids : ids.slice(-1)]);
    const { grid } = contextLayout(heard.counts, true);
    return this.#context.forward(gather(this.#encode(heard), grid)).state.h[0]!;
  }

  /** One step of the decoder: the logits of the next id, (1, 1, V). */
  #say(ids: Int32Array, given: HostArray, state: RecurrentState): { logits: View; state: RecurrentState<View> } {
    const word = this.#embedding.forward({ data: ids, shape: [1, 1] });
    const fed = concat([word, this.engine.input({ data: given.data, shape: [1, ...given.shape] })], 2);
    const { output, state: next } = this.#decoder.forward(fed, state);
    return { logits: this.#head.forward(output), state: next };
  }

  /** Options, vocabulary and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { vocabulary, ...options } = this.options;
    const { level, locale, symbols } = vocabulary.toJSON();
    return {
      arrays: this.stateDict(),
      values: { kind: HRED.kind, ...options, vocabulary: { level, locale, symbols } },
    };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, DataError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): HRED {
    const { kind: _, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    for (const name of HRED_OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
    const vocabulary = Vocabulary.fromJSON(fields.object('vocabulary'));
    const options = { ...stored, vocabulary } as HredOptions;
    return fromStored(snapshot, (init) => new HRED(engine, options, init));
  }
}
