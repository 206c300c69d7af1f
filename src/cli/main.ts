#!/usr/bin/env node
/** The command line: options and their bounds, and what each command runs. */

import { Command, CommanderError } from 'commander';
import { TASK_NAMES } from '../data/tasks/list.js';
import { LEVELS } from '../data/tokenizer.js';
import { MOST_THREADS, TIERS } from '../kernels/select.js';
import { CELLS } from '../models/language-model.js';
import { STOPS } from '../models/generate.js';
import { MAX_SEED } from '../options.js';
import { SCHEDULES } from '../optim/schedule.js';
import { OPTIMIZERS } from '../train/settings.js';
import { benchCommand } from './bench.js';
import type { BenchArguments } from './bench.js';
import { chatCommand } from './chat.js';
import type { ChatArguments } from './chat.js';
import { evaluateCommand } from './evaluate.js';
import type { EvaluateArguments } from './evaluate.js';
import { describe, EXIT, exitCode } from './exit.js';
import { fillCommand } from './fill.js';
import type { FillArguments } from './fill.js';
import { classifyCommand } from './classify.js';
import type { ClassifyCommandArguments } from './classify.js';
import { forecastCommand } from './forecast.js';
import type { ForecastCommandArguments } from './forecast.js';
import { generateCommand } from './generate.js';
import type { GenerateArguments } from './generate.js';
import { infoCommand, packageVersion } from './info.js';
import type { InfoArguments } from './info.js';
import { inspectCommand } from './inspect.js';
import type { InspectArguments } from './inspect.js';
import type { TrainArguments } from './job.js';
import { summaryCommand } from './summary.js';
import type { SummaryArguments } from './summary.js';
import type { KindOption } from './kind.js';
import { distinct, KINDS } from './kinds.js';
import { anyText, oneOf, path, real, whole, wholeOrAuto } from './options.js';
import type { Reader } from './options.js';
import { SPLITS, tagCommand } from './tag.js';
import type { TagArguments } from './tag.js';
import { reconstructCommand, sampleCommand } from './reconstruct.js';
import type { ReconstructArguments, SampleArguments } from './reconstruct.js';
import { trainCommand } from './train.js';
import { translateCommand } from './translate.js';
import type { TranslateArguments } from './translate.js';
import { addWordCommands } from './word-commands.js';

const positive = (option: string): Reader<number> => real(option, (value) => value > 0, 'a number above 0');
const fraction = (option: string): Reader<number> =>
  real(option, (value) => value >= 0 && value < 1, 'a number from 0 to below 1');

/** The same in each command that has it. */
const THREADS: [flags: string, description: string, reader: Reader<number | 'auto'>] = [
  '--threads <n>',
  'threads, or auto for the cores there are; results are the same (1)',
  wholeOrAuto('--threads', MOST_THREADS),
];

const REVECTORIZE: [flags: string, description: string] = [
  '--revectorize',
  'experimental: join pairs of vectors, on Node 24 or later on x64',
];

