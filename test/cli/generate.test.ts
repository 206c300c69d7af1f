/** `recurra generate`: the library's text on stdout, and nothing else. */

import { beforeAll, expect, test } from 'vitest';
import { Workplace, SMALL, decoded } from './command.js';

const place = new Workplace();
place.file('text');

beforeAll(async () => {
  for (const level of ['char', 'word']) {
    await place.run('train', '--text', 'text', '--out', level, '--level', level, ...SMALL, '--epochs', '2');
  }
});

test.each([
  ['char', []],
  ['char', ['--prompt', 'the ', '--length', '30', '--temperature', '0.5', '--top-k', '5', '--seed', '9']],
  ['word', ['--prompt', 'the', '--length', '12', '--temperature', '0']],
  ['word', ['--prompt', 'the', '--top-p', '0.9', '--repetition-penalty', '1.3', '--stop', 'sentence', '--seed', '4']],
])('%s %o prints what the library generates', async (folder, options) => {
  const { code, stdout, stderr } = await place.run('generate', folder, ...options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { model } = await decoded(place.checkpoint(folder));
  const value = (name: string): number | undefined => {
    const at = options.indexOf(name);
    return at < 0 ? undefined : Number(options[at + 1]);
  };
  const prompt = options.includes('--prompt') ? options[options.indexOf('--prompt') + 1]! : '';
  const expected = model.generate(prompt, {
    length: value('--length'),
    temperature: value('--temperature'),
    topK: value('--top-k'),
    topP: value('--top-p'),
    repetitionPenalty: value('--repetition-penalty'),
    stop: options.includes('--stop') ? 'sentence' : undefined,
    seed: value('--seed'),
  });
  expect(stdout).toBe(`${expected}\n`);
});

test('the seed decides, and 200 tokens are the default', async () => {
  const [a, b, c] = await Promise.all([
    place.run('generate', 'char', '--prompt', 'a'),
    place.run('generate', 'char', '--prompt', 'a', '--seed', '1'),
    place.run('generate', 'char', '--prompt', 'a', '--seed', '2'),
  ]);
  expect(a.stdout).toBe(b.stdout);
  expect(a.stdout).not.toBe(c.stdout);
  expect(a.stdout).toHaveLength(1 + 200 + 1);
});

test('the text comes as it is drawn', async () => {
  const child = place.start(['generate', 'char', '--length', '400', '--seed', '2']);
  const pieces: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  child.stderr.resume();
  await new Promise((resolve) => child.once('close', resolve));
  expect(pieces.length).toBeGreaterThan(1);
  const whole = await place.run('generate', 'char', '--length', '400', '--seed', '2');
  expect(pieces.join('')).toBe(whole.stdout);
});

test.each([
  ['--top-p', '0', '--top-p must be a number above 0 and at most 1'],
  ['--repetition-penalty', '0.5', '--repetition-penalty must be a number of at least 1'],
  ['--stop', 'word', '--stop must be one of length, sentence'],
])('%s %s is refused', async (option, value, message) => {
  const { code, stderr } = await place.run('generate', 'char', option, value);
  expect(code).toBe(2);
  expect(stderr).toContain(`${message}, got '${value}'.`);
});
