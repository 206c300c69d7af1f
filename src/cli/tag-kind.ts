/** `--task tag`: labelled sentences of a CoNLL file, and a tagger that learns from them. */

import { readConll } from '../data/conll.js';
import type { TaggedSentence } from '../data/conll.js';
import { TagSymbols } from '../data/tag-symbols.js';
import { TaggedExamples } from '../data/tagged-examples.js';
import type { TagBatch } from '../data/tagged-examples.js';
import { OptionError } from '../errors.js';
import type { Cell } from '../models/sizes.js';
import { Tagger, TAGGER_OUTPUTS } from '../models/tagger.js';
import type { TaggerOutput } from '../models/tagger.js';
import { readText } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { oneOf, path, real, whole } from './options.js';
import { exampleTerms } from './terms.js';

/** The part of the file that validates where no other file does. */
const VALID_FRACTION = 0.1;

/** The sentences of one or two files. */
interface TaggedFiles {
  readonly train: readonly TaggedSentence[];
  readonly trainFile: string;
  readonly valid: readonly TaggedSentence[];
  readonly validFile: string;
}

/** The options of a run, by the names the command line gives them. */
interface TaggingArguments {
  readonly valid?: string;
  readonly validFraction?: number;
  readonly wordColumn?: number;
  readonly labelColumn?: number;
  readonly minCount?: number;
  readonly keepCase?: boolean;
  readonly characters?: number;
  readonly unknownRate?: number;
  readonly oneDirection?: boolean;
  readonly output?: TaggerOutput;
  readonly cell?: Cell;
  readonly embedding?: number;
  readonly hidden?: number;
  readonly layers?: number;
  readonly dropout?: number;
}

/** Learns to label the words of sentences. */
export const TAG: Kind<Tagger, TagBatch, TaggedFiles> = {
  name: 'tag',
  summary: 'labels for the words of sentences, from a CoNLL file: parts of speech, names',
  noun: 'labelled sentences',
  model: Tagger,
  source: ['--conll <file>', 'labelled sentences: a word and its label a line, blank lines between', path('--conll')],
  options: [
    ['--valid <file>', 'what validates, in the same form (the end of the file trained on)', path('--valid')],
    ['--word-column <n>', 'column of the words, from 1; from -1 for the last (1)', whole('--word-column', -999)],
    ['--label-column <n>', 'column of the labels, likewise (-1)', whole('--label-column', -999)],
    ['--min-count <n>', 'words seen less often are unknown (1)', whole('--min-count', 1)],
    ['--keep-case', 'words that differ in their capitals are different words'],
    ['--characters <n>', 'state of each direction over the characters of a word, 0 for none (25)', whole('--characters', 0)], // prettier-ignore
    ['--unknown-rate <p>', 'words and characters taken for unknown in training (0.02)', real('--unknown-rate', (p) => p >= 0 && p < 1, 'a number from 0 to below 1')], // prettier-ignore
    ['--one-direction', 'read sentences from their beginning alone'],
    ['--output <name>', `${TAGGER_OUTPUTS.join(' or ')} (crf)`, oneOf<string>('--output', TAGGER_OUTPUTS)],
  ],
  paths: ['valid'],
  takes: ['cell', 'embedding', 'hidden', 'layers', 'dropout', 'validFraction'],
  recipe: { epochs: 10, batch: 16, lr: 0.005 },
  terms: exampleTerms({ unit: 'sentence', verb: 'tag', right: true, figures: ['accuracy', 'f1'] }),

  async read(file, options) {
    const { valid, validFraction } = options as TaggingArguments;
    if (valid !== undefined && validFraction !== undefined) {
      throw new OptionError(`train: --valid is a file of its own, and --valid-fraction ${validFraction} cuts --conll. Leave one out.`); // prettier-ignore
    }
    const all = await readSentences(file, options);
    if (valid !== undefined) {
      return { train: all, trainFile: file, valid: await readSentences(valid, options), validFile: valid };
    }
    const cut = all.length - Math.floor((validFraction ?? VALID_FRACTION) * all.length);
    return { train: all.slice(0, cut), trainFile: file, valid: all.slice(cut), validFile: file };
  },

  create(engine, { train, trainFile, valid, validFile }, options) {
    const { minCount, keepCase, embedding, hidden, layers, oneDirection, cell, characters, dropout, unknownRate, output } = options as TaggingArguments; // prettier-ignore
    // A label that only the end of the file holds is one all the same; one of another file alone is a mistake.
    const labels = validFile === trainFile ? valid.flatMap((sentence) => sentence.labels) : [];
    const symbols = TagSymbols.fromSentences(train, { minCount, lowercase: keepCase !== true, labels });
    const sizes = { embeddingSize: embedding, hiddenSize: hidden, numLayers: layers };
    const reading = { cell, characters, bidirectional: oneDirection !== true };
    return new Tagger(engine, { symbols, ...sizes, ...reading, dropout, unknownRate, output });
  },

  fitData({ options: { symbols } }, { train, trainFile, valid, validFile }) {
    const validation = valid.length === 0 ? {} : { valid: new TaggedExamples(valid, symbols, validFile) };
    return { train: new TaggedExamples(train, symbols, trainFile), ...validation };
  },

  describe({ train, valid }) {
    const words = train.reduce((sum, sentence) => sum + sentence.words.length, 0).toLocaleString('en-US');
    const validating = valid.length === 0 ? 'none validate' : `${valid.length.toLocaleString('en-US')} more validate`;
    return `${train.length.toLocaleString('en-US')} sentences of ${words} words; ${validating}`;
  },

  async evaluation({ options: { symbols } }, file, options) {
    return new TaggedExamples(await readSentences(file, options), symbols, file);
  },
};

/** @throws DataError, which names file and line */
async function readSentences(file: string, options: KindArguments): Promise<TaggedSentence[]> {
  const { wordColumn, labelColumn } = options as TaggingArguments;
  return readConll(await readText(file), { file, wordColumn, labelColumn });
}
