/** Options that RNN, LSTM and GRU have in common, in PyTorch's vocabulary, and their checks. */

import { OptionError } from '../errors.js';
import { DROPOUT_MASKS } from '../ops/dropout.js';
import type { DropoutMask } from '../ops/dropout.js';
import { MERGES } from '../ops/merge.js';
import type { Merge } from '../ops/merge.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { checkInitializer } from './initializers.js';
import type { Initializer } from './initializers.js';

/** Options that all recurrent layers have. */
export interface RecurrentOptions {
  /** I, the last axis of the input. */
  readonly inputSize: number;
  /** H, the width of every layer, or a width for each. */
  readonly hiddenSize: number | readonly number[];
  /** How many layers are stacked. Default 1, or as many as there are widths. */
  readonly numLayers?: number;
  /** Whether every layer also reads the sequence from its end (Schuster and Paliwal 1997). Default false. */
  readonly bidirectional?: boolean;
  /** What becomes of the outputs of two directions. Default 'concat', forward first. */
  readonly merge?: Merge;
  /** Whether the only direction is from the end to the beginning. Default false. */
  readonly reverse?: boolean;
  /** Whether the input of every layer but the first is added to its output. Default false. */
  readonly residual?: boolean;
  /** Whether the states that sequences begin from are learned, one for all rows. Default false: zeros. */
  readonly learnInitialState?: boolean;
  /** Probability of dropout on the output of every layer but the last. Default 0. */
  readonly dropout?: number;
  /** Whether that dropout drops each 'element' on its own (the default) or the same units for the whole 'sequence'. */
  readonly dropoutMask?: DropoutMask;
  /** Dropout on h_{t-1} before the recurrent product, one mask for all steps (Gal and Ghahramani 2016). Default 0. */
  readonly recurrentDropout?: number;
  /** Dropout on the elements of W_hh, one mask a forward (weight drop: Merity et al. 2018). Default 0. */
  readonly weightDropout?: number;
  /** Probability that a unit of the state stays what it was (Krueger et al. 2017): of h alone, or of each. Default 0. */
  readonly zoneout?: number | { readonly h?: number; readonly c?: number };
  /** Whether there are biases. Default true. */
  readonly bias?: boolean;
  /** How each gate's input weights begin. Default: Xavier. */
  readonly inputInit?: Initializer;
  /** How each gate's recurrent weights begin. Default: orthogonal. */
  readonly recurrentInit?: Initializer;
}

/** Those of every layer; zoneout is for layers whose cells are made with it. */
const NAMES: readonly (keyof RecurrentOptions)[] = [
  'inputSize',
  'hiddenSize',
  'numLayers',
  'bidirectional',
  'merge',
  'reverse',
  'residual',
  'learnInitialState',
  'dropout',
  'dropoutMask',
  'recurrentDropout',
  'weightDropout',
  'bias',
  'inputInit',
  'recurrentInit',
];

/** The options checked, with their defaults. */
export interface CheckedOptions {
  readonly inputSize: number;
  /** H of each layer. */
  readonly hiddenSizes: readonly number[];
  readonly bidirectional: boolean;
  readonly merge: Merge;
  readonly reverse: boolean;
  readonly residual: boolean;
  readonly learnInitialState: boolean;
  readonly dropout: number;
  readonly dropoutMask: DropoutMask;
  readonly recurrentDropout: number;
  readonly weightDropout: number;
  /** Of h, and of c. */
  readonly zoneout: readonly [number, number];
  readonly bias: boolean;
  readonly inputInit: Initializer | undefined;
  readonly recurrentInit: Initializer | undefined;
}

/**
 * Checks the options of a layer.
 * @param own options that the layer has beside these
 * @throws OptionError
 */
export function checkRecurrent(
  operation: string,
  options: RecurrentOptions,
  own: readonly string[],
  hasCell: boolean,
): CheckedOptions {
  checkKnown(operation, options, [...NAMES, ...own]);
  const flag = (name: 'bidirectional' | 'reverse' | 'residual' | 'learnInitialState'): boolean =>
    checkFlag(operation, name, options[name] ?? false);
  const rate = (name: 'dropout' | 'recurrentDropout' | 'weightDropout'): number =>
    checkNumber(operation, name, options[name] ?? 0, { least: 0, below: 1 });
  const init = (name: 'inputInit' | 'recurrentInit'): Initializer | undefined => {
    if (options[name] !== undefined) checkInitializer(operation, name, options[name]);
    return options[name];
  };
  const checked = {
    inputSize: checkSize(operation, 'inputSize', options.inputSize),
    hiddenSizes: checkWidths(operation, options),
    bidirectional: flag('bidirectional'),
    merge: checkChoice(operation, 'merge', options.merge ?? 'concat', MERGES),
    reverse: flag('reverse'),
    residual: flag('residual'),
    learnInitialState: flag('learnInitialState'),
    dropout: rate('dropout'),
    dropoutMask: checkChoice(operation, 'dropoutMask', options.dropoutMask ?? 'element', DROPOUT_MASKS),
    recurrentDropout: rate('recurrentDropout'),
    weightDropout: rate('weightDropout'),
    zoneout: checkZoneout(operation, options.zoneout === undefined ? 0 : options.zoneout, hasCell),
    bias: checkFlag(operation, 'bias', options.bias ?? true),
    inputInit: init('inputInit'),
    recurrentInit: init('recurrentInit'),
  };
  refuseContradictions(operation, options, checked);
  return checked;
}

