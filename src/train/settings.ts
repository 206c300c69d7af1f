/** The settings of a training run, their defaults and checks, and the optimizer and schedule they name. */

import { OptionError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import { Adam, AdamW } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { Fields, readStored } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { RMSprop } from '../optim/rmsprop.js';
import { SCHEDULES } from '../optim/schedule.js';
import { SGD } from '../optim/sgd.js';
import { checkChoice, checkKnown, checkNumber, checkSize } from '../options.js';

/** The optimizers by name. */
export const OPTIMIZERS = ['adam', 'adamw', 'rmsprop', 'sgd', 'momentum'] as const;

/** Numbers each optimizer keeps for each weight. */
export const MOMENTS: Readonly<Record<(typeof OPTIMIZERS)[number], number>> = {
  adam: 2,
  adamw: 2,
  rmsprop: 1,
  sgd: 0,
  momentum: 1,
};

/** The settings of every run, whatever it learns. */
export interface UpdateSettings {
  /** Passes over the training part. Default 4, unless `steps` is given. */
  readonly epochs?: number | undefined;
  /** Updates in all, instead of epochs. */
  readonly steps?: number | undefined;
  /** B, contiguous streams of text, or sequences, side by side. Default 32. */
  readonly batch?: number | undefined;
  /** Default 'adam'. */
  readonly optimizer?: (typeof OPTIMIZERS)[number] | undefined;
  /** Learning rate. Default 2e-3 (sgd and momentum: 0.5 and 0.1). */
  readonly lr?: number | undefined;
  /** Default 'constant'. */
  readonly schedule?: (typeof SCHEDULES)[number] | undefined;
  /** Most the norm of the gradient may be. Default 5; 0 is no limit. */
  readonly clipNorm?: number | undefined;
  /** Most any element of the gradient may be. Default: no limit. */
  readonly clipValue?: number | undefined;
  /** Validations without a new best loss after which training stops. Default: never. */
  readonly patience?: number | undefined;
}

/** The settings of a run on a text: everything that decides its weights, beside the model and the data. */
export interface TrainSettings extends UpdateSettings {
  /** T, steps of truncated BPTT. Default 64. */
  readonly window?: number | undefined;
  /** The part at the end of the text that validates. Default 0.1; 0 is none. */
  readonly validFraction?: number | undefined;
}

/** Settings with every default filled in; 0 stands for none. */
export type Full<S> = { readonly [K in keyof S]-?: Exclude<S[K], undefined> };

/** The settings of every run, filled in. */
export type FullUpdateSettings = Full<UpdateSettings>;

/** The settings of a run on a text, filled in. */
export type FullSettings = Full<TrainSettings>;

/** The names of the settings of every run. */
export const UPDATE_SETTINGS = [
  'epochs',
  'steps',
  'batch',
  'optimizer',
  'lr',
  'schedule',
  'clipNorm',
  'clipValue',
  'patience',
] as const;

/** The names of the settings of a run on a text. */
export const SETTINGS = [
  'epochs',
  'steps',
  'batch',
  'window',
  'optimizer',
  'lr',
  'schedule',
  'clipNorm',
  'clipValue',
  'validFraction',
  'patience',
] as const;

const OPERATION = 'train';
const RATES: Readonly<Record<(typeof OPTIMIZERS)[number], number>> = {
  adam: 2e-3,
  adamw: 2e-3,
  rmsprop: 2e-3,
  sgd: 0.5,
  momentum: 0.1,
};

/** Fills in defaults and checks what every run has. @throws OptionError */
export function fullUpdateSettings(settings: UpdateSettings): FullUpdateSettings {
  const { optimizer = 'adam', schedule = 'constant' } = settings;
  checkChoice(OPERATION, 'optimizer', optimizer, OPTIMIZERS);
  return {
    ...runLength(settings),
    batch: checkSize(OPERATION, 'batch', settings.batch ?? 32),
    optimizer,
    lr: checkNumber(OPERATION, 'lr', settings.lr ?? RATES[optimizer], { above: 0 }),
    schedule: checkChoice(OPERATION, 'schedule', schedule, SCHEDULES),
    clipNorm: checkNumber(OPERATION, 'clipNorm', settings.clipNorm ?? 5, { least: 0 }),
    clipValue: checkNumber(OPERATION, 'clipValue', settings.clipValue ?? 0, { least: 0 }),
    patience: checkSize(OPERATION, 'patience', settings.patience ?? 0, 0),
  };
}

/**
 * Fills in defaults and checks everything.
 * @param hasValid whether validation has a text of its own, whatever `validFraction` is
 * @throws OptionError
 */
export function fullSettings(settings: TrainSettings, hasValid: boolean = false): FullSettings {
  checkKnown(OPERATION, settings, SETTINGS);
  const { epochs, steps, batch, patience, ...update } = fullUpdateSettings(settings);
  const { schedule } = update;
  const window = checkSize(OPERATION, 'window', settings.window ?? 64);
  const validFraction = checkNumber(OPERATION, 'validFraction', settings.validFraction ?? 0.1, { least: 0, below: 1 });
  for (const [name, given] of Object.entries({ patience: patience > 0, 'schedule plateau': schedule === 'plateau' })) {
    if (given && validFraction === 0 && !hasValid) {
      throw new OptionError(
        `${OPERATION}: ${name} needs validation, and validFraction is 0. Set validFraction above 0.`,
      );
    }
  }
  return { epochs, steps, batch, window, ...update, validFraction, patience };
}

/** Epochs or steps, the other one 0. */
function runLength({ epochs, steps }: UpdateSettings): { epochs: number; steps: number } {
  if (epochs && steps) {
    throw new OptionError(`${OPERATION}: epochs (${epochs}) and steps (${steps}) contradict each other. Give one.`);
  }
  if (steps === undefined || (epochs !== undefined && epochs !== 0))
    return { epochs: checkSize(OPERATION, 'epochs', epochs ?? 4), steps: 0 };
  return { epochs: 0, steps: checkSize(OPERATION, 'steps', steps) };
}

/** The optimizer that the settings name. */
export function makeOptimizer({ optimizer, lr }: FullUpdateSettings, parameters: readonly Parameter[]): Optimizer {
  switch (optimizer) {
    case 'adam':
      return new Adam(parameters, { lr });
    case 'adamw':
      return new AdamW(parameters, { lr });
    case 'rmsprop':
      return new RMSprop(parameters, { lr });
    case 'sgd':
      return new SGD(parameters, { lr });
    case 'momentum':
      return new SGD(parameters, { lr, momentum: 0.9 });
  }
}

/**
 * The settings of the run on a text that a checkpoint holds.
 * @throws CheckpointError
 */
export function settingsOf(snapshot: Snapshot): FullSettings {
  return storedSettings(snapshot, (stored) => fullSettings(stored, true));
}

/** Stored settings as `read` understands them. @throws CheckpointError for what it refuses */
export function storedSettings<F>({ values }: Snapshot, read: (stored: Readonly<Record<string, unknown>>) => F): F {
  const stored = new Fields('training', values).object('settings');
  return readStored('training', () => read(stored));
}

/** The settings of a run that goes on: those given, and for the rest those it had. */
export function resumedSettings<S extends UpdateSettings>(saved: Full<S>, given: S): S {
  const { epochs, steps, ...rest } = saved;
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const length = 'epochs' in own || 'steps' in own ? {} : { epochs, steps };
  return { ...rest, ...length, ...own } as unknown as S;
}
