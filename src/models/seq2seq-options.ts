/** Options of `Seq2Seq`, their defaults and what contradicts what. */

import { Vocabulary } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import { ATTENTIONS } from '../layers/attention.js';
import type { AttentionKind } from '../layers/attention.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { checkScheduledSampling } from './scheduled-sampling.js';
import type { ScheduledSampling, ScheduledSamplingOptions } from './scheduled-sampling.js';
import { CELLS } from './sizes.js';
import type { Cell } from './sizes.js';

/** How the final state of the encoder becomes the initial one of the decoder. */
export const BRIDGES = ['copy', 'linear', 'sum', 'none'] as const;

/** A bridge: as it is, by a linear layer, by the sum of both directions, or not at all. */
export type Bridge = (typeof BRIDGES)[number];

/** Where the decoder meets the thought vector, the encoder's final state. */
export const THOUGHTS = ['state', 'both', 'repeat'] as const;

/**
 * 'state': it begins from it (Sutskever et al. 2014); 'both': it also reads it at every step, beside the token before
 * (Cho et al. 2014); 'repeat': it reads nothing else, neither tokens nor a state to begin from (Keras's addition_rnn).
 */
export type Thought = (typeof THOUGHTS)[number];

/** Options of `Seq2Seq`. */
export interface Seq2SeqOptions extends ScheduledSamplingOptions {
  /** Symbols of the sources; the model keeps both vocabularies and writes them into its checkpoint. */
  readonly source: Vocabulary;
  /** Symbols of the targets; the same object where both sides share one. */
  readonly target: Vocabulary;
  /** Of encoder and decoder. Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E, of both sides. Default 64. */
  readonly embeddingSize?: number | undefined;
  /** H, of the decoder and of each direction of the encoder. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Layers of each. Default 1. */
  readonly numLayers?: number | undefined;
  /** Whether the encoder reads in both directions. Default false. */
  readonly bidirectional?: boolean | undefined;
  /** Whether the encoder reads from the end (Sutskever et al. 2014). Default false. */
  readonly reverseSource?: boolean | undefined;
  /** Default 'copy'; 'linear' for an encoder of two directions; 'none' where the thought is repeated. */
  readonly bridge?: Bridge | undefined;
  /** Default 'state'. */
  readonly thought?: Thought | undefined;
  /** Default 'none'. */
  readonly attention?: AttentionKind | 'none' | undefined;
  /** Whether what attention gave goes into the next step (Luong et al. 2015). Default false. */
  readonly inputFeeding?: boolean | undefined;
  /** Dropout on the embeddings, between layers and before the output. Default 0. */
  readonly dropout?: number | undefined;
}

/** Options with every default filled in. */
export interface FullSeq2SeqOptions extends ScheduledSampling {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly cell: Cell;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly reverseSource: boolean;
  readonly bridge: Bridge;
  readonly thought: Thought;
  readonly attention: AttentionKind | 'none';
  readonly inputFeeding: boolean;
  readonly dropout: number;
}

const OPERATION = 'Seq2Seq';

/** The names of the options. */
export const SEQ2SEQ_OPTIONS = [
  'source',
  'target',
  'cell',
  'embeddingSize',
  'hiddenSize',
  'numLayers',
  'bidirectional',
  'reverseSource',
  'bridge',
  'thought',
  'attention',
  'inputFeeding',
  'dropout',
  'scheduledSampling',
  'samplingSteps',
  'leastForcing',
] as const;

/** Fills in defaults and checks everything. @throws OptionError */
export function fullSeq2SeqOptions(options: Seq2SeqOptions): FullSeq2SeqOptions {
  checkKnown(OPERATION, options, SEQ2SEQ_OPTIONS);
  const bidirectional = checkFlag(OPERATION, 'bidirectional', options.bidirectional ?? false);
  const thought = checkChoice(OPERATION, 'thought', options.thought ?? 'state', THOUGHTS);
  const bridge = thought === 'repeat' ? 'none' : bidirectional ? 'linear' : 'copy';
  const full = {
    source: checkVocabulary('source', options.source),
    target: checkVocabulary('target', options.target),
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? 64),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    bidirectional,
    reverseSource: checkFlag(OPERATION, 'reverseSource', options.reverseSource ?? false),
    bridge: checkChoice(OPERATION, 'bridge', options.bridge ?? bridge, BRIDGES),
    thought,
    attention: checkChoice(OPERATION, 'attention', options.attention ?? 'none', ['none', ...ATTENTIONS]),
    inputFeeding: checkFlag(OPERATION, 'inputFeeding', options.inputFeeding ?? false),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    ...checkScheduledSampling(OPERATION, options),
  };
  refuseContradictions(full);
  return full;
}

function checkVocabulary(option: string, value: unknown): Vocabulary {
  if (value instanceof Vocabulary) return value;
  throw new OptionError(`${OPERATION}: ${option} must be a Vocabulary. Give those of Pairs.`);
}

/** @throws OptionError for options that would be accepted and ignored, or that do not go together */
function refuseContradictions(options: FullSeq2SeqOptions): void {
  const { bidirectional, reverseSource, bridge, thought, attention, inputFeeding, scheduledSampling } = options;
  const refuse = (wrong: boolean, sentence: string): void => {
    if (wrong) throw new OptionError(`${OPERATION}: ${sentence}`);
  };
  const isRepeat = thought === 'repeat';
  refuse(
    bidirectional && reverseSource,
    'bidirectional reads in both directions, and reverseSource is true. Leave one out.',
  );
  refuse(
    isRepeat !== (bridge === 'none'),
    `bridge '${bridge}' and thought '${thought}' do not go together: 'none' is for 'repeat', which begins from no state.`,
  );
  refuse(
    bidirectional && bridge === 'copy',
    "bridge 'copy' takes one direction, and bidirectional is true. Take 'linear' or 'sum'.",
  );
  refuse(!bidirectional && bridge === 'sum', "bridge 'sum' is of two directions, and bidirectional is false.");
  refuse(
    bidirectional && (attention === 'dot' || attention === 'scaled'),
    `attention '${attention}' takes an encoder as wide as the decoder, and bidirectional makes it twice as wide. ` +
      "Take 'general' or 'additive'.",
  );
  refuse(inputFeeding && attention === 'none', "inputFeeding feeds what attention gave, and attention is 'none'.");
  refuse(
    isRepeat && scheduledSampling !== 'none',
    `scheduledSampling '${scheduledSampling}' chooses the tokens a decoder reads, and with thought 'repeat' it reads none.`,
  );
}

/** `1 lstm of 128 from 15 symbols to 1 lstm of 128 over 14, attention general, input feeding` */
export function describeSeq2Seq(options: FullSeq2SeqOptions): string {
  const { source, target, cell, embeddingSize, hiddenSize, numLayers, bidirectional, reverseSource } = options;
  const direction = bidirectional ? ' both ways' : reverseSource ? ' backwards' : '';
  const layers = `${numLayers} ${cell} of ${hiddenSize}`;
  return [
    `embeddings ${embeddingSize}`,
    `${layers}${direction} over ${source.size} symbols to ${layers} over ${target.size}`,
    `thought as ${options.thought === 'both' ? 'state and input' : options.thought}`,
    ...(options.attention === 'none' ? [] : [`attention ${options.attention}`]),
    ...(options.inputFeeding ? ['input feeding'] : []),
  ].join(', ');
}
