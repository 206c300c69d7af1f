/** `recurra train --task classify`, `evaluate` and `classify`, on sequences in long form. */

import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { CLASSIFY } from '../../src/cli/classify-kind.js';
import { LabelledSequences } from '../../src/data/labelled-sequences.js';
import { Table } from '../../src/data/table.js';
import { createEngine } from '../../src/engine.js';
import { DataError, OptionError } from '../../src/errors.js';
import { Classifier } from '../../src/models/classifier.js';
import { Random } from '../../src/random.js';
import { lines, Workplace } from './command.js';

const place = new Workplace();
const random = new Random(2);

/** Sequences of 3 to 6 steps that rise or fall, sorted by label. */
const rows = Array.from({ length: 60 }, (_, i) => {
  const [label, slope] = i < 30 ? ['falls', -1] : ['rises', 1];
  return Array.from({ length: 3 + random.integer(4) }, (_unused, t) => {
    return `s${i},${(slope * t + random.between(-1, 1)).toFixed(3)},${random.uniform().toFixed(3)},${label}`;
  });
}).flat();
const csv = (list: readonly string[]): string => `${['who,x,y,kind', ...list].join('\n')}\n`;

const begin = 'train --task classify --csv data.csv --id who --label kind --hidden 8 --kernels simd'.split(' ');

beforeAll(async () => {
  place.file('data.csv', csv(rows));
  await place.run(...begin, '--epochs', '15', '--lr', '0.02', '--out', 'run');
});

describe('train', () => {
  test('tells data, model, progress and the test', async () => {
    const { stderr } = await place.run(...begin, '--epochs', '1', '--out', 'told', '--bidirectional', '--pool', 'mean');
    expect(lines(stderr).slice(0, 2)).toEqual([
      'sequences of x, y, 2 labels; of them 48 train, 6 valid, 6 test',
      '1 lstm of 8 in both directions, 2 columns a step in, 2 classes out of the mean, 802 parameters',
    ]);
    expect(stderr).toMatch(/^epoch 1\/1: 100%.*right=\d+\.\d\d %, f1=\d\S*, .* sequence\/s\]$/m);
    expect(stderr).toMatch(/\ntest: \d+\.\d\d % of 6 sequences right, F1 \d\.\d{4}, loss \d\.\d{4}\nsaved in told\n$/);
  });

  test('--resume ends as a run that never stopped, on the same parts', async () => {
    const args = [...begin, '--schedule', 'constant', '--seed', '5', '--inputs', 'x'];
    await place.run(...args, '--epochs', '2', '--out', 'whole');
    await place.run(...args, '--epochs', '1', '--out', 'parts');
    expect(await place.run('train', '--resume', 'parts', '--epochs', '2')).toMatchObject({ code: 0 });
    expect(place.checkpoint('parts').equals(place.checkpoint('whole'))).toBe(true);
  });
});

test('evaluate: all sequences of a file', async () => {
  const { stdout } = await place.run('evaluate', 'run', '--csv', 'data.csv', '--json');
  const told = JSON.parse(stdout) as Record<string, number>;
  expect(told).toMatchObject({ event: 'evaluate', examples: 60 });
  expect(told['right']).toBeGreaterThan(0.9);
});

describe('classify', () => {
  test('a row a sequence, as the library has it; labels need not be there', async () => {
    place.file(
      'new.csv',
      `who,y,x
"a, b",0.5,0
"a, b",0.5,-1
c,0.5,0
"a, b",0.1,-2
c,0,2
`,
    );
    const { code, stdout } = await place.run('classify', 'run', '--csv', 'new.csv');
    expect(code).toBe(0);
    const engine = await createEngine({ kernels: 'simd' });
    const { model } = decodeCheckpoint(engine, place.checkpoint('run'), 'run', { models: [Classifier] });
    const steps = ['0,0,0.5', '0,-1,0.5', '0,-2,0.1', '1,0,0.5', '1,2,0'].map((step) => step.split(','));
    const table = new Table([['id', 'x', 'y'], ...steps]);
    const sequences = LabelledSequences.fromTable(table, { id: 'id', columns: ['x', 'y'] });
    const wanted = model.classify(sequences.batch([0, 1]));
    const [header, ...told] = lines(stdout);
    expect(header).toBe('who,label,falls,rises');
    expect(told.map((line) => line.slice(0, line.indexOf(',0.')))).toEqual([
      `"a, b",${wanted[0]!.label}`,
      `c,${wanted[1]!.label}`,
    ]);
    for (const [i, line] of told.entries()) {
      for (const [v, p] of line.split(',').slice(-2).entries()) {
        expect(Number(p)).toBeCloseTo(wanted[i]!.probabilities[v]!, 4);
      }
    }
    expect(wanted.map(({ label }) => label)).toEqual(['falls', 'rises']);
  });

  test('refusals', async () => {
    place.file('lacks.csv', 'who,x\na,1\n');
    expect(await place.run('classify', 'run', '--csv', 'lacks.csv')).toMatchObject({
      code: 3,
      stderr: "recurra: lacks.csv: has no column 'y'. Its columns: who, x.\n",
    });
    expect(await place.run('classify', 'run')).toMatchObject({ code: 2 });
    expect(await place.run('forecast', 'run')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('holds a Classifier, and a Forecaster is needed') as unknown,
    });
  });
});

describe('refusals', () => {
  test.each<[string, string, string | RegExp]>([
    [
      'labels.csv',
      csv(rows.with(2, 's0,1,1,rises')),
      /^labels\.csv: line 4, column 'kind': a sequence has one label, got 'rises'/,
    ],
    [
      'one.csv',
      'who,x,kind\na,1,up\nb,2,up\n',
      "one.csv: column 'kind' must hold at least two labels, got 'up' alone.",
    ],
    [
      'few.csv',
      'who,x,kind\na,1,up\nb,2,down\n',
      /^few\.csv: LabelledSequences\.split: 2 sequences leave a part empty/,
    ],
    ['bare.csv', 'who,kind\na,up\nb,down\n', /^bare\.csv: there are no columns beside who and kind\./],
    ['words.csv', csv(rows.with(1, 's0,1,soon,falls')), /^words\.csv: line 3, column 'y': must be a number/],
    ['named.csv', 'id,x,kind\na,1,up\n', "named.csv: has no column 'who'. Its columns: id, x, kind."],
  ])('%s', async (name, text, message) => {
    const path = place.file(name, text);
    const error = await CLASSIFY.read(path, { id: 'who', label: 'kind' }).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(DataError);
    const told = (error as DataError).message.replace(path, name);
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
  });

  test('options that are missing', async () => {
    for (const [given, missing] of [
      ['label', 'id'],
      ['id', 'label'],
    ]) {
      await expect(CLASSIFY.read('data.csv', { [given!]: 'who' })).rejects.toThrow(
        new OptionError(
          `train: --${missing} <column> is missing. --task classify needs --csv FILE, --id COLUMN and --label COLUMN.`,
        ),
      );
    }
  });
});
