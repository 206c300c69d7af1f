/** `recurra train` from end to end: what it prints where, what it leaves, and how it goes on. */

import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { createEngine } from '../../src/engine.js';
import { Workplace, SMALL, SMALL_SIZES, decoded, lines } from './command.js';

const place = new Workplace();
place.file('text');
const begin = ['train', '--text', 'text', ...SMALL];

/** A number as JSON has it. */
const number: unknown = expect.any(Number);

describe('a run', () => {
  test('writes nothing to stdout, whole lines to stderr, and the checkpoint', async () => {
    const { code, stdout, stderr } = await place.run(...begin, '--out', 'plain/deep', '--epochs', '2');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.includes('\r') || stderr.includes('\u001b')).toBe(false);
    expect(stderr).toMatch(
      /^1,\d{3} tokens, \d\d different characters\nembedding 8, 1 lstm layer of 16, \S+ parameters, about 0\.\d MB\n/,
    );
    expect(stderr).toMatch(/^kernels simd/m);
    expect(stderr.match(/^epoch 1\/2: 100%.*loss=\d\.\d+, valid=\d\.\d+, ppl=.* char\/s/gm)).toHaveLength(1);
    expect(stderr.match(/^epoch 2\/2: 100%/gm)).toHaveLength(1);
    expect(stderr).toMatch(
      /\ndone after \d+ updates, \S+: validation loss \d\.\d+, perplexity [\d.]+\nsaved in plain\/deep\n$/,
    );
    expect(readdirSync(place.at('plain', 'deep'))).toEqual(['checkpoint.safetensors']);
    const { model, training } = await decoded(place.checkpoint('plain/deep'));
    expect(model).toMatchObject({ cell: 'lstm', embeddingSize: 8, hiddenSize: 16, numLayers: 1, dropout: 0 });
    expect(training!.values).toMatchObject({ text: '../../text', kernels: 'simd' });
  });

  test('--json prints an object a line, with the documented fields in their order', async () => {
    const { code, stdout } = await place.run(...begin, '--out', 'json', '--epochs', '3', '--json');
    const objects = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(objects).toHaveLength(4);
    for (const [i, epoch] of objects.slice(0, 3).entries()) {
      expect(Object.keys(epoch).join()).toBe('event,epoch,trainLoss,validLoss,perplexity,tokensPerSecond,seconds');
      expect(epoch).toEqual({
        event: 'epoch',
        epoch: i + 1,
        trainLoss: number,
        validLoss: number,
        perplexity: Math.exp(epoch['validLoss'] as number),
        tokensPerSecond: number,
        seconds: number,
      });
    }
    const { trainLoss, validLoss, perplexity } = objects[2]!;
    expect(objects[3]).toMatchObject({
      event: 'done',
      reason: 'epochs',
      epochs: 3,
      trainLoss,
      validLoss,
      perplexity,
      out: 'json',
    });
  });

  test('without validation the loss is null and the perplexity that of the training', async () => {
    const options = ['--out', 'novalid', '--epochs', '1', '--valid-fraction', '0', '--json'];
    const [epoch] = lines((await place.run(...begin, ...options)).stdout).map(
      (line) => JSON.parse(line) as Record<string, number>,
    );
    expect(epoch).toMatchObject({ validLoss: null, perplexity: Math.exp(epoch!['trainLoss']!) });
  });

  test('--log writes a CSV with a header, and a resumed run appends to it', async () => {
    await place.run(...begin, '--out', 'log', '--epochs', '2', '--log', 'log.csv');
    await place.run('train', '--resume', 'log', '--epochs', '3', '--log', 'log.csv');
    const [header, ...rows] = lines(readFileSync(place.at('log.csv'), 'utf8'));
    expect(header).toBe('epoch,step,trainLoss,validLoss,perplexity,lr,tokensPerSecond,seconds');
    expect(rows.map((row) => row.split(',').length)).toEqual([8, 8, 8]);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2', '3']);
    const { training } = await decoded(place.checkpoint('log'));
    const history = training!.values['history'] as number[][];
    expect(rows.map((row) => row.split(',').slice(2, 4).map(Number))).toEqual(history.map(([, ...losses]) => losses));
  });

  test('every option takes part', async () => {
    const options =
      '--level word --locale en --vocab-size 40 --cell gru --embedding 5 --hidden 9 --layers 2 --dropout 0.2 --batch 3 ' +
      '--window 12 --steps 5 --optimizer rmsprop --lr 0.01 --schedule cosine --clip-norm 2 --clip-value 0.5 ' +
      '--valid-fraction 0.2 --patience 3 --seed 7 --kernels js';
    const { code, stderr } = await place.run('train', '--text', 'text', '--out', 'all', ...options.split(' '));
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('40 different words') as unknown,
    });
    const { model, training } = await decoded(place.checkpoint('all'));
    expect(model).toMatchObject({ cell: 'gru', embeddingSize: 5, hiddenSize: 9, numLayers: 2, dropout: 0.2 });
    expect(model.vocabulary).toMatchObject({ level: 'word', locale: 'en', size: 43 });
    expect(training!.values).toMatchObject({ step: 5, kernels: 'js' });
    expect(training!.values['settings']).toEqual({
      epochs: 0,
      steps: 5,
      batch: 3,
      window: 12,
      optimizer: 'rmsprop',
      lr: 0.01,
      schedule: 'cosine',
      clipNorm: 2,
      clipValue: 0.5,
      validFraction: 0.2,
      patience: 3,
    });
  });

  test('a seed gives the same bytes, another seed others', async () => {
    const trained = async (out: string, seed: string) => {
      await place.run(...begin, '--out', out, '--epochs', '1', '--dropout', '0.2', '--seed', seed);
      return place.checkpoint(out);
    };
    const [a, b, c] = await Promise.all([trained('seed-a', '5'), trained('seed-b', '5'), trained('seed-c', '6')]);
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(false);
  });

  test('Japanese words', async () => {
    place.file('ja', '猫が庭で眠る。\n犬が川で走る。\n子供が本を読む。\n'.repeat(30));
    const { code } = await place.run(
      'train',
      '--text',
      'ja',
      '--out',
      'ja-run',
      ...SMALL,
      '--level',
      'word',
      '--locale',
      'ja',
    );
    expect(code).toBe(0);
    const { model } = await decoded(place.checkpoint('ja-run'));
    expect(model.vocabulary.symbols).toContain('猫');
  });
});

