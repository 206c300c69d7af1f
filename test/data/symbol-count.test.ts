/** How much of other texts the vocabulary of one knows, whatever form its examples have. */

import { expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { Dialogues } from '../../src/data/dialogues.js';
import { Pairs } from '../../src/data/pairs.js';
import { Sequences } from '../../src/data/ragged.js';
import { Sentences } from '../../src/data/sentences.js';
import { TagSymbols } from '../../src/data/tag-symbols.js';
import { TaggedExamples } from '../../src/data/tagged-examples.js';
import { Vocabulary } from '../../src/data/vocabulary.js';

const vocabulary = Vocabulary.fromText('a b c', { level: 'word' });

test('sentences, those that hold nothing known too', () => {
  const corpus = Corpus.fromText('a x b\ny\n', { vocabulary });
  expect(new Sentences(corpus).symbolCount()).toEqual({ symbols: 4, unknown: 2 });
});

test('lines, and nothing of sequences of values', () => {
  const { sequences } = Sequences.fromLines('a x\nc c c\n', { vocabulary });
  expect(sequences.symbolCount()).toEqual({ symbols: 5, unknown: 1 });
  expect(new Sequences([Float32Array.of(1, 2)]).symbolCount()).toBeUndefined();
});

test('both sides of pairs', () => {
  const pairs = Pairs.fromPairs([['a x', 'y b z']], { vocabularies: { source: vocabulary, target: vocabulary } });
  expect(pairs.symbolCount()).toEqual({ symbols: 5, unknown: 3 });
});

test('dialogues', () => {
  const dialogues = Dialogues.fromUtterances(
    [
      ['a b', 'x'],
      ['c', 'a'],
    ],
    { vocabulary },
  );
  expect(dialogues.symbolCount()).toEqual({ symbols: 5, unknown: 1 });
});

test('words of labelled sentences', () => {
  const symbols = TagSymbols.fromSentences([{ words: ['a', 'b'], labels: ['X', 'X'] }]);
  const other = new TaggedExamples([{ words: ['A', 'z', 'b'], labels: ['X', 'X', 'X'] }], symbols);
  expect(other.symbolCount()).toEqual({ symbols: 3, unknown: 1 });
});
