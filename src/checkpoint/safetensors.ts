/**
 * Reading and writing safetensors files (https://github.com/huggingface/safetensors): a JSON header that names every
 * tensor, then the elements. No code runs on reading, and a damaged or hostile file fails with a CheckpointError.
 *
 *     8 bytes      n, the length of the header, little-endian
 *     n bytes      {"weight":{"dtype":"F32","shape":[4,3],"data_offsets":[0,48]}, ...}, padded with spaces
 *     the rest     the elements, little-endian, every byte in exactly one tensor
 *
 * Typed arrays are copied byte for byte: every runtime with WebAssembly SIMD is little-endian.
 */

import { CheckpointError } from '../errors.js';
import { formatShape } from '../shape.js';
import {
  MAX_ENTRIES,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  arrayTypes,
  byteLengthOf,
  checkName,
  checkText,
  quote,
} from './safetensors-format.js';
import type { TensorData } from './safetensors-format.js';
import { DAMAGED, parseHeader } from './safetensors-header.js';
import type { TensorEntry } from './safetensors-header.js';

const LENGTH_BYTES = 8;
const ENCODE = 'encodeSafetensors';

/**
 * The bytes of a safetensors file. Equal tensors and metadata give equal bytes, whatever the order of the maps:
 * 8-byte elements come first, so that every tensor is aligned, then names in code unit order.
 * @throws CheckpointError for a name, shape, dtype or size that a reader would refuse.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  checkCount('tensors', tensors.size);
  checkCount('metadata', metadata.size);
  const ordered = [...tensors].sort(byWidthThenName);
  const header = encodeHeader(ordered, metadata);
  const dataBytes = ordered.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  const bytes = allocate(LENGTH_BYTES + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + header.length;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors and the metadata of a safetensors file, in the order of its header. The arrays are copies of their own.
 * `name`, the name of the file, begins every message.
 * @throws CheckpointError if the bytes are not a whole safetensors file, or hold something that is not read here.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, TensorData>; metadata: Map<string, string> } {
  const dataStart = LENGTH_BYTES + headerLength(bytes, name);
  const { entries, metadata } = parseHeader(headerText(bytes.subarray(LENGTH_BYTES, dataStart), name), name);
  const data = bytes.subarray(dataStart);
  checkCovered(entries, data.length, name);
  const tensors = new Map<string, TensorData>();
  for (const [key, entry] of entries) tensors.set(key, copyTensor(entry, data));
  return { tensors, metadata };
}

type NamedTensor = readonly [name: string, tensor: TensorData];

function byWidthThenName([nameA, a]: NamedTensor, [nameB, b]: NamedTensor): number {
  return b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || compareText(nameA, nameB);
}

/** By code units: localeCompare depends on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function encodeHeader(ordered: readonly NamedTensor[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const members = metadata.size === 0 ? [] : [`"${METADATA_KEY}":${encodeMetadata(metadata)}`];
  let begin = 0;
  for (const [name, tensor] of ordered) {
    const end = begin + checkTensor(name, tensor);
    const { dtype, shape } = tensor;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    begin = end;
  }
  const text = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  if (padded.length <= MAX_HEADER_BYTES) return padded;
  const advice = 'Shorten the names or the metadata.';
  throw new CheckpointError(
    `${ENCODE}: header must be at most ${MAX_HEADER_BYTES} bytes, got ${padded.length}. ${advice}`,
  );
}

function encodeMetadata(metadata: ReadonlyMap<string, string>): string {
  const members = [...metadata]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => {
      checkName(ENCODE, key);
      if (typeof value !== 'string') {
        throw new CheckpointError(
          `${ENCODE}: metadata ${quote(key)} must be a string, got ${typeof value}. Convert it.`,
        );
      }
      checkText(ENCODE, value);
      return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    });
  return `{${members.join(',')}}`;
}

/** Checks one tensor to be written and returns its bytes. */
function checkTensor(name: string, { dtype, shape, data }: TensorData): number {
  if (name === METADATA_KEY) throw new CheckpointError(`${ENCODE}: the name '${name}' is reserved. Rename the tensor.`);
  checkName(ENCODE, name);
  const bytes = byteLengthOf(ENCODE, name, dtype, shape);
  const type = arrayTypes.get(dtype)!;
  if (data instanceof type && data.byteLength === bytes) return bytes;
  const wanted = `${type.name} of length ${bytes / type.BYTES_PER_ELEMENT}`;
  throw new CheckpointError(
    `${ENCODE}: tensor ${quote(name)} of dtype ${dtype} and shape ${formatShape(shape)} must be a ${wanted}, ` +
      `got a ${data.constructor.name} of length ${data.length}. Correct the shape or the data.`,
  );
}

function checkCount(what: string, count: number): void {
  if (count <= MAX_ENTRIES) return;
  throw new CheckpointError(
    `${ENCODE}: ${what} must have at most ${MAX_ENTRIES} entries, got ${count}. Split the file.`,
  );
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new CheckpointError(`${ENCODE}: no memory for a file of ${length} bytes. Split the file.`, { cause });
  }
}

function headerLength(bytes: Uint8Array, name: string): number {
  if (bytes.length < LENGTH_BYTES) refuse(name, `must have at least ${LENGTH_BYTES} bytes, got ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) refuse(name, `header must be at most ${MAX_HEADER_BYTES} bytes, got ${length}`);
  const left = bytes.length - LENGTH_BYTES;
  if (length > left) refuse(name, `the header should be ${length} bytes, but only ${left} follow`);
  return length;
}

function headerText(header: Uint8Array, name: string): string {
  if (header[0] !== 0x7b) refuse(name, `the header must begin with '{'`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch (cause) {
    throw new CheckpointError(`${name}: the header is not UTF-8. ${DAMAGED}`, { cause });
  }
}

/** Every byte of the data must belong to one tensor: no hidden bytes, and copies that add up to the size of the file. */
function checkCovered(entries: ReadonlyMap<string, TensorEntry>, length: number, name: string): void {
  const ordered = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const [key, { begin, end }] of ordered) {
    if (end > length) refuse(name, `tensor ${quote(key)} ends at byte ${end} of the data, which has ${length}`);
    if (begin < covered) refuse(name, `tensor ${quote(key)} overlaps another one`);
    if (begin > covered) refuse(name, `bytes ${covered} to ${begin} of the data belong to no tensor`);
    covered = end;
  }
  if (covered < length) refuse(name, `${length - covered} bytes follow the last tensor`);
}

/** Not `data.slice`: a Buffer would share its memory, and a slice need not be aligned. */
function copyTensor({ dtype, shape, begin, end }: TensorEntry, data: Uint8Array): TensorData {
  const type = arrayTypes.get(dtype)!;
  const copy = new type((end - begin) / type.BYTES_PER_ELEMENT);
  new Uint8Array(copy.buffer).set(data.subarray(begin, end));
  return { dtype, shape, data: copy } as TensorData;
}

function refuse(name: string, cause: string): never {
  throw new CheckpointError(`${name}: ${cause}. ${DAMAGED}`);
}
