/** Long short-term memory, stacked. Equations and sources: src/kernels/lstm.ts and src/kernels/lstm-parts.ts. */

import type { Engine } from '../engine.js';
import { OptionError } from '../errors.js';
import { LstmCell } from '../ops/lstm.js';
import { LSTM_GATES, LSTM_LAYER_NORMS, lstmBlocks, lstmPeepholes } from '../ops/lstm-forms.js';
import { LstmPartsCell } from '../ops/lstm-parts.js';
import type { LstmGates, LstmLayerNorm } from '../ops/lstm-forms.js';
import type { NormParameters } from '../ops/normalised.js';
import type { Cell } from '../ops/sequence.js';
import { zoned } from '../ops/zoneout.js';
import { checkChoice, checkFlag, checkNumber, checkSize } from '../options.js';
import { checkChrono, lstmBias } from './gate-bias.js';
import type { Initializer } from './initializers.js';
import { constant, xavier } from './initializers.js';
import { RecurrentLayer } from './recurrent.js';
import { checkClip } from './recurrent-options.js';
import type { Place, RecurrentOptions } from './recurrent.js';

/** Options of `LSTM`. Without any of its own it is the cell with input, forget and output gates. */
export interface LstmOptions extends RecurrentOptions {
  /**
   * The gates, as they were invented: 'none' leaves the constant error carousel (Hochreiter 1991), 'input-output' is
   * the cell of 1997, 'all' has the forget gate too (Gers et al. 2000), 'coupled' forgets what it overwrites,
   * f = 1 - i (Greff et al. 2017). Default 'all'.
   */
  readonly gates?: LstmGates;
  /** Where the forget gates' bias begins (Gers et al. 2000; Jozefowicz et al. 2015). Default 1. */
  readonly forgetBias?: number;
  /**
   * Most steps that units begin with a memory of, through the biases of forget and input gates, b and -b
   * (src/layers/gate-bias.ts); in place of forgetBias. Default: none.
   */
  readonly chrono?: number;
  /** Whether the gates see the cell: i and f the one before, o the new one (Gers et al. 2002). Default false. */
  readonly peepholes?: boolean;
  /** P: the width of h, projected from the H of the cell (Sak et al. 2014); below H. Default: no projection. */
  readonly projSize?: number;
  /** Limit of every gate before its activation. Default none. */
  readonly gateClip?: number;
  /** Limit of the cell. Default none. */
  readonly cellClip?: number;
  /**
   * Layer normalisation of both products and of the cell (Ba, Kiros and Hinton 2016): 'output' normalises the cell where
   * h is formed, and carries it as it is; 'carry' carries the normalised one. Default none.
   */
  readonly layerNorm?: LstmLayerNorm;
  /** Added to the variance of each normalisation. Default 1e-5. */
  readonly layerNormEps?: number;
}

const OWN = [
  'zoneout',
  'gates',
  'forgetBias',
  'chrono',
  'peepholes',
  'projSize',
  'gateClip',
  'cellClip',
  'layerNorm',
  'layerNormEps',
] as const;

/** A stack of LSTM layers; gates in the order i f g o, of those there are. */
export class LSTM extends RecurrentLayer {
  readonly gates: LstmGates;
  readonly peepholes: boolean;
  /** P, or undefined. */
  readonly projSize: number | undefined;
  /** Infinity where there is none. */
  readonly gateClip: number;
  /** Infinity where there is none. */
  readonly cellClip: number;
  readonly layerNorm: LstmLayerNorm | undefined;
  readonly layerNormEps: number;

