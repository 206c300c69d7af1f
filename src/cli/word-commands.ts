/** The commands of word vectors: their options and bounds. */

import type { Command } from 'commander';
import { VECTOR_FORMATS } from '../data/vectors/format.js';
import { SPLITS_BY } from '../data/word-corpus.js';
import { MOST_THREADS, TIERS } from '../kernels/select.js';
import { ARCHITECTURES, OUTPUTS } from '../models/word2vec.js';
import { MAX_SEED } from '../options.js';
import { CBOW_GRADIENTS } from '../train/word2vec-settings.js';
import { anyText, oneOf, path, real, whole, wholeOrAuto } from './options.js';
import type { Run } from './shared-options.js';
import { analogyCommand, neighborsCommand, similarityCommand } from './vectors.js';
import type { AnalogyArguments, NeighborsArguments, SimilarityArguments } from './vectors.js';
import { word2vecCommand } from './word2vec.js';
import type { Word2VecArguments } from './word2vec.js';

/** Adds `word2vec`, `neighbors`, `analogy` and `similarity`. */
export function addWordCommands(program: Command, run: Run): void {
  addWord2Vec(program, run);
  program
    .command('neighbors <file> <words...>')
    .description('the nearest words in a file of word vectors, with their cosines')
    .option('--count <n>', 'neighbours of each word (10)', whole('--count', 1))
    .option('--json', 'print one JSON object a word')
    .action((file: string, words: string[], options: NeighborsArguments) =>
      run(neighborsCommand(file, words, options)),
    );
  program
    .command('analogy <file> [words...]')
    .description('what is to C as B is to A; or how many questions of a file are answered right')
    .option('--questions <file>', 'questions, four words a line, in sections that begin with :', path('--questions'))
    .option('--count <n>', 'answers to show (1)', whole('--count', 1))
    .option('--most <n>', 'look among the first so many words only (all)', whole('--most', 1))
    .option('--lower-case', 'make the questions lower-case')
    .option('--json', 'print JSON objects')
    .action((file: string, words: string[], options: AnalogyArguments) => run(analogyCommand(file, words, options)));
  program
    .command('similarity <file>')
    .description('how well cosines agree with what people think of pairs of words')
    .requiredOption('--pairs <file>', 'word, word and score a line, with tabs between', path('--pairs'))
    .option('--lower-case', 'make the pairs lower-case')
    .option('--json', 'print one JSON object')
    .action((file: string, options: SimilarityArguments) => run(similarityCommand(file, options)));
}

function addWord2Vec(program: Command, run: Run): void {
  const least = (option: string, bound: number): ReturnType<typeof real> =>
    real(option, (value) => value >= bound, `a number of at least ${bound}`);
  program
    .command('word2vec')
    .description('word vectors from a text')
    .requiredOption('--text <file>', 'text to learn from, UTF-8, a sentence a line', path('--text'))
    .requiredOption('--out <file>', 'file to write the vectors to', path('--out'))
    .option('--format <name>', `${VECTOR_FORMATS.join(', ')} (word2vec)`, oneOf('--format', VECTOR_FORMATS))
    .option('--binary', 'the same as --format word2vec-binary')
    .option(
      '--architecture <name>',
      `${ARCHITECTURES.join(' or ')} (skip-gram)`,
      oneOf('--architecture', ARCHITECTURES),
    )
    .option('--output <name>', `${OUTPUTS.join(' or ')} (negative-sampling)`, oneOf('--output', OUTPUTS))
    .option('--size <n>', 'length of a vector (100)', whole('--size', 1))
    .option('--epochs <n>', 'passes over the text (5)', whole('--epochs', 1))
    .option('--window <n>', 'most words to each side (5)', whole('--window', 1))
    .option('--negatives <n>', 'words drawn against each that is predicted (5)', whole('--negatives', 1))
    .option(
      '--power <x>',
      'of the counts by which they are drawn (0.75)',
      real('--power', () => true, 'a number'),
    )
    .option(
      '--sample <x>',
      'share of the text above which words are left out now and then, 0 for none (0.001)',
      least('--sample', 0),
    )
    .option('--min-count <n>', 'words that come less often have no vector (5)', whole('--min-count', 1))
    .option('--max-words <n>', 'most frequent words kept (all)', whole('--max-words', 2))
    .option('--max-sentence <n>', 'longer sentences are cut into pieces (1000)', whole('--max-sentence', 2))
    .option(
      '--lr <x>',
      'learning rate at the beginning (0.025; cbow 0.05)',
      real('--lr', (x) => x > 0, 'a number above 0'),
    )
    .option('--min-lr <x>', 'learning rate at the end (a ten thousandth of it)', least('--min-lr', 0))
    .option(
      '--cbow-gradient <name>',
      `${CBOW_GRADIENTS.join(' or ')} (exact)`,
      oneOf('--cbow-gradient', CBOW_GRADIENTS),
    )
    .option(
      '--split-by <name>',
      `what finds words: ${SPLITS_BY.join(' or ')} (language)`,
      oneOf('--split-by', SPLITS_BY),
    )
    .option('--locale <locale>', 'language of the words, such as ja (en)', anyText('--locale'))
    .option('--keep-case', 'do not make words lower-case')
    .option('--checkpoint <dir>', 'folder of a checkpoint, to go on from later', path('--checkpoint'))
    .option('--resume <dir>', 'go on from the checkpoint in this folder, with the same text', path('--resume'))
    .option('--seed <n>', 'seed of vectors and of all that is drawn (1)', whole('--seed', 0, MAX_SEED))
    .option('--kernels <tier>', 'auto, relaxed, simd or js (auto)', oneOf('--kernels', ['auto', ...TIERS]))
    .option(
      '--threads <n>',
      'threads, or auto for the cores there are; needs --hogwild (1)',
      wholeOrAuto('--threads', MOST_THREADS),
    )
    .option('--hogwild', 'let threads update the same vectors at once: results differ from run to run')
    .option('--json', 'print one JSON object an epoch')
    .action((options: Word2VecArguments) => run(word2vecCommand(options)));
}
