import { describe, expect, it } from 'vitest';
import { MemoryError, ShapeError, StaleViewError } from '../../src/errors.js';
import type { Heap } from '../../src/memory/heap.js';
import { Memory } from '../../src/memory/memory.js';
import { Parameter } from '../../src/memory/parameter.js';
import { HEAPS } from './heaps.js';

describe.each(HEAPS)('parameter: %s', (_name, make: (limit: number) => Heap) => {
  const open = (): Memory => new Memory(make(1 << 26));

  it('begins as zeroes, with a gradient of zeroes', () => {
    const weight = new Parameter(open(), 'weight_ih_l0', [3, 2]);
    expect([...weight.toArray()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...weight.gradientToArray()]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(weight.size).toBe(6);
  });

  it('keeps values and gradients while others are added before and behind', () => {
    const memory = open();
    const first = new Parameter(memory, 'weight_ih_l0', [3, 2]);
    first.set([1, 2, 3, 4, 5, 6]);
    memory.view(first.gradientPtr, 6).fill(9);
    const second = new Parameter(memory, 'bias_ih_l0', [50_000]);
    second.set(new Array(50_000).fill(7));
    memory.extend('state', 100);
    const third = new Parameter(memory, 'bias_hh_l0', [1]);
    third.set([8]);
    expect([...first.toArray()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...first.gradientToArray()]).toEqual([9, 9, 9, 9, 9, 9]);
    expect(second.toArray().every((x) => x === 7)).toBe(true);
    expect(second.gradientToArray().every((x) => x === 0)).toBe(true);
    expect([...third.toArray()]).toEqual([8]);
  });

  it('has one offset in both regions, and no two parameters overlap', () => {
    const memory = open();
    const all = [[3, 5], [1], [64], [7, 7]].map((shape, i) => new Parameter(memory, `p${i}`, shape));
    const width = 1 << memory.heap.shift;
    const ends = all.map(({ offset, size }) => offset + size * width);
    all.slice(1).forEach(({ offset }, i) => expect(offset).toBeGreaterThanOrEqual(ends[i]!));
    for (const { ptr, gradientPtr, offset } of all) {
      expect(ptr - memory.region('parameters').base).toBe(offset);
      expect(gradientPtr - memory.region('gradients').base).toBe(offset);
      expect(ptr % 64).toBe(0);
    }
    expect(memory.region('gradients').bytes).toBe(memory.region('parameters').bytes);
  });

  it('one that does not fit leaves nothing behind', () => {
    const memory = new Memory(make(2_000_000));
    const width = 1 << memory.heap.shift;
    // The values of this one fit, the gradient does not.
    expect(() => new Parameter(memory, 'large', [1_200_000 / width])).toThrow(MemoryError);
    const small = new Parameter(memory, 'small', [4]);
    small.set([1, 2, 3, 4]);
    expect([...small.toArray()]).toEqual([1, 2, 3, 4]);
    expect([...small.gradientToArray()]).toEqual([0, 0, 0, 0]);
    expect(small.offset).toBe(0);
    expect(memory.region('gradients').bytes).toBe(memory.region('parameters').bytes);
  });

  it('arrays are copies', () => {
    const weight = new Parameter(open(), 'weight', [2]);
    weight.set([1, 2]);
    weight.toArray().fill(0);
    weight.gradientToArray().fill(5);
    expect([...weight.toArray()]).toEqual([1, 2]);
    expect([...weight.gradientToArray()]).toEqual([0, 0]);
  });

  it('set takes as many values as the shape holds', () => {
    const weight = new Parameter(open(), 'weight_ih_l0', [3, 2]);
    expect(() => weight.set([1, 2, 3])).toThrow(new ShapeError('weight_ih_l0: shape (3, 2) takes 6 values, got 3.'));
    expect(weight.version).toBe(0);
  });

  it('the version moves with every change', () => {
    const weight = new Parameter(open(), 'weight', [2]);
    weight.set([1, 2]);
    weight.touch();
    expect(weight.version).toBe(2);
    weight.toArray();
    expect(weight.version).toBe(2);
  });

  it('is a view within a step, whose gradient accumulates in the region', () => {
    const memory = open();
    const weight = new Parameter(memory, 'weight', [2, 1]);
    weight.set([1, 2]);
    memory.beginStep();
    const view = weight.view();
    expect(view).toMatchObject({ label: 'weight', shape: [2, 1], requiresGrad: true, hasGradient: true });
    expect([...view.toArray()]).toEqual([1, 2]);
    expect(view.gradientSlot()).toEqual({ ptr: weight.gradientPtr, accumulate: 1 });
    memory.endStep();
    expect(() => view.ptr).toThrow(StaleViewError);
    expect([...weight.toArray()]).toEqual([1, 2]);
  });
});
