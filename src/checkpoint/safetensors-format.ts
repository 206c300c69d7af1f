/**
 * What the reader and the writer of safetensors files agree on: element types, limits and usable names.
 *
 * The format allows more. The limits keep a hostile file from costing more memory than its own size, and what the
 * writer refuses is what the reader refuses, so every file written can be read.
 */

import { CheckpointError } from '../errors.js';
import { formatShape } from '../shape.js';
import type { Shape } from '../shape.js';

type Arrays = { F32: Float32Array; F64: Float64Array; I32: Int32Array; U32: Uint32Array };

/** The element types that are read and written, by their safetensors names. */
export type DType = keyof Arrays;

/** One tensor outside any engine memory: `data` holds the elements of `shape`, row-major, in the array type of `dtype`. */
export type TensorData = {
  [D in DType]: { readonly dtype: D; readonly shape: Shape; readonly data: Arrays[D] };
}[DType];

type ArrayType = { new (length: number): Arrays[DType]; readonly BYTES_PER_ELEMENT: number };

/** The array type of each dtype. A map, so that a dtype called `constructor` finds nothing. */
export const arrayTypes: ReadonlyMap<string, ArrayType> = new Map<DType, ArrayType>([
  ['F32', Float32Array],
  ['F64', Float64Array],
  ['I32', Int32Array],
  ['U32', Uint32Array],
]);

/** The header key that holds text about the file instead of a tensor. */
export const METADATA_KEY = '__metadata__';

/** Longest header, in bytes. */
export const MAX_HEADER_BYTES = 25_000_000;

/** Most tensors in a file, and most entries in its metadata. */
export const MAX_ENTRIES = 100_000;

/** Most axes of a tensor. */
export const MAX_RANK = 8;

/** Names that set or shadow a prototype in code that copies the header into a plain object. */
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Text from a file as a message shows it: quoted, at most 60 characters, nothing a terminal would obey. */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  const printable = shown.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
  return `'${printable}'`;
}

/**
 * Checks the name of a tensor or of a metadata entry. `where` begins the message.
 * @throws CheckpointError
 */
export function checkName(where: string, name: string): void {
  if (PROTOTYPE_NAMES.has(name)) {
    throw new CheckpointError(`${where}: the name ${quote(name)} is not allowed. Rename the entry.`);
  }
  checkText(where, name);
}

/**
 * Checks that a string survives UTF-8: half of a surrogate pair would not.
 * @throws CheckpointError
 */
export function checkText(where: string, text: string): void {
  if (!/\p{Cs}/u.test(text)) return;
  throw new CheckpointError(`${where}: ${quote(text)} is not well-formed Unicode. Replace the lone surrogate.`);
}

/**
 * The bytes a tensor takes, after checking its dtype and its shape. `where` begins the message.
 * @throws CheckpointError
 */
export function byteLengthOf(where: string, name: string, dtype: string, shape: Shape): number {
  const type = arrayTypes.get(dtype);
  if (type === undefined) {
    const known = [...arrayTypes.keys()].join(', ');
    throw new CheckpointError(
      `${where}: tensor ${quote(name)} has dtype ${quote(dtype)}, supported are ${known}. Convert the tensor to one of them.`,
    );
  }
  if (shape.length > MAX_RANK) {
    throw new CheckpointError(`${where}: tensor ${quote(name)} has more than ${MAX_RANK} axes. Merge some of them.`);
  }
  // Axes of length 0 count as 1 here, so that (2^52, 2^52, 0) is refused as well: its strides overflow.
  const span = shape.reduce((product, length) => product * (length === 0 ? 1 : length), type.BYTES_PER_ELEMENT);
  if (!Number.isSafeInteger(span) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new CheckpointError(
      `${where}: tensor ${quote(name)} must have whole axis lengths and take less than 2^53 bytes, got shape ${formatShape(shape)}. Correct it.`,
    );
  }
  return shape.includes(0) ? 0 : span;
}
