/** The options of `SequenceAutoencoder`: sizes, and what goes with values or with ids alone. */

import { Vocabulary } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkNumber, checkSize } from '../options.js';
import { CELLS } from './sizes.js';
import type { Cell } from './sizes.js';
import { fullVariationalOptions, VARIATIONAL_OPTIONS } from './variational.js';
import type { FullVariationalOptions, VariationalOptions } from './variational.js';

/** Options of `SequenceAutoencoder`. */
export interface SequenceAutoencoderOptions extends VariationalOptions {
  /** Of sequences of ids. Without it they are of values. */
  readonly vocabulary?: Vocabulary | undefined;
  /** I, of sequences of values. */
  readonly inputSize?: number | undefined;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E, of ids: the same for encoder and decoder. Default 64. */
  readonly embeddingSize?: number | undefined;
  /** H, of encoder and decoder. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers of each. Default 1. */
  readonly numLayers?: number | undefined;
  /** Dropout on the embedding, between layers and before the output. Default 0. */
  readonly dropout?: number | undefined;
  /**
   * The probability that the decoder is not shown the step before, in training: an unknown symbol stands there, or
   * zeros. 1 leaves it the code alone. Default 0.
   */
  readonly wordDropout?: number | undefined;
}

/** Options with every default filled in. */
export type FullSequenceOptions = FullVariationalOptions & {
  readonly vocabulary: Vocabulary | undefined;
  /** I, or V. */
  readonly inputSize: number;
  readonly cell: Cell;
  /** E; 0 for values. */
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly wordDropout: number;
};

const OPERATION = 'SequenceAutoencoder';
const COMMON = ['cell', 'hiddenSize', 'numLayers', 'dropout', 'wordDropout', ...VARIATIONAL_OPTIONS] as const;
const OPTIONS = ['vocabulary', 'inputSize', 'embeddingSize', ...COMMON] as const;

/** The options that models of values and of ids have in common, as snapshots hold them. */
export const STORED: readonly string[] = COMMON;

/** Fills in defaults and checks everything. @throws OptionError */
export function fullSequenceOptions(options: SequenceAutoencoderOptions): FullSequenceOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const { vocabulary } = options;
  if (vocabulary !== undefined && !(vocabulary instanceof Vocabulary)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a Vocabulary. Give the vocabulary of the lines.`);
  }
  return {
    vocabulary,
    ...inputSizes(options),
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    wordDropout: checkNumber(OPERATION, 'wordDropout', options.wordDropout ?? 0, { least: 0, most: 1 }),
    ...fullVariationalOptions(OPERATION, options),
  };
}

/** Ids have a vocabulary and an embedding, values a size. @throws OptionError for options of the other kind */
function inputSizes({ vocabulary, inputSize, embeddingSize }: SequenceAutoencoderOptions): {
  readonly inputSize: number;
  readonly embeddingSize: number;
} {
  if (vocabulary === undefined) {
    if (embeddingSize !== undefined) {
      throw new OptionError(
        `${OPERATION}: embeddingSize ${embeddingSize} is for ids, and without vocabulary there are values. Leave embeddingSize out.`,
      );
    }
    return { inputSize: checkSize(OPERATION, 'inputSize', inputSize), embeddingSize: 0 };
  }
  if (inputSize !== undefined) {
    throw new OptionError(
      `${OPERATION}: inputSize ${inputSize} is for values, and with vocabulary there are ids. Leave inputSize out.`,
    );
  }
  return { inputSize: vocabulary.size, embeddingSize: checkSize(OPERATION, 'embeddingSize', embeddingSize ?? 64) };
}
