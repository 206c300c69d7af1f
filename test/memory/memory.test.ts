import { describe, expect, it } from 'vitest';
import { MemoryError, RecurraError } from '../../src/errors.js';
import type { Heap } from '../../src/memory/heap.js';
import { Memory } from '../../src/memory/memory.js';
import { HEAPS } from './heaps.js';

const MEGABYTE = 1 << 20;
const LIMIT = 64 * MEGABYTE;

/** Runs `use` within a step. */
function step<T>(memory: Memory, use: () => T): T {
  memory.beginStep();
  try {
    return use();
  } finally {
    memory.endStep();
  }
}

describe.each(HEAPS)('memory: %s', (_name, make: (limit: number) => Heap) => {
  const open = (poison: boolean = false): Memory => new Memory(make(LIMIT), poison);

  /** The floats at an address. */
  const read = (memory: Memory, address: number, size: number): number[] => [...memory.view(address, size)];

  it('keeps 4096 bytes for the kernels, so address 0 is never valid', () => {
    expect(open().region('first').base).toBe(4096);
  });

  it('a region begins empty and is found again by its name', () => {
    const memory = open();
    const region = memory.region('parameters');
    expect(region).toMatchObject({ name: 'parameters', bytes: 0 });
    expect(memory.region('parameters')).toBe(region);
  });

  it('a longer region has zeroes at its end, aligned to 64 bytes, at the offset returned', () => {
    const memory = open();
    memory.heap.floats.fill(7);
    const width = 1 << memory.heap.shift;
    const aligned = (floats: number): number => Math.ceil((floats * width) / 64) * 64;
    expect(memory.extend('a', 3)).toBe(0);
    expect(memory.extend('a', 17)).toBe(aligned(3));
    expect(memory.extend('a', 1)).toBe(aligned(3) + aligned(17));
    const { base, bytes } = memory.region('a');
    expect(base % 64).toBe(0);
    expect(bytes).toBe(aligned(3) + aligned(17) + aligned(1));
    expect(read(memory, base, bytes / width).every((x) => x === 0)).toBe(true);
  });

  it('regions that go together are lengthened all or none', () => {
    const memory = new Memory(make(2_000_000));
    expect(memory.extendAlike(['a', 'b'], 20)).toBe(0);
    expect(memory.extendAlike(['a', 'b'], 4)).toBe(memory.region('a').bytes - 64);
    const { bytes } = memory.region('a');
    // There is room for one of them.
    expect(() => memory.extendAlike(['a', 'b'], 1_200_000 >>> memory.heap.shift)).toThrow(MemoryError);
    expect([memory.region('a').bytes, memory.region('b').bytes]).toEqual([bytes, bytes]);
  });

  it('later regions move up and keep their content when an earlier one grows', () => {
    const memory = open();
    const names = ['a', 'b', 'c'];
    for (const [i, name] of names.entries()) {
      memory.extend(name, 20 + i);
      memory.view(memory.region(name).base, 20 + i).forEach((_, j, all) => (all[j] = 100 * i + j));
    }
    const before = memory.region('b').base;
    memory.extend('a', 5);
    memory.extend('b', 1000);
    memory.extend('a', 70_000);
    expect(memory.region('b').base).toBeGreaterThan(before);
    for (const [i, name] of names.entries()) {
      const wanted = Array.from({ length: 20 + i }, (_, j) => 100 * i + j);
      expect(read(memory, memory.region(name).base, 20 + i)).toEqual(wanted);
    }
    const [a, b, c] = names.map((name) => memory.region(name));
    expect(b!.base).toBe(a!.base + a!.bytes);
    expect(c!.base).toBe(b!.base + b!.bytes);
    const grown = a!.base + a!.bytes - 70_000 * (1 << memory.heap.shift);
    expect(read(memory, grown, 70_000).every((x) => x === 0)).toBe(true);
  });

  it('regions that are empty still keep their order', () => {
    const memory = open();
    for (const name of ['a', 'b', 'c']) memory.region(name);
    memory.extend('c', 4);
    memory.view(memory.region('c').base, 4).fill(3);
    memory.extend('a', 4);
    memory.view(memory.region('a').base, 4).fill(1);
    memory.extend('b', 4);
    const first = (name: string): number => read(memory, memory.region(name).base, 1)[0]!;
    expect(['a', 'b', 'c'].map(first)).toEqual([1, 0, 3]);
  });

  it('no float is lost over many regions and growths', () => {
    const memory = open();
    const wanted = new Map<string, number[]>();
    for (let turn = 0; turn < 60; turn++) {
      const name = `region ${(turn * turn) % 7}`;
      const offset = memory.extend(name, 16);
      const values = Array.from({ length: 16 }, (_, i) => turn * 100 + i);
      memory.view(memory.region(name).base + offset, 16).set(values);
      wanted.set(name, [...(wanted.get(name) ?? []), ...values]);
    }
    for (const [name, values] of wanted) expect(read(memory, memory.region(name).base, values.length)).toEqual(values);
  });

  it('the arena lies behind the regions, 64 bytes aligned, and is reset by the end of the step', () => {
    const memory = open();
    memory.extend('a', 5);
    const { base, bytes } = memory.region('a');
    const addresses = [1, 2].map(() => step(memory, () => [memory.reserve(3), memory.reserve(40), memory.reserve(1)]));
    expect(addresses[0]![0]).toBe(base + bytes);
    expect(addresses[0]!.every((address) => address % 64 === 0)).toBe(true);
    expect(addresses[0]![1]! - addresses[0]![0]!).toBe(64);
    expect(addresses[1]).toEqual(addresses[0]);
  });

  it('counts steps, bytes in use and the most ever used', () => {
    const memory = open();
    const width = 1 << memory.heap.shift;
    const first = memory.step;
    step(memory, () => {
      memory.reserve(64);
      expect(memory.arenaBytes).toBe(64 * width);
      memory.scratch(() => memory.reserve(640));
      expect(memory.arenaBytes).toBe(64 * width);
    });
    step(memory, () => memory.reserve(16));
    expect(memory.arenaBytes).toBe(0);
    expect(memory.peakArenaBytes).toBe(704 * width);
    expect(memory.step).toBe(first + 2);
  });

  it('scratch gives back what it reserved, and passes the result on', () => {
    const memory = open();
    step(memory, () => {
      memory.reserve(8);
      const inner = memory.scratch(() => memory.reserve(100));
      expect(memory.scratch(() => memory.scratch(() => memory.reserve(4)))).toBe(inner);
      expect(memory.reserve(4)).toBe(inner);
    });
  });

  it('the arena grows within a step, and what it held stays', () => {
    const memory = open();
    step(memory, () => {
      const early = memory.reserve(16);
      memory.view(early, 16).fill(2.5);
      const large = memory.reserve(1_000_000);
      memory.view(large, 1_000_000).fill(1);
      expect(read(memory, early, 16)).toEqual(new Array(16).fill(2.5));
    });
  });

  it('a step too large is a MemoryError that names sizes and options, and the next step works', () => {
    const memory = new Memory(make(2_000_000));
    const reserve = (): number => memory.reserve(16 << (20 - memory.heap.shift));
    const message =
      /^memory: 16\.8 MB are needed, the limit is 2\.0 MB\. Lower the batch, the window or .* memoryLimit/;
    expect(() => step(memory, reserve)).toThrow(MemoryError);
    expect(() => step(memory, reserve)).toThrow(message);
    step(memory, () => expect(memory.arenaBytes).toBe(0));
    expect(() => memory.extend('a', 16 << (20 - memory.heap.shift))).toThrow(message);
    expect(memory.region('a').bytes).toBe(0);
  });

  it('steps do not nest', () => {
    const memory = open();
    const message = 'engine: a step is running already. Steps do not nest.';
    expect(() => step(memory, () => memory.beginStep())).toThrow(new RecurraError(message));
    step(memory, () => memory.reserve(1));
  });

  it('a region cannot grow in a step, nor the arena outside of one', () => {
    const memory = open();
    expect(() => step(memory, () => memory.extend('a', 4))).toThrow(
      new RecurraError(
        "memory: region 'a' cannot grow inside a step. Make layers, optimizers, steppers, RTRL and Hopfield networks outside of engine.step and engine.evaluate.",
      ),
    );
    const message = 'memory: operations run inside engine.step or engine.evaluate, and none is running.';
    expect(() => memory.reserve(4)).toThrow(new RecurraError(message));
    memory.extend('a', 4);
    expect(() => memory.reserve(4)).toThrow(RecurraError);
  });

  it.each([true, false])('poison %s: the arena is NaN after a step, the regions are not', (poison) => {
    const memory = open(poison);
    memory.extend('a', 4);
    memory.view(memory.region('a').base, 4).fill(1);
    const address = step(memory, () => {
      const reserved = memory.reserve(20);
      memory.view(reserved, 20).fill(5);
      return reserved;
    });
    expect(read(memory, address, 20)).toEqual(new Array(20).fill(poison ? NaN : 5));
    expect(read(memory, memory.region('a').base, 4)).toEqual([1, 1, 1, 1]);
  });

  it('disposed of, it refuses every use, and it cannot be disposed of in a step', () => {
    const memory = open();
    expect(() => step(memory, () => memory.dispose())).toThrow(RecurraError);
    step(memory, () => memory.reserve(1));
    memory.dispose();
    const uses = [
      (): unknown => memory.heap,
      (): unknown => memory.beginStep(),
      (): unknown => memory.extend('a', 1),
      (): unknown => memory.view(4096, 1),
    ];
    for (const use of uses) expect(use).toThrow('engine: it was disposed of. Make a new one with createEngine.');
  });

  it('views, copies and zeroes address the floats given, and no others', () => {
    const memory = open();
    const width = 1 << memory.heap.shift;
    memory.extend('a', 32);
    const { base } = memory.region('a');
    memory.view(base, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
    memory.copy(base + 8 * width, base + width, 3);
    memory.zero(base + 2 * width, 2);
    expect(read(memory, base, 12)).toEqual([1, 2, 0, 0, 5, 6, 7, 8, 2, 3, 4, 0]);
    memory.copy(base + width, base, 4);
    expect(read(memory, base, 6)).toEqual([1, 1, 2, 0, 0, 6]);
  });
});
