/** `--task mask`: a masked language model on the sentences of a text. */

import type { Corpus } from '../data/corpus.js';
import { Sentences } from '../data/sentences.js';
import type { SentenceBatch } from '../data/sentences.js';
import type { Level } from '../data/tokenizer.js';
import { RESERVED } from '../data/vocabulary.js';
import { OptionError } from '../errors.js';
import { MaskedLanguageModel } from '../models/masked-language-model.js';
import type { MaskedLanguageModelOptions } from '../models/masked-language-model.js';
import { inFile, readCorpus } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { path, real, whole } from './options.js';
import { exampleTerms } from './terms.js';

/** What a text gives. */
interface Data {
  readonly corpus: Corpus;
  readonly train: Sentences;
  readonly valid: Sentences | undefined;
}

/** Words kept where --vocab-size is not given. */
const WORDS = 10_000;

const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** Hide, predict, fill in. */
export const MASK: Kind<MaskedLanguageModel, SentenceBatch, Data> = {
  name: 'mask',
  summary: 'tokens of a text that are hidden, from what stands on both sides; recurra fill fills in blanks',
  noun: 'sentences',
  model: MaskedLanguageModel,
  source: ['--text <file>', 'text to train on, UTF-8', path('--text')],
  options: [
    [
      '--hide <p>',
      'share of the tokens that are hidden, of mask (0.15)',
      real('--hide', (p) => p > 0 && p <= 1, 'a number above 0 and at most 1'),
    ],
    [
      '--mask <p>',
      'share of those that [MASK] takes the place of (0.8)',
      real('--mask', isShare, 'a number from 0 to 1'),
    ],
    [
      '--random <p>',
      'share of those that any other token does (0.1)',
      real('--random', isShare, 'a number from 0 to 1'),
    ],
    ['--max-length <n>', 'tokens of a sentence, of mask; a longer one is cut (128)', whole('--max-length', 1)],
    ['--one-way', 'read from the left alone, of mask, for comparison'],
  ],
  paths: [],
  takes: ['level', 'locale', 'vocabSize', 'cell', 'embedding', 'hidden', 'layers', 'dropout', 'validFraction', 'seed'],
  recipe: { epochs: 10, batch: 32 },
  terms: exampleTerms({ unit: 'sentence', verb: 'fill', perplexity: true, figures: ['accuracy'] }),

  async read(file: string, options: KindArguments): Promise<Data> {
    const {
      level = 'word',
      locale,
      vocabSize,
      validFraction = 0.1,
    } = options as {
      level?: Level;
      locale?: string;
      vocabSize?: number;
      validFraction?: number;
    };
    if (level === 'char' && locale !== undefined) {
      throw new OptionError('train: --locale splits words, and --level is char. Leave one of them out.');
    }
    const size = vocabSize ?? (level === 'word' ? WORDS : undefined);
    const corpus = await readCorpus(file, { level, locale, vocabSize: size });
    const of = (part: Corpus): Sentences => new Sentences(part, sentenceOptions(options));
    return inFile(file, () => {
      if (validFraction === 0) return { corpus, train: of(corpus), valid: undefined };
      const { train, valid } = corpus.split(validFraction);
      return { corpus, train: of(train), valid: of(valid) };
    });
  },

  create: (engine, { corpus }, options) => new MaskedLanguageModel(engine, modelOptions(corpus, options)),

  fitData: (_model, { train, valid }) => ({ train, valid }),

  describe({ corpus, train }) {
    const counted = (n: number): string => n.toLocaleString('en-US');
    const symbols = corpus.vocabulary.level === 'char' ? 'characters' : 'words';
    const different = `${counted(corpus.vocabSize - RESERVED.length)} different ${symbols}`;
    return `${counted(train.count)} sentences, ${counted(corpus.tokens.length)} tokens, ${different}`;
  },

  figures: (model, batches) => ({ pseudoPerplexity: model.pseudoPerplexity(batches) }),

  async evaluation({ vocabulary }, file, options) {
    const corpus = await readCorpus(file, { vocabulary });
    return inFile(file, () => new Sentences(corpus, sentenceOptions(options)));
  },
};

function sentenceOptions({ maxLength }: KindArguments): { maxLength?: number } {
  return maxLength === undefined ? {} : { maxLength: maxLength as number };
}

function modelOptions({ vocabulary }: Corpus, given: KindArguments): MaskedLanguageModelOptions {
  const { cell, embedding, hidden, layers, dropout, hide, mask, random, seed, oneWay = false } = given;
  return {
    vocabulary,
    cell,
    embeddingSize: embedding,
    hiddenSize: hidden,
    numLayers: layers,
    dropout,
    hide,
    mask,
    random,
    seed,
    bidirectional: oneWay !== true,
  } as MaskedLanguageModelOptions;
}
