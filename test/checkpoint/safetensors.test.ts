/** The safetensors writer and reader: round trips, and the bytes of the format itself. */

import { expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import type { TensorData } from '../../src/checkpoint/safetensors-format.js';
import { entry, handmade } from './handmade.js';

const noText: ReadonlyMap<string, string> = new Map();

function vector(...values: number[]): TensorData {
  return { dtype: 'F32', shape: [values.length], data: Float32Array.from(values) };
}

function roundTrip(tensors: Map<string, TensorData>, metadata: ReadonlyMap<string, string> = noText) {
  return decodeSafetensors(encodeSafetensors(tensors, metadata), 'a.safetensors');
}

const everyKind = new Map<string, TensorData>([
  ['weight_ih_l0', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 3.4e38) }],
  ['double', { dtype: 'F64', shape: [1, 2], data: Float64Array.of(Math.PI, -5e-324) }],
  ['signed', { dtype: 'I32', shape: [3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) }],
  ['unsigned', { dtype: 'U32', shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) }],
  ['scalar', { dtype: 'F32', shape: [], data: Float32Array.of(7) }],
  ['empty', { dtype: 'F64', shape: [0, 4], data: new Float64Array(0) }],
  ['deep', { dtype: 'I32', shape: [1, 1, 1, 1, 1, 1, 1, 2], data: Int32Array.of(1, 2) }],
]);

test('every dtype, rank 0 to 8 and empty tensors come back as they were', () => {
  const { tensors, metadata } = roundTrip(everyKind, new Map([['format', 'recurra']]));
  expect(tensors).toEqual(everyKind);
  expect(Object.is((tensors.get('weight_ih_l0') as TensorData).data[1], -0)).toBe(true);
  expect(metadata).toEqual(new Map([['format', 'recurra']]));
});

test('the bits of a NaN are kept', () => {
  const bits = Uint32Array.of(0x7fc12345, 0xffabcdef);
  const { tensors } = roundTrip(
    new Map<string, TensorData>([['nan', { dtype: 'F32', shape: [2], data: new Float32Array(bits.buffer) }]]),
  );
  expect(new Uint32Array(tensors.get('nan')!.data.buffer)).toEqual(bits);
});

test('names and metadata may hold any well-formed text', () => {
  const texts = ['', 'a"b\\c', 'line\nbreak', '\u0000', 'größe', '隠れ層', '😀', 'toString', '\ufeff', 'dtype'];
  const tensors = new Map(texts.map((text, i) => [text, vector(i)]));
  const metadata = new Map(texts.map((text) => [text, text]));
  const decoded = roundTrip(tensors, metadata);
  expect(decoded.metadata).toEqual(metadata);
  for (const [i, text] of texts.entries()) expect(decoded.tensors.get(text)).toEqual(vector(i));
});

test('no tensors and no metadata is a file too', () => {
  const bytes = encodeSafetensors(new Map(), noText);
  expect(bytes).toEqual(handmade('{}      '));
  expect(decodeSafetensors(bytes, 'a')).toEqual({ tensors: new Map(), metadata: new Map() });
});

// Written out from the description of the format, not from the output of the writer.
const example = Uint8Array.from(
  [
    '90 00 00 00 00 00 00 00', // 144 bytes of header
    Buffer.from(
      '{"__metadata__":{"format":"pt"},' +
        '"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},' +
        '"a":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}}' +
        '   ',
    ).toString('hex'),
    '00 00 00 00 00 00 00 40', // 2
    '00 00 80 3f 00 00 00 c0', // 1, -2
  ]
    .join('')
    .replaceAll(' ', '')
    .match(/../g)!
    .map((byte) => parseInt(byte, 16)),
);
const exampleTensors = new Map<string, TensorData>([
  ['b', { dtype: 'F64', shape: [1], data: Float64Array.of(2) }],
  ['a', { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, -2) }],
]);

test('the format byte for byte', () => {
  expect(example.length).toBe(8 + 144 + 16);
  expect(encodeSafetensors(exampleTensors, new Map([['format', 'pt']]))).toEqual(example);
  expect(decodeSafetensors(example, 'a')).toEqual({ tensors: exampleTensors, metadata: new Map([['format', 'pt']]) });
});

