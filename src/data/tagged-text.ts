/**
 * Generated labelled sentences, for tests and examples, in which it is known what a tagger must be able to do.
 *
 * `names`: names of one to three words, such as `near` the old `Kalu Temi` that `opened`, whose type follows from the cue
 * before and the cue behind together. Either cue alone leaves two types equally likely, so a tagger that reads in one
 * direction must guess; and almost every name is a new word, which its capital gives away.
 *
 *             opened   spoke
 *     near    LOC      PER
 *     for     ORG      MISC
 *
 * `chain`: six labels in a circle, each followed by the next, and words that tell the label in half of the cases and in
 * the other half say anything else. The sentence as a whole tells where on the circle it begins; a tagger that decides
 * word by word breaks the chain, one that scores transitions keeps it.
 */

import { checkChoice, checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import type { TaggedSentence } from './conll.js';

/** The kinds there are. */
export const TAGGED_TEXTS = ['names', 'chain'] as const;

/** A kind of generated sentences. */
export type TaggedText = (typeof TAGGED_TEXTS)[number];

/** How many sentences, and which. */
export interface TaggedTextOptions {
  readonly count: number;
  /** From 0 to 2^32 - 1. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Draws sentences: those of a seed are the same everywhere.
 * @throws OptionError
 */
export function taggedSentences(kind: TaggedText, options: TaggedTextOptions): TaggedSentence[] {
  checkKnown('taggedSentences', options, ['count', 'seed']);
  const draw = { names: nameSentence, chain: chainSentence }[
    checkChoice('taggedSentences', 'kind', kind, TAGGED_TEXTS)
  ];
  const random = new Random(checkSeed('taggedSentences', options.seed ?? 1));
  return Array.from({ length: checkSize('taggedSentences', 'count', options.count) }, () => draw(random));
}

const BEFORE = [
  ['near', 'behind', 'past'],
  ['for', 'with', 'against'],
] as const;
const BEHIND = [
  ['opened', 'closed', 'burned'],
  ['spoke', 'wrote', 'slept'],
] as const;
const TYPES = [
  ['LOC', 'PER'],
  ['ORG', 'MISC'],
] as const;
const FILLERS = ['the', 'old', 'new', 'that', 'soon', 'never', 'then', 'again', 'small', 'quiet'] as const;
const CONSONANTS = [...'bdfgklmnprstvz'];
const VOWELS = [...'aeiou'];

/** One to three clauses. */
function nameSentence(random: Random): TaggedSentence {
  const [words, labels]: [string[], string[]] = [[], []];
  const add = (word: string, label: string = 'O'): void => {
    words.push(word);
    labels.push(label);
  };
  const fill = (): void => {
    for (let i = 1 + random.integer(3); i > 0; i--) add(pick(FILLERS, random));
  };
  for (let clause = random.integer(3); clause >= 0; clause--) {
    const [row, column] = [random.integer(2), random.integer(2)];
    const type = TYPES[row]![column]!;
    add(pick(BEFORE[row]!, random));
    fill();
    const length = 1 + random.integer(3);
    for (let i = 0; i < length; i++) add(name(random), `${i === 0 ? 'B' : 'I'}-${type}`);
    fill();
    add(pick(BEHIND[column]!, random));
    add(clause === 0 ? '.' : ',');
  }
  return { words, labels };
}

/** Two or three syllables, the first letter a capital. */
function name(random: Random): string {
  let letters = '';
  for (let i = 2 + random.integer(2); i > 0; i--) letters += pick(CONSONANTS, random) + pick(VOWELS, random);
  return letters[0]!.toUpperCase() + letters.slice(1);
}

/** The labels of `chain`. */
const STATES = ['dawn', 'morning', 'noon', 'evening', 'dusk', 'night'] as const;

/** Twelve words, each with the label of its own or, in half of the cases, with any of the other five. */
function chainSentence(random: Random): TaggedSentence {
  const first = random.integer(STATES.length);
  const [words, labels]: [string[], string[]] = [[], []];
  for (let t = 0; t < 12; t++) {
    const strays = random.uniform() < 0.5 ? 0 : 1 + random.integer(STATES.length - 1);
    words.push(`at-${around(first + t + strays)}`);
    labels.push(around(first + t));
  }
  return { words, labels };
}

/** The label so many steps from the first. */
function around(steps: number): string {
  return STATES[steps % STATES.length]!;
}

/** The number of places where a label does not follow the one before it, in labels of `chain`. */
export function brokenLinks(labels: readonly string[]): number {
  const places = labels.map((label) => STATES.indexOf(label as (typeof STATES)[number]));
  return places.slice(1).filter((place, t) => place !== (places[t]! + 1) % STATES.length).length;
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.integer(values.length)]!;
}
