/** `recurra train`: its options and their bounds. */

import type { Command } from 'commander';
import { TASK_NAMES } from '../data/tasks/list.js';
import { LEVELS } from '../data/tokenizer.js';
import { TIERS } from '../kernels/select.js';
import { CELLS } from '../models/language-model.js';
import { MAX_SEED } from '../options.js';
import { SCHEDULES } from '../optim/schedule.js';
import { OPTIMIZERS } from '../train/settings.js';
import type { TrainArguments } from './job.js';
import { distinct, KINDS } from './kinds.js';
import { anyText, oneOf, path, whole } from './options.js';
import { trainCommand } from './train.js';
import { addOptions, fraction, notNegative, positive, REVECTORIZE, THREADS } from './shared-options.js';
import type { Run } from './shared-options.js';

/** Adds `train`. */
export function addTrainCommand(program: Command, run: Run): void {
  const train = program
    .command('train')
    .description('train a model on a text or a generated task, or go on with --resume')
    .option('--text <file>', 'text to train on, UTF-8', path('--text'))
    .option(
      '--task <name>',
      'generated task to train on, or what to learn from a file; list shows them',
      oneOf('--task', [...TASK_NAMES, ...KINDS.map(({ name }) => name), 'list']),
    )
    .option('--length <n>', 'length of the task', whole('--length', 1))
    .option('--items <n>', 'symbols to keep, of the task copy', whole('--items', 1))
    .option('--symbols <n>', 'different symbols, of the task copy', whole('--symbols', 1))
    .option('--delay <n>', 'steps until a bit is told again, of the task echo', whole('--delay', 1))
    .option('--test <n>', 'sequences of the task that test at the end (1000)', whole('--test', 1))
    .option('--out <dir>', 'folder of the checkpoint', path('--out'))
    .option('--resume <dir>', 'go on from the checkpoint in this folder', path('--resume'))
    .option('--level <level>', 'char or word (char)', oneOf('--level', LEVELS))
    .option('--locale <locale>', 'language of the words, such as ja (en)', anyText('--locale'))
    .option('--vocab-size <n>', 'most frequent symbols kept (all characters, 10000 words)', whole('--vocab-size', 1))
    .option('--cell <cell>', 'lstm, gru or rnn (lstm; tasks have their own)', oneOf('--cell', CELLS))
    .option('--embedding <n>', 'size of the embedding (64; tasks none)', whole('--embedding', 1))
    .option('--hidden <n>', 'size of the state (128; tasks have their own)', whole('--hidden', 1))
    .option('--layers <n>', 'recurrent layers (1)', whole('--layers', 1))
    .option('--dropout <p>', 'dropout on connections that do not go through time (0)', fraction('--dropout'))
    .option('--vectors <file>', 'what the words begin with: GloVe or word2vec, text or binary', path('--vectors'))
    .option('--freeze-vectors', 'leave them as they are')
    .option('--tied', "the weights of the output are the embedding's, which is then as wide as the state")
    .option('--projection', 'with --tied, a layer before the output, so that the two may differ in width')
    .option(
      '--sampled <n>',
      'negatives of a sampled softmax that trains in place of the full one',
      whole('--sampled', 1),
    )
    .option(
      '--proposals <name>',
      'how negatives are drawn, log-uniform or unigram (log-uniform)',
      oneOf('--proposals', ['log-uniform', 'unigram']),
    )
    .option(
      '--chrono <n>',
      'most steps that gates begin with a memory of, of tasks (0: none; copy all its steps)',
      whole('--chrono', 0),
    )
    .option(
      '--batch <n>',
      'streams of text, sequences or examples side by side (32; tasks have their own)',
      whole('--batch', 1),
    )
    .option('--window <n>', 'steps of truncated BPTT (64)', whole('--window', 1))
    .option('--epochs <n>', 'passes over the data, in all (4; tasks have a number of updates)', whole('--epochs', 1))
    .option('--steps <n>', 'updates in all, instead of epochs', whole('--steps', 1))
    .option('--optimizer <name>', `${OPTIMIZERS.join(', ')} (adam)`, oneOf('--optimizer', OPTIMIZERS))
    .option('--lr <x>', 'learning rate (0.002; tasks have their own; sgd 0.5, momentum 0.1)', positive('--lr'))
    .option(
      '--schedule <name>',
      `${SCHEDULES.join(', ')} (constant; tasks have their own)`,
      oneOf('--schedule', SCHEDULES),
    )
    .option(
      '--clip-norm <x>',
      "most the gradient's norm may be, 0 for no limit (5; tasks 1)",
      notNegative('--clip-norm'),
    )
    .option('--clip-value <x>', 'most any element of the gradient may be (no limit)', positive('--clip-value'))
    .option('--valid-fraction <p>', 'end of the text that validates, 0 for none (0.1)', fraction('--valid-fraction'))
    .option(
      '--patience <n>',
      'stop after so many epochs without a better validation, 0 for never (0)',
      whole('--patience', 0),
    )
    .option('--seed <n>', 'seed of weights and dropout (1)', whole('--seed', 0, MAX_SEED))
    .option('--kernels <tier>', 'auto, relaxed, simd or js (auto)', oneOf('--kernels', ['auto', ...TIERS]))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--log <file>', 'append a CSV line an epoch', path('--log'))
    .option('--json', 'print one JSON object an epoch');
  addOptions(train, distinct(KINDS.flatMap(({ source, options }) => [source, ...options])));
  train.action((options: TrainArguments) => run(trainCommand(options)));
}