describe('--resume', () => {
  test('with more epochs it ends with the bytes of a run of so many', async () => {
    await place.run(...begin, '--out', 'two', '--epochs', '2', '--dropout', '0.2');
    await place.run(...begin, '--out', 'five', '--epochs', '5', '--dropout', '0.2');
    const { code, stderr } = await place.run('train', '--resume', 'two', '--epochs', '5');
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^resuming at update \d+ of \d+$/m) as unknown,
    });
    expect(place.checkpoint('two').equals(place.checkpoint('five'))).toBe(true);
  });

  test('of a run that has ended changes nothing, and says how to go on', async () => {
    await place.run(...begin, '--out', 'ended', '--epochs', '1');
    const before = place.checkpoint('ended');
    const { code, stdout, stderr } = await place.run('train', '--resume', 'ended', '--json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/all of its \d+ updates are made; give --epochs or --steps, more than before/);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'done', reason: 'epochs', epochs: 1 });
    expect(place.checkpoint('ended').equals(before)).toBe(true);
    const fewer = await place.run('train', '--resume', 'ended', '--steps', '1');
    expect(fewer).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/updates already, more than steps 1 asks for/) as unknown,
    });
  });

  test('goes on with the kernels that wrote the checkpoint, unless told otherwise', async () => {
    await place.run('train', '--text', 'text', ...SMALL_SIZES, '--out', 'js', '--epochs', '1', '--kernels', 'js');
    expect((await place.run('train', '--resume', 'js', '--epochs', '2')).stderr).toMatch(/^kernels js/m);
    expect((await place.run('train', '--resume', 'js', '--epochs', '3', '--kernels', 'simd')).stderr).toMatch(
      /^kernels simd/m,
    );
    expect((await place.run('train', '--resume', 'js')).stderr).toMatch(/^kernels simd/m);
  });

  test('finds the text by its place, or is given it; another text is refused', async () => {
    const moved = new Workplace();
    moved.file('first');
    await moved.run('train', '--text', 'first', '--out', 'run', ...SMALL, '--epochs', '1');
    const elsewhere = await place.run('train', '--resume', moved.at('run'), '--epochs', '2');
    expect(elsewhere.code).toBe(0);
    symlinkSync(moved.at('run'), moved.at('link'));
    expect((await place.run('train', '--resume', moved.at('link'), '--epochs', '3')).code).toBe(0);
    moved.file('copy');
    expect((await moved.run('train', '--resume', 'run', '--text', 'copy', '--epochs', '4')).code).toBe(0);
    moved.file('other', readFileSync(moved.at('first'), 'utf8').replace('the', 'teh'));
    const before = moved.checkpoint('run');
    const other = await moved.run('train', '--resume', 'run', '--text', 'other', '--epochs', '5');
    expect(other).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^recurra: .*not the one this run was trained on.*\n$/) as unknown,
    });
    expect(moved.checkpoint('run').equals(before)).toBe(true);
  });

  test('keeps the best weights of early stopping, which evaluate and generate take', async () => {
    place.file('rhythm', `${'ab'.repeat(1500)}${'abbaaabab'.repeat(40)}`);
    const options = ['--epochs', '30', '--lr', '0.02', '--patience', '2', '--json'];
    const { stdout } = await place.run('train', '--text', 'rhythm', '--out', 'best', ...SMALL, ...options);
    const done = JSON.parse(lines(stdout).at(-1)!) as { best: { epoch: number; validLoss: number } };
    const losses = lines(stdout)
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { validLoss: number }).validLoss);
    expect(done).toMatchObject({ reason: 'patience', best: { validLoss: Math.min(...losses) } });
    const again = await place.run('train', '--resume', 'best', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ reason: 'patience', best: done.best });
    const use = await place.run('evaluate', 'best', '--text', 'rhythm');
    expect(use.stderr).toBe(
      `weights of epoch ${done.best.epoch}, the best so far: validation loss ${done.best.validLoss.toFixed(4)}\n`,
    );
    expect(again.stderr).toMatch(
      new RegExp(`; evaluate and generate take the weights of epoch ${done.best.epoch}, validation loss`),
    );
    expect(again.stderr).toMatch(
      /^validation has not improved for 2 epochs, --patience 2 allows no more; give more, or 0, to go on/m,
    );
  });

  test('goes on after early stopping where --patience allows it', async () => {
    const { stdout } = await place.run('train', '--resume', 'best', '--patience', '4', '--json');
    const before = JSON.parse((await place.run('train', '--resume', 'best', '--json')).stdout) as { steps: number };
    expect(lines(stdout).length).toBeGreaterThan(1);
    const never = await place.run('train', '--resume', 'best', '--patience', '0', '--json');
    const done = JSON.parse(lines(never.stdout).at(-1)!) as { reason: string; steps: number };
    expect(done.reason).toBe('epochs');
    expect(done.steps).toBeGreaterThan(before.steps);
  });
});

