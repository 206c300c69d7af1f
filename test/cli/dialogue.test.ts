/** `recurra train --task dialogue`, `recurra evaluate` and `recurra chat`, from end to end. */

import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../bench/dialogues.js';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { converse } from '../../src/cli/chat.js';
import { Dialogues } from '../../src/data/dialogues.js';
import { allBatches } from '../../src/data/examples.js';
import { createEngine } from '../../src/engine.js';
import { HRED } from '../../src/models/hred.js';
import { lines, outcome, Workplace } from './command.js';

const place = new Workplace();
const asLines = (dialogues: readonly string[][]) =>
  dialogues.map((dialogue) => `${JSON.stringify(dialogue)}\n`).join('');
place.file('talk', asLines(generate('recall', 60, 1)));
place.file('other', asLines(generate('recall', 20, 2)));
const sizes = '--hidden 10 --context-size 9 --embedding 8 --batch 8 --kernels simd'.split(' ');
const begin = ['train', '--task', 'dialogue', '--dialogues', 'talk', ...sizes];
const latent = '--latent 3 --annealing 10 --word-dropout 0.25'.split(' ');

/** The model of a folder, as the library reads it. */
async function modelOf(folder: string): Promise<HRED> {
  const engine = await createEngine({ kernels: 'simd' });
  return decodeCheckpoint(engine, place.checkpoint(folder), folder, { models: [HRED] }).model;
}

beforeAll(async () => {
  await place.run(...begin, ...latent, '--out', 'vhred', '--epochs', '2');
});

describe('a run on dialogues', () => {
  test('tells data, model, progress and divergence on stderr', async () => {
    const { code, stdout, stderr } = await place.run(...begin, ...latent, '--out', 'plain', '--epochs', '2');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const model = await modelOf('plain');
    expect(lines(stderr).slice(0, 2)).toEqual([
      `54 dialogues of 216 utterances, 6 validate, ${model.vocabulary.size} symbols`,
      model.summary(),
    ]);
    expect(stderr).toMatch(/^epoch 2\/2: 100%.*valid=\S+, ppl=\S+, nll=\d\.\d+, kl=0\.\d+.* dialogue\/s\]$/m);
    expect(stderr).toMatch(/\ndone after 14 updates, \S+: validation loss \S+, perplexity \S+\nsaved in plain\n$/);
    expect(place.checkpoint('plain')).toEqual(place.checkpoint('vhred'));
  });

  test('--json and --log have the divergence of every epoch', async () => {
    const args = ['--out', 'json', '--epochs', '2', '--json', '--log', 'log.csv'];
    const { stdout } = await place.run(...begin, ...latent, ...args);
    const events = lines(stdout).map((line) => JSON.parse(line) as Record<string, number>);
    expect(events.map(({ event }) => event)).toEqual(['epoch', 'epoch', 'done']);
    const rows = lines(readFileSync(place.at('log.csv'), 'utf8'));
    expect(rows[0]).toBe('epoch,step,trainLoss,validLoss,perplexity,nll,kl,lr,dialoguesPerSecond,seconds');
    for (const [i, { kl }] of events.slice(0, 2).entries()) {
      expect(kl).toBeGreaterThan(0);
      expect(rows[i + 1]!.split(',')[6]).toBe(String(kl));
    }
  });

  test('options reach the model', async () => {
    const args = '--out flat --flat --bidirectional --cell lstm --dropout 0.1 --vocab-size 20 --steps 1'.split(' ');
    expect((await place.run(...begin, ...args)).code).toBe(0);
    const { vocabulary, ...options } = (await modelOf('flat')).options;
    expect(vocabulary.size).toBe(23);
    expect(options).toEqual({
      cell: 'lstm',
      embeddingSize: 8,
      hiddenSize: 10,
      contextSize: 9,
      bidirectional: true,
      context: false,
      latent: 0,
      annealing: 0,
      wordDropout: 0,
      dropout: 0.1,
    });
  });

  test('stopped by Ctrl-C and resumed, it ends with the bytes of a run that was not', async () => {
    const args = [...begin, ...latent, '--steps', '400'];
    await place.run(...args, '--out', 'whole');
    const child = place.start([...args, '--out', 'stopped']);
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 150));
    const { code, stderr } = await outcome(child);
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted after \d+ update/);
    expect((await place.run('train', '--resume', 'stopped')).code).toBe(0);
    const [whole, stopped] = [await modelOf('whole'), await modelOf('stopped')];
    expect(stopped.stateDict()).toEqual(whole.stateDict());
  });

  test('not on with other dialogues', async () => {
    const { code, stderr } = await place.run('train', '--resume', 'vhred', '--dialogues', 'other', '--epochs', '3');
    expect(code).toBe(3);
    expect(stderr).toMatch(/the data is not the one this run was trained on/);
  });
});

test('evaluate prints what the library says', async () => {
  const { code, stdout } = await place.run('evaluate', 'vhred', '--dialogues', 'other', '--json');
  expect(code).toBe(0);
  const model = await modelOf('vhred');
  const { vocabulary } = model;
  const other = Dialogues.fromText(readFileSync(place.at('other'), 'utf8'), { vocabulary });
  const { loss, figures } = model.evaluate(allBatches(other, 8));
  expect(JSON.parse(stdout)).toEqual({ event: 'evaluate', examples: 20, loss, ...figures, ...other.symbolCount() });
});

