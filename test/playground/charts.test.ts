import { describe, expect, it } from 'vitest';
import { colourOf, NEGATIVE, POSITIVE, tint } from '../../playground/src/charts/colours.js';
import { Curves } from '../../playground/src/charts/curves.js';
import { summarise, unitValues, visible } from '../../playground/src/network/matrix.js';

describe('curves', () => {
  it('share rows where they share x, and stay in order', () => {
    const curves = new Curves(2);
    curves.add(2, [20]);
    curves.add(1, [undefined, 11]);
    curves.add(2, [undefined, 22]);
    curves.add(3, [NaN, 33]);
    expect(curves.columns).toEqual([
      [1, 2, 3],
      [null, 20, null],
      [11, 22, 33],
    ]);
    expect(curves.last()).toEqual([20, 33]);
    curves.clear();
    expect(curves.columns).toEqual([[], [], []]);
    expect(curves.last()).toEqual([undefined, undefined]);
  });

  it('thin out before they are too many, and lose no rare point', () => {
    const curves = new Curves(2, 10);
    for (let x = 0; x <= 10; x++) curves.add(x, [x, x === 5 ? 55 : undefined]);
    expect(curves.columns).toEqual([
      [0, 2, 4, 6, 8, 10],
      [1, 3, 5, 7, 9, 10],
      [null, null, 55, null, null, null],
    ]);
  });
});

describe('colours', () => {
  it('go from blue over the ground to orange', () => {
    expect(colourOf(0, [20, 24, 30])).toEqual([20, 24, 30]);
    expect(colourOf(-1, [255, 255, 255])).toEqual(NEGATIVE);
    expect(colourOf(5, [255, 255, 255])).toEqual(POSITIVE);
    expect(tint(0.5)).toBe(`rgb(${POSITIVE.join(' ')} / 0.25)`);
    expect(tint(-9)).toBe(`rgb(${NEGATIVE.join(' ')} / 0.50)`);
  });
});

describe('what a unit does', () => {
  it('is read by column and put in numbers', () => {
    const activity = { symbols: ['a', 'b', 'c'], size: 2, values: Float32Array.of(0, 1, 0, -1, 0, 3) };
    expect(unitValues(activity, 1)).toEqual([1, -1, 3]);
    expect(summarise([1, -1, 3])).toEqual({ mean: 1, high: 2, low: 1 });
    expect(['\n', ' ', 'x', '\t'].map(visible)).toEqual(['↵', '␣', 'x', '␣']);
  });
});
