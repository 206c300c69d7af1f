/** `recurra train --task` and `recurra evaluate` of what it leaves, from end to end. */

import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../src/cli/kinds.js';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { createTask, TASK_NAMES } from '../../src/data/tasks/list.js';
import { createEngine } from '../../src/engine.js';
import { SequenceModel } from '../../src/models/sequence-model.js';
import { evaluateTask } from '../../src/train/evaluate-task.js';
import { lines, outcome, Workplace } from './command.js';

const place = new Workplace();
place.file('text');
const begin = 'train --task addition --length 4 --hidden 10 --batch 8 --kernels simd'.split(' ');

/** The model of a folder and its run, as the library reads them. */
async function decoded(folder: string) {
  return decodeCheckpoint(await createEngine({ kernels: 'simd' }), place.checkpoint(folder), folder, {
    models: [SequenceModel],
  });
}

beforeAll(async () => {
  await place.run(...begin, '--steps', '400', '--lr', '0.02', '--out', 'sums');
  await place.run(
    'train',
    '--text',
    'text',
    '--out',
    'words',
    '--hidden',
    '8',
    '--batch',
    '4',
    '--window',
    '8',
    '--steps',
    '1',
  );
});

describe('a run on a task', () => {
  test('tells task, model and progress on stderr, and the test in the end', async () => {
    const { code, stdout, stderr } = await place.run(...begin, '--steps', '150', '--out', 'plain', '--test', '40');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(lines(stderr).slice(0, 3)).toEqual([
      `task addition, length 4: without memory the cross-entropy is ${createTask('addition', { length: 4 }).baseline.toFixed(4)}`,
      expect.stringMatching(/^1 rnn of 10, 2 values a step in, 2 classes a step out, 162 parameters, about 0\.\d MB$/),
      'kernels simd, 1 thread',
    ]);
    expect(stderr).toMatch(/^epoch 1\/2: 100%.*loss=\d\.\d+, valid=\d\.\d+, right=\d+\.\d\d %.* seq\/s\]$/m);
    expect(stderr).toMatch(/^epoch 2\/2: 100%.* 50\/50 .*loss=\d\.\d+, valid=\d\.\d+, right=\d+\.\d\d %.* seq\/s\]$/m);
    expect(stderr).toMatch(
      /\ndone after 150 updates, \S+: validation loss \d\.\d+\ntest: cross-entropy \S+, without memory 0\.6\d+; \d+ of 40 right \(\d+\.\d\d %\)\nsaved in plain\n$/,
    );
  });

  test('--json prints an object a line, the test in the last one', async () => {
    const { stdout } = await place.run(...begin, '--steps', '150', '--out', 'json', '--json', '--seed', '4');
    const [epoch, done, ...more] = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(more).toEqual([]);
    expect(Object.keys(epoch!).join()).toBe('event,epoch,trainLoss,validLoss,validRight,sequencesPerSecond,seconds');
    expect(epoch).toMatchObject({ event: 'epoch', epoch: 1, validRight: expect.any(Number) as unknown });
    expect(Object.keys(done!).join()).toBe(
      'event,reason,steps,epochs,trainLoss,validLoss,validRight,best,sequencesPerSecond,seconds,test,out',
    );
    const { model, training } = await decoded('json');
    const task = createTask('addition', { length: 4 });
    const score = evaluateTask(model, task, { seed: 4, batch: 8 });
    const { options, baseline } = task;
    expect(done).toMatchObject({
      reason: 'steps',
      steps: 150,
      validRight: expect.any(Number) as unknown,
      test: { task: 'addition', options, baseline, ...score },
    });
    expect(training!.values).toMatchObject({ task: 'addition', options: { length: 4 }, kernels: 'simd', step: 150 });
  });

  test('--log writes the columns of a task', async () => {
    await place.run(...begin, '--steps', '150', '--out', 'log', '--log', 'log.csv');
    const [header, ...rows] = lines(readFileSync(place.at('log.csv'), 'utf8'));
    expect(header).toBe('epoch,step,trainLoss,validLoss,validRight,lr,sequencesPerSecond,seconds');
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
      ['1', '100'],
      ['2', '150'],
    ]);
    // A run that ends within an epoch tells of its end what it tells of an epoch.
    for (const row of rows) for (const figure of row.split(',').slice(2)) expect(figure).toMatch(/^\d/);
  });

  test.each(TASK_NAMES)('%s trains as it is', async (name) => {
    const { code, stderr } = await place.run(
      'train',
      '--task',
      name,
      '--steps',
      '2',
      '--batch',
      '2',
      '--test',
      '3',
      '--out',
      name,
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/test: .* of 3 right/) as unknown,
    });
    const { model, training } = await decoded(name);
    const { recipe, options } = createTask(name);
    expect(model.options).toMatchObject({ cell: recipe.cell, hiddenSize: recipe.hiddenSize });
    const { lr, schedule, clipNorm } = recipe;
    expect(training!.values).toMatchObject({ task: name, options, settings: { lr, schedule, clipNorm, batch: 2 } });
  });

  test('every option takes part', async () => {
    const options =
      '--task copy --length 3 --items 2 --symbols 4 --cell gru --embedding 5 --hidden 9 --layers 2 --dropout 0.2 --batch 3 --steps 5 ' +
      '--optimizer rmsprop --lr 0.01 --schedule step --clip-norm 2 --clip-value 0.5 --patience 3 --seed 7 --kernels js';
    expect((await place.run('train', ...options.split(' '), '--out', 'all')).code).toBe(0);
    const { model, training } = await decoded('all');
    expect(model.options).toEqual({
      inputs: 'ids',
      inputSize: 6,
      outputs: 'classes',
      outputSize: 5,
      at: 'every',
      cell: 'gru',
      embeddingSize: 5,
      hiddenSize: 9,
      numLayers: 2,
      dropout: 0.2,
      chrono: 7,
    });
    expect(training!.values).toMatchObject({ kernels: 'js', options: { length: 3, items: 2, symbols: 4 } });
    expect(training!.values['settings']).toEqual({
      epochs: 0,
      steps: 5,
      batch: 3,
      optimizer: 'rmsprop',
      lr: 0.01,
      schedule: 'step',
      clipNorm: 2,
      clipValue: 0.5,
      patience: 3,
      seed: 7,
      validSequences: 256,
    });
  });

  test('--task list prints each task with its options', async () => {
    const { code, stdout } = await place.run('train', '--task', 'list');
    expect(code).toBe(0);
    for (const name of TASK_NAMES) expect(stdout).toMatch(new RegExp(`^${name} .*without memory \\d\\.\\d{4}`, 'm'));
    expect(stdout).toMatch(/^adding .*0\.1667 mean squared error\n {2}--length N {4}numbers \(100\)$/m);
    expect(stdout).toMatch(/^echo [^\n]*\n {2}--length N[^\n]*\n {2}--delay N[^\n]*\(5\)$/m);
    const json = lines((await place.run('train', '--task', 'list', '--json')).stdout).map(
      (line) => JSON.parse(line) as { task: string },
    );
    expect(json.map(({ task }) => task)).toEqual([...TASK_NAMES, ...KINDS.map(({ name }) => name)]);
  });
});

