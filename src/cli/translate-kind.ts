/** `recurra train --task translate`: pairs of texts from a file of tab-separated values. */

import { Pairs } from '../data/pairs.js';
import type { PairBatch, PairOptions } from '../data/pairs.js';
import { ATTENTIONS } from '../layers/attention.js';
import { SCHEDULES } from '../models/scheduled-sampling.js';
import { Seq2Seq } from '../models/seq2seq.js';
import { BRIDGES, THOUGHTS } from '../models/seq2seq-options.js';
import type { Seq2SeqOptions } from '../models/seq2seq-options.js';
import { readText } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { anyText, oneOf, path, real } from './options.js';
import { exampleTerms } from './terms.js';

/** What it trains and validates on. */
interface PairData {
  readonly train: Pairs;
  readonly valid: Pairs | undefined;
}

/** How many words a vocabulary keeps unless `--vocab-size` says otherwise; characters are all kept. */
const WORDS = 10_000;

/** Learns to write a target for a source. */
export const TRANSLATE: Kind<Seq2Seq, PairBatch, PairData> = {
  name: 'translate',
  summary: 'a target for a source, such as a translation, from pairs of texts',
  noun: 'pairs of texts',
  model: Seq2Seq,
  source: ['--tsv <file>', 'pairs, UTF-8: on each line a source, a tab and a target', path('--tsv')],
  options: [
    [
      '--target-locale <locale>',
      'language of the words of the targets (that of the sources)',
      anyText('--target-locale'),
    ],
    ['--shared', 'one vocabulary for both sides'],
    ['--bidirectional', 'the encoder reads in both directions'],
    ['--reverse-source', 'the encoder reads from the end'],
    ['--bridge <name>', `${BRIDGES.join(', ')} (copy; linear for two directions)`, oneOf<string>('--bridge', BRIDGES)],
    [
      '--thought <name>',
      `${THOUGHTS.join(', ')}: where the decoder meets it (state)`,
      oneOf<string>('--thought', THOUGHTS),
    ],
    [
      '--attention <name>',
      `none, ${ATTENTIONS.join(', ')} (none)`,
      oneOf<string>('--attention', ['none', ...ATTENTIONS]),
    ],
    ['--input-feeding', 'what attention gave goes into the next step'],
    ['--scheduled-sampling <name>', `${SCHEDULES.join(', ')} (none)`, oneOf<string>('--scheduled-sampling', SCHEDULES)],
    [
      '--sampling-steps <n>',
      'k of that schedule, in updates',
      real('--sampling-steps', (x) => x > 0, 'a number above 0'),
    ],
    [
      '--least-forcing <p>',
      'what a linear schedule ends at (0)',
      real('--least-forcing', (x) => x >= 0 && x <= 1, 'a number from 0 to 1'),
    ],
  ],
  paths: [],
  takes: ['level', 'locale', 'vocabSize', 'cell', 'embedding', 'hidden', 'layers', 'dropout', 'validFraction'],
  recipe: { epochs: 20, batch: 64, lr: 0.002 },
  terms: exampleTerms({ unit: 'pair', verb: 'translate', right: true, perplexity: true, figures: ['accuracy'] }),

  async read(file, options) {
    const pairs = Pairs.fromTsv(await readText(file), pairOptions(file, options));
    const fraction = Number(options['validFraction'] ?? 0.1);
    return fraction === 0 ? { train: pairs, valid: undefined } : pairs.split(fraction);
  },

  create: (engine, { train }, options) => new Seq2Seq(engine, { ...train.vocabularies, ...modelOptions(options) }),

  fitData: (_, data) => data,

  describe({ train, valid }) {
    const { source, target } = train.vocabularies;
    const symbols = source === target ? `${source.size} symbols` : `${source.size} and ${target.size} symbols`;
    const checked = valid === undefined ? 'no validation' : `${valid.count} to validate on`;
    return `${train.count} pairs of ${symbols}, ${checked}`;
  },

  evaluation: async ({ vocabularies }, file) => Pairs.fromTsv(await readText(file), { vocabularies, name: file }),
};

/** What decides how pairs are read. */
function pairOptions(name: string, options: KindArguments): PairOptions {
  const { level = 'char', locale, targetLocale, vocabSize, shared } = options as PairOptions;
  return { level, locale, targetLocale, vocabSize: vocabSize ?? (level === 'word' ? WORDS : undefined), shared, name };
}

/** Options of the model that have the same name here. */
const OF_MODEL = [
  'cell',
  'dropout',
  'bidirectional',
  'reverseSource',
  'bridge',
  'thought',
  'attention',
  'inputFeeding',
  'scheduledSampling',
  'samplingSteps',
  'leastForcing',
];

/** What decides the model, in the words of the library. */
function modelOptions(options: KindArguments): Omit<Seq2SeqOptions, 'source' | 'target'> {
  const { embedding, hidden, layers } = options as Readonly<Record<string, number | undefined>>;
  const own = Object.entries(options).filter(([name]) => OF_MODEL.includes(name));
  return { ...Object.fromEntries(own), embeddingSize: embedding, hiddenSize: hidden, numLayers: layers };
}
