/** Files that must be refused, each with a CheckpointError of one line that names the file and the cause. */

import { expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import type { TensorData } from '../../src/checkpoint/safetensors-format.js';
import { entry, handmade } from './handmade.js';

const FILE = 'run/model.safetensors';

function refusal(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, FILE);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message;
  }
  throw new Error('the file was not refused');
}

/** One tensor of four bytes, or what is given instead. */
function one(dtype: string = 'F32', shape: string = '[1]', offsets: string = '[0,4]', data: number = 4): Uint8Array {
  return handmade(`{"w":${entry(dtype, shape, offsets)}}`, data);
}

/** Tensors of bytes `[begin, end)` each, over `data` bytes. */
function placed(data: number, ...spans: [number, number][]): Uint8Array {
  const members = spans.map(([a, b], i) => `"t${i}":${entry('F32', `[${(b - a) / 4}]`, `[${a},${b}]`)}`);
  return handmade(`{${members.join(',')}}`, data);
}

function withLength(length: bigint): Uint8Array {
  const bytes = handmade('{}      ');
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

const good = entry('F32', '[1]', '[0,4]');
const many = (count: number, member: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => member(i)).join();

const files: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(0), 'must have at least 8 bytes, got 0'],
  ['seven bytes', new Uint8Array(7), 'must have at least 8 bytes, got 7'],
  ['header length just over the limit', withLength(25_000_001n), 'at most 25000000 bytes, got 25000001'],
  ['header length of 2^64 - 1', withLength(2n ** 64n - 1n), 'at most 25000000 bytes, got 1844'],
  ['header length of 2^63', withLength(2n ** 63n), 'at most 25000000 bytes'],
  ['header length beyond the file', withLength(9n), 'should be 9 bytes, but only 8 follow'],
  ['header length of 0', withLength(0n), "must begin with '{'"],
  ['another file', new TextEncoder().encode('GIF89a, or any text that is not a checkpoint'), 'at most 25000000'],
  ['header of white space', handmade('        '), "must begin with '{'"],
  ['space before the header', handmade(' {}'), "must begin with '{'"],
  ['a byte order mark', handmade('\ufeff{}'), "must begin with '{'"],
  ['a list', handmade('[]'), "must begin with '{'"],
  ['null', handmade('null'), "must begin with '{'"],
  ['not UTF-8', handmade(Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 'not UTF-8'],
  ['overlong UTF-8', handmade(Uint8Array.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])), 'not UTF-8'],
  ['a surrogate in UTF-8', handmade(Uint8Array.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d])), 'not UTF-8'],
  ['half a header', handmade('{"w":{"dtype":"F32",'), 'a string at character 20, got its end'],
  ['no value', handmade('{"w"}'), "':' at character 4, got '}'"],
  ['comma at the end', handmade(`{"w":${good},}`, 4), 'must have a string'],
  ['no comma', handmade(`{"w":${good} "v":${good}}`, 4), "must have '}'"],
  ['a second object', handmade('{}{}'), "nothing after the last brace at character 2, got '{}'"],
  ['a zero byte as padding', handmade('{}\0'), "nothing after the last brace at character 2, got '\\u{0}'"],
  ['no-break space as white space', handmade('{\u00a0}'), 'must have a string'],
  ['a vertical tab as white space', handmade('{\v}'), 'must have a string'],
  ['a comment', handmade('{/**/}'), 'must have a string'],
  ['a bare name', handmade('{w:1}'), 'must have a string'],
  ['single quotes', handmade("{'w':1}"), 'must have a string'],
  ['an open string', handmade('{"w'), 'a string in JSON form'],
  ['an open escape', handmade('{"w\\'), 'a string in JSON form'],
  ['an unknown escape', handmade('{"\\x":1}'), 'a string in JSON form'],
  ['a line break in a string', handmade('{"a\nb":1}'), 'a string in JSON form'],
  ['a lone surrogate', handmade('{"\\ud800":1}'), 'not well-formed Unicode'],
  ['a tensor that is null', handmade('{"w":null}'), "must have '{'"],
  ['a tensor that is a list', handmade('{"w":[]}'), "must have '{'"],
  ['a tensor without fields', handmade('{"w":{}}'), 'must have dtype, shape and data_offsets, got none'],
  ['no dtype', handmade('{"w":{"shape":[],"data_offsets":[0,4]}}', 4), 'got shape, data_offsets'],
  ['no shape', handmade('{"w":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'got dtype, data_offsets'],
  ['no offsets', handmade('{"w":{"dtype":"F32","shape":[1]}}', 4), 'got dtype, shape'],
  ['unknown field', handmade(`{"w":${good.replace('{', '{"strides":[1],')}}`, 4), "unknown field 'strides'"],
  ['a name twice', handmade(`{"w":${good},"w":${good}}`, 4), "the header has 'w' twice"],
  ['a name twice, once escaped', handmade(`{"w":${good},"\\u0077":${good}}`, 4), "the header has 'w' twice"],
  ['a field twice', handmade(`{"w":${good.replace('{', '{"dtype":"F32",')}}`, 4), "tensor 'w' has 'dtype' twice"],
  ['metadata twice', handmade('{"__metadata__":{},"__metadata__":{}}'), "'__metadata__' twice"],
  ['a metadata key twice', handmade('{"__metadata__":{"a":"","a":""}}'), "__metadata__ has 'a' twice"],
  ['metadata that is a list', handmade('{"__metadata__":[]}'), "must have '{'"],
  ['metadata with a number', handmade('{"__metadata__":{"a":1}}'), 'must have a string'],
  ['metadata with null', handmade('{"__metadata__":{"a":null}}'), 'must have a string'],
  ['metadata with an object', handmade('{"__metadata__":{"a":{}}}'), 'must have a string'],
  ...['__proto__', 'constructor', 'prototype', '\\u005f_proto__'].flatMap((key): [string, Uint8Array, string][] => [
    [`tensor ${key}`, handmade(`{"${key}":${good}}`, 4), 'is not allowed'],
    [`metadata ${key}`, handmade(`{"__metadata__":{"${key}":"x"}}`), 'is not allowed'],
    [`field ${key}`, handmade(`{"w":{"${key}":{"dtype":"F32"}}}`), 'is not allowed'],
  ]),
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'I16', 'U16', 'F16', 'BF16', 'I64', 'U64', 'C64', 'f32', '', 'constructor'].map(
    (dtype): [string, Uint8Array, string] => [
      `dtype '${dtype}'`,
      one(dtype),
      `tensor 'w' has dtype '${dtype}', supported are F32, F64, I32, U32. Convert`,
    ],
  ),
  ['dtype that is a number', handmade('{"w":{"dtype":1}}'), 'must have a string'],
  ['a hexadecimal axis', one('F32', '[0x1]'), "must have ']'"],
  ['shape that is a number', one('F32', '1'), "must have '['"],
  ['shape that is an object', one('F32', '{}'), "must have '['"],
  ...['-1', '-0', '1.0', '1.5', '1e0', '01', '+1', '"1"', 'null', 'true', '[1]', '9007199254740992', 'NaN']
    .concat('1'.repeat(17), '1'.repeat(400), '0'.repeat(400), '1E400', '')
    .flatMap((number): [string, Uint8Array, string][] => [
      [`axis ${number.slice(0, 20)}`, one('F32', `[1,${number}]`), 'a whole number below 2^53'],
      [`offset ${number.slice(0, 20)}`, one('F32', '[1]', `[0,${number}]`), 'a whole number below 2^53'],
    ]),
  ['nine axes', one('F32', '[1,1,1,1,1,1,1,1,1]'), "tensor 'w' has more than 8 axes"],
  ['a size beyond 2^53', one('F32', '[9007199254740991,9007199254740991]'), 'less than 2^53 bytes'],
  ['a size of 2^64 elements', one('F32', '[4294967296,4294967296]', '[0,0]', 0), 'less than 2^53 bytes'],
  ['a size that wraps around 2^64 to 4', one('F32', '[4611686018427387905]'), 'a whole number below 2^53'],
  ['an empty size that overflows', one('F32', '[9007199254740991,2,0]', '[0,0]', 0), 'less than 2^53 bytes'],
  ['one offset', one('F32', '[1]', '[4]'), 'two ascending data_offsets, got [4]'],
  ['no offset', one('F32', '[1]', '[]'), 'two ascending data_offsets, got []'],
  ['three offsets', one('F32', '[1]', '[0,4,8]'), 'two ascending data_offsets'],
  ['offsets the wrong way round', one('F32', '[1]', '[4,0]'), 'two ascending data_offsets, got [4, 0]'],
  ['fewer bytes than the shape', one('F32', '[2]'), "'w' must have 8 bytes by its shape, got 4"],
  ['more bytes than the shape', one('F32', '[]', '[0,8]', 8), "'w' must have 4 bytes by its shape, got 8"],
  ['bytes for an empty shape', one('F32', '[0]'), 'must have 0 bytes by its shape, got 4'],
  ['bytes of another dtype', one('F64'), 'must have 8 bytes by its shape, got 4'],
  ['data that is missing', one('F32', '[1]', '[0,4]', 3), 'ends at byte 4 of the data, which has 3'],
  [
    'offsets far beyond the file',
    one('F32', '[1]', '[9007199254740987,9007199254740991]'),
    'ends at byte 9007199254740991',
  ],
  ['the same bytes twice', placed(4, [0, 4], [0, 4]), 'overlaps'],
  ['an overlap', placed(12, [0, 8], [4, 12]), "'t1' overlaps"],
  ['a tensor inside another', placed(12, [0, 12], [4, 8]), "'t1' overlaps"],
  ['an empty tensor inside another', placed(8, [0, 8], [4, 4]), "'t1' overlaps"],
  ['a hole at the start', placed(8, [4, 8]), 'bytes 0 to 4 of the data belong to no tensor'],
  ['a hole in the middle', placed(12, [8, 12], [0, 4]), 'bytes 4 to 8 of the data belong to no tensor'],
  ['an empty tensor beyond the end', placed(4, [0, 4], [8, 8]), 'ends at byte 8'],
  ['trailing bytes', one('F32', '[1]', '[0,4]', 5), '1 bytes follow the last tensor'],
  ['trailing bytes without tensors', handmade('{}', 1), '1 bytes follow'],
  [
    '100,001 tensors',
    handmade(`{${many(100_001, (i) => `"${i}":${entry('F32', '[0]', '[0,0]')}`)}}`),
    '100000 tensors',
  ],
  ['100,001 metadata', handmade(`{"__metadata__":{${many(100_001, (i) => `"${i}":""`)}}}`), 'more than 100000 entries'],
  ['deep objects', handmade('{"a":'.repeat(200_000)), "unknown field 'a'"],
  ['deep lists', handmade(`{"w":{"shape":${'['.repeat(1_000_000)}`), 'a whole number'],
  ['a string of escapes without end', handmade(`{"${'\\'.repeat(2_000_001)}`), 'a string in JSON form'],
];

