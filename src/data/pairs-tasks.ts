/** Generated pairs on which a sequence-to-sequence model can be tried: the same seed gives the same pairs everywhere. */

import { OptionError } from '../errors.js';
import { checkChoice, checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';
import { drawDate } from './dates.js';
import type { TextPair } from './pairs.js';

/**
 * 'addition': `12+7 ` to `19 `, numbers of up to so many digits, padded with spaces (Keras's addition_rnn); 'copy' and
 * 'reverse': a string of small letters to itself, or to itself backwards; 'dates': a date as people write it to its
 * ISO form, `2021-03-03`.
 */
export const PAIR_TASKS = ['addition', 'copy', 'reverse', 'dates'] as const;

/** A kind of generated pairs. */
export type PairTask = (typeof PAIR_TASKS)[number];

/** Options of `pairTask`. */
export interface PairTaskOptions {
  /** How many pairs; no source comes twice, and no sum with its terms exchanged. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** The most digits of a number of 'addition'. Default 2. */
  readonly digits?: number | undefined;
  /** Letters of a string of 'copy' or 'reverse'. Default 30. */
  readonly length?: number | undefined;
  /** How many letters of the alphabet those strings are of, up to 26. Default 26. */
  readonly letters?: number | undefined;
}

/** A pair, and what must not come twice. */
interface Drawn {
  readonly pair: TextPair;
  readonly key: string;
}

const OPERATION = 'pairTask';

/** Generated pairs. @throws OptionError for more than there are, and for an option of another task */
export function pairTask(name: PairTask, options: PairTaskOptions): TextPair[] {
  checkChoice(OPERATION, 'name', name, PAIR_TASKS);
  checkKnown(OPERATION, options, ['count', 'seed', 'digits', 'length', 'letters']);
  const random = new Random(checkSeed(OPERATION, options.seed ?? 1));
  const { draw, most } = taskOf(name, options);
  const count = checkSize(OPERATION, 'count', options.count);
  if (count > most)
    throw new OptionError(`${OPERATION}: count must be at most ${most}, got ${count}. There are no more.`);
  const pairs = new Map<string, TextPair>();
  while (pairs.size < count) {
    const { pair, key } = draw(random);
    pairs.set(key, pairs.get(key) ?? pair);
  }
  return [...pairs.values()];
}

/** Pairs as tab-separated values, one a line: what `Pairs.fromTsv` reads. @throws OptionError for a tab or a line break */
export function pairsToTsv(pairs: readonly TextPair[]): string {
  const bad = pairs.flat().find((side) => /[\t\r\n]/.test(side));
  if (bad === undefined) return pairs.map(([source, target]) => `${source}\t${target}\n`).join('');
  throw new OptionError(`pairsToTsv: a side must be without tabs and line breaks, got ${JSON.stringify(bad)}.`);
}

/** How a pair is drawn, and how many there are: not quite all, where all would take for ever to draw. */
function taskOf(name: PairTask, options: PairTaskOptions): { draw: (random: Random) => Drawn; most: number } {
  refuseForeign(name, options);
  const { digits = 2, length = 30, letters = 26 } = options;
  if (name === 'dates') return { draw: dates, most: 100_000 };
  if (name === 'addition') {
    if (checkSize(OPERATION, 'digits', digits) > 9) throw tooLarge('digits', 9, digits);
    return { draw: addition(digits), most: Math.min(1e6, Math.floor((10 ** digits * (10 ** digits + 1)) / 2)) };
  }
  checkSize(OPERATION, 'length', length);
  if (checkSize(OPERATION, 'letters', letters) > 26) throw tooLarge('letters', 26, letters);
  return { draw: strings(name, length, letters), most: Math.min(1e6, letters ** length) };
}

function tooLarge(option: string, most: number, got: number): OptionError {
  return new OptionError(`${OPERATION}: ${option} must be at most ${most}, got ${got}.`);
}

const OWN = { addition: ['digits'], copy: ['length', 'letters'], reverse: ['length', 'letters'], dates: [] } as const;

function refuseForeign(name: PairTask, options: PairTaskOptions): void {
  for (const option of ['digits', 'length', 'letters'] as const) {
    if (options[option] === undefined || (OWN[name] as readonly string[]).includes(option)) continue;
    throw new OptionError(`${OPERATION}: '${name}' has no ${option}, got ${options[option]}. Leave it out.`);
  }
}

function addition(digits: number): (random: Random) => Drawn {
  const number = (random: Random): number => random.integer(10 ** (1 + random.integer(digits)));
  return (random) => {
    const [a, b] = [number(random), number(random)];
    const pair = [`${a}+${b}`.padEnd(2 * digits + 1), `${a + b}`.padEnd(digits + 1)] as const;
    return { pair, key: `${Math.min(a, b)}+${Math.max(a, b)}` };
  };
}

function strings(name: 'copy' | 'reverse', length: number, letters: number): (random: Random) => Drawn {
  return (random) => {
    const drawn = Array.from({ length }, () => String.fromCodePoint(97 + random.integer(letters)));
    const source = drawn.join('');
    return { pair: [source, name === 'copy' ? source : drawn.reverse().join('')], key: source };
  };
}

function dates(random: Random): Drawn {
  const pair = drawDate(random);
  return { pair, key: pair[0] };
}
