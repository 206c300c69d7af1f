/** `recurra train --task sequence-vae`: a recurrent autoencoder of the lines of a text. */

import { Sequences } from '../data/ragged.js';
import type { RaggedBatch } from '../data/ragged.js';
import type { Level } from '../data/tokenizer.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { SequenceAutoencoder } from '../models/sequence-autoencoder.js';
import type { Cell } from '../models/sizes.js';
import { inFile, readText } from './files.js';
import type { Kind } from './kind.js';
import { path, real } from './options.js';
import { exampleTerms } from './terms.js';
import { CODE_OPTIONS, codeOptions } from './vae-kind.js';

/** The lines of a file, and how they are cut. */
interface Lines {
  readonly vocabulary: Vocabulary;
  readonly train: Sequences;
  readonly valid: Sequences | undefined;
}

const DEFAULTS = { code: 16, validFraction: 0.1 };

/** Most symbols of words, unless said otherwise. */
const MOST_WORDS = 10_000;

/** Lines of a text through a code and back. */
export const SEQUENCE_VAE_KIND: Kind<SequenceAutoencoder, RaggedBatch, Lines> = {
  name: 'sequence-vae',
  summary: 'lines of a text through a code and back: a recurrent variational autoencoder',
  noun: 'lines',
  model: SequenceAutoencoder,
  source: ['--text <file>', 'text, a sequence a line, UTF-8', path('--text')],
  options: [
    ...CODE_OPTIONS,
    [
      '--word-dropout <p>',
      'how often the decoder is not shown the symbol before (0)',
      real('--word-dropout', (p) => p >= 0 && p <= 1, 'a number from 0 to 1'),
    ],
  ],
  paths: [],
  takes: ['cell', 'embedding', 'hidden', 'layers', 'dropout', 'level', 'locale', 'vocabSize', 'validFraction'],
  recipe: { epochs: 10, batch: 32, optimizer: 'adam', lr: 2e-3 },
  terms: exampleTerms({
    unit: 'line',
    verb: 'reconstruct',
    right: true,
    figures: ['reconstruction', 'kl', 'perplexity'],
  }),

  async read(file, options) {
    const {
      level = 'char',
      locale,
      vocabSize,
      validFraction,
    } = { ...DEFAULTS, ...options } as {
      level?: Level;
      locale?: string;
      vocabSize?: number;
      validFraction: number;
    };
    const size = vocabSize ?? (level === 'word' ? MOST_WORDS : undefined);
    const text = await readText(file);
    return inFile(file, () => {
      const { sequences, vocabulary } = Sequences.fromLines(text, { level, locale, vocabSize: size });
      if (validFraction === 0) return { vocabulary, train: sequences, valid: undefined };
      const { train, held } = sequences.split(validFraction);
      return { vocabulary, train, valid: held };
    });
  },

  create(engine, { vocabulary }, options) {
    const given = { ...DEFAULTS, ...options } as Readonly<Record<string, number | string | boolean>>;
    const { cell, embedding, hidden, layers, dropout, wordDropout } = given as Readonly<Record<string, number>>;
    return new SequenceAutoencoder(engine, {
      vocabulary,
      cell: cell as unknown as Cell | undefined,
      embeddingSize: embedding,
      hiddenSize: hidden,
      numLayers: layers,
      dropout,
      wordDropout,
      ...(codeOptions(given) as { codeSize: number }),
    });
  },

  fitData: (_, { train, valid }) => ({ train, valid }),

  describe({ train, valid, vocabulary }) {
    const held = valid === undefined ? '' : `, ${valid.count.toLocaleString('en-US')} to validate`;
    return `${train.count.toLocaleString('en-US')} lines of ${vocabulary.size.toLocaleString('en-US')} symbols${held}`;
  },

  async evaluation(model, file) {
    const text = await readText(file);
    const vocabulary = model.options.vocabulary!;
    return inFile(file, () => Sequences.fromLines(text, { vocabulary }).sequences);
  },
};
