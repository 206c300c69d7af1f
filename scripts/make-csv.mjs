/**
 * Writes the generated data of docs/forecasting.md as CSV, from the package as built.
 *
 *     node scripts/make-csv.mjs series FILE [seed]      a trend, two seasons and noise of variance 1
 *     node scripts/make-csv.mjs sequences FILE [seed]   slow waves, fast waves and noise alone, a label each
 */

import { writeFileSync } from 'node:fs';
import { Random, syntheticSeries } from '../dist/index.js';

const STEPS = 6000;
const SEQUENCES = 600;
/** Share of the series whose noise is told: the part that tests. */
const TEST = 0.2;

/** Radians a step of each kind of wave. */
const WAVES = { slow: 0.4, fast: 0.8, none: 0 };

function series(seed) {
  const seasons = [
    { period: 12, amplitude: 3 },
    { period: 48, amplitude: 5, phase: 1 },
  ];
  const made = syntheticSeries({ length: STEPS, trend: 0.01, seasons, noise: 1, seed });
  const [values, signal] = ['value', 'signal'].map((name) => made.column(name));
  const squares = values.map((value, t) => (value - signal[t]) ** 2).slice(-TEST * STEPS);
  const floor = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  console.error(`noise: variance 1, in the last ${TEST * STEPS} steps ${floor.toFixed(4)}`);
  const rows = Array.from(values, (value, t) => `${t},${value.toFixed(5)},${signal[t].toFixed(5)}\n`);
  return `step,value,signal\n${rows.join('')}`;
}

function sequences(seed) {
  const random = new Random(seed);
  const labels = Object.keys(WAVES);
  const rows = Array.from({ length: SEQUENCES }, (_, i) => {
    const label = labels[random.integer(labels.length)];
    const [phase, steps] = [random.between(0, 2 * Math.PI), 20 + random.integer(41)];
    return Array.from({ length: steps }, (_unused, t) => {
      const angle = WAVES[label] * t + phase;
      const wave = label === 'none' ? [0, 0] : [Math.sin(angle), Math.cos(angle)];
      return `s${i},${wave.map((x) => (x + random.normal()).toFixed(4)).join(',')},${label}\n`;
    }).join('');
  });
  return `sequence,x,y,kind\n${rows.join('')}`;
}

const [what, file, seed = '1'] = process.argv.slice(2);
const make = { series, sequences }[what];
if (make === undefined || file === undefined) {
  console.error('make-csv: give series or sequences, a file to write, and perhaps a seed.');
  process.exit(2);
}
writeFileSync(file, make(Number(seed)));
