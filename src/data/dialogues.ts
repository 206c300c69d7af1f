/** Dialogues: utterances one after another, read from a JSON array a line, as examples that a model learns to go on. */

import { crc32 } from '../crc32.js';
import { DataError, OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkNumber } from '../options.js';
import type { Examples } from './examples.js';
import type { IdTensor } from './sequences.js';
import { countSymbols } from './symbol-count.js';
import type { SymbolCount } from './symbol-count.js';
import { LEVELS } from './tokenizer.js';
import type { Level } from './tokenizer.js';
import { BEGINNING, PADDING, Vocabulary } from './vocabulary.js';

/** How dialogues become ids: by a vocabulary of their own, or by the one of a model. */
export interface DialoguesOptions {
  /** Default 'word'. */
  readonly level?: Level | undefined;
  /** Language of the words as a BCP 47 tag. Default 'en'. */
  readonly locale?: string | undefined;
  /** How many of the most frequent symbols to keep, the reserved ones not counted. Default: all. */
  readonly vocabSize?: number | undefined;
  /** Encode with this vocabulary instead of building one; it settles the other options. */
  readonly vocabulary?: Vocabulary | undefined;
  /** What the text is called in messages, such as the path of its file. Default 'dialogues'. */
  readonly name?: string | undefined;
}

/** Dialogues side by side: their utterances are the columns of one matrix. */
export interface DialogueBatch {
  /** Ids (T, R) of R utterances, dialogue after dialogue. Each begins and ends with BEGINNING; PADDING follows. */
  readonly tokens: IdTensor;
  /** (R): the ids of each utterance, both BEGINNINGs counted. */
  readonly lengths: Int32Array;
  /** (B): the utterances of each dialogue, R in all. */
  readonly counts: Int32Array;
}

/** One dialogue as text, and where it stands, for messages. */
interface Entry {
  readonly where: string;
  readonly utterances: readonly string[];
}

const OPTIONS = ['level', 'locale', 'vocabSize', 'vocabulary', 'name'];

/** Dialogues as ids, with their vocabulary. */
export class Dialogues implements Examples<DialogueBatch> {
  readonly vocabulary: Vocabulary;
  readonly fingerprint: string;
  readonly #dialogues: readonly (readonly Int32Array[])[];

  private constructor(dialogues: readonly (readonly Int32Array[])[], vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.#dialogues = dialogues;
    this.fingerprint = fingerprintOf(dialogues, vocabulary);
  }

  /**
   * The dialogues of a text with a JSON array of utterances a line; blank lines do not count.
   * @throws DataError with the line of what is wrong; OptionError
   */
  static fromText(text: string, options: DialoguesOptions = {}): Dialogues {
    const { name = 'dialogues' } = options;
    const entries = text.split(/\r\n|\r|\n/).flatMap((line, i) => {
      return line.trim() === '' ? [] : [parseLine(line, `${name}:${i + 1}`)];
    });
    return Dialogues.#of(entries, options, name);
  }

  /** Dialogues that are at hand as lists of utterances. @throws DataError, OptionError */
  static fromUtterances(dialogues: readonly (readonly string[])[], options: DialoguesOptions = {}): Dialogues {
    const { name = 'dialogues' } = options;
    const entries = dialogues.map((utterances, i) => checkDialogue(utterances, `${name}[${i}]`));
    return Dialogues.#of(entries, options, name);
  }