describe('--steps with --patience', () => {
  test('the weights that evaluate takes are those with the best validation, also where the run ends within an epoch', async () => {
    const options = ['--steps', '60', '--patience', '5', '--json'];
    const { stdout, stderr } = await place.run(...begin, '--out', 'within', ...options);
    const done = JSON.parse(lines(stdout).at(-1)!) as { validLoss: number; best: { validLoss: number } };
    expect(done.validLoss).toBeLessThan(done.best.validLoss);
    expect(stderr).toMatch(/\nsaved in within\n$/);
    const { training, weights } = decodeCheckpoint(await createEngine(), place.checkpoint('within'), 'within', {
      weights: 'best',
    });
    expect(weights).toBe('last');
    expect(training!.values['endLoss']).toEqual([done.validLoss]);
    expect((await place.run('evaluate', 'within', '--text', 'text')).stderr).toBe('');
    const again = await place.run('train', '--resume', 'within', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ reason: 'steps', validLoss: done.validLoss });
    const longer = await place.run('train', '--resume', 'within', '--steps', '100');
    const whole = await place.run(...begin, '--out', 'whole', '--steps', '100', '--patience', '5');
    expect([longer.code, whole.code]).toEqual([0, 0]);
    expect(place.checkpoint('within').equals(place.checkpoint('whole'))).toBe(true);
  });
});

