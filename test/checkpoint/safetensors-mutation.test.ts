/**
 * Damaged files by the thousand: valid files changed at random, most of them inside the grammar of the header. Each
 * must decode to something consistent or be refused with a CheckpointError.
 */

import { expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import { arrayTypes } from '../../src/checkpoint/safetensors-format.js';
import type { TensorData } from '../../src/checkpoint/safetensors-format.js';
import { handmade } from './handmade.js';

const MUTANTS = 60_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(from.length)]!;
}

/** A valid file: a few tensors of random dtype and shape. */
function validFile(random: Random): Uint8Array {
  const tensors = new Map<string, TensorData>();
  for (let i = random.integer(5); i > 0; i--) {
    const shape = Array.from({ length: random.integer(4) }, () => random.integer(4));
    const dtype = pick(random, [...arrayTypes.keys()]);
    const data = new (arrayTypes.get(dtype)!)(shape.reduce((product, length) => product * length, 1));
    for (let at = 0; at < data.length; at++) data[at] = random.bits();
    tensors.set(pick(random, ['weight_ih_l0', 'bias', 'ε', 'a"\\', `t${i}`]), { dtype, shape, data } as TensorData);
  }
  const metadata = Array.from({ length: random.integer(3) }, (_, i): [string, string] => [`k${i}`, 'v😀']);
  return encodeSafetensors(tensors, new Map(metadata));
}

const NUMBERS = ['0', '1', '2', '4', '8', '-0', '-1', '1.5', '1e3', '007', '4294967296', '9007199254740991', '1e400'];
const TOKENS = ['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '\0', 'null', 'true', '{}', '[]', '""', '\ud83d'];
const KEYS = ['__proto__', 'constructor', 'prototype', '__metadata__', 'dtype', 'shape', 'data_offsets', '', 'bias'];
const DTYPES = ['F32', 'F64', 'I32', 'U32', 'F16', 'I64', 'BOOL', '', 'toString'];

/** Replaces one match of `pattern`, chosen at random. */
function replaceOne(random: Random, text: string, pattern: RegExp, replacement: (match: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const match = pick(random, matches);
  return text.slice(0, match.index) + replacement(match[0]) + text.slice(match.index + match[0].length);
}

/** `[begin,end]` moved by as much at both ends. */
function shift(offsets: string, by: number): string {
  const [begin, end] = offsets.match(/\d+/g)!.map(Number);
  return `[${begin! + by},${end! + by}]`;
}

const ENTRY = /"(?:[^"\\]|\\.)*":\{[^{}]*\}/g;

/** Changes to the text of the header. */
const headerMutations: ((random: Random, header: string) => string)[] = [
  (random, header) => replaceOne(random, header, /\d+/g, () => pick(random, NUMBERS)),
  (random, header) =>
    replaceOne(random, header, /\d+/g, (n) => String(Number(n) + pick(random, [-8, -4, -1, 1, 4, 8]))),
  (random, header) => replaceOne(random, header, /"[FIU]\d\d"/g, () => `"${pick(random, DTYPES)}"`),
  (random, header) => replaceOne(random, header, /"\w*"(?=:)/g, () => `"${pick(random, KEYS)}"`),
  (random, header) => replaceOne(random, header, /[[\]{},:"]/g, () => pick(random, TOKENS)),
  (random, header) => replaceOne(random, header, /(?<=[[\]{},:])/g, () => pick(random, [' ', '\t\n', '  '])),
  (random, header) => replaceOne(random, header, /\[[\d,]*\]/g, (list) => pick(random, ['[]', `[${list}]`, '{}', '1'])),
  (random, header) =>
    replaceOne(random, header, /\[(?=\d)/g, () => '[1,'.repeat(1 + random.integer(9)).replaceAll(',[', ',')),
  (random, header) => replaceOne(random, header, ENTRY, (entry) => `${entry},${entry}`),
  (random, header) => replaceOne(random, header, ENTRY, (entry) => `${entry},${pick(random, header.match(ENTRY)!)}`),
  (random, header) => replaceOne(random, header, ENTRY, (entry) => `"new":${entry.slice(entry.indexOf('{'))},${entry}`),
  (random, header) => replaceOne(random, header, /"[^"]*":\{[^{}]*\},?/g, () => ''),
  (random, header) => replaceOne(random, header, /\[\d+,\d+\](?=\})/g, (at) => shift(at, pick(random, [4, 8, 12, 64]))),
  (random, header) =>
    replaceOne(random, header, /"v[^"]*"/g, () => pick(random, ['1', 'null', '{}', '["v"]', '"\\ud800"'])),
  (random, header) => replaceOne(random, header, /"[^"]*":(?:\[[^\]]*\]|"[^"]*"),?/g, () => ''),
  (random, header) => replaceOne(random, header, /"[^"]*":(?:\[[^\]]*\]|"[^"]*")/g, (field) => `${field},${field}`),
  (random, header) => header.slice(0, random.integer(header.length + 1)),
  (random, header) => header + pick(random, [' ', '{}', ',', '\0', '}', ' '.repeat(64)]),
];

