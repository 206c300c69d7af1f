/** A file as text, read in pieces so that the page stays alive, and refused as early as can be. */

import { Problem } from '../texts/problem.js';

/** The largest file that is read. */
export const MOST_BYTES = 50 * 1000 * 1000;

/** @throws Problem for a file that is too large, empty, binary, not UTF-8, or not to be read */
export async function readTextFile(file: Blob & { readonly name: string }): Promise<string> {
  const { name } = file;
  if (file.size > MOST_BYTES) {
    const megabytes = (bytes: number): string => String(Math.ceil(bytes / 1e6));
    throw new Problem('problem.tooLarge', { name, size: megabytes(file.size), most: megabytes(MOST_BYTES) });
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  for await (const piece of piecesOf(file)) parts.push(decode(decoder, piece, name));
  parts.push(decode(decoder, undefined, name));
  const whole = parts.join('');
  if (whole.trim() === '') throw new Problem('problem.empty');
  return whole;
}

async function* piecesOf(file: Blob & { readonly name: string }): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (let next = await read(reader, file.name); !next.done; next = await read(reader, file.name)) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined); // frees the file; what failed is told by then
  }
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  name: string,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new Problem('problem.unreadable', { name }, undefined, cause); // moved, or not allowed
  }
}

/** The next piece of text; without bytes the end, which a sequence may not be cut at. */
function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, name: string): string {
  if (bytes?.includes(0) === true) throw new Problem('problem.binary', { name });
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new Problem('problem.encoding', { name }, undefined, cause);
  }
}
