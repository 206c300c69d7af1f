/** How many analogies the vectors solve, in the form of Mikolov's questions-words.txt. */

import { DataError } from '../../errors.js';
import { checkFlag, checkKnown, checkSize } from '../../options.js';
import { textLines } from './lines.js';
import type { WordVectors } from './word-vectors.js';

/** A question: what is to c as b is to a. */
export interface Question {
  readonly words: readonly [a: string, b: string, c: string, answer: string];
}

/** Questions of one kind. */
export interface QuestionSection {
  readonly name: string;
  readonly questions: readonly Question[];
}

/** How the questions are asked. */
export interface AnalogyOptions {
  /** Take the first so many words only, for questions and answers. Default: all. */
  readonly most?: number | undefined;
  /** Whether the words of the questions are made lower-case. Default false. */
  readonly lowerCase?: boolean | undefined;
}

/** What came out, of a section or of all. */
export interface AnalogyScore {
  readonly name: string;
  /** Questions answered right. */
  readonly right: number;
  /** Questions asked: those of whose words all have vectors. */
  readonly asked: number;
  /** Questions left out, because a word has no vector. */
  readonly unknown: number;
}

const OPERATION = 'evaluateAnalogies';

/** Reads questions: `: name` begins a section, any other line is four words. @throws DataError with the line */
export function parseQuestions(text: string, name: string = 'questions'): QuestionSection[] {
  const sections: { name: string; questions: Question[] }[] = [];
  for (const { line, number } of textLines(text)) {
    const fields = line.trim().split(/\s+/);
    if (fields[0] === '') continue;
    if (line.startsWith(':')) {
      sections.push({ name: line.slice(1).trim(), questions: [] });
      continue;
    }
    if (fields.length !== 4) {
      throw new DataError(
        `${name}, line ${number}: a question must be 4 words, got ${fields.length}. Write "a b c d", or ": name" for a section.`,
      );
    }
    if (sections.length === 0) sections.push({ name: 'all', questions: [] });
    sections.at(-1)!.questions.push({ words: fields as unknown as Question['words'] });
  }
  if (sections.some(({ questions }) => questions.length > 0)) return sections;
  throw new DataError(`${name}: there are no questions. Give lines of four words, "a b c d".`);
}

/**
 * Asks all questions: the answer is the nearest word to b - a + c beside the three.
 * @returns a score for each section, then `total`
 * @throws OptionError
 */
export function evaluateAnalogies(
  vectors: WordVectors,
  sections: readonly QuestionSection[],
  options: AnalogyOptions = {},
): AnalogyScore[] {
  checkKnown(OPERATION, options, ['most', 'lowerCase']);
  const most = checkSize(OPERATION, 'most', options.most ?? vectors.words.length);
  const isLower = checkFlag(OPERATION, 'lowerCase', options.lowerCase ?? false);
  const scores = sections.map(({ name, questions }) => {
    let [right, asked] = [0, 0];
    for (const { words } of questions) {
      const [a, b, c, answer] = words.map((word) => (isLower ? word.toLowerCase() : word));
      if (![a, b, c, answer].every((word) => (vectors.idOf(word!) ?? most) < most)) continue;
      asked++;
      if (vectors.analogy(a!, b!, c!, 1, most)[0]?.word === answer) right++;
    }
    return { name, right, asked, unknown: questions.length - asked };
  });
  const sum = (of: 'right' | 'asked' | 'unknown'): number => scores.reduce((total, score) => total + score[of], 0);
  return [...scores, { name: 'total', right: sum('right'), asked: sum('asked'), unknown: sum('unknown') }];
}
