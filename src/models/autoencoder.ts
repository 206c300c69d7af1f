/**
 * An autoencoder of rows of numbers, such as pictures: fully connected layers to a code and back (Hinton and
 * Salakhutdinov 2006). Variational unless said otherwise (Kingma and Welling 2013).
 */

import type { FloatTensor } from '../data/sequences.js';
import type { Engine, HostArray } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import type { Initializer } from '../layers/initializers.js';
import { Latent } from '../layers/latent.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { View } from '../memory/view.js';
import { activation, sigmoid } from '../ops/activation.js';
import { multiply } from '../ops/broadcast.js';
import { binaryCrossEntropy, meanSquaredError } from '../ops/pointwise-loss.js';
import { checkChoice, checkFlag, checkKnown, checkSize } from '../options.js';
import type { Random } from '../random.js';
import { Axes } from '../shape.js';
import { fromStored } from './network.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';
import { drawCodes, fullVariationalOptions, VARIATIONAL_OPTIONS, VariationalLearner } from './variational.js';
import type { Evidence, FullVariationalOptions, VariationalOptions } from './variational.js';

/** The activations of hidden layers. */
export const HIDDEN_ACTIVATIONS = ['relu', 'tanh', 'sigmoid', 'leakyRelu', 'silu', 'gelu'] as const;

/** Options of `Autoencoder`. */
export interface AutoencoderOptions extends VariationalOptions {
  /** I, the numbers of a row. */
  readonly inputSize: number;
  /** The widths of the layers before the code; those behind it are the same, the other way round. Default [400]. */
  readonly hiddenSizes?: readonly number[] | undefined;
  /** Default 'relu'. */
  readonly activation?: (typeof HIDDEN_ACTIVATIONS)[number] | undefined;
  /**
   * What a row holds. 'probabilities' (default): numbers in [0, 1], such as the brightness of pixels, by the binary
   * cross-entropy. 'values': any, by half the squared error: a Gaussian of variance 1, but for its constant.
   */
  readonly outputs?: 'probabilities' | 'values' | undefined;
  /**
   * In training every number is 1 with itself as the probability and otherwise 0, drawn anew each time, so that the same
   * rows are never learnt by heart (dynamic binarization: Salakhutdinov and Murray 2008). For probabilities. Default false.
   */
  readonly binarize?: boolean | undefined;
}

/** Options with every default filled in. */
type FullOptions = FullVariationalOptions & {
  readonly [K in keyof AutoencoderOptions]-?: Exclude<AutoencoderOptions[K], undefined>;
};

const OPERATION = 'Autoencoder';
const OPTIONS = ['inputSize', 'hiddenSizes', 'activation', 'outputs', 'binarize', ...VARIATIONAL_OPTIONS] as const;

/** Rows that encode and decode take at a time, so that their memory does not grow with all there are. */
const CHUNK = 256;

