/**
 * Labelled sentences in the column format of the CoNLL shared tasks: a word a line, its label in one of the columns, a
 * blank line behind every sentence.
 */

import { DataError, OptionError } from '../errors.js';
import { checkKnown } from '../options.js';

/** A sentence, and a label for each of its words. */
export interface TaggedSentence {
  readonly words: readonly string[];
  readonly labels: readonly string[];
  /** The line of each word in its file, from 1, for messages. */
  readonly lines?: readonly number[];
}

/** How to read a file. */
export interface ConllOptions {
  /** What the file is called in messages. Default 'conll'. */
  readonly file?: string | undefined;
  /** The column of the word, from 1; negative from the last. Default 1. */
  readonly wordColumn?: number | undefined;
  /** The column of the label, from 1; negative from the last. Default -1, the last. */
  readonly labelColumn?: number | undefined;
}

/** The options with their defaults. */
type FullOptions = { readonly [K in keyof ConllOptions]-?: Exclude<ConllOptions[K], undefined> };

/** What a line that begins a document holds in place of a word (CoNLL-2003). */
const DOCUMENT = '-DOCSTART-';

/** Words of several tokens, and empty nodes: the lines of CoNLL-U that are no token of the sentence. */
const NO_TOKEN = /^\d+[-.]\d+$/;

/**
 * Reads a file. Columns are separated by tabs where a line has one, else by blanks, and every line has as many as the
 * first. A line that begins with `# ` between two sentences is a comment, unless it has as many columns as the others and
 * its label is that of a word elsewhere; lines of -DOCSTART- end a sentence, and where
 * the word is not the first column, the numbers `3-4` and `3.1` of CoNLL-U in the first are passed over.
 * @throws OptionError; DataError for a line that does not fit, or no sentences
 */
export function readConll(text: string, options: ConllOptions = {}): TaggedSentence[] {
  const full = fullOptions(options);
  const sentences: TaggedSentence[] = [];
  const table = new Table(full);
  let open = newSentence();
  const close = (): void => {
    if (open.words.length > 0) sentences.push(open);
    open = newSentence();
  };
  const lines = text.split(/\r\n|\r|\n/);
  const isToken = tokenTest(lines, full);
  for (const [i, line] of lines.entries()) {
    // Within a sentence # is a word.
    const isComment = open.words.length === 0 && looksLikeComment(line) && !isToken(line);
    const token = isComment ? undefined : table.read(line, i + 1);
    if (token === undefined) continue;
    if (token === 'end') {
      close();
      continue;
    }
    open.words.push(token.word);
    open.labels.push(token.label);
    open.lines.push(i + 1);
  }
  close();
  if (sentences.length > 0) return sentences;
  throw new DataError(`${full.file}: there is no sentence. Give a word and its label a line, blank lines between.`);
}

/** A sentence that is being read. */
interface OpenSentence {
  readonly words: string[];
  readonly labels: string[];
  readonly lines: number[];
}

function newSentence(): OpenSentence {
  return { words: [], labels: [], lines: [] };
}

function looksLikeComment(line: string): boolean {
  return line === '#' || line.startsWith('# ');
}

/** Tells lines that have the columns of those that are no comments, and a label of theirs. */
function tokenTest(lines: readonly string[], { labelColumn }: FullOptions): (line: string) => boolean {
  const rows = certainTokens(lines).map(columnsOf);
  const label = (columns: readonly string[]): string | undefined => columns.at(columnIndex(labelColumn));
  const labels = new Set(rows.map(label));
  return (line) => {
    const columns = columnsOf(line);
    return columns.length === rows[0]?.length && labels.has(label(columns));
  };
}

/** Lines that are tokens whatever they begin with: those that cannot be comments, and what follows them in a sentence. */
function certainTokens(lines: readonly string[]): string[] {
  let isWithin = false;
  return lines.filter((line) => {
    const isEnd = line.trim() === '' || columnsOf(line)[0] === DOCUMENT;
    isWithin = !isEnd && (isWithin || !looksLikeComment(line));
    return isWithin;
  });
}

/** Between tabs where there is one, else between blanks. */
function columnsOf(line: string): string[] {
  return line.includes('\t') ? line.split('\t').map((column) => column.trim()) : line.trim().split(/\s+/);
}

