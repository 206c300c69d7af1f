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
  annealing: '--annealing',
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
  wordColumn: '--word-column',
  labelColumn: '--label-column',
  contextSize: '--context-size',
  maxLength: '--max-length',
  evaluateTask: 'evaluate',
  trainWord2Vec: 'word2vec',
  'variational false': '--plain',
  'contradicts vectors': 'contradicts --vectors',
  'projection leads': '--projection leads',
  'tied is false': '--tied is not given',
  'Leave projection out': 'Leave --projection out',
  'give projection: true': 'give --projection',
  'proposals are for': '--proposals are for',
  'sampled is 0': '--sampled is not given',
  'Give sampled, or leave proposals out': 'Give --sampled, or leave --proposals out',
  'sampled must be': '--sampled must be',
  'latent is 0': '--latent is not given',
  'Give latent, or leave annealing out': 'Give --latent, or leave --annealing out',
  'Leave negatives out': 'Leave --negatives out',
  'fit: patience': '--patience',
  'fit: schedule plateau': '--schedule plateau',
  'Give valid': 'Set --valid-fraction above 0',
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

/** A message in the words of the command line. */
function toldHere(error: RecurraError): string {
  const message = error.message.replaceAll('\n', ' ');
  if (error instanceof OptionError || error instanceof KernelUnavailableError) return inFlags(message);
  if (!(error instanceof DataError)) return message;
  const place = message.indexOf(': '); // before it stands the user's own name of a file
  return message.slice(0, place + 1) + inFlags(message.slice(place + 1));
}

function inFlags(message: string): string {
  return message.replace(QUOTED_OR_NAME, (found) => FLAGS[found] ?? found);
}

/** An error as the command line tells it: one line for what was foreseen, the stack for a fault of ours. */
export function describe(error: unknown): string {
  const label = pc.createColors(pc.isColorSupported && process.stderr.isTTY).red('recurra:');
  if (error instanceof RecurraError) {
    return `${label} ${toldHere(error)}\n`;
  }
  return `${label} unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
