/** Word vectors as files that others read. */

import { DataError } from '../../errors.js';
import { checkChoice, checkKnown } from '../../options.js';
import { VECTOR_FORMATS } from './format.js';
import type { VectorFormat } from './format.js';
import type { WordVectors } from './word-vectors.js';

const OPERATION = 'writeWordVectors';

/**
 * The bytes of a file. Text has as many digits as bring the same 32-bit floats back.
 * @throws OptionError; DataError for a word with white space in it, which would be read as another
 */
export function writeWordVectors(
  vectors: WordVectors,
  options: { readonly format?: VectorFormat | undefined } = {},
): Uint8Array {
  checkKnown(OPERATION, options, ['format']);
  const format = checkChoice(OPERATION, 'format', options.format ?? 'word2vec', VECTOR_FORMATS);
  const bad = vectors.words.find((word) => word === '' || /[ \t\r\n]/.test(word));
  if (bad !== undefined) {
    throw new DataError(
      `${OPERATION}: words must be without spaces and line breaks, got ${JSON.stringify(bad)}. Take it out.`,
    );
  }
  const header = `${vectors.words.length} ${vectors.size}\n`;
  if (format === 'word2vec-binary') return joined([encode(header), ...binaryParts(vectors)]);
  return joined([encode(format === 'glove' ? '' : header), ...textParts(vectors)]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** In bytes, not in one string: a string ends at 2^29 characters. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function* rows({ words, data, size }: WordVectors): Generator<[word: string, row: Float32Array]> {
  for (const [id, word] of words.entries()) yield [word, data.subarray(id * size, (id + 1) * size)];
}

function* textParts(vectors: WordVectors): Generator<Uint8Array> {
  for (const [word, row] of rows(vectors)) yield encode(`${word} ${Array.from(row, shortest).join(' ')}\n`);
}

/** A 32-bit float in nine digits, which always bring it back, or fewer where they do too. */
function shortest(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const short = Number(value.toPrecision(7));
  return String(Math.fround(short) === value ? short : Number(value.toPrecision(9)));
}

function* binaryParts(vectors: WordVectors): Generator<Uint8Array> {
  for (const [word, row] of rows(vectors)) {
    const name = encode(`${word} `);
    const bytes = new Uint8Array(name.length + 4 * row.length + 1);
    bytes.set(name);
    const view = new DataView(bytes.buffer, name.length);
    row.forEach((value, k) => view.setFloat32(4 * k, value, true));
    bytes[bytes.length - 1] = 10;
    yield bytes;
  }
}