// Written by version 0.8.0 of the Python package safetensors, which orders tensors and metadata in its own way.
const fromPython =
  'CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ6Ijoiw7wiLCJmb3JtYXQiOiJucCJ9LCJhIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxLDFdLCJk' +
  'YXRhX29mZnNldHMiOlswLDhdfSwiYiI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzgsMjBdfSwidSI6eyJkdHlw' +
  'ZSI6IlUzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzIwLDI0XX0sInMiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zm' +
  'c2V0cyI6WzI0LDI4XX19ICAgICAAAAAAAAD4PwAAAAAAAIA/AAAAQP////8FAAAA';

test('a file written by the Python package', () => {
  const { tensors, metadata } = decodeSafetensors(Buffer.from(fromPython, 'base64'), 'a');
  expect([...tensors]).toEqual([
    ['a', { dtype: 'F64', shape: [1, 1], data: Float64Array.of(1.5) }],
    ['b', { dtype: 'F32', shape: [3], data: Float32Array.of(0, 1, 2) }],
    ['u', { dtype: 'U32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) }],
    ['s', { dtype: 'I32', shape: [], data: Int32Array.of(5) }],
  ]);
  expect(metadata).toEqual(new Map(Object.entries({ z: 'ü', format: 'np' })));
});

test('headers of other writers: white space, escapes, other orders, no padding', () => {
  const header =
    '{ "\\u0061" :\t{"shape":[ 1 , 2 ],\n"data_offsets":[4,12],"dtype":"F32"},\r\n' +
    '"z":{"dtype":"U32","shape":[],"data_offsets":[0,4]} , "__metadata__":{}}';
  const data = Uint8Array.from([9, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64]);
  const { tensors, metadata } = decodeSafetensors(handmade(header, data), 'a');
  expect([...tensors.keys()]).toEqual(['a', 'z']);
  expect(tensors.get('a')).toEqual({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, 2) });
  expect(tensors.get('z')).toEqual({ dtype: 'U32', shape: [], data: Uint32Array.of(9) });
  expect(metadata.size).toBe(0);
});

test('empty tensors may lie at any border, listed in any order', () => {
  const at = (shape: string, offsets: string) => entry('F32', shape, offsets);
  const header = `{"w":${at('[1]', '[0,4]')},"before":${at('[0]', '[0,0]')},"after":${at('[2,0]', '[4,4]')}}`;
  const { tensors } = decodeSafetensors(handmade(header, 4), 'a');
  expect([...tensors.values()].map(({ data }) => data.length)).toEqual([1, 0, 0]);
});

test('the same tensors and metadata give the same bytes, in any order of the maps', () => {
  const text: [string, string][] = [
    ['b', '2'],
    ['a', '1'],
  ];
  const bytes = encodeSafetensors(everyKind, new Map(text));
  expect(encodeSafetensors(everyKind, new Map(text))).toEqual(bytes);
  const reversed = new Map([...everyKind].reverse());
  expect(encodeSafetensors(reversed, new Map(text.reverse()))).toEqual(bytes);
  const { tensors, metadata } = decodeSafetensors(bytes, 'a');
  expect(encodeSafetensors(tensors, metadata)).toEqual(bytes);
});

test('the data begins at a multiple of 8 bytes, each tensor at a multiple of its element', () => {
  for (let length = 1; length <= 9; length++) {
    const tensors = new Map<string, TensorData>([
      ['n'.repeat(length), vector(1)],
      ['z', { dtype: 'F64', shape: [1], data: Float64Array.of(1) }],
    ]);
    const bytes = encodeSafetensors(tensors, noText);
    const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(header % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + header))).toContain('"data_offsets":[0,8]}');
    expect(new Float64Array(bytes.buffer, 8 + header, 1)[0]).toBe(1);
  }
});

test('views are written without what surrounds them, and read without sharing memory', () => {
  const memory = Float32Array.of(1, 2, 3, 4, 5);
  const bytes = encodeSafetensors(
    new Map<string, TensorData>([['view', { dtype: 'F32', shape: [3], data: memory.subarray(1, 4) }]]),
    noText,
  );
  // A Buffer at an odd address, as Node hands them out.
  const buffer = Buffer.alloc(bytes.length + 1).subarray(1);
  buffer.set(bytes);
  const { tensors } = decodeSafetensors(buffer, 'a');
  buffer.fill(0);
  const { data } = tensors.get('view')!;
  expect(data).toEqual(Float32Array.of(2, 3, 4));
  expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, 12]);
});

