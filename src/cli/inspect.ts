/**
 * `recurra inspect`: why a model learns or forgets. The spectra of its recurrent matrices, how saturated its gates are on
 * a text, and how the gradient of the last loss of a window falls on its way back in time.
 */

import { writeFileSync } from 'node:fs';
import { fileError } from '../checkpoint/file-error.js';
import { spectraOf } from '../inspect/spectra.js';
import type { RecurrentSpectrum } from '../inspect/spectra.js';
import { gateSaturation, normsBack } from '../inspect/trace.js';
import type { GateSaturation } from '../inspect/trace.js';
import type { LayerTrace } from '../ops/trace.js';
import type { LanguageModel } from '../models/language-model.js';
import { arraysUnder } from '../models/snapshot.js';
import { svgLines } from '../plot/lines.js';
import type { Series } from '../plot/series.js';
import { settingsOf } from '../train/settings.js';
import { traceWindow } from '../train/trace-window.js';
import { checkDestination, checkpointFiles } from './destination.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { inFile, readCorpus } from './files.js';
import { plotLines } from './plot.js';
import type { PlotOptions } from './plot.js';
import { table } from './table.js';
import { loadOfTexts } from './text-model.js';

/** The options of `recurra inspect`. */
export interface InspectArguments extends EngineArguments {
  readonly text: string;
  /** Steps of the window. Default: those the model was trained on. */
  readonly window?: number;
  /** Where the picture of the gradients goes. */
  readonly svg?: string;
  readonly json?: boolean;
}

/** Everything that is shown. */
export interface Inspection {
  readonly spectra: readonly RecurrentSpectrum[];
  readonly saturation: readonly GateSaturation[];
  /** A curve for each layer: norms by steps back. */
  readonly gradients: readonly Series[];
}

/** Runs the command. @returns the exit code @throws OptionError, CheckpointError, DataError */
export async function inspectCommand(folder: string, options: InspectArguments): Promise<number> {
  if (options.svg !== undefined) {
    checkDestination('--svg', options.svg, [options.text, ...checkpointFiles(folder)]);
  }
  const { model, training } = await loadOfTexts('inspect', folder, options);
  const corpus = await readCorpus(options.text, { vocabulary: model.vocabulary });
  const trained = training === undefined ? { batch: 32, window: 64 } : settingsOf(training);
  const { batch, window } = { ...trained, ...(options.window === undefined ? {} : { window: options.window }) };
  const traces = inFile(options.text, () => traceWindow(model, corpus.tokens, { batch, window }));
  const inspection = inspect(model, traces);
  process.stdout.write(options.json === true ? `${jsonOf(inspection)}\n` : textOf(inspection));
  if (options.svg !== undefined) writePicture(options.svg, inspection);
  return EXIT.done;
}

/** Spectra of a model's weights, and what traces of it say. */
export function inspect(model: LanguageModel, traces: readonly LayerTrace[]): Inspection {
  return {
    spectra: spectraOf(arraysUnder(model.stateDict(), 'rnn.'), model.cell),
    saturation: gateSaturation(traces),
    gradients: traces.map((trace) => ({ name: trace.name, values: normsBack(trace) })),
  };
}

/** Two tables and a plot; without gates one table. */
export function textOf({ spectra, saturation, gradients }: Inspection, options: PlotOptions = {}): string {
  const weights = spectra.map(({ name, spectralRadius, singularValues }) => {
    return [name, ...[spectralRadius, singularValues[0]!, singularValues.at(-1)!].map((value) => value.toPrecision(4))];
  });
  const gates = saturation.map(({ name, low, high }) => [name, percent(low), percent(high)]);
  return [
    ...table([['recurrent weights', 'spectral radius', 'largest singular value', 'smallest'], ...weights]),
    '',
    ...(gates.length === 0
      ? []
      : [...table([['gate', 'shut (below 0.1; tanh: -0.9)', 'open (above 0.9)'], ...gates]), '']),
    plotLines(gradients, { yScale: 'log', yLabel: 'norm of the gradient', xLabel: 'steps back', ...options }),
    '',
  ].join('\n');
}

/** One JSON object. */
export function jsonOf({ spectra, saturation, gradients }: Inspection): string {
  return JSON.stringify({
    event: 'inspect',
    spectra: spectra.map(({ singularValues, ...rest }) => ({ ...rest, singularValues: [...singularValues] })),
    saturation,
    gradients: gradients.map(({ name, values }) => ({ name, norms: Array.from(values) })),
  });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** @throws CheckpointError if the file cannot be written */
function writePicture(path: string, { gradients }: Inspection): void {
  const title = 'Gradient of the last loss, back in time';
  const picture = svgLines(gradients, { title, xLabel: 'steps back', yLabel: 'norm of the gradient', yScale: 'log' });
  try {
    writeFileSync(path, picture);
  } catch (error) {
    throw fileError(`--svg ${path}`, 'cannot be written', error);
  }
}
