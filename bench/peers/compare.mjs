/**
 * Training steps of recurra and of other engines, in alternation: every round gives each contestant a turn, and ratios
 * are taken within rounds, since a shared machine changes its pace.
 *
 *     npm run build && npm --prefix bench/peers ci
 *     npm --prefix bench/peers run compare -- [--rounds N] [--shapes NAME,...] [--contestants NAME,...] [--json FILE]
 *
 * A shape may be named by a part of its name. Who cannot take part is told on stderr.
 */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { median, medianRatio } from '../../dist/bench/alternation.js';
import { stepFlops } from '../../dist/bench/counts.js';
import { SHAPES } from '../../dist/bench/shapes.js';
import { Contestant } from './contestant.mjs';
import { CONTESTANTS, USUAL } from './contestants.mjs';

/** A turn lasts so long, or one step. */
const TURN_MS = 400;
/** Whose step takes longer than this takes part in the first rounds only. */
const SLOW_MS = 4000;
const SLOW_ROUNDS = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    shapes: { type: 'string', default: '' },
    contestants: { type: 'string', default: USUAL.join(',') },
    json: { type: 'string' },
  },
});

function fail(message) {
  console.error(`compare: ${message}.`);
  process.exit(2);
}

const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  fail(`--rounds must be a whole number of at least 1, got '${values.rounds}'`);
const parts = values.shapes.split(',');
const shapes = SHAPES.filter(({ name }) => parts.some((part) => name.includes(part)));
if (shapes.length === 0) fail(`--shapes must name some of ${SHAPES.map(({ name }) => name).join(', ')}`);
const names = values.contestants.split(',');
const unknown = names.find((name) => !(name in CONTESTANTS));
if (unknown !== undefined)
  fail(`--contestants must be some of ${Object.keys(CONTESTANTS).join(', ')}, got '${unknown}'`);

/** Starts those that can run here. */
async function start() {
  const running = [];
  for (const name of names) {
    let contestant;
    try {
      contestant = new Contestant(CONTESTANTS[name]());
      console.error(`${name}: ${await contestant.hello()}`);
      running.push(contestant);
    } catch (error) {
      console.error(`${name} takes no part: ${error.message}`);
      contestant?.end();
    }
  }
  return running;
}

/** Builds the model and warms it up. Resolves to an entry of the race, or nothing. */
async function enter(contestant, shape) {
  try {
    const lack = contestant.lacks(shape);
    if (lack !== undefined) throw new Error(lack);
    await contestant.build(shape);
    let ms = await contestant.steps(1);
    if (ms < SLOW_MS) ms = await contestant.steps(Math.ceil(TURN_MS / ms)); // compiled by now, if it compiles
    return {
      contestant,
      ms: [],
      peaks: [],
      count: Math.ceil(TURN_MS / ms),
      rounds: ms > SLOW_MS ? SLOW_ROUNDS : rounds,
    };
  } catch (error) {
    console.error(`${shape.name}: ${contestant.name} takes no part: ${error.message}`);
  }
}

/** All rounds of one shape. */
async function race(contestants, shape) {
  const entries = [];
  for (const contestant of contestants) {
    const entry = await enter(contestant, shape);
    if (entry !== undefined) entries.push(entry);
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries.filter((one) => round < one.rounds)) {
      const { contestant, count } = entry;
      if (!contestant.peer) entry.peaks.push(await contestant.peak());
      entry.ms.push(await contestant.steps(count));
    }
  }
  return entries.map((entry) => resultOf(entry, entries, shape));
}

/** Medians, and how many times faster than each peer. */
function resultOf({ contestant, ms, peaks }, entries, shape) {
  const flopsPerMs = ms.map((value) => stepFlops(shape) / value / 1e6);
  const peers = entries.filter((entry) => entry.contestant.peer && entry.contestant !== contestant);
  const times = peers.map((peer) => {
    const common = Math.min(peer.ms.length, ms.length);
    return [peer.contestant.name, medianRatio(peer.ms.slice(0, common), ms.slice(0, common))];
  });
  return {
    shape: shape.name,
    contestant: contestant.name,
    versions: contestant.versions,
    msPerStep: median(ms),
    lowest: Math.min(...ms),
    highest: Math.max(...ms),
    rounds: ms.length,
    gflops: median(flopsPerMs),
    fractionOfPeak: peaks.length > 0 ? medianRatio(flopsPerMs, peaks) : undefined,
    times: Object.fromEntries(times),
  };
}

function printTable(shape, results) {
  const peers = results
    .map(({ contestant }) => contestant)
    .filter((name) => results.some(({ times }) => name in times));
  const line = (cells) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(13) : cell.padStart(i === 2 ? 19 : 12))).join(''));
  console.log(`\n${shape.name}, ${rounds} rounds`);
  line(['', 'ms', 'lowest to highest', 'GFLOP/s', 'of peak', ...peers.map((peer) => `x ${peer}`)]);
  for (const { contestant, msPerStep, lowest, highest, gflops, fractionOfPeak, times } of results) {
    const ratios = peers.map((peer) => times[peer]?.toFixed(2) ?? '');
    const range = `${lowest.toFixed(1)} to ${highest.toFixed(1)}`;
    line([contestant, msPerStep.toFixed(1), range, gflops.toFixed(1), fractionOfPeak?.toFixed(2) ?? '', ...ratios]);
  }
}

const contestants = await start();
const all = [];
try {
  for (const shape of shapes) {
    const results = await race(contestants, shape);
    printTable(shape, results);
    all.push(...results);
    // npm runs this in bench/peers; a path is meant from where npm was called.
    if (values.json !== undefined)
      writeFileSync(path.resolve(process.env.INIT_CWD ?? '.', values.json), `${JSON.stringify(all, null, 1)}\n`);
  }
} finally {
  for (const contestant of contestants) contestant.end();
}
