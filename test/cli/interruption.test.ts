/** Signals and readers that go: the first asks to stop and saves, the second ends at once, and nothing is torn. */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { CHECKPOINT_FILE } from '../../src/checkpoint/checkpoint.js';
import { Interruption } from '../../src/cli/interruption.js';
import { Workplace, SMALL, decoded, lines, outcome } from './command.js';

const place = new Workplace();
place.file('text');
const endless = ['train', '--text', 'text', ...SMALL, '--epochs', '1000000', '--json'];

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test('stops after the window, saves, says how to go on', async () => {
    const child = place.start([...endless, '--out', signal]);
    const ended = outcome(child);
    await once(child.stdout, 'data');
    child.kill(signal);
    const { stdout, stderr, ...rest } = await ended;
    expect(rest).toEqual({ code });
    expect(stderr).toMatch(/^stopping after this window; once more to quit at once$/m);
    expect(stderr).toMatch(
      new RegExp(
        `^interrupted after \\d+ updates.*\nsaved in ${signal}; go on with: recurra train --resume ${signal}\n$`,
        'm',
      ),
    );
    const done = JSON.parse(lines(stdout).at(-1)!) as { steps: number };
    expect(done).toMatchObject({ event: 'done', reason: 'aborted' });
    const { training } = await decoded(place.checkpoint(signal));
    expect(training!.values['step']).toBe(done.steps);
  });

  test('in its own terms: the first aborts, the second exits, and then nobody listens', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('the process has ended');
    });
    const before = process.listenerCount(signal);
    const first = vi.fn<() => void>();
    const interruption = new Interruption(first);
    try {
      expect(interruption.signal.aborted).toBe(false);
      process.emit(signal, signal);
      expect(interruption).toMatchObject({ exitCode: code, signal: { aborted: true } });
      expect(first).toHaveBeenCalledTimes(1);
      expect(exit).not.toHaveBeenCalled();
      expect(() => process.emit(signal, signal)).toThrow('the process has ended');
      expect(exit).toHaveBeenCalledWith(code);
      expect(first).toHaveBeenCalledTimes(1);
    } finally {
      interruption.end();
      exit.mockRestore();
    }
    expect(process.listenerCount(signal)).toBe(before);
  });
});

test('a run that SIGINT has stopped ends, resumed, with the bytes of one that was never stopped', async () => {
  const options = [...SMALL, '--dropout', '0.1', '--schedule', 'cosine', '--epochs', '200'];
  await place.run('train', '--text', 'text', '--out', 'whole', ...options);
  const child = place.start(['train', '--text', 'text', '--out', 'stopped', ...options, '--json']);
  const ended = outcome(child);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(place.checkpoint('stopped').equals(place.checkpoint('whole'))).toBe(false);
  expect((await place.run('train', '--resume', 'stopped')).code).toBe(0);
  expect(place.checkpoint('stopped').equals(place.checkpoint('whole'))).toBe(true);
});

test('a second signal during one long window ends the process, and the checkpoint is the one before', async () => {
  place.file('long', 'abcdefgh'.repeat(2000));
  const sizes = '--hidden 128 --batch 64 --window 128 --kernels js --epochs 1000'.split(' ');
  const child = place.start(['train', '--text', 'long', '--out', 'twice', ...sizes]);
  const ended = outcome(child);
  while (!existsSync(place.at('twice', CHECKPOINT_FILE))) await sleep(5);
  // Two that come at once may be one to the process; a third would meet it while it ends. The window lasts seconds.
  child.kill('SIGINT');
  await sleep(200);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  const { training } = await decoded(place.checkpoint('twice'));
  expect(training!.values['step']).toBe(0);
});

test.each(['stdout', 'stderr'] as const)('a reader of %s that goes ends the process quietly', async (name) => {
  const child = place.start([...endless, '--out', name]);
  const ended = outcome(child);
  await once(child.stdout, 'data');
  child[name].destroy();
  const { code, stderr } = await ended;
  expect(code).toBe(141);
  expect(stderr).not.toMatch(/Error|\n\s+at /);
  await decoded(place.checkpoint(name));
});
