/** The options of the tagger: defaults and checks, and what of them a checkpoint holds. */

import { TagSymbols } from '../data/tag-symbols.js';
import { OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { CELLS } from './sizes.js';
import type { Cell } from './sizes.js';
import { Fields, readStored } from './snapshot.js';
import type { Snapshot } from './snapshot.js';
import { checkVectors } from './vectors.js';
import type { WordTable } from './vectors.js';

/** What labels are taken from: each word's scores on their own, or those of the whole sentence. */
export const TAGGER_OUTPUTS = ['softmax', 'crf'] as const;

/** One of those. */
export type TaggerOutput = (typeof TAGGER_OUTPUTS)[number];

/** Options of `Tagger`. */
export interface TaggerOptions {
  /** Words, characters and labels; the model keeps them and writes them into its checkpoint. */
  readonly symbols: TagSymbols;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E, of a word. Default 64, or that of the vectors where they are given. */
  readonly embeddingSize?: number | undefined;
  /** Vectors that the words of this table begin with. Default: none, all of them are drawn. */
  readonly vectors?: WordTable | undefined;
  /** Whether word vectors learn; false leaves them as they are, those of other words too. Default true. */
  readonly tuneVectors?: boolean | undefined;
  /** C: the state of each direction over the characters of a word; 0 leaves characters out. Default 25. */
  readonly characters?: number | undefined;
  /** The size of a character's embedding. Default 16. */
  readonly characterEmbedding?: number | undefined;
  /** H, of each direction. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Whether every layer also reads the sentence from its end. Default true. */
  readonly bidirectional?: boolean | undefined;
  /** Dropout on what goes into the recurrent layers, between them and behind them. Default 0. */
  readonly dropout?: number | undefined;
  /** The share of words, and of characters, that training takes for unknown, so that unknown ones are learned. Default 0.02. */
  readonly unknownRate?: number | undefined;
  /** The softmax of each word, or a conditional random field. Default 'crf'. */
  readonly output?: TaggerOutput | undefined;
}

/** Options with every default filled in; the vectors become weights and are not kept. */
export type FullTaggerOptions = {
  readonly [K in Exclude<keyof TaggerOptions, 'vectors'>]-?: Exclude<TaggerOptions[K], undefined>;
};

const OPERATION = 'Tagger';
const OPTIONS = [
  'symbols',
  'cell',
  'embeddingSize',
  'tuneVectors',
  'characters',
  'characterEmbedding',
  'hiddenSize',
  'numLayers',
  'bidirectional',
  'dropout',
  'unknownRate',
  'output',
] as const;

/**
 * Fills in defaults and checks everything.
 * @param isStored whether the weights come from a checkpoint, so that no vectors are given though they may be frozen
 * @throws OptionError, ShapeError
 */
export function fullTaggerOptions(options: TaggerOptions, isStored: boolean = false): FullTaggerOptions {
  checkKnown(OPERATION, options, [...OPTIONS, 'vectors']);
  const { symbols, characterEmbedding } = options;
  if (!(symbols instanceof TagSymbols)) {
    throw new OptionError(`${OPERATION}: symbols must be TagSymbols. Give TagSymbols.fromSentences(sentences).`);
  }
  const characters = checkSize(OPERATION, 'characters', options.characters ?? 25, 0);
  if (characters === 0 && characterEmbedding !== undefined && characterEmbedding !== 0) {
    throw new OptionError(
      `${OPERATION}: characterEmbedding ${characterEmbedding} is of characters, and characters is 0. Leave one out.`,
    );
  }
  return {
    symbols,
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    ...wordOptions(options, isStored),
    characters,
    characterEmbedding: characters === 0 ? 0 : checkSize(OPERATION, 'characterEmbedding', characterEmbedding ?? 16),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    bidirectional: checkFlag(OPERATION, 'bidirectional', options.bidirectional ?? true),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    unknownRate: checkNumber(OPERATION, 'unknownRate', options.unknownRate ?? 0.02, { least: 0, below: 1 }),
    output: checkChoice(OPERATION, 'output', options.output ?? 'crf', TAGGER_OUTPUTS),
  };
}

/** The size of word vectors, and whether they learn. @throws OptionError */
function wordOptions(
  { vectors, ...options }: TaggerOptions,
  isStored: boolean,
): Pick<FullTaggerOptions, 'embeddingSize' | 'tuneVectors'> {
  const width = vectors === undefined ? undefined : checkVectors(OPERATION, vectors);
  const embeddingSize = checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? width ?? 64);
  const tuneVectors = checkFlag(OPERATION, 'tuneVectors', options.tuneVectors ?? true);
  if (width !== undefined && width !== embeddingSize) {
    throw new OptionError(
      `${OPERATION}: embeddingSize ${embeddingSize} contradicts vectors, whose rows have ${width} numbers. Leave embeddingSize out.`,
    );
  }
  if (!tuneVectors && width === undefined && !isStored) {
    throw new OptionError(
      `${OPERATION}: tuneVectors false freezes vectors, and there are none. Give vectors, or leave tuneVectors out.`,
    );
  }
  return { embeddingSize, tuneVectors };
}

/** The options that a snapshot holds. @throws CheckpointError */
export function storedTaggerOptions({ values }: Snapshot): FullTaggerOptions {
  const { kind: _, ...stored } = values;
  const fields = new Fields('model', stored);
  for (const name of OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
  const { words, characters, labels, lowercase } = fields.object('symbols');
  return readStored('model', () => {
    const symbols = TagSymbols.fromJSON({ words, characters, labels, lowercase });
    return fullTaggerOptions({ ...(stored as unknown as TaggerOptions), symbols }, true);
  });
}

/** `word embedding 64, characters 2 x 25, 1 bidirectional lstm of 128, crf over 9 labels` */
export function describeTagger(options: FullTaggerOptions): string {
  const { cell, embeddingSize, characters, hiddenSize, numLayers, bidirectional, output, symbols } = options;
  const spelling = characters === 0 ? '' : `characters 2 x ${characters}, `;
  const layers = `${numLayers} ${bidirectional ? 'bidirectional ' : ''}${cell} of ${hiddenSize}`;
  return `word embedding ${embeddingSize}, ${spelling}${layers}, ${output} over ${symbols.labels.length} labels`;
}
