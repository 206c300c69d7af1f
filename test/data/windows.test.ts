import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitBatch, windows, type WindowOptions } from '../../src/data/windows.js';
import { DataError, OptionError } from '../../src/errors.js';

const counting = (n: number): Int32Array => Int32Array.from({ length: n }, (_, index) => index);

/** The definition, read off the streams one prediction at a time. */
function naive(tokens: Int32Array, batch: number, length: number, keep: boolean): number[][][] {
  const stream = Math.floor((tokens.length - 1) / batch);
  const all: number[][][] = [];
  for (let start = 0; start < stream; start += length) {
    const steps = Array.from({ length: Math.min(length, stream - start) }, (_, t) => start + t);
    if (steps.length < length && !keep) break;
    const at = (t: number, b: number, shift: number): number => tokens[b * stream + t + shift]!;
    const cut = (shift: number): number[] =>
      steps.flatMap((t) => Array.from({ length: batch }, (_, b) => at(t, b, shift)));
    all.push([cut(0), cut(1)]);
  }
  return all;
}

describe('windows', () => {
  test('two streams of five predictions in windows of two', () => {
    const cut = windows(counting(12), { batch: 2, length: 2, remainder: 'keep' });
    expect([...cut].map(({ inputs, targets }) => [inputs.shape, [...inputs.data], [...targets.data]])).toEqual([
      [
        [2, 2],
        [0, 5, 1, 6],
        [1, 6, 2, 7],
      ],
      [
        [2, 2],
        [2, 7, 3, 8],
        [3, 8, 4, 9],
      ],
      [
        [1, 2],
        [4, 9],
        [5, 10],
      ],
    ]);
  });

  test('agree with the definition for all small sizes', () => {
    for (let n = 2; n <= 26; n++)
      for (let batch = 1; batch <= 5; batch++)
        for (let length = 1; length <= 6; length++)
          for (const remainder of ['drop', 'keep'] as const) {
            const tokens = counting(n).map((index) => 100 - index);
            const expected = naive(tokens, batch, length, remainder === 'keep');
            if (expected.length === 0) {
              expect(() => windows(tokens, { batch, length, remainder })).toThrow(DataError);
              continue;
            }
            const cut = windows(tokens, { batch, length, remainder });
            const got = [...cut].map(({ inputs, targets }) => [[...inputs.data], [...targets.data]]);
            expect(got).toEqual(expected);
            expect(cut.count).toBe(expected.length);
            expect(cut.tokens).toBe(expected.reduce((sum, [inputs]) => sum + inputs!.length, 0));
          }
  });

  test('streams run on from window to window, and each prediction comes once', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 2, max: 3000 }), (batch, length, n) => {
        fc.pre(n > batch);
        const cut = windows(counting(n), { batch, length, remainder: 'keep' });
        const all = [...cut];
        all.forEach(({ inputs, targets, index }, position) => {
          expect(index).toBe(position);
          expect(inputs.shape).toEqual(targets.shape);
          expect(inputs.data.every((token, at) => targets.data[at] === token + 1)).toBe(true);
        });
        for (let k = 1; k < all.length; k++)
          expect(all[k]!.inputs.data.subarray(0, batch)).toEqual(all[k - 1]!.targets.data.slice(-batch));
        const seen = all.flatMap(({ inputs }) => Array.from(inputs.data)).toSorted((a, b) => a - b);
        expect(seen).toEqual([...counting(cut.tokens)]);
      }),
    );
  });

  test('the shorter last window is dropped unless kept', () => {
    const shapes = (remainder?: 'drop' | 'keep'): number[] =>
      [...windows(counting(24), { batch: 2, length: 4, remainder })].map(({ inputs }) => inputs.shape[0]);
    expect(shapes()).toEqual([4, 4]);
    expect(shapes('drop')).toEqual([4, 4]);
    expect(shapes('keep')).toEqual([4, 4, 3]);
  });

  test('exactly enough tokens make one window, one fewer none', () => {
    const options = { batch: 32, length: 64 };
    expect(windows(counting(2049), options).count).toBe(1);
    expect(() => windows(counting(2048), options)).toThrow(DataError);
    expect(windows(counting(33), { ...options, remainder: 'keep' }).at(0).inputs.shape).toEqual([1, 32]);
  });

  test('a window owns its arrays', () => {
    const tokens = counting(9);
    const cut = windows(tokens, { batch: 2, length: 2 });
    cut.at(0).inputs.data.fill(-1);
    expect([...tokens]).toEqual([...counting(9)]);
    expect([...cut.at(0).inputs.data]).toEqual([0, 4, 1, 5]);
  });

  test('too few tokens: the numbers and the fix', () => {
    expect(() => windows(counting(40), { batch: 32, length: 64 })).toThrow(
      'windows: 40 tokens are too few: batch 32 x length 64 needs at least 2,049. Lower the batch or the window.',
    );
    expect(() => windows(counting(5), { batch: 8, length: 4, remainder: 'keep' })).toThrow(
      'windows: 5 tokens are too few: batch 8 needs at least 9. Lower the batch.',
    );
    expect(() => windows(counting(0), { batch: 1, length: 1 })).toThrow(/0 tokens are too few/);
  });

  test.each<[object, RegExp]>([
    [{ batch: 0, length: 4 }, /windows: batch must be a whole number of at least 1, got 0/],
    [{ batch: 2, length: 1.5 }, /windows: length must be a whole number of at least 1, got 1.5/],
    [{ batch: 2 }, /length must be a whole number/],
    [{ batch: 2, length: 4, remainder: 'pad' }, /remainder must be one of drop, keep, got pad/],
    [{ batch: 2, length: 4, window: 3 }, /unknown option 'window'/],
  ])('refuses %j', (options, message) => {
    const cut = (): unknown => windows(counting(99), options as WindowOptions);
    expect(cut).toThrow(OptionError);
    expect(cut).toThrow(message);
  });

  test('an index outside the windows is an error', () => {
    const cut = windows(counting(9), { batch: 2, length: 2 });
    for (const index of [-1, 2, 0.5, NaN]) expect(() => cut.at(index)).toThrow(OptionError);
    expect(() => cut.at(2)).toThrow('windows: index must be a whole number from 0 to 1, got 2.');
  });
});

describe('fitBatch', () => {
  test('is the largest batch whose streams hold a window', () => {
    for (let n = 2; n < 40; n++)
      for (let batch = 1; batch < 6; batch++)
        for (let length = 1; length < 8; length++) {
          let best = 1;
          for (let b = 1; b <= batch; b++) if (Math.floor((n - 1) / b) >= length) best = b;
          expect(fitBatch(counting(n), { batch, length })).toBe(best);
        }
  });

  test('whatever it gives makes windows', () => {
    const size = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), size, size, (n, batch, length) => {
        const fitted = fitBatch(counting(n), { batch, length });
        expect(fitted).toBeLessThanOrEqual(batch);
        expect(windows(counting(n), { batch: fitted, length, remainder: 'keep' }).count).toBeGreaterThan(0);
        if (n > length) expect(windows(counting(n), { batch: fitted, length }).count).toBeGreaterThan(0);
      }),
    );
  });

  test('refuses a single token and bad options', () => {
    expect(() => fitBatch(counting(1), { batch: 2, length: 2 })).toThrow(
      'fitBatch: tokens must be at least two, got 1.',
    );
    expect(() => fitBatch(counting(9), { batch: 0, length: 2 })).toThrow(OptionError);
    expect(() => fitBatch(counting(9), { batch: 1, length: 2, keep: true } as never)).toThrow(/unknown option 'keep'/);
  });
});
