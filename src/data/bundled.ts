/** The built-in corpora: English, Japanese or both, generated from grammars, so that the best perplexity is known. */

import { Random } from '../random.js';
import { checkChoice, checkKnown, checkSeed, checkSize } from '../options.js';
import { Corpus } from './corpus.js';
import { ENGLISH } from './english.js';
import { type EntropyRate, Grammar } from './grammar.js';
import { JAPANESE } from './japanese.js';
import { Vocabulary } from './vocabulary.js';

/** A language of the built-in corpora; in 'both', each sentence is in one of the two. */
export type BundledLanguage = 'en' | 'ja' | 'both';

/** The languages, for checks and help texts. */
export const BUNDLED_LANGUAGES: readonly BundledLanguage[] = ['en', 'ja', 'both'];

/** What to generate. */
export interface BundledOptions {
  readonly language: BundledLanguage;
  /** How many sentences, of about 11 tokens each. */
  readonly sentences: number;
  /** From 0 to 2^32 - 1; the same seed gives the same corpus everywhere. */
  readonly seed: number;
}

/** A generated corpus of level 'word', the grammar behind it, and the grammar's exact entropy rate. */
export interface Bundled {
  readonly corpus: Corpus;
  readonly grammar: Grammar;
  readonly entropy: EntropyRate;
}

/**
 * The grammar of a built-in corpus.
 * @throws OptionError for an unknown language.
 */
export function bundledGrammar(language: BundledLanguage): Grammar {
  checkChoice('bundledGrammar', 'language', language, BUNDLED_LANGUAGES);
  if (language === 'en') return new Grammar('english', ENGLISH);
  if (language === 'ja') return new Grammar('japanese', JAPANESE);
  const either = { either: [[0.5, '<english>'] as const, [0.5, '<japanese>'] as const] };
  return new Grammar('either', { ...either, ...ENGLISH, ...JAPANESE });
}

/**
 * Generates a built-in corpus. Its words are those of the grammar, never split again. The vocabulary holds every
 * word of the grammar, so it is the same for every seed and length.
 * @throws OptionError for an option that is unknown or out of range.
 */
export function bundledCorpus(options: BundledOptions): Bundled {
  checkKnown('bundledCorpus', options, ['language', 'sentences', 'seed']);
  const { language } = options;
  const count = checkSize('bundledCorpus', 'sentences', options.sentences);
  const random = new Random(checkSeed('bundledCorpus', options.seed));
  const grammar = bundledGrammar(language);
  const locale = language === 'ja' ? 'ja' : 'en';
  const vocabulary = Vocabulary.fromSentences([grammar.terminals], { locale });
  const sentences = Array.from({ length: count }, () => grammar.sentence(random));
  const corpus = Corpus.fromSentences(sentences, { vocabulary });
  return { corpus, grammar, entropy: grammar.entropyRate() };
}
