/** How a run speaks of what it learns: tokens and perplexity of a text, sequences and right answers of a task. */

import type { ProgressEvent, TrainReport } from '../train/train.js';

/** The words and figures of one kind of run. */
export interface Terms {
  /** What one update takes, in messages and beside the rate of updates. */
  readonly step: { readonly name: string; readonly unit: string };
  /** What is counted a second, on the line of progress and as a column. */
  readonly speed: { readonly unit: string; readonly column: string };
  /** Who takes the best weights, where they are not the last. */
  readonly users: string;
  /** What is told beside the losses, as columns: of an event, or by the name of one of its figures. */
  readonly columns: readonly string[];
  /** The same on the line of progress; nothing where it is not known. */
  fields(event: ProgressEvent): Readonly<Record<string, string>>;
  /** The same behind the loss, at the end. */
  verdict(report: TrainReport): string;
}

/** The terms of a text. */
export function textTerms(level: 'char' | 'word'): Terms {
  return {
    step: { name: 'window', unit: 'win' },
    speed: { unit: level === 'char' ? 'char/s' : 'word/s', column: 'tokensPerSecond' },
    users: 'evaluate and generate take',
    columns: ['perplexity'],
    fields: ({ perplexity }) => ({ ppl: perplexity.toPrecision(4) }),
    verdict: ({ perplexity }) => `, perplexity ${perplexity.toPrecision(4)}`,
  };
}

/** The terms of every task. */
export const TASK_TERMS: Terms = {
  step: { name: 'step', unit: 'step' },
  speed: { unit: 'seq/s', column: 'sequencesPerSecond' },
  users: 'evaluate takes',
  columns: ['validRight'],
  fields: ({ validRight }) => (validRight === undefined ? {} : { right: percent(validRight) }),
  verdict: () => '',
};

/** How a kind of run on examples speaks. */
export interface ExampleTerms {
  /** What is counted a second: `sentence`. */
  readonly unit: string;
  /** The verb of the command line that takes the best weights, beside evaluate: `tag`. */
  readonly verb: string;
  /** Whether examples can be right throughout; then the share is told. Default false. */
  readonly right?: boolean;
  /** Whether the loss is told as a perplexity too. Default false. */
  readonly perplexity?: boolean;
  /** The figures of a validation that are told, by name. Default none. */
  readonly figures?: readonly string[];
}

/** The terms of a kind of run on examples. */
export function exampleTerms({ unit, verb, right = false, perplexity = false, figures = [] }: ExampleTerms): Terms {
  return {
    step: { name: 'step', unit: 'step' },
    speed: { unit: `${unit}/s`, column: `${unit}sPerSecond` },
    users: `evaluate and ${verb} take`,
    columns: [...(perplexity ? ['perplexity'] : []), ...(right ? ['validRight'] : []), ...figures],
    fields: (event) => ({
      ...(perplexity ? { ppl: event.perplexity.toPrecision(4) } : {}),
      ...(event.validRight === undefined ? {} : { right: percent(event.validRight) }),
      ...told(event.figures, figures),
    }),
    verdict: (report) => (perplexity ? `, perplexity ${report.perplexity.toPrecision(4)}` : ''),
  };
}

function told(values: Readonly<Record<string, number>> | undefined, names: readonly string[]): Record<string, string> {
  const known = names.filter((name) => values?.[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, values![name]!.toPrecision(4)]));
}

/** `99.99 %`: never 100 but for all of them. */
export function percent(share: number): string {
  return `${(Math.floor(1e4 * share) / 100).toFixed(2)} %`;
}
