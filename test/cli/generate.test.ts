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
