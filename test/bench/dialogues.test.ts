/** Generated dialogues: what they promise about context and about equally good answers. */

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { generate } from '../../bench/dialogues.js';
import { Dialogues } from '../../src/data/dialogues.js';

test('a seed gives its dialogues, another one others', () => {
  expect(generate('recall', 50, 3)).toEqual(generate('recall', 50, 3));
  expect(generate('recall', 50, 3)).not.toEqual(generate('recall', 50, 4));
});

test('recall: the answer is what the first turn says, and follows from nothing behind it', () => {
  const dialogues = generate('recall', 2000, 1);
  const answers = new Map<string, Set<string>>();
  for (const [fact, acknowledgement, question, answer] of dialogues) {
    expect(answer!.split(' ').at(-2)).toBe(fact!.split(' ').at(-2));
    const seen = `${acknowledgement} ${question}`;
    answers.set(seen, (answers.get(seen) ?? new Set()).add(answer!));
  }
  // Four acknowledgements, three questions, eight answers to each.
  expect([...answers.values()].map(({ size }) => size)).toEqual(new Array(12).fill(8));
});

test('styles: each question has eight answers, of which the first word tells the others', () => {
  const dialogues = generate('styles', 2000, 1);
  const answers = new Set(dialogues.map(([, answer]) => answer!));
  expect(new Set(dialogues.map((dialogue) => dialogue.join(' '))).size).toBe(4 * 8);
  expect(new Set([...answers].map((answer) => answer.split(' ')[0])).size).toBe(answers.size);
});

test('as a command it prints lines that Dialogues reads; what it does not know is refused', () => {
  const run = (...given: string[]) =>
    execFileSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'bench/dialogues.ts', ...given], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const dialogues = Dialogues.fromText(run('styles', '20', '2'));
  expect(dialogues.fingerprint).toBe(Dialogues.fromUtterances(generate('styles', 20, 2)).fingerprint);
  expect(() => run('poems', '20', '2')).toThrow(/Command failed/);
});
