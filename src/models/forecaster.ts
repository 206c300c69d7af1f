/**
 * A forecast of a time series: recurrent layers read a window of T steps, a linear head makes of their last state the S
 * steps that follow. What is asked for beyond them follows from the forecasts themselves, S steps at a time.
 */

import { Scaler } from '../data/scaler.js';
import { TimeSeries } from '../data/series.js';
import type { SeriesBatch, SeriesTensor } from '../data/series-windows.js';
import type { Engine } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { View } from '../memory/view.js';
import { dropout } from '../ops/dropout.js';
import { meanSquaredError } from '../ops/pointwise-loss.js';
import { checkKnown, checkSize } from '../options.js';
import { formatShape } from '../shape.js';
import { ErrorSums } from './forecast-errors.js';
import { ForecastFrame } from './forecast-frame.js';
import { describeForecaster, FORECASTER_OPTIONS, fullForecasterOptions } from './forecaster-options.js';
import type { ForecasterOptions, FullForecasterOptions } from './forecaster-options.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { fromStored, makeRecurrent } from './network.js';
import { Fields, readStored } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

const OPERATION = 'Forecaster';

/** Recurrent layers and a linear head, between the units of a series and a common scale. */
export class Forecaster extends Learner<SeriesBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'Forecaster';
  /** With the defaults filled in. */
  readonly options: FullForecasterOptions;
  readonly #frame: ForecastFrame;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: ForecasterOptions, init?: Initializer) {
    super(engine);
    this.options = fullForecasterOptions(options);
    const { columns, targets, scaler, reference, hiddenSize } = this.options;
    this.#frame = new ForecastFrame(columns, targets, scaler, reference);
    this.#recurrent = makeRecurrent(engine, { ...this.options, inputSize: columns.length }, init);
    const outputSize = this.steps * targets.length;
    this.#head = new Linear(engine, { inputSize: hiddenSize, outputSize, ...(init === undefined ? {} : { init }) });
  }

  /** S, the steps that one pass forecasts. */
  get steps(): number {
    return this.options.mode === 'direct' ? this.options.horizon : 1;
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { rnn: this.#recurrent, head: this.#head };
  }

  /** What is read and forecast, the layers and the number of weights, in one line. */
  summary(): string {
    return `${describeForecaster(this.options)}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  /** The squared error of the first S steps, on the common scale. @throws ShapeError */
  loss(batch: SeriesBatch): View {
    this.#checkBatch(batch);
    const { history, future } = batch;
    const references = this.#frame.references(history);
    const wanted = this.#frame.apply(this.#frame.targets(future, this.steps), references);
    return meanSquaredError(this.#forward(history, references), wanted);
  }

  /** Windows of the batch. */
  weight({ history }: SeriesBatch): number {
    return history.shape[1];
  }

  /** (B, S K) on the common scale. */
  #forward(history: SeriesTensor, references: Float64Array): View {
    const x = this.engine.input(this.#frame.inputs(history, references), `history of ${OPERATION}`);
    const { state } = this.#recurrent.forward(x);
    return this.#head.forward(dropout(state.h.at(-1)!, this.options.dropout));
  }

  /**
   * The loss, and the squared and absolute errors of all h steps in the units of the series: `mse` and `mae`, and where
   * there are several targets those of each, with its name behind.
   */
  override evaluate(batches: Iterable<SeriesBatch>): Score {
    const { targets, horizon, scaler } = this.options;
    const scales = this.#frame.places.map((c) => scaler.scale[c]!);
    const errors = new ErrorSums(targets, scales, { horizon, steps: this.steps });
    for (const batch of batches) {
      this.#checkBatch(batch);
      errors.add(this.#rollOut(batch.history, horizon, batch.future), this.#frame.targets(batch.future, horizon).data);
    }
    return errors.score();
  }

  /**
   * Forecasts what follows a series, in its units.
   * @param history columns of the model's, at least T steps; the last T are read
   * @param steps how many. Default h
   * @param options.future what is known ahead of the columns that are not forecast, where steps go beyond S
   * @returns the targets, a row a step
   * @throws OptionError, DataError
   */
  forecast(
    history: TimeSeries,
    steps: number = this.options.horizon,
    options: { readonly future?: TimeSeries | undefined } = {},
  ): TimeSeries {
    const operation = `${OPERATION}.forecast`;
    checkKnown(operation, options, ['future']);
    const { columns, targets, window } = this.options;
    const n = checkSize(operation, 'steps', steps);
    if (history.length < window) {
      throw new DataError(
        `${operation}: history must have the ${window} steps of the model's window, got ${history.length}. Give more of the series.`,
      );
    }
    const { data } = history.select(columns).slice(history.length - window);
    const tensor: SeriesTensor = { data, shape: [window, 1, columns.length] };
    return new TimeSeries(targets, this.#rollOut(tensor, n, this.#known(n, options.future)));
  }

  /** The columns that are known ahead as rows of all columns. @throws DataError if they are needed and not there */
  #known(steps: number, future: TimeSeries | undefined): SeriesTensor | undefined {
    const { columns, targets } = this.options;
    const known = columns.filter((name) => !targets.includes(name));
    // The last pass begins where it has read all but the steps that it forecasts itself.
    const needed = this.steps * (Math.ceil(steps / this.steps) - 1);
    if (known.length === 0 || needed === 0) return undefined;
    if (future === undefined || future.length < needed) {
      throw new DataError(
        `${OPERATION}.forecast: ${steps} steps need the next ${needed} values of ${known.join(', ')} in future, got ` +
          `${future?.length ?? 'none'}. Give them, or ask for at most ${this.steps} ${this.steps === 1 ? 'step' : 'steps'}.`,
      );
    }
    const C = columns.length;
    const data = new Float64Array(steps * C);
    for (const name of known) {
      const [values, c] = [future.column(name), columns.indexOf(name)];
      for (let t = 0; t < needed; t++) data[t * C + c] = values[t]!;
    }
    return { data, shape: [steps, 1, C] };
  }

  /**
   * Forecasts, S steps a pass: each pass reads the window that ends with the forecasts of the one before.
   * @param future (at least steps, B, C), of which only what is not forecast is read
   * @returns (B, steps, K) in the units of the series
   */
  #rollOut(history: SeriesTensor, steps: number, future: SeriesTensor | undefined): Float64Array {
    const [T, B, C] = history.shape;
    const { places } = this.#frame;
    const K = places.length;
    const rows = new Float64Array((T + steps) * B * C);
    rows.set(history.data);
    if (future !== undefined) rows.set(future.data.subarray(0, steps * B * C), T * B * C);
    const forecasts = new Float64Array(B * steps * K);
    for (let done = 0; done < steps; done += this.steps) {
      const made = this.predict({ data: rows.slice(done * B * C, (done + T) * B * C), shape: [T, B, C] });
      for (const [i, value] of made.entries()) {
        const [b, s, k] = [Math.floor(i / (this.steps * K)), done + (Math.floor(i / K) % this.steps), i % K];
        if (s >= steps) continue;
        forecasts[(b * steps + s) * K + k] = value;
        rows[((T + s) * B + b) * C + places[k]!] = value;
      }
    }
    return forecasts;
  }

  /**
   * The S steps behind windows: as many as the network gives at once, the horizon or, where it is recursive, one.
   * @param history (T, B, C)
   * @returns (B, S, K) in the units of the series
   */
  predict(history: SeriesTensor): Float64Array {
    const references = this.#frame.references(history);
    const output = this.engine.evaluate(() => this.#forward(history, references).toArray());
    return this.#frame.invert(output, references);
  }

  /** @throws ShapeError */
  #checkBatch({ history, future }: SeriesBatch): void {
    const { columns, window, horizon } = this.options;
    const [, B] = history.shape;
    for (const [name, { shape }, steps, from] of [
      ['history', history, window, 'window'],
      ['future', future, horizon, 'horizon'],
    ] as const) {
      const wanted = [steps, B, columns.length];
      if (wanted.every((length, axis) => length === shape[axis])) continue;
      throw new ShapeError(
        `${OPERATION}: ${name} must be (steps, B, C) = ${formatShape(wanted)}, got ${formatShape(shape)}. ` +
          `steps = ${steps} comes from ${from}, C from columns.`,
      );
    }
  }

  /** Options and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { columns, targets, scaler, ...rest } = this.options;
    const lists = { columns: [...columns], targets: [...targets], scaler: scaler.toJSON() };
    return { arrays: this.stateDict(), values: { kind: Forecaster.kind, ...lists, ...rest } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Forecaster {
    const { kind: _, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    for (const name of FORECASTER_OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
    return readStored('model', () => {
      const options = { ...stored, scaler: Scaler.fromJSON(stored['scaler']) } as unknown as ForecasterOptions;
      return fromStored(snapshot, (init) => new Forecaster(engine, options, init));
    });
  }
}
