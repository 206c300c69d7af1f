/**
 * Words a second of word2vec: 100 dimensions, window 5, 5 negatives, no word left out, on a made-up text whose words
 * come as often as Zipf's law has it. One thread, and two with `hogwild`.
 *
 * `words/s` is that of the processor time a run takes, which on a busy machine is what it would have had of a core; with
 * two threads it is that of the clock, and says something on a quiet machine only. The peak is that of one core, in slices
 * between: a core that is shared with a busy sibling has less of both.
 */

import { median } from '../src/bench/alternation.js';
import { PEAK_FLOPS, peakLoop } from '../src/bench/peak.js';
import { WordCorpus } from '../src/data/word-corpus.js';
import { createEngine } from '../src/engine.js';
import type { Engine } from '../src/engine.js';
import { KernelUnavailableError } from '../src/errors.js';
import { ARCHITECTURES, OUTPUTS, Word2Vec } from '../src/models/word2vec.js';
import { Random } from '../src/random.js';
import { fullWord2VecSettings } from '../src/train/word2vec-settings.js';
import { Word2VecTrainer } from '../src/train/word2vec-trainer.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const WORDS = 10_000;
const SENTENCES = 10_000;
const LENGTH = 20;

/** Milliseconds a model is trained for, and of each slice that is timed. */
const BUDGET = 3000;
const SLICE = 100;

/** Calls of the loop of the peak: some 10 ms. */
const PEAK_CALLS = 500;

/** Prints a row for each tier, number of threads, architecture and output. */
export async function run({ tiers, json }: BenchOptions): Promise<void> {
  const corpus = zipfCorpus();
  for (const kernels of tiers) {
    for (const threads of kernels === 'js' ? [1] : [1, 2]) {
      const engine = await engineOf(kernels, threads);
      if (engine === undefined) continue;
      for (const architecture of ARCHITECTURES) {
        for (const output of OUTPUTS) {
          const model = new Word2Vec(engine, { vocabulary: corpus.vocabulary, architecture, output });
          const { rates, peaks } = measure(model, corpus, threads);
          const row = {
            bench: 'word2vec',
            architecture,
            output,
            kernels,
            on: `${threads} thread${threads > 1 ? 's' : ''}`,
          };
          const speed = { 'words/s': median(rates), 'at best': Math.max(...rates) };
          print(json, { ...row, ...speed, 'GFLOP/s peak': median(peaks), 'at its best': Math.max(...peaks) });
        }
      }
      engine.dispose();
    }
  }
}

async function engineOf(kernels: BenchOptions['tiers'][number], threads: number): Promise<Engine | undefined> {
  try {
    return await createEngine({ kernels, threads });
  } catch (error) {
    if (error instanceof KernelUnavailableError) return undefined;
    throw error;
  }
}

/** Sentences of words drawn in proportion to 1 / rank. */
function zipfCorpus(): WordCorpus {
  const random = new Random(1);
  const sums = new Float64Array(WORDS);
  for (let i = 0, sum = 0; i < WORDS; i++) sums[i] = sum += 1 / (i + 1);
  const draw = (): string => {
    const x = random.uniform() * sums.at(-1)!;
    let [low, high] = [0, WORDS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < x) low = middle + 1;
      else high = middle;
    }
    return `w${low}`;
  };
  return WordCorpus.fromSentences(Array.from({ length: SENTENCES }, () => Array.from({ length: LENGTH }, draw)));
}

/** Words a second in each slice, and GFLOP/s of the peak behind each. */
function measure(model: Word2Vec, corpus: WordCorpus, threads: number): { rates: number[]; peaks: number[] } {
  const settings = fullWord2VecSettings(model, { epochs: 1e6, sample: 0, hogwild: threads > 1 });
  const trainer = new Word2VecTrainer(model, corpus, settings);
  const now = threads > 1 ? () => performance.now() : processorTime;
  const end = performance.now() + BUDGET;
  const [rates, peaks]: [number[], number[]] = [[], []];
  while (performance.now() < end) {
    const [words, began] = [trainer.wordsDone, now()];
    do trainer.next();
    while (now() - began < SLICE);
    rates.push((1000 * (trainer.wordsDone - words)) / (now() - began));
    peaks.push(peakOf(model.engine));
  }
  // The first slices are those in which everything is compiled.
  const first = rates.length > 4 ? 3 : 0;
  return { rates: rates.slice(first), peaks: peaks.slice(first) };
}

/** GFLOP/s of the loop of multiply-adds, by the processor time of some calls. */
function peakOf(engine: Engine): number {
  return engine.evaluate(() => {
    const loop = peakLoop(engine);
    const began = processorTime();
    for (let i = 0; i < PEAK_CALLS; i++) loop();
    return (PEAK_CALLS * PEAK_FLOPS) / (processorTime() - began) / 1e6;
  });
}

/** ms that this process has had a processor. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
