/** `recurra tag`: a label for each word of a text. */

import { buffer } from 'node:stream/consumers';
import { decodeUtf8 } from '../data/corpus.js';
import { checkLocale, sentences } from '../data/tokenizer.js';
import { DataError, OptionError } from '../errors.js';
import { Tagger } from '../models/tagger.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest, readText } from './files.js';

/** How lines are split into words. */
export const SPLITS = ['blanks', 'words'] as const;

/** The options of `recurra tag`. */
export interface TagArguments extends Omit<EngineArguments, 'kernels'> {
  readonly text?: string;
  readonly split?: (typeof SPLITS)[number];
  readonly locale?: string;
}

/** Runs the command. @returns the exit code */
export async function tagCommand(folder: string, { text, split, locale, ...options }: TagArguments): Promise<number> {
  if (split !== 'words' && locale !== undefined) {
    throw new OptionError('tag: --locale splits words, and --split is blanks. Add --split words or leave it out.');
  }
  const { model } = await loadBest(folder, options, [Tagger]);
  const name = text ?? 'stdin';
  const content = text === undefined ? decodeUtf8(await buffer(process.stdin), name) : await readText(text);
  const lines = split === 'words' ? splitWords(content, locale) : splitBlanks(content);
  if (lines.length === 0) throw new DataError(`${name}: there is no word. Give a sentence a line.`);
  for (const [i, labels] of model.tagAll(lines).entries()) {
    process.stdout.write(`${labels.map((label, t) => `${lines[i]![t]}\t${label}\n`).join('')}\n`);
  }
  return EXIT.done;
}

/** The words of each line that has any, as they are divided by blanks. */
function splitBlanks(text: string): string[][] {
  return text.split(/[\r\n]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]));
}

/** The words of each line that has any, by the rules of a language. */
function splitWords(text: string, locale: string | undefined): (readonly string[])[] {
  return Array.from(sentences(text, checkLocale('tag', 'word', locale)), ({ words }) => words);
}
