/** `recurra train --task dialogue`: HRED and VHRED on a JSON array of utterances a line. */

import { Dialogues } from '../data/dialogues.js';
import type { DialogueBatch, DialoguesOptions } from '../data/dialogues.js';
import type { Level } from '../data/tokenizer.js';
import { DataError } from '../errors.js';
import { HRED } from '../models/hred.js';
import type { HredOptions } from '../models/hred-options.js';
import type { FitData } from '../train/fit.js';
import { readText } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { path, real, whole } from './options.js';
import { exampleTerms } from './terms.js';

/** What is learnt from, and what validates. */
type DialogueData = FitData<DialogueBatch> & { readonly train: Dialogues; readonly valid?: Dialogues | undefined };

/** The words that are kept unless --vocab-size says otherwise, as for texts. */
const WORDS = 10_000;

/** The kind of run `dialogue`. */
export const DIALOGUE: Kind<HRED, DialogueBatch, DialogueData> = {
  name: 'dialogue',
  summary: 'answers in a dialogue, each utterance given those before it (HRED, with --latent VHRED)',
  noun: 'dialogues',
  model: HRED,
  source: ['--dialogues <file>', 'dialogues, a JSON array of utterances a line', path('--dialogues')],
  options: [
    ['--context-size <n>', 'size of the state of the context network (128)', whole('--context-size', 1)],
    ['--flat', 'no context: the decoder knows the utterance before alone, in a model of the same size'],
    ['--bidirectional', 'read utterances from both ends'],
    ['--latent <n>', 'size of the latent variable (none)', whole('--latent', 1)],
    ['--annealing <n>', 'updates over which the weight of the KL divergence rises to 1 (0)', whole('--annealing', 0)],
    [
      '--word-dropout <p>',
      'share of the words hidden from the decoder while training (0)',
      real('--word-dropout', (p) => p >= 0 && p < 1, 'a number from 0 to below 1'),
    ],
  ],
  paths: [],
  takes: ['cell', 'embedding', 'hidden', 'dropout', 'level', 'locale', 'vocabSize', 'validFraction'],
  recipe: { epochs: 10, batch: 32, lr: 3e-3, schedule: 'cosine' },
  terms: exampleTerms({ unit: 'dialogue', verb: 'chat', perplexity: true, figures: ['nll', 'kl'] }),

  async read(file, { level = 'word', locale, vocabSize, validFraction = 0.1 }) {
    const options = { level, locale, vocabSize: vocabSize ?? (level === 'word' ? WORDS : undefined), name: file };
    const dialogues = Dialogues.fromText(await readText(file), options as DialoguesOptions & { level: Level });
    if (validFraction === 0) return { train: dialogues };
    if (dialogues.count > 1) return dialogues.split(validFraction as number);
    throw new DataError(`${file}: a single dialogue cannot be cut for validation. Give more, or --valid-fraction 0.`);
  },

  create: (engine, { train }, options) => new HRED(engine, { vocabulary: train.vocabulary, ...modelOptions(options) }),

  fitData: (_, data) => data,

  describe({ train, valid }) {
    const [dialogues, utterances, symbols] = [train.count, train.utterances, train.vocabulary.size].map(grouped);
    const validating = valid === undefined ? '' : `, ${grouped(valid.count)} validate`;
    return `${dialogues} dialogues of ${utterances} utterances${validating}, ${symbols} symbols`;
  },

  async evaluation({ vocabulary }, file) {
    return Dialogues.fromText(await readText(file), { vocabulary, name: file });
  },
};

/** `1,234`. */
const grouped = (n: number): string => n.toLocaleString('en-US');

/** The options of the model among those of a run. */
function modelOptions(options: KindArguments): Omit<HredOptions, 'vocabulary'> {
  const { cell, embedding, hidden, dropout, contextSize, bidirectional, latent, annealing, wordDropout } = options;
  const sizes = { embeddingSize: embedding, hiddenSize: hidden, contextSize, latent };
  const rest = { cell, bidirectional, context: options['flat'] !== true, annealing, wordDropout, dropout };
  return { ...sizes, ...rest } as Omit<HredOptions, 'vocabulary'>;
}
