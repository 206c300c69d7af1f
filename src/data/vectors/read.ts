/** Files of word vectors as others write them: GloVe's text, and word2vec's text and binary. */

import { DataError, OptionError } from '../../errors.js';
import { checkChoice, checkKnown } from '../../options.js';
import { detectFormat, NEWLINE, readHeader, SPACE, VECTOR_FORMATS } from './format.js';
import type { Header, VectorFormat } from './format.js';
import { WordVectors } from './word-vectors.js';

/** How a file of vectors is read. */
export interface ReadVectorsOptions {
  /** Default 'auto': as the first lines have it. */
  readonly format?: VectorFormat | 'auto' | undefined;
  /** What the bytes are called in messages, such as the file's path. Default 'vectors'. */
  readonly name?: string | undefined;
}

const OPERATION = 'readWordVectors';

/**
 * Reads word vectors.
 * @throws DataError with the line, or for binaries the word, and what is wrong with it; OptionError
 */
export function readWordVectors(bytes: Uint8Array, options: ReadVectorsOptions = {}): WordVectors {
  checkKnown(OPERATION, options, ['format', 'name']);
  if (!(bytes instanceof Uint8Array)) {
    throw new OptionError(`${OPERATION}: takes a Uint8Array, got ${typeof bytes}. Give the bytes of the file.`);
  }
  const { format = 'auto', name = 'vectors' } = options;
  checkChoice(OPERATION, 'format', format, ['auto', ...VECTOR_FORMATS]);
  if (bytes.length === 0) throw new DataError(`${name}: the file is empty. Give a file of word vectors.`);
  const found = format === 'auto' ? detectFormat(bytes) : format;
  const header = found === 'glove' ? undefined : readHeader(bytes);
  if (found !== 'glove' && header === undefined) {
    throw new DataError(`${name}, line 1: format ${found} must begin with the numbers V and E. Take another format.`);
  }
  const table = new Table(name, found === 'word2vec-binary' ? 'word' : 'line');
  if (header !== undefined) checkHeader(name, header, bytes.length);
  if (found === 'word2vec-binary') readBinary(bytes, header!, table);
  else readText(bytes, header, table);
  return table.vectors();
}

/** A header that no file of this length can stand behind must not cost memory. @throws DataError */
function checkHeader(name: string, { count, size, end }: Header, length: number): void {
  if (count > 0 && size > 0 && count * (2 * size + 1) <= length - end + 1) return;
  throw new DataError(
    `${name}, line 1: says ${count} words of ${size} numbers, which the ${length - end} bytes behind it cannot hold. ` +
      'Use another copy of the file.',
  );
}

/** What has been read, word by word. */
class Table {
  readonly #name: string;
  readonly #unit: 'line' | 'word';
  /** Where each word was. */
  readonly #places: Map<string, number> = new Map();
  #data: Float32Array = new Float32Array(0);
  #size: number = 0;

  constructor(name: string, unit: 'line' | 'word') {
    this.#name = name;
    this.#unit = unit;
  }

  get count(): number {
    return this.#places.size;
  }

  /** Makes room for so many words of E numbers. */
  begin(size: number, count: number = 1024): void {
    this.#size = size;
    this.#data = new Float32Array(count * size);
  }