const unwritable: [string, Map<string, unknown>, ReadonlyMap<string, unknown>, RegExp][] = [
  ['reserved name', new Map([['__metadata__', vector(1)]]), noText, /'__metadata__' is reserved/],
  ...['__proto__', 'constructor', 'prototype'].map((name): (typeof unwritable)[number] => [
    name,
    new Map([[name, vector(1)]]),
    noText,
    /is not allowed/,
  ]),
  ['prototype name in metadata', new Map(), new Map([['__proto__', '']]), /is not allowed/],
  ['half a surrogate pair', new Map([['\ud800', vector(1)]]), noText, /not well-formed/],
  ['half a surrogate pair in metadata', new Map(), new Map([['a', '\udc00']]), /not well-formed/],
  ['metadata that is not text', new Map(), new Map([['step', 3]]), /'step' must be a string, got number/],
  [
    'fewer elements than the shape',
    new Map([['w', { dtype: 'F32', shape: [2, 3], data: new Float32Array(5) }]]),
    noText,
    /'w' of dtype F32 and shape \(2, 3\) must be a Float32Array of length 6, got a Float32Array of length 5/,
  ],
  [
    'more elements than the shape',
    new Map([['w', { dtype: 'F32', shape: [0], data: new Float32Array(1) }]]),
    noText,
    /length 0, got/,
  ],
  [
    'another array type',
    new Map([['w', { dtype: 'F32', shape: [1], data: new Int32Array(1) }]]),
    noText,
    /must be a Float32Array of length 1, got a Int32Array/,
  ],
  [
    'unknown dtype',
    new Map([['w', { dtype: 'F16', shape: [1], data: new Uint16Array(1) }]]),
    noText,
    /'F16', supported are F32, F64, I32, U32/,
  ],
  ['a fraction', new Map([['w', { dtype: 'F32', shape: [0.5], data: new Float32Array(1) }]]), noText, /whole/],
  ['a negative axis', new Map([['w', { dtype: 'F32', shape: [-1, -1], data: new Float32Array(1) }]]), noText, /whole/],
  [
    'a size beyond 2^53',
    new Map([['w', { dtype: 'F32', shape: [0, 2 ** 52], data: new Float32Array(0) }]]),
    noText,
    /less than 2\^53 bytes/,
  ],
  [
    'nine axes',
    new Map([['w', { dtype: 'F32', shape: Array(9).fill(1), data: new Float32Array(1) }]]),
    noText,
    /more than 8 axes/,
  ],
  ['a header beyond 25 MB', new Map(), new Map([['a', 'x'.repeat(25_000_000)]]), /at most 25000000 bytes, got 250000/],
  [
    'too many tensors',
    new Map(Array.from({ length: 100_001 }, (_, i) => [`t${i}`, vector()])),
    noText,
    /tensors must have at most 100000 entries, got 100001/,
  ],
  [
    'too much metadata',
    new Map(),
    new Map(Array.from({ length: 100_001 }, (_, i) => [`t${i}`, ''])),
    /metadata must have at most 100000 entries, got 100001/,
  ],
];

test.each(unwritable)('the writer refuses: %s', (_, tensors, metadata, message) => {
  const write = () => encodeSafetensors(tensors as Map<string, TensorData>, metadata as Map<string, string>);
  expect(write).toThrow(CheckpointError);
  expect(write).toThrow(message);
  expect(write).toThrow(/^encodeSafetensors: [^\n]*[.]$/);
});

test('what is written at the limits is read', () => {
  const tensors = new Map(Array.from({ length: 100_000 }, (_, i) => [`t${i}`, vector()]));
  const metadata = new Map(Array.from({ length: 100_000 }, (_, i) => [`m${i}`, '']));
  const decoded = roundTrip(tensors, metadata);
  expect(decoded.tensors.size).toBe(100_000);
  expect(decoded.metadata.size).toBe(100_000);
  const long = new Map([['a', 'x'.repeat(25_000_000 - 24 - 1)]]); // {"__metadata__":{"a":"..."}} has 25 other bytes
  const bytes = encodeSafetensors(new Map(), long);
  expect(bytes.length).toBe(8 + 25_000_000);
  expect(decodeSafetensors(bytes, 'a').metadata.get('a')!.length).toBe(long.get('a')!.length);
});
