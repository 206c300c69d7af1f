/**
 * `kill -9` at random moments of a run: the checkpoint always loads, and the resumed run ends with the bytes of one
 * that was never stopped.
 */

import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHECKPOINT_FILE } from '../../src/checkpoint/checkpoint.js';
import { Random } from '../../src/random.js';
import { Workplace, SMALL, decoded, outcome } from './command.js';

const KILLS = 30;
const EPOCHS = 30;

const place = new Workplace();
place.file('text');
const run = ['train', '--text', 'text', ...SMALL, '--dropout', '0.1', '--schedule', 'plateau', '--patience', '1000'];
const begin = [...run, '--epochs', String(EPOCHS)];

/** A moment of a run: so many epochs after its first checkpoint or, resumed, its start, and so many ms more. */
interface Moment {
  readonly epochs: number;
  readonly ms: number;
}

/** Starts a command and kills it. @returns whether it was still running */
async function kill(args: readonly string[], folder: string, { epochs, ms }: Moment): Promise<boolean> {
  const child = place.start([...args, '--json']);
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString().split('\n').length - 1));
  const ended = outcome(child);
  const reached = (): boolean => seen >= epochs && existsSync(place.at(folder, CHECKPOINT_FILE));
  while (child.exitCode === null && !reached()) await sleep(1);
  await sleep(ms);
  child.kill('SIGKILL');
  return (await ended).code === null;
}

test(`${KILLS} runs that are killed and resumed end as if they had not been`, { timeout: 600_000 }, async () => {
  await place.run(...begin, '--out', 'whole');
  const whole = place.checkpoint('whole');
  const { training: end } = await decoded(whole);
  const totalSteps = end!.values['step'] as number;
  const random = new Random(11);
  const moment = (): Moment => ({ epochs: random.integer(0.7 * EPOCHS), ms: random.between(0, 10) });
  const moments = Array.from(
    { length: KILLS },
    () => [moment(), { epochs: random.integer(4), ms: random.between(0, 10) }] as const,
  );
  const stops: number[] = [];

  const trial = async ([first, second]: readonly [Moment, Moment], index: number): Promise<void> => {
    const folder = `killed-${index}`;
    if (!(await kill([...begin, '--out', folder], folder, first))) return;
    const { model, training } = await decoded(place.checkpoint(folder));
    expect(model.parameterCount).toBeGreaterThan(0);
    stops.push(training!.values['step'] as number);
    // Every third run is killed once more while it is resumed.
    if (index % 3 === 0) {
      await kill(['train', '--resume', folder], folder, second);
      await decoded(place.checkpoint(folder));
    }
    const { code, stderr } = await place.run('train', '--resume', folder);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(place.checkpoint(folder).equals(whole)).toBe(true);
    // What the killed process had begun to write is swept.
    expect(readdirSync(place.at(folder))).toEqual([CHECKPOINT_FILE]);
  };
  // Two at a time.
  const queue = moments.entries();
  const worker = async (): Promise<void> => {
    for (const [index, both] of queue) await trial(both, index);
  };
  await Promise.all([worker(), worker()]);
  // Otherwise the kills came too late to prove anything.
  expect(stops.filter((step) => step < totalSteps).length).toBeGreaterThan(KILLS / 2);
  expect(new Set(stops).size).toBeGreaterThan(KILLS / 4);
});
