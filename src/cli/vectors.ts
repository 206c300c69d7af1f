/** `recurra neighbors`, `recurra analogy` and `recurra similarity`: what a file of word vectors knows. */

import { readBytes } from '#storage';
import { evaluateSimilarity, parsePairs } from '../data/vectors/pairs.js';
import { evaluateAnalogies, parseQuestions } from '../data/vectors/questions.js';
import type { AnalogyScore } from '../data/vectors/questions.js';
import { readWordVectors } from '../data/vectors/read.js';
import type { Neighbor, WordVectors } from '../data/vectors/word-vectors.js';
import { CheckpointError, DataError, OptionError } from '../errors.js';
import { EXIT } from './exit.js';
import { readText } from './files.js';
import { percent } from './terms.js';

/** What the three commands have in common. */
interface Common {
  readonly json?: boolean;
}

/** The options of `recurra neighbors`. */
export interface NeighborsArguments extends Common {
  readonly count?: number;
}

/** The options of `recurra analogy`. */
export interface AnalogyArguments extends Common {
  readonly questions?: string;
  readonly count?: number;
  readonly most?: number;
  readonly lowerCase?: boolean;
}

/** The options of `recurra similarity`. */
export interface SimilarityArguments extends Common {
  readonly pairs: string;
  readonly lowerCase?: boolean;
}

/** The vectors of a file. @throws DataError */
export async function readVectors(path: string): Promise<WordVectors> {
  try {
    return readWordVectors(await readBytes(path), { name: path });
  } catch (error) {
    // A file is read in the same way whatever is in it, but this one is no checkpoint.
    if (error instanceof CheckpointError) throw new DataError(error.message, { cause: error });
    throw error;
  }
}

/** Prints the neighbours of words, each with its cosine. @returns the exit code */
export async function neighborsCommand(file: string, words: string[], options: NeighborsArguments): Promise<number> {
  const vectors = await readVectors(file);
  const found = words.map((word) => ({ word, neighbors: vectors.neighbors(word, options.count) }));
  for (const { word, neighbors } of found) {
    if (options.json === true) print({ event: 'neighbors', word, neighbors });
    else for (const neighbor of neighbors) process.stdout.write(`${word}\t${lineOf(neighbor)}\n`);
  }
  return EXIT.done;
}

/** Prints what is to c as b is to a, or how many questions of a file are answered right. @returns the exit code */
export async function analogyCommand(file: string, words: string[], options: AnalogyArguments): Promise<number> {
  checkAnalogy(words, options);
  const vectors = await readVectors(file);
  const { questions, count, most, lowerCase = false, json } = options;
  if (questions !== undefined) {
    const sections = parseQuestions(await readText(questions), questions);
    const scores = evaluateAnalogies(vectors, sections, { most, lowerCase });
    for (const score of scores) {
      if (json === true) print({ event: score === scores.at(-1) ? 'done' : 'section', ...score });
      else process.stdout.write(`${scoreLine(score)}\n`);
    }
    return EXIT.done;
  }
  const [a, b, c] = words as [string, string, string];
  const answers = vectors.analogy(a, b, c, count ?? 1, most);
  if (json === true) print({ event: 'analogy', words, answers });
  else for (const answer of answers) process.stdout.write(`${lineOf(answer)}\n`);
  return EXIT.done;
}

/** @throws OptionError */
function checkAnalogy(words: readonly string[], { questions, count, lowerCase }: AnalogyArguments): void {
  if (questions === undefined) {
    if (words.length !== 3) {
      throw new OptionError(`analogy: takes 3 words, or --questions FILE, got ${words.length} words. Give A B C.`);
    }
    if (lowerCase === true) throw new OptionError('analogy: --lower-case is for --questions. Leave it out.');
    return;
  }
  if (words.length > 0) {
    throw new OptionError(`analogy: --questions ${questions} and words contradict each other. Give one.`);
  }
  if (count !== undefined)
    throw new OptionError('analogy: --count is for three words, --questions takes the first. Leave it out.');
}

/** Prints how well the cosines of pairs agree with their scores. @returns the exit code */
export async function similarityCommand(file: string, options: SimilarityArguments): Promise<number> {
  const vectors = await readVectors(file);
  const pairs = parsePairs(await readText(options.pairs), options.pairs);
  const score = evaluateSimilarity(vectors, pairs, { lowerCase: options.lowerCase === true });
  if (options.json === true) {
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    print({ event: 'similarity', ...score, pearson: known(score.pearson), spearman: known(score.spearman) });
    return EXIT.done;
  }
  const { pearson, spearman, asked, unknown } = score;
  const missing = percent(unknown / (asked + unknown));
  process.stdout.write(
    `pearson ${pearson.toFixed(4)}\nspearman ${spearman.toFixed(4)}\npairs ${asked}\nunknown ${unknown} (${missing})\n`,
  );
  return EXIT.done;
}

function lineOf({ word, similarity }: Neighbor): string {
  return `${word}\t${similarity.toFixed(4)}`;
}

function scoreLine({ name, right, asked, unknown }: AnalogyScore): string {
  const share = asked === 0 ? 'none asked' : percent(right / asked);
  return `${name}\t${right} of ${asked}\t${share}\t${unknown} unknown`;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