describe('--log', () => {
  test('is never a file of something else', async () => {
    place.file('notes.csv', 'a,b,c\n');
    await place.run(...begin, '--out', 'logged', '--epochs', '1');
    const text = readFileSync(place.at('text'), 'utf8');
    const before = place.checkpoint('logged');
    for (const log of ['notes.csv', 'text', './text', 'logged/checkpoint.safetensors']) {
      const { code, stderr } = await place.run(...begin, '--out', 'logged', '--steps', '2', '--log', log);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^recurra: --log \S+: .*Give another one\.\n$/) as unknown,
      });
    }
    const fresh = await place.run(...begin, '--out', 'new', '--steps', '2', '--log', 'new/checkpoint.safetensors');
    expect(fresh.code).toBe(2);
    expect(readFileSync(place.at('notes.csv'), 'utf8')).toBe('a,b,c\n');
    expect(readFileSync(place.at('text'), 'utf8')).toBe(text);
    expect(place.checkpoint('logged').equals(before)).toBe(true);
  });
});

describe('--steps that end within an epoch', () => {
  test('leave a whole line of progress, a line of the log, and numbers in the last event', async () => {
    const args = ['--out', 'steps', '--steps', '5', '--log', 'steps.csv', '--json'];
    const { stdout, stderr } = await place.run(...begin, ...args);
    const done = JSON.parse(stdout) as { reason: string; epochs: number; trainLoss: number; validLoss: number };
    expect(done).toMatchObject({ event: 'done', reason: 'steps', epochs: 0 });
    const progress = lines(stderr).filter((line) => line.startsWith('epoch'));
    expect(progress.at(-1)).toMatch(/^epoch 1\/1: 100%\|.* 5\/5 .*loss=.*valid=/);
    expect(progress.length).toBeLessThanOrEqual(2);
    const [, row] = lines(readFileSync(place.at('steps.csv'), 'utf8'));
    expect(row!.split(',').slice(0, 4)).toEqual(['1', '5', `${done.trainLoss}`, `${done.validLoss}`]);
  });
});

describe('a folder that holds a checkpoint', () => {
  test('a run that fails, in whatever way, leaves it as it was', async () => {
    await place.run(...begin, '--out', 'kept', '--epochs', '1');
    const before = place.checkpoint('kept');
    place.file('empty', '');
    place.file('short', 'abc');
    const into = (...args: string[]) => place.run('train', '--out', 'kept', ...args);
    const failures = await Promise.all([
      into('--text', 'empty'),
      into('--text', 'short'),
      into('--text', 'nothing'),
      into('--text', 'text', '--window', '5000'),
      into('--text', 'text', '--epochs', '1', '--steps', '1'),
      into('--text', 'text', '--hidden', '100000'),
      into('--text', 'text', '--log', '.'),
      into('--text', 'text', ...SMALL, '--lr', '1e37', '--clip-norm', '0', '--optimizer', 'sgd'),
    ]);
    expect(failures.map(({ code }) => code)).toEqual([3, 3, 3, 3, 2, 5, 3, 4]);
    expect(place.checkpoint('kept').equals(before)).toBe(true);
    expect(readdirSync(place.at('kept'))).toEqual(['checkpoint.safetensors']);
  });

  test('a run that learns replaces it, keeps a copy, and says so', async () => {
    await place.run(...begin, '--out', 'replaced', '--epochs', '1');
    const earlier = place.checkpoint('replaced');
    const { stderr } = await place.run(...begin, '--out', 'replaced', '--epochs', '2', '--seed', '2');
    expect(stderr).toMatch(
      /^replaced holds a checkpoint of another run, which will be kept as previous\.safetensors$/m,
    );
    await place.run(...begin, '--out', 'fresh', '--epochs', '2', '--seed', '2');
    expect(place.checkpoint('replaced').equals(place.checkpoint('fresh'))).toBe(true);
    expect(readFileSync(place.at('replaced/previous.safetensors')).equals(earlier)).toBe(true);
  });
});

test('a run that diverges exits with 4, names the window and what to lower, and leaves a checkpoint that loads', async () => {
  const options = ['--lr', '1e37', '--clip-norm', '0', '--optimizer', 'sgd'];
  const { code, stdout, stderr } = await place.run(...begin, '--out', 'diverged', ...options);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(lines(stderr).at(-1)).toMatch(
    /^recurra: train: the loss is NaN in window 2 of epoch 1\..*Lower the learning rate/,
  );
  expect(existsSync(place.at('diverged'))).toBe(true);
  const { model } = await decoded(place.checkpoint('diverged'));
  for (const { data } of model.stateDict().values()) expect(Array.from(data).every(Number.isFinite)).toBe(true);
});