/** Layers to a code and back. */
export class Autoencoder extends VariationalLearner<FloatTensor> {
  /** What its snapshots are called. */
  static readonly kind = 'Autoencoder';
  /** With the defaults filled in. */
  readonly options: FullOptions;
  readonly #encoder: readonly Linear[];
  readonly #code: Latent | Linear;
  readonly #decoder: readonly Linear[];

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: AutoencoderOptions, init?: Initializer) {
    super(engine);
    this.options = fullOptions(options);
    const { inputSize, hiddenSizes, codeSize, variational } = this.options;
    const own = init === undefined ? {} : { init };
    const chain = (sizes: readonly number[]): Linear[] =>
      sizes.slice(1).map((outputSize, k) => new Linear(engine, { inputSize: sizes[k]!, outputSize, ...own }));
    const down = [inputSize, ...hiddenSizes];
    this.#encoder = chain(down);
    const width = down.at(-1)!;
    this.#code = variational
      ? new Latent(engine, { inputSize: width, size: codeSize, ...own })
      : new Linear(engine, { inputSize: width, outputSize: codeSize, ...own });
    this.#decoder = chain([...down, codeSize].reverse());
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    const named = (name: string, layers: readonly Linear[]): [string, Layer][] =>
      layers.map((layer, k) => [`${name}${k}`, layer]);
    const code: [string, Layer] = ['code', this.#code];
    return Object.fromEntries([...named('encoder', this.#encoder), code, ...named('decoder', this.#decoder)]);
  }

  /** Widths, activation, kind of code and the number of weights, in one line. */
  summary(): string {
    const { inputSize, hiddenSizes, codeSize, variational, activation: name, outputs } = this.options;
    const down = [inputSize, ...hiddenSizes];
    const widths = [...down, codeSize, ...down.reverse()].join('-');
    const code = variational ? 'variational' : 'plain';
    return `${widths} ${name}, ${code}, of ${outputs}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  override weight({ shape }: FloatTensor): number {
    return shape[0]!;
  }

  protected override evidence(given: FloatTensor, random: Random): Evidence {
    const batch = this.options.binarize && this.engine.tape.recording ? binarized(given, random) : given;
    const features = this.#features(batch, 'batch');
    const { z, divergence } = this.#coded(features, random);
    const output = this.#output(z);
    const rows = 1 / this.weight(batch);
    const reduction = 'sum';
    if (this.options.outputs === 'probabilities') {
      return { reconstruction: multiply(binaryCrossEntropy(output, batch, { reduction }), rows), divergence };
    }
    return { reconstruction: multiply(meanSquaredError(output, batch, { reduction }), rows / 2), divergence };
  }

  /** What the code is read from, (B, H) of the last layer before it. */
  #features(rows: HostArray, argument: string): View {
    new Axes(OPERATION).bind('I', this.options.inputSize, 'inputSize').check(argument, rows.shape, 'B I');
    const x = this.engine.input(rows, `${argument} of ${OPERATION}`);
    return this.#encoder.reduce((h, layer) => activation(layer.forward(h), this.options.activation), x);
  }

  #coded(features: View, random: Random): { readonly z: View; readonly divergence?: View } {
    return this.#code instanceof Latent
      ? this.#code.forward(features, { random })
      : { z: this.#code.forward(features) };
  }

  /** (B, I): logits of probabilities, or values. */
  #output(z: View): View {
    const last = this.#decoder.length - 1;
    return this.#decoder.reduce((h, layer, k) => {
      const y = layer.forward(h);
      return k === last ? y : activation(y, this.options.activation);
    }, z);
  }

  /**
   * The codes of rows: of a variational model their means.
   * @param rows (n, I)
   * @returns (n, Z)
   * @throws ShapeError
   */
  encode(rows: HostArray): FloatTensor {
    return this.#byChunks(rows, this.options.codeSize, (chunk) => {
      const features = this.#features(chunk, 'rows');
      return this.#code instanceof Latent ? this.#code.gaussian(features).mean : this.#code.forward(features);
    });
  }

  /**
   * The rows that codes stand for: probabilities, or values.
   * @param codes (n, Z)
   * @returns (n, I)
   * @throws ShapeError
   */
  decode(codes: HostArray): FloatTensor {
    return this.#byChunks(codes, this.options.inputSize, (chunk) => {
      new Axes(OPERATION).bind('Z', this.options.codeSize, 'codeSize').check('codes', chunk.shape, 'B Z');
      const output = this.#output(this.engine.input(chunk, `codes of ${OPERATION}`));
      return this.options.outputs === 'probabilities' ? sigmoid(output) : output;
    });
  }

  /** What rows look like behind their codes. @param rows (n, I). @returns the same shape. @throws ShapeError */
  reconstruct(rows: HostArray): FloatTensor {
    return this.decode(this.encode(rows));
  }

  /**
   * Rows of the model's own: codes drawn from the standard normal, decoded.
   * @returns (count, I)
   * @throws OptionError, also for a model that is not variational: nothing says which codes are likely
   */
  sample(count: number, options: { readonly seed?: number | undefined } = {}): FloatTensor {
    checkKnown(`${OPERATION}.sample`, options, ['seed']);
    checkSize(`${OPERATION}.sample`, 'count', count);
    return this.decode(drawCodes(`${OPERATION}.sample`, this.options, count, options.seed));
  }

  /** Runs rows through a part of the network, some at a time. */
  #byChunks({ data, shape }: HostArray, width: number, run: (rows: HostArray) => View): FloatTensor {
    const [n, W = NaN] = shape as readonly number[];
    if (shape.length !== 2 || data.length !== n! * W) this.engine.evaluate(() => run({ data, shape })); // says what is wrong
    const result = new Float32Array(n! * width);
    for (let at = 0; at < n!; at += CHUNK) {
      const end = Math.min(at + CHUNK, n!);
      const rows = { data: Array.prototype.slice.call(data, at * W, end * W) as number[], shape: [end - at, W] };
      result.set(
        this.engine.evaluate(() => run(rows).toArray()),
        at * width,
      );
    }
    return { data: result, shape: [n!, width] };
  }

  /** Options and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    return { arrays: this.stateDict(), values: { kind: Autoencoder.kind, ...this.options } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Autoencoder {
    const { kind: _, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    fields.numbers('hiddenSizes');
    for (const name of OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
    return fromStored(snapshot, (init) => new Autoencoder(engine, stored as unknown as AutoencoderOptions, init));
  }
}

/** Fills in defaults and checks everything. @throws OptionError */
function fullOptions(options: AutoencoderOptions): FullOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const { hiddenSizes = [400] } = options;
  if (!Array.isArray(hiddenSizes)) {
    throw new OptionError(
      `${OPERATION}: hiddenSizes must be a list of widths, such as [400], got ${String(hiddenSizes)}.`,
    );
  }
  return {
    inputSize: checkSize(OPERATION, 'inputSize', options.inputSize),
    hiddenSizes: hiddenSizes.map((size, k) => checkSize(OPERATION, `hiddenSizes[${k}]`, size)),
    activation: checkChoice(OPERATION, 'activation', options.activation ?? 'relu', HIDDEN_ACTIVATIONS),
    outputs: checkChoice(OPERATION, 'outputs', options.outputs ?? 'probabilities', ['probabilities', 'values']),
    binarize: fullBinarize(options),
    ...fullVariationalOptions(OPERATION, options),
  };
}

/** @throws OptionError */
function fullBinarize({ binarize = false, outputs }: AutoencoderOptions): boolean {
  if (checkFlag(OPERATION, 'binarize', binarize) && outputs === 'values') {
    throw new OptionError(`${OPERATION}: binarize draws by probabilities, and outputs are values. Leave one out.`);
  }
  return binarize;
}

/** Each number 1 with itself as the probability, else 0. @throws DataError for one that is no probability */
function binarized({ data, shape }: FloatTensor, random: Random): FloatTensor {
  const drawn = new Float64Array(data.length);
  random.fillBetween(drawn, 0, 1);
  const pixels = new Float32Array(data.length);
  for (let i = 0; i < pixels.length; i++) {
    const p = data[i]!;
    if (!(p >= 0 && p <= 1)) {
      throw new DataError(`${OPERATION}: binarize draws by probabilities from 0 to 1, got ${p}. Scale the rows.`);
    }
    if (drawn[i]! < p) pixels[i] = 1;
  }
  return { data: pixels, shape };
}