  static #of(entries: readonly Entry[], options: DialoguesOptions, name: string): Dialogues {
    checkKnown('Dialogues', options, OPTIONS);
    if (entries.length === 0) {
      throw new DataError(`${name}: there is no dialogue. Give one a line, such as ["Hello.", "Hi!"].`);
    }
    const vocabulary = options.vocabulary ?? makeVocabulary(entries, options);
    if (options.vocabulary !== undefined) refuseBeside(options);
    const dialogues = entries.map(({ utterances }) => utterances.map((text) => encodeUtterance(text, vocabulary)));
    return new Dialogues(dialogues, vocabulary);
  }

  /** How many dialogues there are. */
  get count(): number {
    return this.#dialogues.length;
  }

  /** How many utterances there are in all of them. */
  get utterances(): number {
    return this.#dialogues.reduce((sum, { length }) => sum + length, 0);
  }

  /** The ids of dialogue i. */
  length(i: number): number {
    return this.#dialogues[i]!.reduce((sum, { length }) => sum + length, 0);
  }

  symbolCount(): SymbolCount {
    return countSymbols(this.#dialogues.flat());
  }

  batch(indices: readonly number[]): DialogueBatch {
    return dialogueBatch(indices.map((i) => this.#dialogues[i]!));
  }

  /**
   * Cuts off about the given fraction of the dialogues at the end for validation; both parts keep the vocabulary.
   * @throws OptionError for a fraction outside (0, 1); DataError for a single dialogue
   */
  split(validFraction: number): { readonly train: Dialogues; readonly valid: Dialogues } {
    checkNumber('split', 'validFraction', validFraction, { above: 0, below: 1 });
    if (this.count < 2) {
      throw new DataError('split: a single dialogue cannot be cut. Give more dialogues, or go without validation.');
    }
    const wanted = Math.round(this.count * (1 - validFraction));
    const cut = Math.min(Math.max(wanted, 1), this.count - 1);
    return {
      train: new Dialogues(this.#dialogues.slice(0, cut), this.vocabulary),
      valid: new Dialogues(this.#dialogues.slice(cut), this.vocabulary),
    };
  }
}

/** The ids of one utterance: BEGINNING, its symbols, BEGINNING. Line breaks in it are spaces. */
export function encodeUtterance(text: string, vocabulary: Vocabulary): Int32Array {
  const ids = vocabulary.encode(oneLine(text));
  return vocabulary.level === 'word' ? ids : Int32Array.from([BEGINNING, ...ids, BEGINNING]);
}

/** Dialogues of encoded utterances side by side. */
export function dialogueBatch(dialogues: readonly (readonly Int32Array[])[]): DialogueBatch {
  const utterances = dialogues.flat();
  const R = utterances.length;
  const lengths = Int32Array.from(utterances, ({ length }) => length);
  const T = lengths.reduce((most, length) => Math.max(most, length), 0);
  const data = new Int32Array(T * R).fill(PADDING);
  for (const [r, ids] of utterances.entries()) for (const [t, id] of ids.entries()) data[t * R + r] = id;
  return { tokens: { data, shape: [T, R] }, lengths, counts: Int32Array.from(dialogues, ({ length }) => length) };
}

/** The text of an utterance as one line without spaces around it. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').trim();
}

function parseLine(line: string, where: string): Entry {
  let dialogue: unknown;
  try {
    dialogue = JSON.parse(line);
  } catch (cause) {
    throw new DataError(`${where}: is not JSON: ${(cause as Error).message}. Write a dialogue as ["Hello.", "Hi!"].`, {
      cause,
    });
  }
  return checkDialogue(dialogue, where);
}

/** @throws DataError if it is not a list of at least two utterances with something in each */
function checkDialogue(dialogue: unknown, where: string): Entry {
  if (!Array.isArray(dialogue)) {
    throw new DataError(`${where}: a dialogue must be an array of strings, got ${shown(dialogue)}.`);
  }
  if (dialogue.length === 0) throw new DataError(`${where}: the dialogue is empty. Leave the line out.`);
  for (const [u, utterance] of (dialogue as unknown[]).entries()) {
    if (typeof utterance !== 'string') {
      throw new DataError(`${where}: utterance ${u + 1} must be a string, got ${shown(utterance)}.`);
    }
    if (oneLine(utterance) === '') throw new DataError(`${where}: utterance ${u + 1} is empty. Leave it out.`);
  }
  if (dialogue.length > 1) return { where, utterances: dialogue as string[] };
  throw new DataError(`${where}: a dialogue needs at least two utterances, got one. Add its answer or leave it out.`);
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function makeVocabulary(
  entries: readonly Entry[],
  { level = 'word', locale, vocabSize }: DialoguesOptions,
): Vocabulary {
  checkChoice('Dialogues', 'level', level, LEVELS);
  const lines = entries.flatMap(({ utterances }) => utterances.map(oneLine));
  return Vocabulary.fromText(lines.join(level === 'word' ? '\n' : ''), { level, locale, size: vocabSize });
}

/** @throws OptionError for options that the vocabulary has settled */
function refuseBeside(options: DialoguesOptions): void {
  for (const option of ['level', 'locale', 'vocabSize'] as const) {
    if (options[option] === undefined) continue;
    throw new OptionError(`Dialogues: ${option} cannot be given with vocabulary, which settles it. Leave it out.`);
  }
}

/** A checksum of the symbols and of all ids; the counts say where a dialogue ends, BEGINNING where an utterance does. */
function fingerprintOf(dialogues: readonly (readonly Int32Array[])[], { symbols }: Vocabulary): string {
  const utterances = dialogues.flat();
  const parts = [Int32Array.from(dialogues, ({ length }) => length), ...utterances];
  const bytes = parts.map((ids) => new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  const crc = [new TextEncoder().encode(symbols.join('\n')), ...bytes].reduce((before, part) => crc32(part, before), 0);
  return `${dialogues.length}:${utterances.length}:${crc.toString(16)}`;
}