describe('going on', () => {
  test('stopped by Ctrl-C and resumed, it ends with the bytes of a run that was not', async () => {
    await place.run(...begin, '--steps', '3000', '--out', 'through');
    const child = place.start([...begin, '--steps', '3000', '--out', 'stopped']);
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 150));
    const { code, stderr } = await outcome(child);
    expect({ code, stderr }).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/stopping after this step/) as unknown,
    });
    expect(stderr).toMatch(/interrupted after \d+ updates?/);
    expect(stderr).not.toMatch(/^test:/m);
    expect((await place.run('train', '--resume', 'stopped')).code).toBe(0);
    expect(place.checkpoint('stopped').equals(place.checkpoint('through'))).toBe(true);
  });

  test('more steps, and a test of another size', async () => {
    await place.run(...begin, '--steps', '5', '--out', 'more');
    const { code, stderr } = await place.run('train', '--resume', 'more', '--steps', '9', '--test', '7');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/resuming at update 5 of 9/) as unknown,
    });
    expect(stderr).toMatch(/of 7 right/);
    expect((await decoded('more')).training!.values).toMatchObject({ step: 9 });
  });
});

describe('recurra evaluate', () => {
  test('all inputs, a number of them, and another length', async () => {
    const { stdout } = await place.run('evaluate', 'sums', '--exhaustive');
    expect(stdout).toMatch(
      /^cross-entropy {7}0\.0\d+, without memory 0\.6\d+\nanswers {13}1,280 of 1,280 \(100\.00 %\)\nright {15}256 of 256 \(100\.00 %\): all bits of the sum are right\n$/,
    );
    const json = async (...options: string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await place.run('evaluate', 'sums', '--json', ...options)).stdout) as Record<string, unknown>;
    expect(await json('--test', '30')).toMatchObject({ event: 'evaluate', task: 'addition', sequences: 30, right: 30 });
    expect(await json('--length', '12', '--test', '20')).toMatchObject({ options: { length: 12 }, asked: 260 });
    expect(await json()).toMatchObject({ sequences: 1000, options: { length: 4 } });
  });

  test('where patience kept better weights than the last, the test at the end and evaluate take those', async () => {
    const options = '--hidden 3 --batch 2 --epochs 60 --lr 0.3 --schedule constant --patience 2 --kernels simd --json';
    const { stdout, stderr } = await place.run(
      ...'train --task addition --length 4 --out patient'.split(' '),
      ...options.split(' '),
    );
    const done = JSON.parse(lines(stdout).at(-1)!) as { reason: string; test: Record<string, unknown> };
    expect(done.reason).toBe('patience');
    expect(stderr).toMatch(/saved in patient; evaluate takes the weights of epoch \d+, validation loss \d\.\d+\n$/);
    const evaluated = await place.run('evaluate', 'patient', '--json');
    expect(JSON.parse(evaluated.stdout)).toEqual({ event: 'evaluate', ...done.test });
    expect(evaluated.stderr).toMatch(/^weights of epoch \d+, the best so far/);
  });

  test('a regression has no answers to count but the sequences', async () => {
    const { stdout } = await place.run('evaluate', 'adding', '--test', '5');
    expect(stdout).toMatch(
      /^mean squared error {2}\S+, without memory 0\.1667\nright {15}\d of 5 \(.*\): the sum is within 0\.08\n$/,
    );
  });
});