/** From 0, or from -1 for the last. @param column from 1, or from -1 */
function columnIndex(column: number): number {
  return column > 0 ? column - 1 : column;
}

/** The columns of a file, as many in every line. */
class Table {
  readonly #options: FullOptions;
  /** Where the number of columns comes from. */
  #first: { readonly line: number; readonly columns: number } | undefined;

  constructor(options: FullOptions) {
    this.#options = options;
  }

  /** Word and label; or that a sentence ends here; or nothing, where the line is no token. @throws DataError */
  read(line: string, number: number): { readonly word: string; readonly label: string } | 'end' | undefined {
    const { wordColumn, labelColumn } = this.#options;
    if (line.trim() === '') return 'end';
    const columns = columnsOf(line);
    if (columns[0] === DOCUMENT) return 'end';
    this.#check(columns.length, number);
    const word = columns.at(columnIndex(wordColumn))!;
    const label = columns.at(columnIndex(labelColumn))!;
    if (word !== columns[0] && NO_TOKEN.test(columns[0]!)) return undefined;
    if (word !== '' && label !== '') return { word, label };
    throw this.#wrong(number, `the ${word === '' ? 'word' : 'label'} is empty. Write _ where there is none.`);
  }

  #check(columns: number, line: number): void {
    if (this.#first === undefined) {
      for (const name of ['wordColumn', 'labelColumn'] as const) this.#checkColumn(name, columns, line);
      this.#first = { line, columns };
    }
    if (columns === this.#first.columns) return;
    const from = `${this.#first.columns} as in line ${this.#first.line}`;
    const remedy = 'Separate columns by one tab, or by blanks, and sentences by a blank line.';
    throw this.#wrong(line, `the number of columns must be ${from}, got ${columns}. ${remedy}`);
  }

  #checkColumn(name: 'wordColumn' | 'labelColumn', columns: number, line: number): void {
    const column = this.#options[name];
    const { wordColumn, labelColumn } = this.#options;
    const place = (n: number): number => (n > 0 ? n : columns + 1 + n);
    if (Math.abs(column) > columns) {
      throw this.#wrong(line, `${name} is ${column}, and there ${counted(columns)}. Give a column that is there.`);
    }
    if (place(wordColumn) !== place(labelColumn)) return;
    const problem = `wordColumn ${wordColumn} and labelColumn ${labelColumn} are the same, there ${counted(columns)}`;
    throw this.#wrong(line, `${problem}. Give each word a label in a column of its own.`);
  }

  #wrong(line: number, problem: string): DataError {
    return new DataError(`${this.#options.file}:${line}: ${problem}`);
  }
}

function counted(columns: number): string {
  return columns === 1 ? 'is 1 column' : `are ${columns} columns`;
}

function fullOptions(options: ConllOptions): FullOptions {
  checkKnown('readConll', options, ['file', 'wordColumn', 'labelColumn']);
  const { file = 'conll', wordColumn = 1, labelColumn = -1 } = options;
  for (const [name, column] of Object.entries({ wordColumn, labelColumn })) {
    if (Number.isInteger(column) && column !== 0) continue;
    const got = `got ${String(column)}`;
    throw new OptionError(`readConll: ${name} must be a whole number from 1, or from -1 for the last, ${got}.`);
  }
  return { file, wordColumn, labelColumn };
}

/**
 * The text of a file of two columns, word and label, separated by a tab: `readConll` reads it.
 * @throws DataError for a word or label that would not come back
 */
export function writeConll(sentences: Iterable<TaggedSentence>): string {
  let text = '';
  for (const { words, labels } of sentences) {
    if (words.length !== labels.length || words.length === 0) {
      throw new DataError(`writeConll: a sentence must have as many labels as words, got ${words.length} words and ${labels.length} labels.`); // prettier-ignore
    }
    for (const [i, word] of words.entries()) text += `${cell(word)}\t${cell(labels[i]!)}\n`;
    text += '\n';
  }
  return text;
}

function cell(value: string): string {
  if (value !== '' && value.trim() === value && !/[\t\r\n]/.test(value) && value !== DOCUMENT) return value;
  throw new DataError(
    `writeConll: words and labels must be without tabs, line breaks and blanks around them, got ${JSON.stringify(value)}.`,
  );
}
