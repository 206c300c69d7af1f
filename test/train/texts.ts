/** Small models and texts for the tests of training: sentences of the built-in grammar, at both levels. */

import { Corpus } from '../../src/data/corpus.js';
import { bundledGrammar } from '../../src/data/bundled.js';
import { createEngine } from '../../src/engine.js';
import type { Engine, EngineOptions } from '../../src/engine.js';
import { LanguageModel } from '../../src/models/language-model.js';
import type { LanguageModelOptions } from '../../src/models/language-model.js';
import { Random } from '../../src/random.js';

/** English sentences, one a line; about 48 characters each. */
export function english(sentences: number, seed: number = 1): string {
  const grammar = bundledGrammar('en');
  const random = new Random(seed);
  return Array.from({ length: sentences }, () => `${grammar.sentence(random).join(' ')}\n`).join('');
}

/** The characters of English sentences. */
export function characters(sentences: number, seed?: number): Corpus {
  return Corpus.fromText(english(sentences, seed), { level: 'char' });
}

/** An engine that fills dead memory with NaN. */
export function testEngine(options: EngineOptions = {}): Promise<Engine> {
  return createEngine({ kernels: 'simd', debug: true, ...options });
}

/** A model of a few hundred weights, unless the options make it larger. */
export function smallModel(
  engine: Engine,
  corpus: Corpus,
  options: Omit<LanguageModelOptions, 'vocabulary'> = {},
): LanguageModel {
  return new LanguageModel(engine, { vocabulary: corpus.vocabulary, embeddingSize: 6, hiddenSize: 7, ...options });
}
