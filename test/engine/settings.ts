/**
 * What the tests above the kernels run on: every kernel tier of this runtime on 32-bit floats, and the JavaScript
 * kernels on 64-bit ones. Dead memory is filled with NaN throughout, so that a use of it shows.
 */

import { createEngine } from '../../src/engine.js';
import type { Engine, EngineOptions } from '../../src/engine.js';
import { kernelBinary } from '../../src/kernels/binary.node.js';
import { TIERS } from '../../src/kernels/select.js';
import type { Tier } from '../../src/kernels/select.js';

/** One way to run an engine, by name. */
export interface Setting {
  readonly name: string;
  readonly options: EngineOptions;
  /** The rounding unit of its numbers: 2^-24 or 2^-53. */
  readonly unit: number;
}

/** Whether this runtime has the fused SIMD operations. */
export const hasRelaxed: boolean = WebAssembly.validate(await kernelBinary('relaxed'));

/** The tiers of this runtime; `simd` and `js` are everywhere the tests run. */
export const tiers: readonly Tier[] = TIERS.filter((tier) => tier !== 'relaxed' || hasRelaxed);

/** The tiers on 32-bit floats. */
export const float32: readonly Setting[] = tiers.map((kernels) => ({
  name: kernels,
  options: { kernels, debug: true },
  unit: 2 ** -24,
}));

/** The JavaScript kernels on 64-bit floats. */
export const float64: Setting = { name: 'float64', options: { precision: 'float64', debug: true }, unit: 2 ** -53 };

/** Every setting there is. */
export const everywhere: readonly Setting[] = [...float32, float64];

/** An engine on 64-bit floats, for gradient checks. */
export function doubleEngine(seed: number = 1): Promise<Engine> {
  return createEngine({ ...float64.options, seed });
}
