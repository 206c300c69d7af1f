/**
 * A strict reader of the JSON header of a safetensors file.
 *
 * It knows the one shape such a header has, `{ name: { dtype, shape, data_offsets }, __metadata__: { key: text } }`, and
 * refuses everything else. JSON.parse would keep the last of two equal keys without a word and would build any
 * nesting it is given; here the depth is fixed and nothing is built beyond the entries.
 */

import { CheckpointError } from '../errors.js';
import type { Shape } from '../shape.js';
import {
  MAX_ENTRIES,
  MAX_RANK,
  METADATA_KEY,
  byteLengthOf,
  checkName,
  checkText,
  quote,
} from './safetensors-format.js';
import type { DType } from './safetensors-format.js';

/** What to do about a file that is not what it should be; ends the messages of the reader. */
export const DAMAGED = 'The file is damaged or is not a safetensors file; use another copy.';

/** Where a tensor lies: bytes `begin` to `end` of the data that follows the header. */
export type TensorEntry = {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
};

/** The tensors of a file in the order of its header, and its metadata. */
export type Header = { readonly entries: Map<string, TensorEntry>; readonly metadata: Map<string, string> };

/**
 * Reads the text of a header; `file` begins every message.
 * @throws CheckpointError if it is not the header of a safetensors file within the limits.
 */
export function parseHeader(text: string, file: string): Header {
  return new HeaderReader(text, file).header();
}

type Fields = { dtype?: string; shape?: number[]; data_offsets?: number[] };

class HeaderReader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  header(): Header {
    const entries = new Map<string, TensorEntry>();
    let metadata = new Map<string, string>();
    this.#members('the header', (name) => {
      if (name === METADATA_KEY) metadata = this.#metadata();
      else if (entries.set(name, this.#tensor(name)).size > MAX_ENTRIES) this.#refuseCount('tensors');
    });
    if (this.#peek() !== undefined) this.#refuseNext('nothing after the last brace');
    return { entries, metadata };
  }

  #metadata(): Map<string, string> {
    const metadata = new Map<string, string>();
    this.#members(METADATA_KEY, (key) => {
      if (metadata.set(key, this.#string()).size > MAX_ENTRIES) this.#refuseCount(`entries in ${METADATA_KEY}`);
    });
    return metadata;
  }

  #tensor(name: string): TensorEntry {
    const fields: Fields = {};
    this.#members(`tensor ${quote(name)}`, (field) => {
      if (field === 'dtype') fields.dtype = this.#string();
      else if (field === 'shape') fields.shape = this.#integers();
      else if (field === 'data_offsets') fields.data_offsets = this.#integers();
      else this.#refuse(`tensor ${quote(name)} has the unknown field ${quote(field)}`);
    });
    const { dtype, shape, data_offsets: offsets } = fields;
    if (dtype === undefined || shape === undefined || offsets === undefined) {
      return this.#refuse(
        `tensor ${quote(name)} must have dtype, shape and data_offsets, got ${Object.keys(fields).join(', ') || 'none'}`,
      );
    }
    const bytes = byteLengthOf(this.#file, name, dtype, shape);
    return { dtype: dtype as DType, shape, ...this.#place(name, bytes, offsets) };
  }

  #place(name: string, bytes: number, offsets: readonly number[]): { begin: number; end: number } {
    const [begin, end] = offsets;
    if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
      return this.#refuse(`tensor ${quote(name)} must have two ascending data_offsets, got [${offsets.join(', ')}]`);
    }
    if (end - begin === bytes) return { begin, end };
    return this.#refuse(`tensor ${quote(name)} must have ${bytes} bytes by its shape, got ${end - begin}`);
  }

  /** `{ "key": value, ... }`: keys checked and unique, each value read by `read`. */
  #members(owner: string, read: (key: string) => void): void {
    const keys = new Set<string>();
    this.#list('{', '}', () => {
      const key = this.#string();
      checkName(this.#file, key);
      if (keys.has(key)) this.#refuse(`${owner} has ${quote(key)} twice`);
      keys.add(key);
      this.#expect(':');
      read(key);
    });
  }

  /** Numbers beyond one more than any list may have are read and dropped: the list is too long either way. */
  #integers(): number[] {
    const values: number[] = [];
    this.#list('[', ']', () => {
      const value = this.#integer();
      if (values.length <= MAX_RANK) values.push(value);
    });
    return values;
  }

  /** Items between two brackets, parted by commas; none is fine. */
  #list(open: string, close: string, readItem: () => void): void {
    this.#expect(open);
    if (this.#peek() !== close) {
      readItem();
      while (this.#peek() === ',') {
        this.#at++;
        readItem();
      }
    }
    this.#expect(close);
  }

  #integer(): number {
    this.#peek();
    // At most 17 digits are looked at: 2^53 has 16, and a number that goes on is refused at its 18th.
    const digits = /^(?:0|[1-9]\d{0,16})(?![\d.eE])/.exec(this.#text.slice(this.#at, this.#at + 18))?.[0];
    if (digits === undefined || !Number.isSafeInteger(Number(digits))) {
      return this.#refuseNext('a whole number below 2^53');
    }
    this.#at += digits.length;
    return Number(digits);
  }

  #string(): string {
    if (this.#peek() !== '"') return this.#refuseNext('a string');
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    const text = this.#unescape(this.#text.slice(start, end + 1));
    this.#at = end + 1;
    checkText(this.#file, text);
    return text;
  }

  /** JSON.parse knows the rules for one string, and its result does not keep the header alive as a slice would. */
  #unescape(literal: string): string {
    try {
      return JSON.parse(literal) as string;
    } catch {
      return this.#refuseNext('a string in JSON form');
    }
  }

  #expect(char: string): void {
    if (this.#peek() !== char) this.#refuseNext(`'${char}'`);
    this.#at++;
  }

  /** The next character that is not JSON white space. */
  #peek(): string | undefined {
    while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at]!)) this.#at++;
    return this.#text[this.#at];
  }

  #refuseNext(expected: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    const found = rest === '' ? 'its end' : quote(rest);
    this.#refuse(`the header must have ${expected} at character ${this.#at}, got ${found}`);
  }

  #refuseCount(what: string): never {
    this.#refuse(`the header has more than ${MAX_ENTRIES} ${what}`, 'Split the file.');
  }

  #refuse(cause: string, remedy: string = DAMAGED): never {
    throw new CheckpointError(`${this.#file}: ${cause}. ${remedy}`);
  }
}
