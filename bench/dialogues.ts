/**
 * Generated dialogues of known entropy, a JSON array a line:
 *
 *     npx tsx bench/dialogues.ts recall | styles COUNT SEED > FILE
 */

import { pathToFileURL } from 'node:url';
import { Random } from '../src/random.js';

const NAMES = ['anna', 'boris', 'carla', 'david', 'elena', 'felix', 'greta', 'hugo'];
const CITIES = ['athens', 'berlin', 'cairo', 'delhi', 'geneva', 'lima', 'oslo', 'tokyo'];
const FOODS = ['apples', 'beans', 'bread', 'cake', 'cheese', 'pasta', 'rice', 'soup'];

/** What somebody says of himself, what he asks, and what he is to be told. */
const FACTS = [
  { values: NAMES, say: 'my name is', ask: 'what is my name ?', answer: 'your name is' },
  { values: CITIES, say: 'i live in', ask: 'where do i live ?', answer: 'you live in' },
  { values: FOODS, say: 'i like', ask: 'what do i like ?', answer: 'you like' },
] as const;

const ACKNOWLEDGEMENTS = ['i see .', 'good to know .', 'that is nice .', 'well well .'];

/**
 * Two turns: something is said and acknowledged, then it is asked for. The answer is in the first turn and nowhere else:
 * who has heard the question alone knows which of three kinds it is, and guesses one of eight.
 */
export function recall(random: Random): string[] {
  const { values, say, ask, answer } = pick(FACTS, random);
  const value = pick(values as readonly string[], random);
  return [`${say} ${value} .`, pick(ACKNOWLEDGEMENTS, random), ask, `${answer} ${value} .`];
}

/** Ways to say how somebody is: every word of an answer is of the one way. */
const STYLES = [
  ['splendid', 'indeed', 'dear', 'friend', 'thanks'],
  ['rough', 'honestly', 'mate', 'never', 'worse'],
  ['yo', 'all', 'good', 'bro', 'cheers'],
  ['tired', 'but', 'happy', 'somehow', 'today'],
  ['busy', 'as', 'ever', 'with', 'work'],
  ['fine', 'just', 'fine', 'really', 'fine'],
  ['sleepy', 'zzz', 'coffee', 'please', 'quickly'],
  ['great', 'news', 'everyone', 'listen', 'up'],
] as const;

const QUESTIONS = ['how are you ?', 'how is it going ?', 'what is up ?', 'are you well ?'];

/** A question, and an answer in one of eight ways, all equally good: ln 8 = 2.08 nats that its words share. */
export function styles(random: Random): string[] {
  return [pick(QUESTIONS, random), pick(STYLES as readonly (readonly string[])[], random).join(' ')];
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random.integer(list.length)]!;
}

/** The kinds by name. */
export const DIALOGUES: Readonly<Record<string, (random: Random) => string[]>> = { recall, styles };

/** So many dialogues of a kind. */
export function generate(kind: string, count: number, seed: number): string[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => DIALOGUES[kind]!(random));
}

function main([kind = '', count = '', seed = '', ...rest]: readonly string[]): void {
  if (!Object.hasOwn(DIALOGUES, kind) || !/^[1-9]\d*$/.test(count) || !/^\d+$/.test(seed) || rest.length > 0) {
    process.stderr.write(`dialogues: give one of ${Object.keys(DIALOGUES).join(', ')}, a count and a seed.\n`);
    process.exitCode = 2;
    return;
  }
  for (const dialogue of generate(kind, Number(count), Number(seed))) console.log(JSON.stringify(dialogue));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
