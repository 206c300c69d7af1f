/** `recurra evaluate` of a model that learnt from the examples of a file. */

import { allBatches } from '../data/examples.js';
import type { SymbolCount } from '../data/symbol-count.js';
import { OptionError } from '../errors.js';
import type { Learner } from '../models/learner.js';
import type { Snapshot } from '../models/snapshot.js';
import { fitSettingsOf } from '../train/fit-settings.js';
import { EXIT } from './exit.js';
import { flag, grouped } from './job.js';
import { optionName } from './kind.js';
import type { AnyKind } from './kind.js';
import { requiredSource, storedOptions } from './kind-job.js';
import { percent } from './terms.js';

/** A model, and the run that trained it. */
interface Trained {
  readonly model: Learner<unknown>;
  readonly training: Snapshot;
}

/** Options that are not of the data. */
const GENERAL = ['threads', 'revectorize', 'json'];

/** Runs the command. @returns the exit code */
export async function evaluateKind(
  kind: AnyKind,
  folder: string,
  { model, training }: Trained,
  given: { readonly json?: boolean },
): Promise<number> {
  const known = [...GENERAL, optionName(kind.source)];
  const foreign = Object.keys(given).filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    throw new OptionError(
      `evaluate: ${folder} holds a model of ${kind.noun}, which has no ${foreign.map(flag).join(', ')}. Give ${kind.source[0]} alone.`,
    );
  }
  const path = requiredSource(kind, given, folder);
  const examples = await kind.evaluation(model, path, storedOptions(kind, folder, training));
  const { batch } = fitSettingsOf(training);
  const { loss, right, figures: own = {} } = model.evaluate(allBatches(examples, batch));
  const figures = { ...own, ...kind.figures?.(model, allBatches(examples, batch)) };
  const perplexity = model.inNats ? { perplexity: Math.exp(loss) } : {};
  const told = { examples: examples.count, loss, ...perplexity, ...(right === undefined ? {} : { right }), ...figures };
  const symbols = examples.symbolCount?.();
  const json = `${JSON.stringify({ event: 'evaluate', ...told, ...symbols })}\n`;
  process.stdout.write(given.json === true ? json : lines(told) + unknownLine(symbols));
  return EXIT.done;
}

/** What the model has never seen: figures are of it too. */
function unknownLine(counted: SymbolCount | undefined): string {
  if (counted === undefined) return '';
  const { symbols, unknown } = counted;
  return `${'unknown'.padEnd(20)}${grouped(unknown)} of ${grouped(symbols)} symbols (${percent(unknown / symbols)})\n`;
}

/** A figure a line. */
function lines(told: Readonly<Record<string, number>>): string {
  return Object.entries(told)
    .map(([name, value]) => `${name.padEnd(20)}${shown(name, value)}\n`)
    .join('');
}

function shown(name: string, value: number): string {
  if (name === 'right') return percent(value);
  return Number.isInteger(value) ? grouped(value) : value.toPrecision(5);
}
