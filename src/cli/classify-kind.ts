/** `recurra train --task classify`: the labels of sequences in a CSV file, a row a step. */

import { allBatches } from '../data/examples.js';
import { LabelledSequences } from '../data/labelled-sequences.js';
import type { LabelledBatch } from '../data/labelled-sequences.js';
import { Scaler } from '../data/scaler.js';
import type { ColumnScale } from '../data/scaler.js';
import type { Table } from '../data/table.js';
import { DataError, OptionError } from '../errors.js';
import { Classifier, POOLS } from '../models/classifier.js';
import type { ClassifierOptions } from '../models/classifier.js';
import type { Cell } from '../models/sizes.js';
import { readTable } from './csv.js';
import { CSV, CSV_OPTIONS, missingOf, namesOf, sharesOf } from './csv-options.js';
import { inFile } from './files.js';
import type { Kind, KindArguments } from './kind.js';
import { anyText, oneOf } from './options.js';
import { exampleTerms, percent } from './terms.js';

/** The options that a classifier is made of, as commander reads them. */
interface ClassifyArguments {
  readonly id?: string;
  readonly label?: string;
  readonly inputs?: string;
  readonly pool?: ClassifierOptions['pool'];
  readonly bidirectional?: boolean;
  readonly scale?: ColumnScale;
  readonly cell?: Cell;
  readonly hidden?: number;
  readonly layers?: number;
  readonly dropout?: number;
  readonly seed?: number;
}

/** Sequences, in parts. */
interface ClassifyData {
  readonly train: LabelledSequences;
  readonly valid: LabelledSequences | undefined;
  readonly test: LabelledSequences | undefined;
}

/** Sequences that are tested side by side. */
const TESTED = 64;

/** Classes of sequences. */
export const CLASSIFY: Kind<Classifier, LabelledBatch, ClassifyData> = {
  name: 'classify',
  summary: 'the label of sequences in a CSV file: a row a step, a column that says of which sequence',
  noun: 'labelled sequences',
  model: Classifier,
  source: CSV,
  options: [
    ['--id <column>', 'column that tells sequences apart', anyText('--id')],
    ['--label <column>', 'column of the labels, the same in all rows of a sequence', anyText('--label')],
    ['--pool <pool>', `${POOLS.join(' or ')}: what is left of all steps (last)`, oneOf<string>('--pool', POOLS)],
    ['--bidirectional', 'read sequences from both ends'],
    ...CSV_OPTIONS,
  ],
  paths: [],
  takes: ['cell', 'hidden', 'layers', 'dropout', 'validFraction', 'seed'],
  recipe: { epochs: 20, batch: 16, lr: 3e-3, schedule: 'cosine', clipNorm: 1 },
  terms: exampleTerms({ unit: 'sequence', verb: 'classify', right: true, figures: ['f1'] }),

  async read(path, options) {
    const { id, label, inputs, seed } = options as ClassifyArguments;
    if (id === undefined || label === undefined) {
      throw new OptionError(
        `train: --${id === undefined ? 'id' : 'label'} <column> is missing. --task classify needs --csv FILE, --id COLUMN and --label COLUMN.`,
      );
    }
    const table = await readTable(path);
    return inFile(path, () => {
      const columns = inputs === undefined ? others(table, [id, label]) : namesOf(inputs);
      const missing = missingOf(options);
      const sequences = LabelledSequences.fromTable(table, { id, label, columns, missing });
      if (sequences.labels.length < 2) {
        throw new DataError(`column '${label}' must hold at least two labels, got '${sequences.labels[0]}' alone.`);
      }
      return sequences.split({ ...sharesOf(options), seed });
    });
  },

  create(engine, { train }, options) {
    const { scale, pool, bidirectional, cell, hidden, layers, dropout } = options as ClassifyArguments;
    const { columns, labels } = train;
    const scaler = Scaler.fit(train.rows, scale);
    const sizes = { pool, bidirectional, cell, hiddenSize: hidden, numLayers: layers, dropout };
    return new Classifier(engine, { columns, labels, scaler, ...sizes });
  },

  fitData: (_model, { train, valid }) => ({ train, valid }),

  describe({ train, valid, test }) {
    const parts = Object.entries({ train, valid, test }).flatMap(([name, part]) => {
      return part === undefined ? [] : [`${part.count.toLocaleString('en-US')} ${name}`];
    });
    return `sequences of ${train.columns.join(', ')}, ${train.labels.length} labels; of them ${parts.join(', ')}`;
  },

  evaluation: (model, path, options) => readSequences(model, path, options, true),

  conclude(model, { train, test }) {
    const part = test ?? train;
    const { loss, right = NaN, figures } = model.evaluate(allBatches(part, TESTED));
    const name = test === undefined ? 'training part' : 'test';
    const f1 = figures!['f1']!;
    const line = `${name}: ${percent(right)} of ${part.count.toLocaleString('en-US')} sequences right, F1 ${f1.toFixed(4)}, loss ${loss.toFixed(4)}`;
    return { line, json: { [test === undefined ? 'train' : 'test']: { sequences: part.count, loss, right, f1 } } };
  },
};

/** The sequences of a file as a model reads them. @param options those of the training */
export async function readSequences(
  model: Classifier,
  path: string,
  options: KindArguments,
  labelled: boolean,
): Promise<LabelledSequences> {
  const { id, label } = options as { readonly id: string; readonly label: string };
  const { columns, labels } = model.options;
  const table = await readTable(path);
  const asked = labelled ? { label, labels } : {};
  return LabelledSequences.fromTable(table, { id, columns, missing: missingOf(options), ...asked });
}

/** All columns but those named. */
function others(table: Table, named: readonly string[]): string[] {
  for (const name of named) table.texts(name); // says which one is missing
  const left = table.columns.filter((name) => !named.includes(name));
  if (left.length > 0) return left;
  throw new DataError(`there are no columns beside ${named.join(' and ')}. Add columns of numbers to learn from.`);
}