/** More than anybody stacks. */
const MOST_LAYERS = 1000;

function checkWidths(operation: string, { hiddenSize, numLayers }: RecurrentOptions): readonly number[] {
  if (!Array.isArray(hiddenSize)) {
    const H = checkSize(operation, 'hiddenSize', hiddenSize);
    const layers = checkSize(operation, 'numLayers', numLayers ?? 1);
    // A number from a file must not cost memory before any weight is made.
    if (layers > MOST_LAYERS)
      throw new OptionError(`${operation}: numLayers must be at most ${MOST_LAYERS}, got ${layers}.`);
    return new Array<number>(layers).fill(H);
  }
  if (hiddenSize.length === 0) throw new OptionError(`${operation}: hiddenSize must hold at least one width, got [].`);
  const widths = (hiddenSize as number[]).map((H, k) => checkSize(operation, `hiddenSize[${k}]`, H));
  const layers = checkSize(operation, 'numLayers', numLayers ?? widths.length);
  if (widths.length === layers) return widths;
  throw new OptionError(
    `${operation}: hiddenSize [${widths.join(', ')}] has ${widths.length} widths, and numLayers is ${layers}. Leave numLayers out.`,
  );
}

function checkZoneout(
  operation: string,
  zoneout: NonNullable<RecurrentOptions['zoneout']>,
  hasCell: boolean,
): readonly [number, number] {
  const rate = (name: string, p: unknown): number => checkNumber(operation, name, p, { least: 0, below: 1 });
  if (typeof zoneout !== 'object' || zoneout === null) return [rate('zoneout', zoneout), 0];
  checkKnown(`${operation}: zoneout`, zoneout, ['h', 'c']);
  if (zoneout.h === undefined && zoneout.c === undefined) {
    throw new OptionError(`${operation}: zoneout must say h, c or both, got neither. Leave zoneout out for none.`);
  }
  if (zoneout.c !== undefined && !hasCell) {
    throw new OptionError(`${operation}: zoneout.c ${zoneout.c} acts on the cell of an LSTM, and there is none.`);
  }
  return [rate('zoneout.h', zoneout.h ?? 0), rate('zoneout.c', zoneout.c ?? 0)];
}

/** Checks a limit of gates or cells, which is above 0; none is Infinity. @throws OptionError */
export function checkClip(operation: string, option: string, limit: number | undefined): number {
  return limit === undefined ? Infinity : checkNumber(operation, option, limit, { above: 0 });
}

/** @throws OptionError for options that would be accepted and ignored */
function refuseContradictions(operation: string, given: RecurrentOptions, checked: CheckedOptions): void {
  const { hiddenSizes, bidirectional, merge, reverse, residual, dropout } = checked;
  const layers = hiddenSizes.length;
  const refuse = (wrong: boolean, sentence: string): void => {
    if (wrong) throw new OptionError(`${operation}: ${sentence}`);
  };
  refuse(
    dropout > 0 && layers === 1,
    `dropout ${dropout} acts between layers, and numLayers is 1. Use a Dropout layer behind it.`,
  );
  refuse(
    given.dropoutMask !== undefined && dropout === 0,
    `dropoutMask '${given.dropoutMask}' needs dropout, and dropout is 0.`,
  );
  refuse(bidirectional && reverse, 'bidirectional has both directions, and reverse is true. Leave one out.');
  refuse(
    given.merge !== undefined && !bidirectional,
    `merge '${given.merge}' needs two directions, and bidirectional is false.`,
  );
  refuse(
    merge === 'none' && layers > 1,
    `merge 'none' leaves two outputs, which no next layer can take, and numLayers is ${layers}.`,
  );
  refuse(residual && layers === 1, 'residual acts from the second layer on, and numLayers is 1.');
}
