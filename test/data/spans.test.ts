/** Spans and their counts, by conlleval's definition. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areSpanLabels, SpanCounts, spansOf } from '../../src/data/spans.js';

/** `type start-end`, blanks between. */
function shown(labels: string): string {
  return spansOf(labels.split(' ')).map(({ type, start, end }) => `${type} ${start}-${end}`).join(', '); // prettier-ignore
}

describe('spans', () => {
  test.each([
    ['O O', ''],
    ['B-A I-A O B-B', 'A 0-2, B 3-4'],
    ['B-A B-A I-A', 'A 0-1, A 1-3'],
    ['I-A I-A O I-B', 'A 0-2, B 3-4'], // IOB1
    ['I-A I-B', 'A 0-1, B 1-2'],
    ['B-A I-B', 'A 0-1, B 1-2'],
    ['B-A E-A S-B O', 'A 0-2, B 2-3'], // IOBES
    ['B-A I-A E-A I-A', 'A 0-3, A 3-4'],
    ['S-A I-A', 'A 0-1, A 1-2'],
    ['E-A E-A', 'A 0-1, A 1-2'],
    ['B-A I-A', 'A 0-2'], // up to the end of the sentence
    ['B I O', ' 0-2'], // without types
    ['B-A-x I-A-x', 'A-x 0-2'],
    ['NN B-A VB', 'A 1-2'],
  ])('%s: %s', (labels, spans) => {
    expect(shown(labels)).toBe(spans);
  });

  test('IOB2 and IOBES of any spans give them back', () => {
    const piece = fc.tuple(fc.constantFrom('', 'A', 'B'), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
        const [iob2, iobes]: [string[], string[]] = [[], []];
        const expected: { type: string; start: number; end: number }[] = [];
        for (const [type, length] of pieces) {
          if (type !== '') expected.push({ type, start: iob2.length, end: iob2.length + length });
          for (let i = 0; i < length; i++) {
            const last = i === length - 1;
            const place = i === 0 ? (last ? 'S' : 'B') : last ? 'E' : 'I';
            iob2.push(type === '' ? 'O' : `${i === 0 ? 'B' : 'I'}-${type}`);
            iobes.push(type === '' ? 'O' : `${place}-${type}`);
          }
        }
        expect(spansOf(iob2)).toEqual(expected);
        expect(spansOf(iobes)).toEqual(expected);
      }),
    );
  });

  test.each<[string[], boolean]>([
    [['O', 'B-PER', 'I-PER'], true],
    [['S-X', 'E-X'], true],
    [['O'], false],
    [['NN', 'VB'], false],
    [['B-PER', 'NN'], false],
    [['I', 'O'], false],
    [[], false],
  ])('%j are labels of spans: %s', (labels, are) => {
    expect(areSpanLabels(labels)).toBe(are);
  });
});

describe('counts', () => {
  test('precision, recall and F1', () => {
    const counts = new SpanCounts();
    counts.add(['B-A', 'I-A', 'O', 'B-B'], ['B-A', 'I-A', 'O', 'B-A']); // one of two right
    counts.add(['O', 'B-A', 'O'], ['B-B', 'B-A', 'O']); // one right, one too many
    counts.add(['B-A', 'I-A'], ['B-A', 'O']); // its end is wrong
    expect([counts.right, counts.found, counts.there]).toEqual([2, 5, 4]);
    expect([counts.precision, counts.recall]).toEqual([0.4, 0.5]);
    expect(counts.f1).toBeCloseTo((2 * 0.4 * 0.5) / 0.9, 15);
  });

  test('0 where nothing was found, or nothing is there', () => {
    const counts = new SpanCounts();
    expect([counts.precision, counts.recall, counts.f1]).toEqual([0, 0, 0]);
    counts.add(['B-A'], ['O']);
    expect([counts.precision, counts.recall, counts.f1]).toEqual([0, 0, 0]);
  });
});