  /** @throws OptionError */
  constructor(engine: Engine, options: LstmOptions) {
    // No options at all are refused by the constructor behind this one.
    const { projSize } = Object(options) as LstmOptions;
    const projection = projSize === undefined ? undefined : checkSize('LSTM', 'projSize', projSize);
    super(engine, 'LSTM', options, OWN, { hasCell: true, projection });
    this.gates = checkChoice('LSTM', 'gates', options.gates ?? 'all', LSTM_GATES);
    this.peepholes = checkFlag('LSTM', 'peepholes', options.peepholes ?? false);
    this.projSize = projection;
    this.gateClip = checkClip('LSTM', 'gateClip', options.gateClip);
    this.cellClip = checkClip('LSTM', 'cellClip', options.cellClip);
    const { layerNorm } = options;
    this.layerNorm =
      layerNorm === undefined ? layerNorm : checkChoice('LSTM', 'layerNorm', layerNorm, LSTM_LAYER_NORMS);
    this.layerNormEps = checkNumber('LSTM', 'layerNormEps', options.layerNormEps ?? 1e-5, { above: 0 });
    this.#refuseContradictions(options);
    const chrono = checkChrono('LSTM', options);
    const forgetBias = checkNumber('LSTM', 'forgetBias', options.forgetBias ?? 1);
    const biasInit = lstmBias(chrono, forgetBias, lstmBlocks(this.gates));
    this.build((place) => zoned(this.#cell(place, biasInit), this.options.zoneout));
  }

  #refuseContradictions({ bias, forgetBias, chrono, layerNorm, layerNormEps }: LstmOptions): void {
    const { gates, peepholes, projSize } = this;
    const refuse = (wrong: boolean, sentence: string): void => {
      if (wrong) throw new OptionError(`LSTM: ${sentence}`);
    };
    const given = forgetBias !== undefined;
    refuse(given && bias === false, `forgetBias ${forgetBias} needs biases, and bias is false.`);
    refuse(given && gates !== 'all', `forgetBias ${forgetBias} needs a forget gate, and gates is '${gates}'.`);
    refuse(
      given && chrono !== undefined,
      `forgetBias ${forgetBias} and chrono ${chrono} contradict each other. Give one.`,
    );
    refuse(
      chrono !== undefined && gates !== 'all' && gates !== 'coupled',
      `chrono ${chrono} needs a gate that forgets, and gates is '${gates}'.`,
    );
    refuse(
      layerNormEps !== undefined && layerNorm === undefined,
      `layerNormEps ${layerNormEps} needs layerNorm, and there is none.`,
    );
    refuse(peepholes && gates === 'none', "peepholes need gates, and gates is 'none'.");
    for (const H of this.options.hiddenSizes) {
      refuse(projSize !== undefined && projSize >= H, `projSize must be below hiddenSize ${H}, got ${projSize}.`);
    }
  }

  #cell(place: Place, biasInit: Initializer): Cell {
    const { gates, gateClip, cellClip, projSize, recurrentDropout: dropout } = this;
    const { name, hiddenSize: H } = place;
    const parameters = this.declareWeights(place, lstmBlocks(gates), biasInit);
    if (this.#isPlain) return new LstmCell(parameters, dropout);
    const weightHr = projSize === undefined ? undefined : this.declare(`weight_hr_${name}`, [projSize, H], xavier);
    const peephole = this.peepholes
      ? this.declare(`weight_peephole_${name}`, [lstmPeepholes(gates) * H], constant(0))
      : undefined;
    const { layerNorm, layerNormEps } = this;
    return new LstmPartsCell(
      { ...parameters, weightHr, peephole, norm: this.#norm(name, H) },
      { gates, gateClip, cellClip, dropout, layerNorm, layerNormEps },
    );
  }

  #norm(name: string, H: number): NormParameters | undefined {
    if (this.layerNorm === undefined) return undefined;
    const width = lstmBlocks(this.gates) * H;
    return {
      ih: this.declare(`weight_norm_ih_${name}`, [width], constant(1)),
      hh: this.declare(`weight_norm_hh_${name}`, [width], constant(1)),
      c: this.declare(`weight_norm_c_${name}`, [H], constant(1)),
      cBias: this.options.bias ? this.declare(`bias_norm_c_${name}`, [H], constant(0)) : undefined,
    };
  }

  /** Whether the fused kernel does it all. */
  get #isPlain(): boolean {
    const { gates, peepholes, projSize, gateClip, cellClip, layerNorm } = this;
    if (peepholes || projSize !== undefined || layerNorm !== undefined) return false;
    return gates === 'all' && gateClip === Infinity && cellClip === Infinity;
  }
}
