import { describe, expect, it } from 'vitest';
import { OptionError } from '../src/errors.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../src/options.js';
import { thrown } from './thrown.js';

describe('checkSize', () => {
  it('returns a whole number of at least the least', () => {
    expect(checkSize('LSTM', 'hiddenSize', 128)).toBe(128);
    expect(checkSize('LSTM', 'numLayers', 0, 0)).toBe(0);
  });

  it.each([
    [0, '0'],
    [-1, '-1'],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['8', "'8'"],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('refuses %s', (value, written) => {
    const error = thrown(() => checkSize('LSTM', 'hiddenSize', value));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(`LSTM: hiddenSize must be a whole number of at least 1, got ${written}.`);
  });

  it('names another least', () => {
    const error = thrown(() => checkSize('windows', 'length', 1, 2));
    expect(error.message).toBe('windows: length must be a whole number of at least 2, got 1.');
  });
});

describe('checkNumber', () => {
  it('returns what is within, bounds included or not', () => {
    expect(checkNumber('Adam', 'lr', 0.1, { above: 0 })).toBe(0.1);
    expect(checkNumber('Dropout', 'p', 0, { least: 0, below: 1 })).toBe(0);
    expect(checkNumber('Dropout', 'p', 1, { least: 0, most: 1 })).toBe(1);
    expect(checkNumber('op', 'x', -1e9)).toBe(-1e9);
  });

  it('refuses what is outside, and says the bounds', () => {
    const message = (value: unknown, range?: Parameters<typeof checkNumber>[3]): string => {
      const error = thrown(() => checkNumber('Dropout', 'p', value, range));
      expect(error).toBeInstanceOf(OptionError);
      return error.message;
    };
    expect(message(1, { least: 0, below: 1 })).toBe('Dropout: p must be a number at least 0 and below 1, got 1.');
    expect(message(-0.1, { least: 0, most: 1 })).toBe(
      'Dropout: p must be a number at least 0 and at most 1, got -0.1.',
    );
    expect(message(0, { above: 0 })).toBe('Dropout: p must be a number above 0, got 0.');
    expect(message(2, { most: 1 })).toBe('Dropout: p must be a number at most 1, got 2.');
    expect(message('0.5')).toBe("Dropout: p must be a number, got '0.5'.");
    expect(message(NaN)).toBe('Dropout: p must be a number, got NaN.');
    expect(message(NaN, { least: 0 })).toBe('Dropout: p must be a number at least 0, got NaN.');
  });
});

describe('checkKnown and checkChoice', () => {
  it('an unknown option is an error that lists the known ones', () => {
    expect(() => checkKnown('LSTM', { inputSize: 1 }, ['inputSize', 'hiddenSize'])).not.toThrow();
    expect(() => checkKnown('LSTM', {}, ['inputSize'])).not.toThrow();
    const error = thrown(() => checkKnown('LSTM', { inputSize: 1, hidenSize: 2 }, ['inputSize', 'hiddenSize']));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe("LSTM: unknown option 'hidenSize'. Known options: inputSize, hiddenSize.");
  });

  it('a choice is one of the names', () => {
    expect(checkChoice('createEngine', 'kernels', 'simd', ['simd', 'js'])).toBe('simd');
    const error = thrown(() => checkChoice('createEngine', 'kernels', 'gpu', ['simd', 'js']));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe('createEngine: kernels must be one of simd, js, got gpu.');
    expect(() => checkChoice('createEngine', 'kernels', undefined, ['simd'])).toThrow(OptionError);
  });
});

describe('checkFlag', () => {
  it('takes true and false and nothing that only looks like them', () => {
    expect(checkFlag('op', 'bias', false)).toBe(false);
    for (const value of [0, 1, 'no', null, undefined]) {
      expect(thrown(() => checkFlag('op', 'bias', value)).message).toBe(
        `op: bias must be true or false, got ${typeof value === 'string' ? "'no'" : String(value)}.`,
      );
    }
  });
});
