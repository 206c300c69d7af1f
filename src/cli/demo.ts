/**
 * `npm start`: trains a word-level model on a built-in corpus, English and Japanese sentences of a grammar whose
 * entropy rate is known exactly, and shows how near to that floor it comes. Every sentence is seen once.
 */

import { performance } from 'node:perf_hooks';
import { bundledCorpus } from '../data/bundled.js';
import type { Corpus } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import { LanguageModel } from '../models/language-model.js';
import { evaluate } from '../train/evaluate.js';
import { train } from '../train/train.js';
import type { ProgressEvent } from '../train/train.js';
import { describe, EXIT, exitCode } from './exit.js';
import { Interruption } from './interruption.js';
import { plotLines } from './plot.js';
import { formatCount, formatDuration, ProgressLine } from './progress.js';

const SENTENCES = 50_000;
const VALIDATION = 4_000;
const SETTINGS = { epochs: 1, batch: 32, window: 16, lr: 1.2e-2, schedule: 'cosine', clipNorm: 1 } as const;

async function demo(): Promise<number> {
  const began = performance.now();
  const { corpus, entropy } = bundledCorpus({ language: 'both', sentences: SENTENCES, seed: 1 });
  const valid = bundledCorpus({ language: 'both', sentences: VALIDATION, seed: 2 }).corpus;
  const engine = await createEngine({ seed: 1 });
  const model = new LanguageModel(engine, { vocabulary: corpus.vocabulary, embeddingSize: 64, hiddenSize: 96 });
  introduce(model, corpus, entropy.perplexity);
  const interruption = new Interruption(() => undefined);
  const curve: ProgressEvent[] = [];
  const line = progressLine();
  const report = await train(model, corpus, {
    ...SETTINGS,
    validFraction: 0,
    signal: interruption.signal,
    onProgress(event) {
      curve.push(event);
      line(event);
    },
  });
  interruption.end();
  if (report.reason === 'aborted') return interruption.exitCode;
  const { batch, window } = SETTINGS;
  const { perplexity } = evaluate(model, valid.tokens, { batch, window });
  conclude(model, curve, perplexity, entropy.perplexity, performance.now() - began);
  return EXIT.done;
}

function introduce(model: LanguageModel, corpus: Corpus, floor: number): void {
  const { kernels, notes } = model.engine.report();
  process.stderr.write(
    `A grammar of this project writes English and Japanese sentences: ${formatCount(corpus.tokens.length)} tokens, ` +
      `${corpus.vocabSize} words.\nIts entropy rate is known exactly: no model can have a perplexity below ${floor.toFixed(3)}.\n` +
      `An LSTM of ${model.hiddenSize} units, ${formatCount(model.parameterCount)} parameters, kernels ${kernels}` +
      `${notes.length > 0 ? ` (${notes.join('; ')})` : ''}.\n`,
  );
}

function progressLine(): (event: ProgressEvent) => void {
  let line: ProgressLine | undefined;
  return (event) => {
    line ??= new ProgressLine({ label: 'training', total: event.totalSteps, initial: event.step });
    const fields = { ppl: event.perplexity.toFixed(2), 'word/s': formatCount(event.tokensPerSecond) };
    line.update(event.step, fields);
    if (event.event === 'epoch') line.finish(fields);
  };
}

/** The mean loss between two reports, which moves faster than the mean since the beginning. */
function recentLosses(curve: readonly ProgressEvent[]): { x: number[]; values: number[] } {
  const points = curve.slice(1).map((event, i) => {
    const before = curve[i]!;
    const windows = event.windowsDone - before.windowsDone;
    const sum = event.trainLoss * event.windowsDone - before.trainLoss * before.windowsDone;
    return { x: event.step, value: sum / windows };
  });
  return { x: points.map(({ x }) => x), values: points.map(({ value }) => Math.exp(value)) };
}

function conclude(
  model: LanguageModel,
  curve: readonly ProgressEvent[],
  perplexity: number,
  floor: number,
  ms: number,
): void {
  const { x, values } = recentLosses(curve);
  // The first few reports would squeeze the rest of the curve to a line.
  const shown = values.findIndex((value) => value < 6 * floor);
  const series = { name: 'training perplexity', x: x.slice(shown), values: values.slice(shown) };
  const plot = plotLines([series], {
    height: 10,
    xLabel: 'updates',
    yLabel: 'perplexity',
    floor: { label: 'entropy of the grammar', value: floor },
  });
  const above = (100 * (perplexity / floor - 1)).toFixed(1);
  const sentences = model.generate('', { length: 120, seed: 5, temperature: 0.9 }).trim().split('\n').slice(0, 8);
  process.stdout.write(
    `${plot}\n\nperplexity on sentences it has not seen: ${perplexity.toFixed(3)}, ` +
      `${above} % above the floor of ${floor.toFixed(3)} (${formatDuration(ms)})\n\n` +
      `It writes:\n${sentences.map((sentence) => `  ${sentence}`).join('\n')}\n\n` +
      'Train on a text of your own:\n  npx recurra train --text FILE --out run/\n',
  );
}

async function main(): Promise<void> {
  try {
    process.exitCode = await demo();
  } catch (error) {
    process.stderr.write(describe(error));
    process.exitCode = exitCode(error);
  }
}

void main();
