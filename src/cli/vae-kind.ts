/** `recurra train --task vae`: an autoencoder of pictures. */

import type { IdxImages } from '../data/idx.js';
import type { Rows } from '../data/rows.js';
import type { FloatTensor } from '../data/sequences.js';
import { DataError } from '../errors.js';
import { Autoencoder, HIDDEN_ACTIVATIONS } from '../models/autoencoder.js';
import { Fields } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import type { Kind, KindArguments, KindOption } from './kind.js';
import { oneOf, path, real, whole } from './options.js';
import { readPictures } from './pictures.js';
import { exampleTerms } from './terms.js';

/** The pictures of a file, and how they are cut. */
interface Pictures {
  readonly rows: Rows;
  readonly train: Rows;
  readonly valid: Rows | undefined;
  readonly height: number;
  readonly width: number;
}

/** Options of every autoencoder. */
export const CODE_OPTIONS: readonly KindOption[] = [
  ['--code <n>', 'length of the code', whole('--code', 1)],
  ['--plain', 'a code without noise and divergence: an autoencoder that is not variational'],
  ['--kl-weight <x>', 'what the divergence counts (1)', real('--kl-weight', (x) => x >= 0, 'a number of at least 0')],
  ['--anneal <n>', 'updates over which it rises to that (0)', whole('--anneal', 0)],
];

/** Those options as the models have them. */
export function codeOptions({ code, plain, klWeight, anneal }: KindArguments): object {
  return { codeSize: code, variational: plain !== true, klWeight, annealSteps: anneal };
}

/** Which pictures validate does not depend on the seed of the run: runs are compared on the same. */
const SPLIT_SEED = 1;

const DEFAULTS = { code: 20, hidden: 400, layers: 1, validFraction: 0.1 };

/** Pictures of an IDX file through a code and back. */
export const VAE_KIND: Kind<Autoencoder, FloatTensor, Pictures> = {
  name: 'vae',
  summary: 'pictures through a code and back: a variational autoencoder, which can draw new ones',
  noun: 'pictures',
  model: Autoencoder,
  source: ['--idx <file>', 'pictures, an IDX file, also compressed by gzip', path('--idx')],
  options: [
    ...CODE_OPTIONS,
    [
      '--activation <name>',
      `${HIDDEN_ACTIVATIONS.join(', ')} (relu)`,
      oneOf<string>('--activation', HIDDEN_ACTIVATIONS),
    ],
    ['--binarize', 'pixels are drawn as black or white by their brightness, anew in every epoch of training'],
    ['--in-order', 'the end of the file validates, instead of pictures drawn from all of it'],
  ],
  paths: [],
  takes: ['hidden', 'layers', 'validFraction'],
  recipe: { epochs: 30, batch: 128, optimizer: 'adam', lr: 2e-3, schedule: 'cosine', clipNorm: 0 },
  terms: exampleTerms({ unit: 'picture', verb: 'reconstruct', figures: ['reconstruction', 'kl'] }),

  async read(file, options) {
    const { rows, height, width } = await readPictures(file);
    const { validFraction } = { ...DEFAULTS, ...options };
    if (validFraction === 0) return { rows, train: rows, valid: undefined, height, width };
    const { train, held } = (options['inOrder'] === true ? rows : rows.shuffled(SPLIT_SEED)).split(
      validFraction as number,
    );
    return { rows, train, valid: held, height, width };
  },

  create(engine, { rows }, options) {
    const { hidden, layers, ...given } = { ...DEFAULTS, ...options } as KindArguments;
    return new Autoencoder(engine, {
      inputSize: rows.width,
      hiddenSizes: new Array<number>(layers as number).fill(hidden as number),
      binarize: given['binarize'] === true,
      activation: given['activation'] as (typeof HIDDEN_ACTIVATIONS)[number] | undefined,
      ...(codeOptions(given) as { codeSize: number }),
    });
  },

  fitData: (_, { train, valid }) => ({ train, valid }),

  describe({ train, valid, height, width }) {
    const held = valid === undefined ? '' : `, ${valid.count.toLocaleString('en-US')} to validate`;
    return `${train.count.toLocaleString('en-US')} pictures of ${height} x ${width}${held}`;
  },

  stored: ({ height, width }) => ({ pictures: { height, width } }),

  evaluation: async (model, file) => (await picturesFor(model, file)).rows,
};

/** The width of the pictures that a run was on; none of a model that was saved without one. @throws CheckpointError */
export function storedWidth(training: Snapshot | undefined): number | undefined {
  const fields = new Fields('training', training?.values ?? {});
  return fields.has('pictures') ? fields.record('pictures')['width'] : undefined;
}

/** The pictures of a file, of the size that a model has seen. @throws DataError */
export async function picturesFor({ options }: Autoencoder, file: string): Promise<IdxImages> {
  const pictures = await readPictures(file);
  const { height, width } = pictures;
  if (height * width === options.inputSize) return pictures;
  throw new DataError(
    `${file}: its pictures are of ${height} x ${width}, and the model has learnt others, of ${options.inputSize} pixels. Give such.`,
  );
}
