/** Makes an engine and trains on it, and tells how it went: what a page and a worker of it both do. */

import { createEngine } from '../../../src/engine.js';
import type { EngineOptions, EngineReport } from '../../../src/engine.js';
import { trainOn } from './seeded-runs.js';
import type { Trace } from './seeded-runs.js';

/** The engine a page is to make, and whether in a worker of its own. */
export interface EngineRequest {
  readonly options: EngineOptions;
  readonly inWorker?: boolean;
}

/** What became of it: its report and a training on it, or the error of createEngine. */
export type EngineResult =
  | { readonly isolated: boolean; readonly report: EngineReport; readonly trace: Trace }
  | { readonly isolated: boolean; readonly error: { readonly name: string; readonly message: string } };

/** Makes the engine that is asked for. */
export async function runEngine(options: EngineOptions): Promise<EngineResult> {
  const isolated = globalThis.crossOriginIsolated;
  try {
    const engine = await createEngine(options);
    const report = engine.report();
    const trace = await trainOn(engine, 'lstm');
    engine.dispose();
    return { isolated, report, trace };
  } catch (error) {
    const { name, message } = error as Error;
    return { isolated, error: { name, message } };
  }
}