describe('chat', () => {
  /** What the model says to these lines, the dialogue kept. */
  const answersTo = (model: HRED, said: readonly string[], temperature: number, seed: number): string[] => {
    const dialogue: string[] = [];
    return said.map((line, i) => {
      dialogue.push(line);
      dialogue.push(model.reply(dialogue, { temperature, seed: seed + i, length: 9 }));
      return dialogue.at(-1)!;
    });
  };

  test('on a pipe: an answer a line, the dialogue kept until an empty line', async () => {
    const model = await modelOf('vhred');
    const args = 'chat vhred --temperature 1 --seed 4 --length 9'.split(' ');
    const child = place.start(args, 'my name is anna .\nwhat is my name ?\n\nwhat is my name ?');
    const { code, stdout, stderr } = await outcome(child);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, second] = answersTo(model, ['my name is anna .', 'what is my name ?'], 1, 4);
    const [anew] = answersTo(model, ['what is my name ?'], 1, 6);
    expect(stdout).toBe(`${first}\n${second}\n\n${anew}\n`);
    expect(anew).not.toBe(second);
  });

  test.each(['--top-k 3', '--seed 2', '--temperature 0 --seed 2'])('%s has nothing to draw', async (args) => {
    const { code, stdout, stderr } = await outcome(place.start(['chat', 'vhred', ...args.split(' ')], 'hello\n'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^recurra: chat: (--top-k 3|seed 2) is for drawing, and temperature is 0\. Give one above 0/,
    );
  });

  test('an answer of spaces alone, which a model of characters may give, does not end it', async () => {
    const { vocabulary } = Dialogues.fromUtterances([['a a', 'a']], { level: 'char' });
    const engine = await createEngine({ kernels: 'simd' });
    const model = new HRED(engine, { vocabulary, embeddingSize: 4, hiddenSize: 4, contextSize: 4 });
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end('a\n'.repeat(20));
    expect(await converse(model, { temperature: 9, length: 1 }, { input, output, terminal: false })).toBe(0);
    const answers = lines(String(output.read()));
    expect(answers.length).toBe(20);
    expect(new Set(answers)).toEqual(new Set(['a', ' ']));
  });

  test('on a terminal: a prompt before each line, none of the empty ones answered; Ctrl-C ends it', async () => {
    const model = await modelOf('vhred');
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = '';
    output.setEncoding('utf8').on('data', (text: string) => (shown += text));
    const ended = converse(model, {}, { input, output, terminal: true });
    const prompts = (): number => shown.split('> ').length - 1;
    for (const [i, line] of ['hi', '', 'what is up ?'].entries()) {
      await expect.poll(prompts).toBeGreaterThan(i);
      input.write(`${line}\n`);
    }
    await expect.poll(prompts).toBeGreaterThan(3);
    input.write('\u0003');
    expect(await ended).toBe(130);
    expect(shown).toContain(`\n${model.reply(['hi'])}\n`);
    expect(shown).toContain(`\n${model.reply(['what is up ?'])}\n`);
  });
});

describe('refusals', () => {
  place.file('none', '');
  place.file('one', '["a", "b"]\n["c"]\n');
  place.file('broken', '["a", "b"]\n["c", "d"\n');
  place.file('single', '["a", "b"]\n');
  place.file('blank', '["a", "b"]\n["c", ""]\n');

  test.each<[string, number, RegExp]>([
    ['train --task dialogue --out x', 2, /--dialogues <file> is missing/],
    ['train --task dialogue --dialogues none --out x', 3, /none: the file is empty/],
    ['train --task dialogue --dialogues one --out x', 3, /one:2: a dialogue needs at least two utterances, got one/],
    ['train --task dialogue --dialogues single --out x', 3, /single: a single dialogue cannot be cut for validation/],
    ['train --task dialogue --dialogues broken --out x', 3, /broken:2: is not JSON: .+ Write a dialogue as/],
    ['train --task dialogue --dialogues blank --out x', 3, /blank:2: utterance 2 is empty. Leave it out\./],
    ['train --task dialogue --dialogues talk --out x --layers 2', 2, /this run is on dialogues, which has no --layers/],
    ['train --task dialogue --dialogues talk --out x --cell rnn', 2, /cell must be one of gru, lstm, got rnn/],
    [
      'train --task dialogue --dialogues talk --out x --word-dropout 1',
      2,
      /--word-dropout must be a number (from 0|at least 0)/,
    ],
    ['train --task dialogue --dialogues talk --out x --annealing 9', 2, /--annealing 9 .+ and --latent is not given/],
    ['train --task addition --dialogues talk --out x', 2, /which has no --dialogues/],
    ['evaluate vhred', 2, /--dialogues is missing; vhred holds a model of dialogues/],
    ['evaluate vhred --dialogues one', 3, /one:2: a dialogue needs/],
    ['generate vhred', 3, /the checkpoint holds an HRED, and generate is for language models/],
  ])('%s', async (command, wanted, message) => {
    const { code, stdout, stderr } = await place.run(...command.split(' '));
    expect({ code, stdout }).toEqual({ code: wanted, stdout: '' });
    expect(stderr).toMatch(message);
    expect(lines(stderr).length).toBe(1);
  });
});