  /** Adds a word. @param at its line or number @throws DataError */
  add(at: number, word: string, numbers: ArrayLike<number>): void {
    if (word === '') throw this.error(at, 'there is no word before the numbers. Take the line out');
    if (word.includes('\ufffd')) throw this.error(at, 'the word is not UTF-8. Save the file as UTF-8');
    const before = this.#places.get(word);
    if (before !== undefined) {
      throw this.error(at, `'${word}' was on ${this.#unit} ${before} already. Take one of the two out`);
    }
    const start = this.count * this.#size;
    if (start === this.#data.length) {
      const larger = new Float32Array(2 * this.#data.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set(numbers, start);
    for (let k = 0; k < this.#size; k++) {
      if (Number.isFinite(this.#data[start + k])) continue;
      throw this.error(at, `number ${k + 1} of '${word}' is ${numbers[k]}, not a finite number of 32 bits. Mend it`);
    }
    this.#places.set(word, at);
  }

  /** An error at a line or a word. */
  error(at: number, problem: string): DataError {
    return new DataError(`${this.#name}, ${this.#unit} ${at}: ${problem}.`);
  }

  vectors(): WordVectors {
    return new WordVectors([...this.#places.keys()], this.#data.slice(0, this.count * this.#size), this.#size);
  }
}

function readText(bytes: Uint8Array, header: Header | undefined, table: Table): void {
  let size = header?.size;
  if (header !== undefined) table.begin(header.size, header.count);
  let line = header === undefined ? 0 : 1;
  for (const text of textLines(bytes, header?.end ?? 0)) {
    line++;
    if (text === '') throw table.error(line, 'the line is empty. Take it out');
    const fields = text.split(' ');
    if (size === undefined) {
      size = fields.length - 1;
      if (size === 0)
        throw table.error(line, `must be a word and its numbers with spaces between, got '${shown(text)}'`);
      table.begin(size);
    }
    if (header !== undefined && table.count === header.count) {
      throw table.error(line, `the header says ${header.count} words, and here is one more. Mend the header`);
    }
    const numbers = numbersOf(fields, size);
    if (typeof numbers === 'string') throw table.error(line, numbers);
    table.add(line, fields.slice(0, fields.length - size).join(' '), numbers);
  }
  if (header === undefined || table.count === header.count) return;
  throw table.error(
    line + 1,
    `the header says ${header.count} words, and the file ends after ${table.count}. Use another copy of the file`,
  );
}

/** The lines from a byte on, one at a time, for a file may be larger than a string can be. Spaces at their ends go. */
function* textLines(bytes: Uint8Array, from: number): Generator<string> {
  const text = new TextDecoder();
  for (let start = from; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    yield text.decode(bytes.subarray(start, end)).replace(/[ \t\r]+$/, '');
    start = end + 1;
  }
}

/** The last E fields as numbers, or what is wrong. A word may hold spaces, but no numbers: GloVe has `. . .`. */
function numbersOf(fields: readonly string[], size: number): Float64Array | string {
  const given = fields.length - 1;
  const isCount =
    given === size || (given > size && fields.slice(1, -size).every((field) => Number.isNaN(Number(field))));
  if (!isCount) return `must be a word and ${size} numbers, as the first line has it, got ${given}. Mend the line`;
  const values = fields.slice(-size);
  const numbers = Float64Array.from(values, (field) => (field === '' ? NaN : Number(field)));
  const bad = numbers.findIndex((value, k) => Number.isNaN(value) && !/^[+-]?nan$/i.test(values[k]!));
  return bad < 0 ? numbers : `number ${bad + 1} is '${shown(values[bad]!)}'. Mend the line`;
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function readBinary(bytes: Uint8Array, { count, size, end }: Header, table: Table): void {
  table.begin(size, count);
  const text = new TextDecoder();
  const numbers = new Float32Array(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = end;
  for (let word = 1; word <= count; word++) {
    // Some writers end each word with a line break, some do not.
    while (bytes[start] === NEWLINE) start++;
    const space = bytes.indexOf(SPACE, start);
    const next = space + 1 + 4 * size;
    if (space < 0 || next > bytes.length) {
      throw table.error(
        word,
        `the header says ${count} words of ${size} numbers, and the file ends here. Use another copy of the file`,
      );
    }
    for (let k = 0; k < size; k++) numbers[k] = view.getFloat32(space + 1 + 4 * k, true);
    table.add(word, text.decode(bytes.subarray(start, space)), numbers);
    start = next;
  }
  while (bytes[start] === NEWLINE) start++;
  if (start === bytes.length) return;
  throw table.error(count, `${bytes.length - start} bytes follow the last word of the header. Mend the header`);
}
