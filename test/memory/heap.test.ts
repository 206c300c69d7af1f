import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryError } from '../../src/errors.js';
import { ArrayHeap } from '../../src/memory/array-heap.js';
import { megabytes, WasmHeap } from '../../src/memory/heap.js';
import { HEAPS } from './heaps.js';

const MEGABYTE = 1 << 20;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe.each(HEAPS)('heap: %s', (_name, make) => {
  it('begins with a megabyte of zeroes that floats and integers share', () => {
    const heap = make(4 * MEGABYTE);
    expect(heap.byteLength).toBe(MEGABYTE);
    expect(heap.floats.byteLength).toBe(MEGABYTE);
    expect(heap.ints.buffer === heap.floats.buffer).toBe(true);
    expect(heap.ints.every((word) => word === 0)).toBe(true);
    expect(1 << heap.shift).toBe(heap.floats.BYTES_PER_ELEMENT);
  });

  it('keeps its content when it grows, in new arrays', () => {
    const heap = make(4 * MEGABYTE);
    const { floats } = heap;
    floats.set([1.5, -2.5, 3.5], 100);
    heap.grow(3 * MEGABYTE);
    expect(heap.byteLength).toBeGreaterThanOrEqual(3 * MEGABYTE);
    expect(heap.floats === floats).toBe(false);
    expect([...heap.floats.subarray(99, 104)]).toEqual([0, 1.5, -2.5, 3.5, 0]);
    expect(heap.ints.buffer === heap.floats.buffer).toBe(true);
    expect(heap.floats.subarray(MEGABYTE >>> heap.shift).every((x) => x === 0)).toBe(true);
  });

  it('does nothing where there is room already', () => {
    const heap = make(4 * MEGABYTE);
    const { floats } = heap;
    heap.grow(MEGABYTE);
    heap.grow(0);
    expect(heap.floats === floats).toBe(true);
  });

  it('grows by more than was asked for, but not over the limit', () => {
    const heap = make(64 * MEGABYTE);
    heap.grow(MEGABYTE + 1);
    expect(heap.byteLength).toBeGreaterThanOrEqual(1.25 * MEGABYTE);
    const tight = make(MEGABYTE + 65536);
    tight.grow(MEGABYTE + 1);
    expect(tight.byteLength).toBe(MEGABYTE + 65536);
  });

  it('refuses to grow over its limit, naming both sizes and the option, and stays as it was', () => {
    const heap = make(2_000_000);
    heap.floats[7] = 4.25;
    const message =
      'memory: 3.5 MB are needed, the limit is 2.0 MB. Lower the batch, the window or the sizes of the model, or raise the ' +
      'memoryLimit of createEngine.';
    expect(() => heap.grow(3_500_000)).toThrow(new MemoryError(message));
    expect(() => heap.grow(3_500_000)).toThrow(MemoryError);
    expect(heap.floats[7]).toBe(4.25);
    expect(heap.byteLength).toBe(MEGABYTE);
    heap.grow(2_000_000);
    expect(heap.byteLength).toBeGreaterThanOrEqual(2_000_000);
  });
});

describe('heap: a shared memory', () => {
  it('is shared, the other is not', () => {
    expect(new WasmHeap(2 * MEGABYTE, true).memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(new WasmHeap(2 * MEGABYTE).memory.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('scratch lies behind its end, moves with it, and is not part of it', () => {
    const heap = new WasmHeap(8 * MEGABYTE, true);
    expect(heap.behind(0)).toBe(MEGABYTE);
    expect(heap.behind(100_000)).toBe(MEGABYTE);
    expect(heap.byteLength).toBe(MEGABYTE);
    expect(heap.floats.byteLength).toBeGreaterThanOrEqual(MEGABYTE + 100_000);
    heap.floats.fill(7, 0, MEGABYTE / 4);
    heap.grow(4 * MEGABYTE);
    expect(heap.behind(100_000)).toBe(heap.byteLength);
    expect(heap.byteLength).toBeGreaterThanOrEqual(4 * MEGABYTE);
    expect(heap.floats.byteLength).toBeGreaterThanOrEqual(heap.byteLength + 100_000);
    expect(heap.floats.subarray(0, MEGABYTE / 4).every((x) => x === 7)).toBe(true);
  });

  it('scratch counts towards the limit: there is none where there is no room', () => {
    const heap = new WasmHeap(2 * MEGABYTE, true);
    expect(heap.behind(MEGABYTE + 1)).toBeUndefined();
    expect(heap.behind(MEGABYTE / 2)).toBe(MEGABYTE);
    // It is dead between calls, so a growth takes its room.
    heap.grow(2 * MEGABYTE);
    expect(heap.byteLength).toBe(2 * MEGABYTE);
    expect(heap.floats.length).toBe(MEGABYTE / 2);
    expect(heap.behind(MEGABYTE / 2)).toBeUndefined();
  });
});

const REFUSED =
  'memory: growing from 1.0 MB to 2.1 MB was refused by the system. Lower the batch, the window or the sizes of the model.';

describe('heap: a system without memory', () => {
  it('a WebAssembly memory says so', () => {
    const heap = new WasmHeap(16 * MEGABYTE);
    vi.spyOn(heap.memory, 'grow').mockImplementation(() => {
      throw new RangeError('failed to grow memory');
    });
    expect(() => heap.grow(2 * MEGABYTE)).toThrow(new MemoryError(REFUSED));
  });

  it('a WebAssembly memory tries without the margin before it gives up', () => {
    const heap = new WasmHeap(16 * MEGABYTE);
    heap.grow(8 * MEGABYTE);
    const grow = vi.spyOn(heap.memory, 'grow').mockImplementationOnce(() => {
      throw new RangeError('failed to grow memory');
    });
    heap.grow(8 * MEGABYTE + 1);
    expect(grow.mock.calls).toEqual([[32], [1]]);
    expect(heap.byteLength).toBe(8 * MEGABYTE + 65536);
  });

  it('an array says so, and keeps what it has', () => {
    const heap = new ArrayHeap('float32', 16 * MEGABYTE);
    heap.floats[3] = 9;
    vi.stubGlobal('ArrayBuffer', function refuse() {
      throw new RangeError('Array buffer allocation failed');
    });
    expect(() => heap.grow(2 * MEGABYTE)).toThrow(new MemoryError(REFUSED));
    vi.unstubAllGlobals();
    expect(heap.floats[3]).toBe(9);
    expect(heap.byteLength).toBe(MEGABYTE);
  });
});

it('megabytes are decimal, with one place', () => {
  expect([0, 49_999, 50_000, 1e6, 12_345_678].map(megabytes)).toEqual([
    '0.0 MB',
    '0.0 MB',
    '0.1 MB',
    '1.0 MB',
    '12.3 MB',
  ]);
});
