/**
 * word2vec (Mikolov et al. 2013): two vectors for each word, one that predicts and one that is predicted, such that words
 * in the same company get vectors that point the same way. Trained by `trainWord2Vec`; docs/word-vectors.md.
 */

import { huffmanCodes } from '../data/huffman.js';
import type { HuffmanCodes } from '../data/huffman.js';
import { WordVectors } from '../data/vectors/word-vectors.js';
import { WordCounts } from '../data/word-counts.js';
import type { Engine } from '../engine.js';
import { CheckpointError, OptionError } from '../errors.js';
import { Embedding } from '../layers/embedding.js';
import { constant, uniform } from '../layers/initializers.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { checkChoice, checkKnown, checkSize } from '../options.js';
import { fromStored, Network } from './network.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

/** What predicts what: a word the words around it, or the mean of the words around it the word. */
export const ARCHITECTURES = ['skip-gram', 'cbow'] as const;

/** How a word is predicted: against words drawn at random, or along its path through a binary tree. */
export const OUTPUTS = ['negative-sampling', 'hierarchical-softmax'] as const;

/** Options of `Word2Vec`. */
export interface Word2VecOptions {
  readonly vocabulary: WordCounts;
  /** Default 'skip-gram'. */
  readonly architecture?: (typeof ARCHITECTURES)[number] | undefined;
  /** Default 'negative-sampling'. */
  readonly output?: (typeof OUTPUTS)[number] | undefined;
  /** E, the length of a vector. Default 100. */
  readonly size?: number | undefined;
}

type FullOptions = { readonly [K in keyof Word2VecOptions]-?: Exclude<Word2VecOptions[K], undefined> };

const OPERATION = 'Word2Vec';

/** Tables of vectors: `input` (V, E), which is the result, and `output`, (V, E) or of the V - 1 inner nodes (V - 1, E). */
export class Word2Vec extends Network {
  /** What its snapshots are called. */
  static readonly kind = 'Word2Vec';
  /** With the defaults filled in. */
  readonly options: FullOptions;
  readonly input: Embedding;
  readonly output: Embedding;
  #codes: HuffmanCodes | undefined;

  /**
   * @param init how every weight begins, instead of input uniform in +-1 / 2E and output 0
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: Word2VecOptions, init?: Initializer) {
    super(engine);
    this.options = fullOptions(options);
    const { vocabulary, output, size } = this.options;
    const outputs = output === 'negative-sampling' ? vocabulary.size : vocabulary.size - 1;
    const predicting = { vocabSize: vocabulary.size, size, init: init ?? uniform(0.5 / size) };
    this.input = new Embedding(engine, predicting);
    this.output = new Embedding(engine, { vocabSize: outputs, size, init: init ?? constant(0) });
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { input: this.input, output: this.output };
  }

  /** The paths of the words through the tree of the hierarchical softmax. */
  get codes(): HuffmanCodes {
    return (this.#codes ??= huffmanCodes(this.options.vocabulary.counts));
  }

  /** The vectors that predict, which is what one means by word vectors. */
  vectors(): WordVectors {
    const { vocabulary, size } = this.options;
    return new WordVectors(vocabulary.words, Float32Array.from(this.input.weight.toArray()), size);
  }

  /** What it is and how large, in one line. */
  summary(): string {
    const { vocabulary, architecture, output, size } = this.options;
    const [words, weights] = [vocabulary.size, this.parameterCount].map((n) => n.toLocaleString('en-US'));
    return `${architecture} with ${output.replace('-', ' ')}, ${words} words of ${size} numbers, ${weights} parameters`;
  }

  /** Options, vocabulary and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { vocabulary, ...options } = this.options;
    const { words, counts } = vocabulary.toJSON();
    return { arrays: this.stateDict(), values: { kind: Word2Vec.kind, ...options, vocabulary: { words, counts } } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, DataError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Word2Vec {
    const fields = new Fields('model', snapshot.values);
    const options = {
      vocabulary: WordCounts.fromJSON(fields.object('vocabulary')),
      architecture: fields.string('architecture'),
      output: fields.string('output'),
      size: fields.number('size'),
    } as Word2VecOptions;
    const stored = snapshot.arrays.get('input.weight')?.shape.join(' x ');
    const wanted = `${options.vocabulary.size} x ${options.size}`;
    if (stored !== wanted) {
      throw new CheckpointError(`model: input.weight must be ${wanted} by its options, got ${stored ?? 'nothing'}.`);
    }
    return fromStored(snapshot, (init) => new Word2Vec(engine, options, init));
  }
}

/** Fills in defaults and checks everything. @throws OptionError */
function fullOptions(options: Word2VecOptions): FullOptions {
  checkKnown(OPERATION, options, ['vocabulary', 'architecture', 'output', 'size']);
  const { vocabulary } = options;
  if (!(vocabulary instanceof WordCounts)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a WordCounts. Give the .vocabulary of a WordCorpus.`);
  }
  if (vocabulary.size < 2) {
    throw new OptionError(
      `${OPERATION}: vocabulary must have at least 2 words, got ${vocabulary.size}. Give more text.`,
    );
  }
  return {
    vocabulary,
    architecture: checkChoice(OPERATION, 'architecture', options.architecture ?? 'skip-gram', ARCHITECTURES),
    output: checkChoice(OPERATION, 'output', options.output ?? 'negative-sampling', OUTPUTS),
    size: checkSize(OPERATION, 'size', options.size ?? 100),
  };
}
