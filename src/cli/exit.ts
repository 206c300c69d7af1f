/** Exit codes: what kind of error ends the process, and how it is told. */

import pc from 'picocolors';
import {
  CheckpointError,
  DataError,
  DivergenceError,
  KernelUnavailableError,
  MemoryError,
  OptionError,
  RecurraError,
} from '../errors.js';

/** The codes of the documentation, as a shell has them for what a signal ends: 128 and its number. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  data: 3,
  diverged: 4,
  memory: 5,
  interrupted: 130,
  readerGone: 141,
  terminated: 143,
} as const;

const CODES: readonly [new (message: string) => Error, number][] = [
  [OptionError, EXIT.usage],
  [KernelUnavailableError, EXIT.usage],
  [DataError, EXIT.data],
  [CheckpointError, EXIT.data],
  [DivergenceError, EXIT.diverged],
  [MemoryError, EXIT.memory],
];

/** The exit code of an error. */
export function exitCode(error: unknown): number {
  return CODES.find(([type]) => error instanceof type)?.[1] ?? EXIT.unexpected;
}

/** What options of the library are called here; the others have the same name, or none. */
const FLAGS: Readonly<Record<string, string>> = {
  validFraction: '--valid-fraction',
  clipNorm: '--clip-norm',
  clipValue: '--clip-value',
  vocabSize: '--vocab-size',
  embeddingSize: '--embedding',
  hiddenSize: '--hidden',
  numLayers: '--layers',
  codeSize: '--code',
  klWeight: '--kl-weight',
  annealSteps: '--anneal',
  wordDropout: '--word-dropout',
  topK: '--top-k',
  targetLocale: '--target-locale',
  reverseSource: '--reverse-source',
  inputFeeding: '--input-feeding',
  scheduledSampling: '--scheduled-sampling',
  samplingSteps: '--sampling-steps',
  leastForcing: '--least-forcing',
  minCount: '--min-count',
  maxWords: '--max-words',
  maxSentence: '--max-sentence',
  minLr: '--min-lr',
  cbowGradient: '--cbow-gradient',
  splitBy: '--split-by',
  evaluateTask: 'evaluate',
  'Give a number of sequences': 'Give --test N',
  'Give the width of a picture': 'Give --width N',
  'createEngine: kernels': '--kernels',
  'createEngine: threads': '--threads',
  'Leave threads': 'Leave --threads',
  'Leave revectorize': 'Leave --revectorize',
  'with threads': 'with --threads',
  'createEngine: revectorize': '--revectorize',
};

/** Names of the library, and what is quoted: that is the user's own text, which stays as it is. */
const QUOTED_OR_NAME = new RegExp(`'[^']*'|"[^"]*"|\\b(?:${Object.keys(FLAGS).join('|')})\\b`, 'g');

/** An error as the command line tells it: one line for what was foreseen, the stack for a fault of ours. */
export function describe(error: unknown): string {
  const label = pc.createColors(pc.isColorSupported && process.stderr.isTTY).red('recurra:');
  if (error instanceof RecurraError) {
    const message = error.message.replaceAll('\n', ' ');
    const translates = error instanceof OptionError || error instanceof KernelUnavailableError;
    const told = translates ? message.replace(QUOTED_OR_NAME, (found) => FLAGS[found] ?? found) : message;
    return `${label} ${told}\n`;
  }
  return `${label} unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