function build(run: (code: Promise<number>) => Promise<void>): Command {
  const program = new Command('recurra')
    .description('Train and run recurrent neural networks on the CPU.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 usage, 3 data or checkpoint, 4 diverged, 5 memory, 130 interrupted.\n' +
        'Examples:\n  recurra train --text book.txt --out run/\n  recurra generate run/ --prompt "ROMEO:" --length 200',
    );
  addTrain(program, run);
  addWordCommands(program, run);
  const evaluation = program
    .command('evaluate <dir>')
    .description('loss, perplexity and bits per character of a text; or how well a task is done')
    .option('--text <file>', 'text to evaluate, UTF-8', path('--text'))
    .option('--length <n>', 'length of the task (as in training)', whole('--length', 1))
    .option('--test <n>', 'sequences of the task that test (1000)', whole('--test', 1))
    .option('--exhaustive', 'all inputs of the task there are')
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object');
  addOptions(evaluation, distinct(KINDS.map(({ source }) => source)));
  evaluation.action((dir: string, options: EvaluateArguments) => run(evaluateCommand(dir, options)));
  program
    .command('generate <dir>')
    .description('text from a model')
    .option('--prompt <text>', 'what to continue', anyText('--prompt'))
    .option('--length <n>', 'tokens to generate (200)', whole('--length', 1))
    .option(
      '--temperature <x>',
      'below 1 bolder, above 1 more even, 0 the most likely (1)',
      real('--temperature', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
    .option('--top-k <k>', 'take only from the k most likely (all)', whole('--top-k', 1))
    .option(
      '--top-p <p>',
      'take only from the fewest most likely that come to p (1)',
      real('--top-p', (p) => p > 0 && p <= 1, 'a number above 0 and at most 1'),
    )
    .option(
      '--repetition-penalty <x>',
      'makes tokens that there are already less likely, 1.2 is usual (1)',
      real('--repetition-penalty', (x) => x >= 1, 'a number of at least 1'),
    )
    .option('--stop <where>', 'length, or sentence to end where one ends (length)', oneOf('--stop', STOPS))
    .option('--seed <n>', 'seed of the sampling (1)', whole('--seed', 0, MAX_SEED))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: GenerateArguments) => run(generateCommand(dir, options)));
  program
    .command('fill <dir> <text>')
    .description('the likeliest words for the blanks of a sentence, ___ or [MASK]')
    .option('--top <k>', 'words for each blank (5)', whole('--top', 1))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object')
    .action((dir: string, text: string, options: FillArguments) => run(fillCommand(dir, text, options)));
  program
    .command('chat <dir>')
    .description('a dialogue with a model: a line in, its answer out; an empty line begins anew')
    .option('--length <n>', 'most tokens of an answer (50)', whole('--length', 1))
    .option(
      '--temperature <x>',
      'below 1 bolder, above 1 more even, 0 the most likely (0)',
      real('--temperature', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
    .option('--top-k <k>', 'take only from the k most likely (all)', whole('--top-k', 1))
    .option('--seed <n>', 'seed of the sampling (1)', whole('--seed', 0, MAX_SEED))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ChatArguments) => run(chatCommand(dir, options)));
  program
    .command('translate <dir> [text...]')
    .description('the target of each text, or of each line of stdin, from a model of pairs')
    .option('--beam <n>', 'search with so many beginnings at a time (the likeliest token each)', whole('--beam', 1))
    .option(
      '--length-penalty <x>',
      'alpha of the score: above 0 longer targets are not at a loss (0.6)',
      real('--length-penalty', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
    .option('--length <n>', 'the most tokens of a target (twice those of the source, and 10)', whole('--length', 1))
    .option(
      '--temperature <x>',
      'draw: below 1 bolder, above 1 more even (not drawn)',
      real('--temperature', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
    .option('--top-k <k>', 'draw only from the k most likely (all)', whole('--top-k', 1))
    .option('--seed <n>', 'seed of what is drawn (1)', whole('--seed', 0, MAX_SEED))
    .option('--attention <file>', 'write what the one text was attended to as a picture', path('--attention'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object a text')
    .action((dir: string, texts: string[], options: TranslateArguments) => run(translateCommand(dir, texts, options)));
  program
    .command('forecast <dir>')
    .description('what follows a time series, as CSV')
    .option('--csv <file>', 'CSV file of what is known (the one it was trained on)', path('--csv'))
    .option('--steps <n>', 'steps to forecast (the horizon of the model)', whole('--steps', 1))
    .option('--future <file>', 'CSV file of the inputs that are known ahead', path('--future'))
    .option('--time <column>', 'column of times that go on (steps are counted)', anyText('--time'))
    .option('--svg <file>', 'write history and forecast as a picture', path('--svg'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ForecastCommandArguments) => run(forecastCommand(dir, options)));
  program
    .command('classify <dir>')
    .description('labels of sequences, as CSV')
    .requiredOption('--csv <file>', 'CSV file of sequences, a row a step', path('--csv'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ClassifyCommandArguments) => run(classifyCommand(dir, options)));
  program
    .command('inspect <dir>')
    .description('why a model learns or forgets: recurrent weights, gates, gradients back in time')
    .requiredOption('--text <file>', 'text to run it on, UTF-8', path('--text'))
    .option('--window <n>', 'steps to look back (those it was trained on)', whole('--window', 1))
    .option('--svg <file>', 'write the gradients as a picture', path('--svg'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object')
    .action((dir: string, options: InspectArguments) => run(inspectCommand(dir, options)));
  program
    .command('tag <dir>')
    .description('a label for each word of a text, a sentence a line: word, tab, label')
    .option('--text <file>', 'text to label, UTF-8 (what comes on stdin)', path('--text'))
    .option('--split <how>', 'blanks: words are what stands between them; or words (blanks)', oneOf('--split', SPLITS))
    .option('--locale <locale>', 'language of --split words, such as ja (en)', anyText('--locale'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: TagArguments) => run(tagCommand(dir, options)));
  program
    .command('summary <dir>')
    .description('the weights of a model by name, and what a step of its training costs')
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object')
    .action((dir: string, options: SummaryArguments) => run(summaryCommand(dir, options)));
  program
    .command('reconstruct <dir>')
    .description('what an autoencoder makes of pictures or of lines of text')
    .option('--idx <file>', 'pictures, an IDX file', path('--idx'))
    .option('--text <file>', 'lines of text, UTF-8', path('--text'))
    .option('--count <n>', 'how many, the first ones (20 pictures, all lines)', whole('--count', 1))
    .option('--png <file>', 'write pictures above their reconstructions', path('--png'))
    .option('--svg <file>', 'the same as SVG', path('--svg'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ReconstructArguments) => run(reconstructCommand(dir, options)));
  program
    .command('sample <dir>')
    .description('pictures or lines of text that a variational autoencoder makes up')
    .option('--count <n>', 'how many (64 pictures, 10 lines)', whole('--count', 1))
    .option('--png <file>', 'write pictures', path('--png'))
    .option('--svg <file>', 'the same as SVG', path('--svg'))
    .option('--width <n>', 'pixels from left to right of a picture (it is square)', whole('--width', 1))
    .option(
      '--temperature <x>',
      'of text: 1 as likely as the model says, 0 the most likely (0)',
      real('--temperature', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
    .option('--length <n>', 'of text: most symbols of a line (100)', whole('--length', 1))
    .option('--seed <n>', 'seed of what is drawn (1)', whole('--seed', 0, MAX_SEED))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: SampleArguments) => run(sampleCommand(dir, options)));
  program
    .command('info')
    .description('kernels chosen and why, cores, memory limit, versions')
    .option('--json', 'print one JSON object')
    .action((options: InfoArguments) => run(infoCommand(options)));
  program
    .command('bench')
    .description('how fast products and training steps are here')
    .option('--shapes <file>', 'training steps to time, as JSON (eight of the usual)', path('--shapes'))
    .option('--shape <name>', 'time this training step alone, and no products', anyText('--shape'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--kernels <tier>', 'auto, relaxed, simd or js (auto)', oneOf('--kernels', ['auto', ...TIERS]))
    .option('--json', 'print one JSON object a row')
    .action((options: BenchArguments) => run(benchCommand(options)));
  return program;
}

/** Commander's message in one line that ends with what to do. */
function oneLine(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  return `recurra: ${message}. Add --help for what there is.\n`;
}

/** Adds options that some kinds of runs have, but for those that the command has already. */
function addOptions(command: Command, options: readonly KindOption[]): void {
  const known = new Set(command.options.map(({ long }) => long));
  for (const [flags, description, reader] of options) {
    if (known.has(/--[a-z0-9-]+/.exec(flags)![0])) continue;
    if (reader === undefined) command.option(flags, description);
    else command.option(flags, description, reader as Reader<unknown>);
  }
}

function addTrain(program: Command, run: (code: Promise<number>) => Promise<void>): void {
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
      real('--clip-norm', (x) => x >= 0, 'a number of at least 0'),
    ) // prettier-ignore
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

/** A reader that has gone, as in `| head`, ends the process quietly, as it does for other commands. */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.readerGone);
    throw error;
  });
}

async function main(): Promise<void> {
  [process.stdout, process.stderr].forEach(endWithReader);
  try {
    const program = build(async (code) => {
      process.exitCode = await code;
    });
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed it; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    process.stderr.write(describe(error));
    process.exitCode = exitCode(error);
  }
}

void main();
