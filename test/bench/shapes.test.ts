/** Shapes: the list that ships, files of the user's own, and every way such a file can be wrong. */

import { expect, test } from 'vitest';
import { parseShapes } from '../../src/bench/shapes-file.js';
import { SHAPES } from '../../src/bench/shapes.js';
import { DataError } from '../../src/errors.js';

const seq = { name: 'a', kind: 'seq', cell: 'gru', B: 2, T: 3, I: 1, H: 4, L: 1 };
const lm = { name: 'b', kind: 'lm', cell: 'lstm', B: 2, T: 3, E: 5, H: 4, L: 2, V: 7 };
const file = (shapes: unknown): string => JSON.stringify({ note: 'for readers', shapes, measured: [1, 2] });

test('there are eight shapes, each of its own name, and they survive being written and read', () => {
  expect(SHAPES).toHaveLength(8);
  expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(8);
  expect(parseShapes(file(SHAPES), 'shapes.json')).toEqual(SHAPES);
});

test('a name says cell, B, T, H and layers', () => {
  for (const { name, cell, B, T, H, L } of SHAPES) {
    if (name.startsWith('adding') || name.startsWith('charlm')) expect(name).toContain(cell);
    expect(name).toContain(`_B${B}_T${T}_H${H}${L > 1 ? `x${L}` : ''}`);
  }
});

test('a file of two shapes', () => {
  expect(parseShapes(file([seq, lm]), 'f')).toEqual([seq, lm]);
});

test.each<[string, string, string]>([
  ['no JSON', '{ "shapes": [', 'f: is not JSON: '],
  ['a list', '[]', "f: must hold an object with a list 'shapes' of at least one, got nothing."],
  ['null', 'null', "f: must hold an object with a list 'shapes' of at least one, got nothing."],
  ['no shapes', '{}', "f: must hold an object with a list 'shapes' of at least one, got nothing."],
  ['an empty list', file([]), "f: must hold an object with a list 'shapes' of at least one, got a list."],
  ['a number', file([seq, 3]), 'f: shapes[1]: must be an object, got 3.'],
  ['a list inside', file([[]]), 'f: shapes[0]: must be an object, got a list.'],
  ['no name', file([{ ...seq, name: '' }]), 'f: shapes[0]: name must be a text that is not empty, got "".'],
  ['two of a name', file([seq, seq]), "f: shapes[1]: name 'a' is taken by an earlier shape. Choose another."],
  ['no kind', file([{ ...seq, kind: undefined }]), 'f: shapes[0] (a): kind must be one of seq, lm, got nothing.'],
  [
    'another cell',
    file([{ ...seq, cell: 'xlstm' }]),
    'shapes[0] (a): cell must be one of lstm, gru, rnn, got "xlstm".',
  ],
  ['zero', file([{ ...seq, B: 0 }]), 'f: shapes[0] (a): B must be a whole number of at least 1, got 0.'],
  ['a text for a size', file([{ ...seq, H: '4' }]), 'shapes[0] (a): H must be a whole number of at least 1, got "4".'],
  ['a fraction', file([{ ...lm, V: 1.5 }]), 'f: shapes[0] (b): V must be a whole number of at least 1, got 1.5.'],
  ['a missing size', file([{ ...seq, I: undefined }]), '(a): I must be a whole number of at least 1, got nothing.'],
  [
    'a field of the other kind',
    file([{ ...seq, V: 7 }]),
    "f: shapes[0] (a): unknown field 'V'. A shape of kind seq has name, kind, cell, B, T, H, L, I.",
  ],
])('%s is refused', (_, text, message) => {
  const parse = (): unknown => parseShapes(text, 'f');
  expect(parse).toThrow(DataError);
  expect(parse).toThrow(message);
});
