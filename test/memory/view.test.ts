import { describe, expect, it } from 'vitest';
import { ShapeError, StaleViewError } from '../../src/errors.js';
import type { Heap } from '../../src/memory/heap.js';
import { Memory } from '../../src/memory/memory.js';
import { View } from '../../src/memory/view.js';
import type { Shape } from '../../src/shape.js';
import { HEAPS } from './heaps.js';

describe.each(HEAPS)('view: %s', (_name, make: (limit: number) => Heap) => {
  /** A view of 1, 2, 3, ... in the running step. */
  function counting(memory: Memory, shape: Shape): View {
    const size = shape.reduce((product, length) => product * length, 1);
    const address = memory.reserve(size);
    memory.view(address, size).forEach((_, i, all) => (all[i] = i + 1));
    return new View(memory, 'output of lstm', address, shape, true);
  }

  /** A memory in its first step. */
  function open(): Memory {
    const memory = new Memory(make(1 << 26));
    memory.beginStep();
    return memory;
  }

  it('has the size of its shape', () => {
    const memory = open();
    expect(counting(memory, [2, 3, 4]).size).toBe(24);
    expect(counting(memory, [5, 0]).size).toBe(0);
    expect(counting(memory, []).size).toBe(1);
  });

  it('toArray is a copy that outlives the step and later writes', () => {
    const memory = open();
    const view = counting(memory, [2, 2]);
    const copy = view.toArray();
    memory.view(view.ptr, 4).fill(0);
    memory.endStep();
    expect([...copy]).toEqual([1, 2, 3, 4]);
    expect(copy.BYTES_PER_ELEMENT).toBe(1 << memory.heap.shift);
  });

  it('item is the only value, and refused where there are several', () => {
    const memory = open();
    expect(counting(memory, []).item()).toBe(1);
    expect(counting(memory, [1, 1]).item()).toBe(1);
    expect(() => counting(memory, [2, 3]).item()).toThrow(
      new ShapeError('output of lstm: item() needs one element, got shape (2, 3).'),
    );
  });

  it('is stale before it is of a wrong shape', () => {
    const memory = open();
    const view = counting(memory, [2, 3]);
    memory.endStep();
    expect(() => view.item()).toThrow(StaleViewError);
  });

  it('is stale after its step, for every use', () => {
    const memory = open();
    const view = counting(memory, [1]);
    memory.endStep();
    memory.beginStep();
    const message =
      'output of lstm (step 1) was used in step 2. Its memory is gone: copy it inside the step with toArray(), or ' +
      'detach() a state.';
    const uses = [
      (): unknown => view.ptr,
      (): unknown => view.toArray(),
      (): unknown => view.item(),
      (): unknown => view.gradient(),
      (): unknown => view.gradientSlot(),
    ];
    for (const use of uses) expect(use).toThrow(new StaleViewError(message));
    expect(memory.arenaBytes).toBe(0);
  });

  it('is stale between two steps as well', () => {
    const memory = open();
    const view = counting(memory, [1]);
    memory.endStep();
    expect(() => view.ptr).toThrow(StaleViewError);
  });

  it('the first gradient slot assigns, later ones accumulate, at one address', () => {
    const memory = open();
    const view = counting(memory, [3]);
    expect(view.hasGradient).toBe(false);
    const first = view.gradientSlot();
    expect(first.accumulate).toBe(0);
    expect(view.hasGradient).toBe(true);
    expect(view.gradientSlot()).toEqual({ ptr: first.ptr, accumulate: 1 });
    expect(first.ptr).not.toBe(view.ptr);
  });

  it('gradient is zeroed once, then left alone', () => {
    const memory = open();
    const view = counting(memory, [5]);
    // What the arena held before must not show through.
    memory.scratch(() => memory.view(memory.reserve(64), 64).fill(NaN));
    const address = view.gradient();
    expect([...memory.view(address, 5)]).toEqual([0, 0, 0, 0, 0]);
    memory.view(address, 5).fill(2);
    expect(view.gradient()).toBe(address);
    expect([...memory.view(address, 5)]).toEqual([2, 2, 2, 2, 2]);
  });

  it('a gradient that exists already accumulates from the start', () => {
    const memory = open();
    const address = memory.reserve(2);
    memory.view(address, 2).set([3, 4]);
    const view = new View(memory, 'weight', memory.reserve(2), [2], true, address);
    expect(view.hasGradient).toBe(true);
    expect(view.gradientSlot()).toEqual({ ptr: address, accumulate: 1 });
    expect(view.gradient()).toBe(address);
    expect([...memory.view(address, 2)]).toEqual([3, 4]);
  });
});