/** Changes to the bytes of the whole file. */
const byteMutations: ((random: Random, bytes: Uint8Array) => Uint8Array)[] = [
  (random, bytes) => bytes.slice(0, random.integer(bytes.length + 1)),
  (random, bytes) => Uint8Array.from([...bytes, ...Array.from({ length: 1 + random.integer(8) }, () => random.bits())]),
  (random, bytes) => bytes.map((byte, at) => (at === (random.integer(8) & 7) ? random.bits() : byte)),
  (random, bytes) => {
    const flipped = bytes.slice();
    flipped[random.integer(bytes.length)]! ^= 1 << random.integer(8);
    return flipped;
  },
  (random, bytes) => {
    const at = random.integer(bytes.length);
    const from = random.integer(bytes.length);
    return bytes.slice().copyWithin(at, from, from + random.integer(32));
  },
];

function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.uniform() < 0.2) return pick(random, byteMutations)(random, bytes);
  const dataStart = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  let header = decoder.decode(bytes.subarray(8, dataStart));
  for (let i = 1 + random.integer(3); i > 0; i--) header = pick(random, headerMutations)(random, header);
  return handmade(encoder.encode(header), bytes.subarray(dataStart));
}

/** What is wrong with a decoded mutant, if anything: its arrays must fit their shapes and use up the file. */
function inconsistency(bytes: Uint8Array): string | undefined {
  const { tensors, metadata } = decodeSafetensors(bytes, 'mutant');
  let left = bytes.length - 8 - Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (const [name, { dtype, shape, data }] of tensors) {
    if (data.constructor !== arrayTypes.get(dtype)) return `${name} is a ${data.constructor.name}`;
    if (shape.some((length) => !Number.isSafeInteger(length) || length < 0)) return `${name} has a bad shape`;
    if (data.length !== shape.reduce((product, length) => product * length, 1)) return `${name} does not fit its shape`;
    left -= data.byteLength;
  }
  if (left !== 0) return `${left} bytes are in no tensor`;
  const again = encodeSafetensors(tensors, metadata);
  const back = decodeSafetensors(again, 'again');
  return Buffer.compare(again, encodeSafetensors(back.tensors, back.metadata)) === 0 ? undefined : 'does not come back';
}

test(`${MUTANTS} damaged files decode consistently or are refused`, () => {
  const prototype = Reflect.ownKeys(Object.prototype);
  let decoded = 0;
  const causes = new Set<string>();
  for (let seed = 0; seed < MUTANTS; seed++) {
    const random = new Random(seed);
    const mutant = mutate(random, validFile(random));
    try {
      const problem = inconsistency(mutant);
      if (problem !== undefined) throw new Error(problem);
      decoded++;
    } catch (error) {
      const { message } = error as Error;
      const refused = error instanceof CheckpointError && /^mutant: \P{C}{1,600}[.]$/u.test(message);
      if (!refused) throw new Error(`seed ${seed}: ${message}`, { cause: error });
      causes.add(message.replaceAll(/'[^']*'|\[.*?\]|\(.*?\)|\d+/g, ''));
    }
  }
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototype);
  // The loop is worth its time only if it reaches both sides and many of the refusals.
  expect(decoded).toBeGreaterThan(MUTANTS / 20);
  expect(decoded).toBeLessThan(MUTANTS / 2);
  expect(causes.size).toBeGreaterThan(25);
});
