/** `recurra reconstruct` and `recurra sample`: what an autoencoder makes of what it is shown, and of nothing. */

import type { ModelClass } from '../checkpoint/checkpoint.js';
import type { FloatTensor } from '../data/sequences.js';
import { OptionError } from '../errors.js';
import { Autoencoder } from '../models/autoencoder.js';
import { SequenceAutoencoder } from '../models/sequence-autoencoder.js';
import { checkpointFiles } from './destination.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';
import { flag } from './job.js';
import { checkCount, checkPlaces, writePictures } from './pictures.js';
import type { PictureArguments } from './pictures.js';
import { SEQUENCE_VAE_KIND } from './sequence-vae-kind.js';
import { picturesFor, storedWidth } from './vae-kind.js';

/** The options of `recurra reconstruct`. */
export interface ReconstructArguments extends EngineArguments, PictureArguments {
  readonly idx?: string;
  readonly text?: string;
  readonly count?: number;
}

/** The options of `recurra sample`. */
export interface SampleArguments extends EngineArguments, PictureArguments {
  readonly count?: number;
  readonly seed?: number;
  readonly width?: number;
  readonly temperature?: number;
  readonly length?: number;
}

/** What the verbs take. */
const MODELS: readonly ModelClass<Autoencoder | SequenceAutoencoder>[] = [Autoencoder, SequenceAutoencoder];

/** Pictures of a row of the grid, and of a grid of samples. */
const [COLUMNS, SAMPLES] = [10, 64];

/** Runs `reconstruct`. @returns the exit code */
export async function reconstructCommand(folder: string, options: ReconstructArguments): Promise<number> {
  const { model } = await loadBest(folder, options, MODELS);
  if (model instanceof Autoencoder) await reconstructPictures(folder, model, options);
  else await reconstructLines(folder, model, options);
  return EXIT.done;
}

/** Originals above what comes back, row by row. */
async function reconstructPictures(folder: string, model: Autoencoder, options: ReconstructArguments): Promise<void> {
  refuse('reconstruct', folder, 'pictures', options, ['text']);
  if (options.idx === undefined) throw missing(folder, 'pictures', '--idx <file>');
  checkPlaces('reconstruct', options, [options.idx, ...checkpointFiles(folder)]);
  const { rows, width } = await picturesFor(model, options.idx);
  const count = Math.min(options.count ?? 2 * COLUMNS, rows.count);
  checkCount('reconstruct', 2 * count, model.options.inputSize);
  const originals = rows.batch(Array.from({ length: count }, (_, i) => i));
  const pictures = paired(originals, model.reconstruct(originals));
  writePictures(options, pictures, { width, columns: COLUMNS, title: 'Originals above their reconstructions' });
}

/** Rows of originals and of reconstructions in turn; black where the last row is not full. */
function paired(originals: FloatTensor, again: FloatTensor): FloatTensor {
  const [n, pixels] = originals.shape as [number, number];
  const rows = Math.ceil(n / COLUMNS);
  const data = new Float32Array(2 * rows * COLUMNS * pixels);
  for (let i = 0; i < n; i++) {
    const place = 2 * Math.floor(i / COLUMNS) * COLUMNS + (i % COLUMNS);
    data.set(originals.data.subarray(i * pixels, (i + 1) * pixels), place * pixels);
    data.set(again.data.subarray(i * pixels, (i + 1) * pixels), (place + COLUMNS) * pixels);
  }
  return { data, shape: [2 * rows * COLUMNS, pixels] };
}

/** Each line and what comes back, a tab between them. */
async function reconstructLines(
  folder: string,
  model: SequenceAutoencoder,
  options: ReconstructArguments,
): Promise<void> {
  refuse('reconstruct', folder, 'lines', options, ['idx', 'png', 'svg']);
  if (options.text === undefined) throw missing(folder, 'lines', '--text <file>');
  const examples = await SEQUENCE_VAE_KIND.evaluation(model, options.text, {});
  const count = Math.min(options.count ?? Infinity, examples.count);
  for (let i = 0; i < count; i += SAMPLES) {
    const batch = examples.batch(Array.from({ length: Math.min(SAMPLES, count - i) }, (_, k) => i + k));
    const again = model.linesOf(model.reconstruct(batch));
    const told = model.linesOf(batch).map((line, k) => `${line}\t${again[k]}\n`);
    process.stdout.write(told.join(''));
  }
}

/** Runs `sample`. @returns the exit code */
export async function sampleCommand(folder: string, options: SampleArguments): Promise<number> {
  const { model, training } = await loadBest(folder, options, MODELS);
  const { count = model instanceof Autoencoder ? SAMPLES : COLUMNS, seed, temperature, length } = options;
  if (model instanceof Autoencoder) {
    refuse('sample', folder, 'pictures', options, ['temperature', 'length']);
    checkPlaces('sample', options, checkpointFiles(folder));
    checkCount('sample', count, model.options.inputSize);
    const { width = storedWidth(training) } = options;
    writePictures(options, model.sample(count, { seed }), { width, title: 'Samples' });
  } else {
    refuse('sample', folder, 'lines', options, ['png', 'svg', 'width']);
    const lines = model.linesOf(model.sample(count, { seed, temperature, length }));
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }
  return EXIT.done;
}

/** Refuses options that a model of this kind has no use for. @throws OptionError */
function refuse(command: string, folder: string, noun: string, options: object, names: readonly string[]): void {
  const given = names.filter((name) => name in options).map(flag);
  if (given.length === 0) return;
  throw new OptionError(
    `${command}: ${folder} holds a model of ${noun}, which has no ${given.join(', ')}. Leave ${given.length === 1 ? 'it' : 'them'} out.`,
  );
}

function missing(folder: string, noun: string, source: string): OptionError {
  return new OptionError(`reconstruct: ${source} is missing; ${folder} holds a model of ${noun}. Give ${source}.`);
}
