/** Neighbouring parameters become one range, others do not; gaps of alignment belong to the parameter before them. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError } from '../../src/errors.js';
import { rangesOf } from '../../src/optim/ranges.js';
import { everywhere } from '../engine/settings.js';
import { fourParameters } from './weights.js';

test.each(everywhere)('ranges: $name', async ({ options, name }) => {
  const [a, b, c, d] = fourParameters(await createEngine(options));
  const width = name === 'float64' ? 8 : 4;
  const padded = (size: number) => (Math.ceil((size * width) / 64) * 64) / width;
  const range = (parameter: { offset: number }, ...sizes: number[]) => ({
    offset: parameter.offset,
    floats: sizes.reduce((sum, size) => sum + padded(size), 0),
  });
  expect(rangesOf('t', [a, b, c, d])).toEqual([range(a, 15, 16, 42, 1)]);
  expect(rangesOf('t', [d, b, a, c])).toEqual([range(a, 15, 16, 42, 1)]);
  expect(rangesOf('t', [c, a])).toEqual([range(a, 15), range(c, 42)]);
  expect(rangesOf('t', [a, d, c])).toEqual([range(a, 15), range(c, 42, 1)]);
  expect(rangesOf('t', [b])).toEqual([range(b, 16)]);
  expect(() => rangesOf('t', [b, c, b])).toThrow(new OptionError('t: b is in the list twice.'));
});
