/** Text from a language model: what a prompt is, when to stop, and how tokens become text while they come. */

import { BEGINNING, PADDING, UNKNOWN } from '../data/vocabulary.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { joinWords } from '../data/tokenizer.js';
import { DataError, OptionError } from '../errors.js';
import { Random } from '../random.js';
import { checkChoice, checkKnown, checkSeed, checkSize, checkText } from '../options.js';
import { checkSampleOptions, SAMPLE_OPTIONS, sampleToken } from './sample.js';
import type { SampleOptions } from './sample.js';

/** Options of `generate` and `stream`. */
export interface GenerateOptions extends SampleOptions {
  /** Tokens to generate, at most. Default 200. */
  readonly length?: number | undefined;
  /** Seed of the sampling. Default 1. */
  readonly seed?: number | undefined;
  /** Where to stop: after `length` tokens (the default), or before, where the sentence or the line ends. */
  readonly stop?: (typeof STOPS)[number] | undefined;
}

/** Where generating may stop. */
export const STOPS = ['length', 'sentence'] as const;

/** The logits, (V), of what follows the ids, which follow those given before. */
export type Continuation = (ids: Int32Array) => ArrayLike<number>;

/** Options checked, with their defaults. */
export interface Generating {
  readonly length: number;
  readonly seed: number;
  /** The id that ends it; -1 for none. */
  readonly end: number;
  readonly sample: SampleOptions;
}

/** Checks everything, before anything is generated. @throws OptionError */
export function checkGenerate(vocabulary: Vocabulary, options: GenerateOptions): Generating {
  checkKnown('generate', options, ['length', 'seed', 'stop', ...SAMPLE_OPTIONS]);
  const { length = 200, seed = 1, stop = 'length', ...sample } = options;
  checkSampleOptions('generate', sample);
  checkSeed('generate', seed);
  checkSize('generate', 'length', length, 0);
  checkChoice('generate', 'stop', stop, STOPS);
  return { length, seed, sample, end: stop === 'length' ? -1 : sentenceEnd(vocabulary) };
}

/** What a sentence of words, or a line of characters, ends with. @throws OptionError where there is no such symbol */
function sentenceEnd(vocabulary: Vocabulary): number {
  if (vocabulary.level === 'word') return BEGINNING;
  const newline = vocabulary.idOf('\n');
  if (newline !== UNKNOWN) return newline;
  throw new OptionError(
    "generate: stop 'sentence' ends at a line break, and the model knows none: its text had a single line. Leave stop out.",
  );
}

/**
 * The ids to continue; without a prompt, what a new sentence or a new line begins with.
 * @throws DataError if the prompt holds symbols that the vocabulary does not have
 */
export function promptIds(vocabulary: Vocabulary, prompt: string): Int32Array {
  checkText('generate', 'the prompt', prompt);
  refuseUnknown('generate: the prompt', vocabulary, prompt);
  if (vocabulary.level === 'word' || prompt !== '') return vocabulary.encodePrompt(prompt);
  const newline = vocabulary.idOf('\n');
  // The first id behind the reserved ones is the most frequent symbol of the text.
  return Int32Array.of(newline === UNKNOWN ? UNKNOWN + 1 : newline);
}

/** Refuses a text with symbols that the vocabulary does not have. @param what begins the message @throws DataError */
export function refuseUnknown(what: string, vocabulary: Vocabulary, text: string): void {
  const unknown = vocabulary.unknownIn(text);
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 5).map((symbol) => JSON.stringify(symbol));
  const symbols = vocabulary.level === 'char' ? 'characters' : 'words';
  throw new DataError(
    `${what} holds ${symbols} the model has never seen: ${shown.join(', ')}. Leave them out or replace them.`,
  );
}

/** The ids that follow a prompt. */
export function* continueIds(
  vocabulary: Vocabulary,
  prompt: Int32Array,
  { length, seed, end, sample }: Generating,
  next: Continuation,
): Generator<number> {
  const random = new Random(seed);
  const excluded = vocabulary.level === 'char' ? [PADDING, UNKNOWN, BEGINNING] : [PADDING, UNKNOWN];
  const seen = new Set(prompt);
  let ids = prompt;
  for (let i = 0; i < length; i++) {
    const id = sampleToken(next(ids), random, sample, excluded, seen);
    if (id === end) return;
    yield id;
    seen.add(id);
    ids = Int32Array.of(id);
  }
}

/** The text of ids, a piece for each that adds to it: joined they are what `vocabulary.decode` gives. */
export function* textPieces(vocabulary: Vocabulary, ids: Iterable<number>): Generator<string> {
  const isChar = vocabulary.level === 'char';
  let words: string[] = [];
  let [line, isFirst] = ['', true];
  for (const id of ids) {
    const symbol = vocabulary.symbolOf(id);
    if (id === BEGINNING && !isChar) {
      if (!isFirst) yield '\n';
      [words, line] = [[], ''];
    } else if (isChar) yield symbol;
    else {
      words.push(symbol);
      const longer = joinWords(words);
      yield longer.slice(line.length);
      line = longer;
    }
    isFirst = false;
  }
}
