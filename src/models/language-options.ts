/** The options of the language model: defaults, checks, and how a checkpoint stores them. */

import { Vocabulary } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { checkProposals } from './proposals.js';
import type { ProposalOption } from './proposals.js';
import { CELLS } from './sizes.js';
import type { Cell, ModelSizes } from './sizes.js';
import type { Fields, Json } from './snapshot.js';
import { checkVectors } from './vectors.js';
import type { WordTable } from './vectors.js';

/** Options of `LanguageModel`. */
export interface LanguageModelOptions {
  /** Symbols and ids; the model keeps it and writes it into its checkpoint. */
  readonly vocabulary: Vocabulary;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E. Default 64; that of the vectors where they are given, H where the weights are tied without a projection. */
  readonly embeddingSize?: number | undefined;
  /** H. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Dropout on the embedding, between layers and before the logits. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether the weights of the output are the embedding's (Press and Wolf 2017); E is then H. Default false. */
  readonly tied?: boolean | undefined;
  /** With tied weights, a layer from H to E before the output, so that E may be another than H. Default false. */
  readonly projection?: boolean | undefined;
  /** Vectors that the words of this table begin with. Default: none, all of them are drawn. */
  readonly vectors?: WordTable | undefined;
  /** Whether the embedding learns; false leaves it as it is, the words without a vector too. Default true. */
  readonly tuneVectors?: boolean | undefined;
  /**
   * Draws of negatives for a sampled softmax, which trains in place of the full one, at most half of the vocabulary;
   * evaluation is always on all of it. Default 0: the full softmax trains too.
   */
  readonly sampled?: number | undefined;
  /** How negatives are proposed: 'log-uniform' by rank (the default), or counts of the ids: `corpus.counts()`. */
  readonly proposals?: ProposalOption | undefined;
}

/** Options with every default filled in; the vectors become weights and are not kept. */
export interface FullLanguageOptions {
  readonly cell: Cell;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly tied: boolean;
  readonly projection: boolean;
  readonly tuneVectors: boolean;
  readonly sampled: number;
  readonly proposals: ProposalOption;
}

const OPERATION = 'LanguageModel';
const OPTIONS = [
  'vocabulary',
  'cell',
  'embeddingSize',
  'hiddenSize',
  'numLayers',
  'dropout',
  'tied',
  'projection',
  'vectors',
  'tuneVectors',
  'sampled',
  'proposals',
] as const;

/**
 * Fills in defaults and checks everything.
 * @param isStored whether the weights come from a checkpoint, so that no vectors are given though they may be frozen
 * @throws OptionError
 */
export function fullLanguageOptions(options: LanguageModelOptions, isStored: boolean = false): FullLanguageOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const { vocabulary, vectors } = options;
  if (!(vocabulary instanceof Vocabulary)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a Vocabulary. Give the vocabulary of a corpus.`);
  }
  const tied = checkFlag(OPERATION, 'tied', options.tied ?? false);
  const projection = checkFlag(OPERATION, 'projection', options.projection ?? false);
  const hiddenSize = checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128);
  const width = vectors === undefined ? undefined : checkVectors(OPERATION, vectors);
  const usual = width ?? (tied && !projection ? hiddenSize : 64);
  const full = {
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? usual),
    hiddenSize,
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    tied,
    projection,
    tuneVectors: checkFlag(OPERATION, 'tuneVectors', options.tuneVectors ?? true),
    sampled: checkSize(OPERATION, 'sampled', options.sampled ?? 0, 0),
    proposals: checkProposals(OPERATION, options.proposals ?? 'log-uniform', vocabulary.size),
  };
  refuseContradictions(options, full, width, isStored);
  return full;
}

/** @throws OptionError for options that would be accepted and ignored, or cannot be together */
function refuseContradictions(
  { vocabulary, vectors, proposals }: LanguageModelOptions,
  { embeddingSize: E, hiddenSize: H, tied, projection, tuneVectors, sampled }: FullLanguageOptions,
  width: number | undefined,
  isStored: boolean,
): void {
  const refuse = (wrong: boolean, sentence: string): void => {
    if (wrong) throw new OptionError(`${OPERATION}: ${sentence}`);
  };
  refuse(
    width !== undefined && width !== E,
    `embeddingSize ${E} contradicts vectors, whose rows have ${width} numbers. Leave embeddingSize out.`,
  );
  refuse(
    tied && !projection && E !== H,
    `tied weights need embeddingSize = hiddenSize, got ${E} and ${H}. Make them equal, or give projection: true, a layer from ${H} to ${E}.`,
  );
  refuse(projection && !tied, 'projection leads to tied weights, and tied is false. Leave projection out.');
  refuse(
    !tuneVectors && vectors === undefined && !isStored,
    'tuneVectors false freezes vectors, and there are none. Give vectors, or leave tuneVectors out.',
  );
  refuse(
    proposals !== undefined && sampled === 0 && !isStored,
    'proposals are for a sampled softmax, and sampled is 0. Give sampled, or leave proposals out.',
  );
  const most = Math.floor(vocabulary.size / 2);
  refuse(
    sampled > most,
    `sampled must be at most half of the vocabulary of ${vocabulary.size}, which is ${most}, got ${sampled}. Lower it, or leave it out for the full softmax.`,
  );
}

/** What decides the size of a model of these options. */
export function languageSizes(vocabSize: number, options: FullLanguageOptions): ModelSizes {
  const { cell, embeddingSize, hiddenSize, numLayers, dropout, tied, projection, tuneVectors, sampled } = options;
  const own = { tied, projection, frozen: !tuneVectors, sampled };
  return { cell, vocabSize, embeddingSize, hiddenSize, numLayers, dropout, ...own };
}

/** Options as a checkpoint stores them: log-uniform proposals as no counts. */
export function storedOptions(options: FullLanguageOptions): { readonly [name: string]: Json } {
  const { proposals, ...others } = options;
  return { ...others, proposals: proposals === 'log-uniform' ? [] : proposals };
}

/** Options from a checkpoint; those that a release before did not know have their defaults. @throws CheckpointError */
export function readOptions(fields: Fields, vocabulary: Vocabulary): LanguageModelOptions {
  const flag = (name: string, usual: boolean): boolean => (fields.has(name) ? fields.flag(name) : usual);
  return {
    vocabulary,
    cell: checkChoice('model', 'cell', fields.string('cell'), CELLS),
    embeddingSize: fields.number('embeddingSize'),
    hiddenSize: fields.number('hiddenSize'),
    numLayers: fields.number('numLayers'),
    dropout: fields.number('dropout'),
    tied: flag('tied', false),
    projection: flag('projection', false),
    tuneVectors: flag('tuneVectors', true),
    sampled: fields.has('sampled') ? fields.number('sampled') : 0,
    proposals: readProposals(fields),
  };
}

function readProposals(fields: Fields): ProposalOption {
  const counts = fields.has('proposals') ? fields.numbers('proposals') : [];
  return counts.length === 0 ? 'log-uniform' : counts;
}