test.each(files)('refused: %s', (_, bytes, cause) => {
  const message = refusal(bytes);
  expect(message).toContain(cause);
  expect(message).toMatch(/^run\/model\.safetensors: \P{C}{1,400}[.]$/u);
});

test('a small file cut at any byte', () => {
  const tensors = new Map<string, TensorData>([
    ['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
    ['n', { dtype: 'U32', shape: [], data: Uint32Array.of(3) }],
  ]);
  const bytes = encodeSafetensors(tensors, new Map([['step', '12']]));
  expect(decodeSafetensors(bytes, FILE).tensors.size).toBe(2);
  for (let length = 0; length < bytes.length; length++) {
    expect(refusal(bytes.subarray(0, length))).toMatch(/^run\/model\.safetensors: /);
  }
});

test('names from the file are shown short and without control characters', () => {
  const name = `\u001b[31m\u202e\n${'x'.repeat(1000)}`;
  const message = refusal(handmade(`{${JSON.stringify(name)}:${entry('F16', '[]', '[0,2]')}}`, 2));
  expect(message).toContain("'\\u{1b}[31m\\u{202e}\\u{a}xxx");
  expect(message.length).toBeLessThan(250);
  expect(message).toMatch(/^\P{C}*$/u);
});

test('nothing reaches a prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  for (const [, bytes] of files.filter(([title]) => title.includes('proto'))) refusal(bytes);
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(({} as { dtype?: string }).dtype).toBeUndefined();
});
