/** The options of the dialogue model, their defaults, checks and words. */

import { Vocabulary } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';

/** The cells a decoder can have. */
export const DECODERS = ['gru', 'lstm'] as const;

/** Options of `HRED`. */
export interface HredOptions {
  /** Symbols and ids; the model keeps it and writes it into its checkpoint. */
  readonly vocabulary: Vocabulary;
  /** The cell of the decoder; encoder and context are GRUs. Default 'gru'. */
  readonly cell?: (typeof DECODERS)[number] | undefined;
  /** E, of the embedding that encoder and decoder share. Default 64. */
  readonly embeddingSize?: number | undefined;
  /** H, of the encoder, in each direction, and of the decoder. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** C, of the context network. Default 128. */
  readonly contextSize?: number | undefined;
  /** Whether the encoder also reads an utterance from its end. Default false. */
  readonly bidirectional?: boolean | undefined;
  /**
   * Whether the context network remembers all of a dialogue. Without, it begins anew at each utterance, and the decoder
   * knows the one before it alone: a flat model of the same size, to compare with. Default true.
   */
  readonly context?: boolean | undefined;
  /** Z, of the latent variable that each utterance has (VHRED); 0 for none. Default 0. */
  readonly latent?: number | undefined;
  /** Updates over which the weight of the divergence rises from 0 to 1 (Bowman et al. 2016). Default 0: always 1. */
  readonly annealing?: number | undefined;
  /** The probability, while training, that a word the decoder is given is replaced by UNKNOWN. Default 0. */
  readonly wordDropout?: number | undefined;
  /** Dropout on the embedding and before the logits. Default 0. */
  readonly dropout?: number | undefined;
}

/** Options with every default filled in. */
export type FullHredOptions = { readonly [K in keyof HredOptions]-?: Exclude<HredOptions[K], undefined> };

const OPERATION = 'HRED';

/** The names of the options but for the vocabulary. */
export const HRED_OPTIONS = [
  'cell',
  'embeddingSize',
  'hiddenSize',
  'contextSize',
  'bidirectional',
  'context',
  'latent',
  'annealing',
  'wordDropout',
  'dropout',
] as const;

/** Fills in defaults and checks everything. @throws OptionError */
export function fullHredOptions(options: HredOptions): FullHredOptions {
  checkKnown(OPERATION, options, ['vocabulary', ...HRED_OPTIONS]);
  if (!(options.vocabulary instanceof Vocabulary)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a Vocabulary. Give the vocabulary of the dialogues.`);
  }
  const share = (name: 'wordDropout' | 'dropout'): number =>
    checkNumber(OPERATION, name, options[name] ?? 0, { least: 0, below: 1 });
  const full = {
    vocabulary: options.vocabulary,
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'gru', DECODERS),
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? 64),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    contextSize: checkSize(OPERATION, 'contextSize', options.contextSize ?? 128),
    bidirectional: checkFlag(OPERATION, 'bidirectional', options.bidirectional ?? false),
    context: checkFlag(OPERATION, 'context', options.context ?? true),
    latent: checkSize(OPERATION, 'latent', options.latent ?? 0, 0),
    annealing: checkSize(OPERATION, 'annealing', options.annealing ?? 0, 0),
    wordDropout: share('wordDropout'),
    dropout: share('dropout'),
  };
  if (full.annealing > 0 && full.latent === 0) {
    throw new OptionError(
      `${OPERATION}: annealing ${full.annealing} is of the divergence of a latent variable, and latent is 0. ` +
        'Give latent, or leave annealing out.',
    );
  }
  return full;
}

/** `utterances by gru of 128, context gru of 128, decoder gru of 128, latent 16` */
export function describeHred(options: FullHredOptions): string {
  const { cell, embeddingSize, hiddenSize, contextSize, bidirectional, context, latent, vocabulary } = options;
  const parts = [
    `embedding ${embeddingSize} of ${vocabulary.size} symbols`,
    `utterances by ${bidirectional ? 'two gru' : 'gru'} of ${hiddenSize}`,
    context ? `context gru of ${contextSize}` : `no context (gru of ${contextSize} for the utterance before)`,
    ...(latent > 0 ? [`latent ${latent}`] : []),
    `${cell} of ${hiddenSize} writes`,
  ];
  return parts.join(', ');
}
