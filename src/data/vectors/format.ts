/** The three forms of files of word vectors that there are, and which of them a file has. */

/**
 * 'glove': a line a word, of the word and its numbers. 'word2vec': the same behind a line of V and E. 'word2vec-binary':
 * that line, then for each word its bytes, a space and E little-endian 32-bit floats.
 */
export const VECTOR_FORMATS = ['glove', 'word2vec', 'word2vec-binary'] as const;

/** One of the forms. */
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

/** A byte that ends a line. */
export const NEWLINE = 10;
/** A byte that ends a word. */
export const SPACE = 32;

/** The line of V and E, and where it ends. */
export interface Header {
  readonly count: number;
  readonly size: number;
  /** The first byte behind it. */
  readonly end: number;
}

/** Longest first line that can be a header. */
const LONGEST_HEADER = 40;

/** Bytes behind the first word that tell text from binary. */
const ENOUGH = 16;

/** Reads the line of V and E; undefined where the file begins with something else. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  const end = bytes.subarray(0, LONGEST_HEADER).indexOf(NEWLINE);
  if (end < 0) return undefined;
  const found = /^(\d+)[ \t]+(\d+)[ \t]*\r?$/.exec(new TextDecoder().decode(bytes.subarray(0, end)));
  return found === null ? undefined : { count: Number(found[1]), size: Number(found[2]), end: end + 1 };
}

/** The form of a file: without a header GloVe's; with one, binary where the numbers of the first word are no text. */
export function detectFormat(bytes: Uint8Array): VectorFormat {
  const header = readHeader(bytes);
  if (header === undefined) return 'glove';
  const space = bytes.indexOf(SPACE, header.end);
  if (space < 0) return 'word2vec';
  // Written as text, numbers take at least two bytes each; in binary, a few bytes look like that by no chance.
  const numbers = bytes.subarray(space + 1, space + 1 + Math.min(2 * header.size, ENOUGH));
  return numbers.every(isNumeric) ? 'word2vec' : 'word2vec-binary';
}

/** Bytes of numbers, NaN and infinity written as text, with what is between them. */
function isNumeric(byte: number): boolean {
  return '0123456789+-.eE \t\r\nnaifNAIF'.includes(String.fromCharCode(byte));
}
