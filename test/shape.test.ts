import { describe, expect, it } from 'vitest';
import { OptionError, RecurraError, ShapeError } from '../src/errors.js';
import { Axes, formatShape, sizeOf } from '../src/shape.js';
import type { Shape } from '../src/shape.js';
import { thrown } from './thrown.js';

describe('shapes', () => {
  it('have a size and a form in messages', () => {
    expect([[], [3], [2, 3], [4, 0, 2]].map(sizeOf)).toEqual([1, 3, 6, 0]);
    expect([[], [3], [2, 3]].map((shape) => formatShape(shape))).toEqual(['()', '(3,)', '(2, 3)']);
  });
});

describe('Axes', () => {
  const refusal = (axes: Axes, argument: string, shape: Shape, names: string): string => {
    const error = thrown(() => axes.check(argument, shape, names));
    expect(error).toBeInstanceOf(ShapeError);
    return error.message;
  };

  it('binds letters as it meets them, and accepts what agrees', () => {
    const axes = new Axes('lstm').bind('H', 128, 'hiddenSize');
    axes.check('input', [5, 3, 7], 'T B I').check('weight_ih', [512, 7], '4H I').check('weight_hh', [512, 128], '4H H');
    axes.check('bias_ih', [512], '4H').check('h_0', [1, 3, 128], '1 B H');
  });

  it('names the argument, what it must be, what it is, and where each length comes from', () => {
    const axes = new Axes('lstm').bind('H', 128, 'hiddenSize');
    expect(refusal(axes, 'weight_hh', [512, 64], '4H H')).toBe(
      'lstm: weight_hh must be (4H, H) = (512, 128), got (512, 64). H = 128 comes from hiddenSize.',
    );
  });

  it('says which argument bound a letter, and leaves unbound ones as letters', () => {
    const axes = new Axes('linear').check('input', [5, 3, 7], 'T B I');
    expect(refusal(axes, 'weight', [4, 8], 'O I')).toContain('got (4, 8).');
    expect(refusal(new Axes('linear').check('input', [5, 3, 7], 'T B I'), 'weight', [8], 'O I')).toBe(
      'linear: weight must be (O, I) = (O, 7), got (8,). I = 7 comes from input (T, B, I).',
    );
    expect(refusal(new Axes('linear'), 'weight', [8], 'O I')).toBe('linear: weight must be (O, I), got (8,).');
  });

  it('checks plain numbers', () => {
    expect(refusal(new Axes('op').check('y', [1, 2], '1 N'), 'x', [2, 2], '1 N')).toBe(
      'op: x must be (1, N) = (1, 2), got (2, 2). N = 2 comes from y (1, N).',
    );
  });

  it('a letter that occurs twice must be the same length', () => {
    expect(() => new Axes('op').check('x', [3, 3], 'N N')).not.toThrow();
    expect(refusal(new Axes('op'), 'x', [3, 4], 'N N')).toContain('x must be (N, N), got (3, 4).');
  });

  it('a multiple that does not divide is refused, not bound to a fraction', () => {
    expect(refusal(new Axes('lstm'), 'weight', [10, 3], '4H I')).toBe('lstm: weight must be (4H, I), got (10, 3).');
  });

  it('lengths are whole and not negative; 0 is a length', () => {
    expect(() => new Axes('op').check('x', [0, 2], 'N M')).not.toThrow();
    expect(refusal(new Axes('op'), 'x', [-1], 'N')).toBe('op: x must be (N,), got (-1,).');
    expect(refusal(new Axes('op'), 'x', [1.5], 'N')).toBe('op: x must be (N,), got (1.5,).');
  });
});

describe('errors', () => {
  it('carry their own name and are all recurra errors', () => {
    const error = new ShapeError('x', { cause: 1 });
    expect([error.name, error.message, error.cause]).toEqual(['ShapeError', 'x', 1]);
    expect(error).toBeInstanceOf(RecurraError);
    expect(error).toBeInstanceOf(Error);
    expect(new OptionError('x').name).toBe('OptionError');
  });
});
