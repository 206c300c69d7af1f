import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from '../src/crc32.js';
import { Random } from '../src/random.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('the check value of CRC-32, and of nothing', () => {
  expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
  expect(crc32(Uint8Array.of(0))).toBe(0xd202ef8d);
});

test('in parts as in one, and as zlib has it', () => {
  const random = new Random(3);
  const data = Uint8Array.from({ length: 1000 }, () => random.integer(256));
  for (const cut of [0, 1, 499, 1000])
    expect(crc32(data.subarray(cut), crc32(data.subarray(0, cut)))).toBe(crc32(data));
  expect(crc32(data)).toBe(zlibCrc32(data));
});
