/** `recurra evaluate`: how well a model predicts another text, or does its task. */

import type { Corpus } from '../data/corpus.js';
import { UNKNOWN } from '../data/vocabulary.js';
import { CheckpointError, OptionError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import type { Learner } from '../models/learner.js';
import { SequenceModel } from '../models/sequence-model.js';
import type { Snapshot } from '../models/snapshot.js';
import { evaluate } from '../train/evaluate.js';
import { evaluateTask } from '../train/evaluate-task.js';
import { settingsOf } from '../train/settings.js';
import { taskSettingsOf } from '../train/task-settings.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest, readCorpus } from './files.js';
import { evaluateKind } from './kind-evaluation.js';
import { kindOf, MODELS } from './kinds.js';
import { storedTask } from './task-job.js';
import { scoreJson, scoreLines } from './task-score.js';

const OF_TASKS = ['length', 'test', 'exhaustive'] as const;

/** The options of `recurra evaluate`. */
export interface EvaluateArguments extends EngineArguments {
  readonly text?: string;
  readonly length?: number;
  readonly test?: number;
  readonly exhaustive?: boolean;
  readonly json?: boolean;
}

/** Runs the command. @returns the exit code */
export async function evaluateCommand(folder: string, options: EvaluateArguments): Promise<number> {
  checkOptions(options);
  const { model, training } = await loadBest(folder, options, MODELS);
  const kind = kindOf(training);
  if (kind !== undefined)
    return evaluateKind(kind, folder, { model: model as Learner<unknown>, training: training! }, options);
  if (model instanceof SequenceModel) return evaluateOnTask(folder, model, training, options);
  if (!(model instanceof LanguageModel)) {
    throw new CheckpointError(`${folder}: the checkpoint does not say what its run was on. Use one of recurra train.`);
  }
  const given = OF_TASKS.filter((option) => options[option] !== undefined).map((option) => `--${option}`);
  if (given.length > 0) {
    throw new OptionError(
      `evaluate: ${given.join(', ')} belong to a task, and ${folder} holds a model of texts. Give --text FILE alone.`,
    );
  }
  if (options.text === undefined) {
    throw new OptionError(`evaluate: required option '--text <file>' not specified; ${folder} holds a model of texts.`);
  }
  return evaluateOnText(model, training, { ...options, text: options.text });
}

/** What is wrong with the options, whatever the folder holds. @throws OptionError */
function checkOptions({ text, length, test, exhaustive }: EvaluateArguments): void {
  if (text !== undefined && [length, test, exhaustive].some((option) => option !== undefined)) {
    throw new OptionError(
      'evaluate: --text is for a model of texts, --length, --test and --exhaustive for one of a task. Give those of the model.',
    );
  }
  if (test !== undefined && exhaustive === true) {
    throw new OptionError('evaluate: --test and --exhaustive contradict each other. Give one.');
  }
}

function evaluateOnTask(
  folder: string,
  model: SequenceModel,
  training: Snapshot | undefined,
  { text, length, test, exhaustive = false, json = false }: EvaluateArguments,
): number {
  if (text !== undefined) {
    throw new OptionError(`evaluate: --text is for a model of texts, and ${folder} holds one of a task. Leave it out.`);
  }
  const task = storedTask(folder, training, length === undefined ? {} : { length });
  const { seed, batch } = taskSettingsOf(training!);
  const score = evaluateTask(model, task, { seed, batch, sequences: exhaustive ? 'all' : test });
  const lines = json
    ? `${JSON.stringify({ event: 'evaluate', ...scoreJson(task, score) })}\n`
    : scoreLines(task, score);
  process.stdout.write(lines);
  return EXIT.done;
}

async function evaluateOnText(
  model: LanguageModel,
  training: Snapshot | undefined,
  options: EvaluateArguments & { readonly text: string },
): Promise<number> {
  const corpus = await readCorpus(options.text, { vocabulary: model.vocabulary });
  const { batch, window } = training === undefined ? { batch: 32, window: 64 } : settingsOf(training);
  const { loss, perplexity, tokens } = evaluate(model, corpus.tokens, { batch, window });
  const unknown = corpus.tokens.reduce((count, id) => count + (id === UNKNOWN ? 1 : 0), 0);
  const bitsPerCharacter = unknown > 0 ? null : bits(corpus, loss);
  if (options.json === true) {
    const result = { event: 'evaluate', loss, perplexity, bitsPerCharacter, tokens, unknown };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return EXIT.done;
  }
  const share = `${unknown} of ${corpus.tokens.length} tokens (${((100 * unknown) / corpus.tokens.length).toFixed(2)} %)`;
  process.stdout.write(
    `loss                ${loss.toFixed(4)} nats per token\n` +
      `perplexity          ${perplexity.toPrecision(5)}\n` +
      `bits per character  ${bitsPerCharacter?.toFixed(4) ?? `unknown: ${share} are not in the vocabulary`}\n`,
  );
  return EXIT.done;
}

/**
 * Only where every token is known: what it takes to tell which unknown one it was is not in the loss. The first token
 * is given, not predicted; at level 'char' it is a character of the text.
 */
function bits(corpus: Corpus, loss: number): number {
  const predicted = corpus.characters - (corpus.vocabulary.level === 'char' ? 1 : 0);
  return (loss * (corpus.tokens.length - 1)) / predicted / Math.LN2;
}
