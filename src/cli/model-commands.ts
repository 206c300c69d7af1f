/** The commands that use a trained model: their options and bounds. */

import type { Command } from 'commander';
import { STOPS } from '../models/generate.js';
import { MAX_SEED } from '../options.js';
import { chatCommand } from './chat.js';
import type { ChatArguments } from './chat.js';
import { evaluateCommand } from './evaluate.js';
import type { EvaluateArguments } from './evaluate.js';
import { fillCommand } from './fill.js';
import type { FillArguments } from './fill.js';
import { classifyCommand } from './classify.js';
import type { ClassifyCommandArguments } from './classify.js';
import { forecastCommand } from './forecast.js';
import type { ForecastCommandArguments } from './forecast.js';
import { generateCommand } from './generate.js';
import type { GenerateArguments } from './generate.js';
import { inspectCommand } from './inspect.js';
import type { InspectArguments } from './inspect.js';
import { summaryCommand } from './summary.js';
import type { SummaryArguments } from './summary.js';
import { distinct, KINDS } from './kinds.js';
import { anyText, oneOf, path, real, whole } from './options.js';
import { SPLITS, tagCommand } from './tag.js';
import type { TagArguments } from './tag.js';
import { reconstructCommand, sampleCommand } from './reconstruct.js';
import type { ReconstructArguments, SampleArguments } from './reconstruct.js';
import { translateCommand } from './translate.js';
import type { TranslateArguments } from './translate.js';
import { addOptions, notNegative, REVECTORIZE, THREADS } from './shared-options.js';
import type { Run } from './shared-options.js';

/** Adds them. */
export function addModelCommands(program: Command, run: Run): void {
  for (const add of COMMANDS) add(program, run);
}

function addEvaluate(program: Command, run: Run): void {
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
}

function addGenerate(program: Command, run: Run): void {
  program
    .command('generate <dir>')
    .description('text from a model')
    .option('--prompt <text>', 'what to continue', anyText('--prompt'))
    .option('--length <n>', 'tokens to generate (200)', whole('--length', 1))
    .option(
      '--temperature <x>',
      'below 1 bolder, above 1 more even, 0 the most likely (1)',
      notNegative('--temperature'),
    )
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
}

function addFill(program: Command, run: Run): void {
  program
    .command('fill <dir> <text>')
    .description('the likeliest words for the blanks of a sentence, ___ or [MASK]')
    .option('--top <k>', 'words for each blank (5)', whole('--top', 1))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object')
    .action((dir: string, text: string, options: FillArguments) => run(fillCommand(dir, text, options)));
}

function addChat(program: Command, run: Run): void {
  program
    .command('chat <dir>')
    .description('a dialogue with a model: a line in, its answer out; an empty line begins anew')
    .option('--length <n>', 'most tokens of an answer (50)', whole('--length', 1))
    .option(
      '--temperature <x>',
      'below 1 bolder, above 1 more even, 0 the most likely (0)',
      notNegative('--temperature'),
    )
    .option('--top-k <k>', 'take only from the k most likely (all)', whole('--top-k', 1))
    .option('--seed <n>', 'seed of the sampling (1)', whole('--seed', 0, MAX_SEED))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ChatArguments) => run(chatCommand(dir, options)));
}

function addTranslate(program: Command, run: Run): void {
  program
    .command('translate <dir> [text...]')
    .description('the target of each text, or of each line of stdin, from a model of pairs')
    .option('--beam <n>', 'search with so many beginnings at a time (the likeliest token each)', whole('--beam', 1))
    .option(
      '--length-penalty <x>',
      'alpha of the score: above 0 longer targets are not at a loss (0.6)',
      notNegative('--length-penalty'),
    )
    .option('--length <n>', 'the most tokens of a target (twice those of the source, and 10)', whole('--length', 1))
    .option('--temperature <x>', 'draw: below 1 bolder, above 1 more even (not drawn)', notNegative('--temperature'))
    .option('--top-k <k>', 'draw only from the k most likely (all)', whole('--top-k', 1))
    .option('--seed <n>', 'seed of what is drawn (1)', whole('--seed', 0, MAX_SEED))
    .option('--attention <file>', 'write what the one text was attended to as a picture', path('--attention'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object a text')
    .action((dir: string, texts: string[], options: TranslateArguments) => run(translateCommand(dir, texts, options)));
}

function addForecast(program: Command, run: Run): void {
  program
    .command('forecast <dir>')
    .description('what follows a time series, as CSV')
    .option('--csv <file>', 'CSV file of what is known (the one it was trained on)', path('--csv'))
    .option('--steps <n>', 'steps to forecast, at most 1000000 (the horizon of the model)', whole('--steps', 1, 1e6))
    .option('--future <file>', 'CSV file of the inputs that are known ahead', path('--future'))
    .option('--time <column>', 'column of times that go on (steps are counted)', anyText('--time'))
    .option('--svg <file>', 'write history and forecast as a picture', path('--svg'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ForecastCommandArguments) => run(forecastCommand(dir, options)));
}

function addClassify(program: Command, run: Run): void {
  program
    .command('classify <dir>')
    .description('labels of sequences, as CSV')
    .requiredOption('--csv <file>', 'CSV file of sequences, a row a step', path('--csv'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: ClassifyCommandArguments) => run(classifyCommand(dir, options)));
}

function addInspect(program: Command, run: Run): void {
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
}

function addTag(program: Command, run: Run): void {
  program
    .command('tag <dir>')
    .description('a label for each word of a text, a sentence a line: word, tab, label')
    .option('--text <file>', 'text to label, UTF-8 (what comes on stdin)', path('--text'))
    .option('--split <how>', 'blanks: words are what stands between them; or words (blanks)', oneOf('--split', SPLITS))
    .option('--locale <locale>', 'language of --split words, such as ja (en)', anyText('--locale'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: TagArguments) => run(tagCommand(dir, options)));
}

function addSummary(program: Command, run: Run): void {
  program
    .command('summary <dir>')
    .description('the weights of a model by name, and what a step of its training costs')
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--json', 'print one JSON object')
    .action((dir: string, options: SummaryArguments) => run(summaryCommand(dir, options)));
}

function addReconstruct(program: Command, run: Run): void {
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
}

function addSample(program: Command, run: Run): void {
  program
    .command('sample <dir>')
    .description('pictures or lines of text that a variational autoencoder makes up')
    .option('--count <n>', 'how many, at most 10000 (64 pictures, 10 lines)', whole('--count', 1, 1e4))
    .option('--png <file>', 'write pictures', path('--png'))
    .option('--svg <file>', 'the same as SVG', path('--svg'))
    .option('--width <n>', 'pixels from left to right of a picture (as in training)', whole('--width', 1))
    .option(
      '--temperature <x>',
      'of text: 1 as likely as the model says, 0 the most likely (0)',
      notNegative('--temperature'),
    )
    .option('--length <n>', 'of text: most symbols of a line (100)', whole('--length', 1))
    .option('--seed <n>', 'seed of what is drawn (1)', whole('--seed', 0, MAX_SEED))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .action((dir: string, options: SampleArguments) => run(sampleCommand(dir, options)));
}

/** In the order of the help. */
const COMMANDS = [
  addEvaluate,
  addGenerate,
  addFill,
  addChat,
  addTranslate,
  addForecast,
  addClassify,
  addInspect,
  addTag,
  addSummary,
  addReconstruct,
  addSample,
] as const;