const usage = 2;
const data = 3;
const memory = 5;
const cases: readonly (readonly [string, number, RegExp])[] = [
  ['train --task adition --out new', usage, /--task must be one of adding, copy, .*, echo, .*list, got 'adition'/],
  ['train --task addition', usage, /--out DIR is missing. Give --task NAME and --out DIR/],
  ['train --task addition --text text --out new', usage, /--text and --task contradict each other. Give one/],
  ['train --task reber --length 9 --out new', usage, /the task reber has no --length: it takes no options of its own/],
  ['train --task echo --items 9 --out new', usage, /the task echo has no --items: it takes --length, --delay/],
  ['train --task adding --length 1 --out new', usage, /adding: length must be a whole number of at least 2, got 1/],
  ['train --task echo --delay 30 --out new', usage, /echo: delay must be below length, 30, got 30/],
  ['train --task adding --length 0 --out new', usage, /--length must be a whole number of at least 1, got '0'/],
  [
    'train --task adding --window 9 --level word --out new',
    usage,
    /this run is on a generated task, which has no --level, --window. Leave them out/,
  ],
  ['train --task adding --embedding 9 --out new', usage, /--embedding 9 is for ids, and inputs are values/],
  ['train --task adding --epochs 1 --steps 1 --out new', usage, /contradict/],
  [
    'train --task adding --hidden 9000 --out new',
    memory,
    /train: task adding, batch 32, 100 steps, 1 gru of 9000, take about/,
  ],
  ['train --task list --hidden 3', usage, /--task list goes with --json alone, got --hidden/],
  ['train --text text --out new --delay 3', usage, /this run is on a text, which has no --delay. Leave it out/],
  ['train --resume sums --length 9', usage, /--length cannot be changed by --resume/],
  ['train --resume sums --text text', usage, /sums holds a run on a generated task, which has no --text/],
  ['train --resume words --test 9', usage, /words holds a run on a text, which has no --test/],
  ['evaluate sums --text text', usage, /--text is for a model of texts, and sums holds one of a task/],
  ['evaluate sums --test 3 --exhaustive', usage, /--test and --exhaustive contradict each other/],
  [
    'evaluate sums --length 20 --exhaustive',
    usage,
    /recurra: evaluate: addition with length 20 has \d+ inputs, more than 16777216. Give --test N.$/m,
  ],
  [
    'evaluate copy --exhaustive',
    usage,
    /evaluate: the inputs of copy are not listed, but only those of addition, parity, echo. Give --test N/,
  ],
  [
    'evaluate sums --length 1000000000',
    memory,
    /evaluate: task addition, batch 8, 1000000001 steps take about [\d.]+ MB. memory: .* limit/,
  ],
  ['generate sums', data, /sums: the checkpoint holds a SequenceModel, and generate is for language models. Give the/],
  ['inspect sums --text text', data, /sums: the checkpoint holds a SequenceModel, and inspect is for language models/],
  ['evaluate words --exhaustive', usage, /--exhaustive belong to a task, and words holds a model of texts/],
  ['evaluate words --text text --length 3', usage, /--text is for a model of texts, --length, --test and --exhaustive/],
];

describe('bad input', () => {
  test.concurrent.each(cases)('%s', async (args, code, message) => {
    const outcome = await place.run(...args.split(' '));
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^recurra: [^\n]+\n$/);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
    expect(existsSync(place.at('new'))).toBe(false);
  });
});
