/**
 * The spectra of recurrent matrices. A gradient that goes back t steps is multiplied by about the t-th power of such a
 * matrix and of the activation's slope: with singular values below 1 it vanishes, and it can explode only where the largest is
 * above 1 (Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013).
 */

import type { HostArray } from '../engine.js';
import { ShapeError } from '../errors.js';
import { GRU } from '../layers/gru.js';
import { LSTM } from '../layers/lstm.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RNN } from '../layers/rnn.js';
import { lstmGateNames } from '../ops/lstm-forms.js';
import { checkChoice } from '../options.js';
import { formatShape } from '../shape.js';
import { spectralRadius } from './eigenvalues.js';
import { singularValues } from './singular-values.js';

/** The spectrum of one gate's recurrent weights. */
export interface RecurrentSpectrum {
  /** The parameter, and the gate where there are several: `weight_hh_l0 f`. */
  readonly name: string;
  /** The largest modulus of an eigenvalue. */
  readonly spectralRadius: number;
  /** (H), descending. */
  readonly singularValues: Float64Array;
}

/** A kind of recurrent layer. */
export type RecurrentKind = 'lstm' | 'gru' | 'rnn';

/** The gates of each kind of layer, in the order of their blocks of rows. */
const GATES: Readonly<Record<RecurrentKind, readonly string[]>> = {
  lstm: lstmGateNames('all'),
  gru: ['r', 'z', 'n'],
  rnn: [''],
};

/**
 * The spectra of every gate's block (H, H) of every weight_hh of a layer, in 64 bits; of independent units that of the
 * diagonal matrix of their weights. A gate of H = 512 takes about 8 s of one core, one of H = 128 0.2 s.
 * @throws ShapeError if the layer is of another kind, or its recurrent weights are not square
 */
export function recurrentSpectra(layer: RecurrentLayer): RecurrentSpectrum[] {
  if (layer instanceof LSTM) return spectraOfBlocks(layer.stateDict(), lstmGateNames(layer.gates));
  if (layer instanceof GRU) return spectraOf(layer.stateDict(), 'gru');
  if (layer instanceof RNN) return spectraOf(layer.stateDict(), 'rnn');
  throw new ShapeError(`recurrentSpectra: layer must be an RNN, LSTM or GRU, got ${kindOf(layer)}.`);
}

/**
 * The same from the weights alone, such as those of a whole model: `spectraOf(model.stateDict(), model.cell)`.
 * @param weights by PyTorch's names, behind a prefix that ends in a dot or none; of an LSTM with all gates
 * @throws OptionError, ShapeError
 */
export function spectraOf(weights: ReadonlyMap<string, HostArray>, kind: RecurrentKind): RecurrentSpectrum[] {
  checkChoice('spectraOf', 'kind', kind, Object.keys(GATES));
  if (!(Object(weights) instanceof Map)) {
    throw new ShapeError('spectraOf: takes a Map from names to { data, shape }, as stateDict() gives it.');
  }
  return spectraOfBlocks(weights, GATES[kind]);
}

function spectraOfBlocks(weights: ReadonlyMap<string, HostArray>, gates: readonly string[]): RecurrentSpectrum[] {
  return [...weights]
    .filter(([name]) => /^(.*\.)?weight_hh/.test(name))
    .flatMap(([name, { data, shape }]) => {
      if (shape.length === 1) return [diagonalSpectrum(name, data)];
      const [rows, H] = shape as [number, number];
      if (rows !== gates.length * H) {
        throw new ShapeError(
          `recurrentSpectra: ${name} must be ${gates.length} square blocks, got ${formatShape(shape)}.`,
        );
      }
      const values = Float64Array.from(data);
      return gates.map((gate, block) => {
        const matrix = { data: values.subarray(block * H * H, (block + 1) * H * H), shape: [H, H] };
        return {
          name: `${name} ${gate}`.trimEnd(),
          spectralRadius: spectralRadius(matrix),
          singularValues: singularValues(matrix),
        };
      });
    });
}

/** The singular values of a diagonal are its moduli, and the largest is the radius too. */
function diagonalSpectrum(name: string, diagonal: ArrayLike<number>): RecurrentSpectrum {
  const moduli = Float64Array.from(diagonal, Math.abs).sort((a, b) => b - a);
  return { name, spectralRadius: moduli[0]!, singularValues: moduli };
}

function kindOf(layer: unknown): string {
  return typeof layer === 'object' && layer !== null ? layer.constructor.name : typeof layer;
}
