/** What every benchmark is told, and the engines and lines they have in common. */

import { createEngine } from '../src/engine.js';
import type { Engine } from '../src/engine.js';
import { KernelUnavailableError } from '../src/errors.js';
import type { Tier } from '../src/kernels/select.js';

/** The options of the command line. */
export interface BenchOptions {
  /** To compare, as far as this runtime has them. */
  readonly tiers: readonly Tier[];
  /** A training shape by name, or all. */
  readonly shape: string | undefined;
  /** Of `tasks`: seeds 1 up to this one. */
  readonly seeds: number;
  /** Of `language`: a text in place of the built-in one. */
  readonly text: string | undefined;
  /** One JSON object a line instead of a table. */
  readonly json: boolean;
}

/** A new engine on each tier that this runtime has. */
export async function* enginesOf({ tiers }: BenchOptions): AsyncGenerator<Engine> {
  for (const kernels of tiers) {
    try {
      yield await createEngine({ kernels });
    } catch (error) {
      if (!(error instanceof KernelUnavailableError)) throw error;
    }
  }
}

/** Prints a row: texts to the left, figures in four digits to the right; or all of it as JSON. */
export function print(json: boolean, row: Readonly<Record<string, string | number | boolean>>): void {
  if (json) {
    console.log(JSON.stringify(row));
    return;
  }
  const { bench: _, threads: __, revectorized: ___, ...shown } = row;
  const cells = Object.entries(shown).map(([name, value]) =>
    typeof value === 'number' ? `${Number(value.toPrecision(4))} ${name}`.padStart(24) : String(value).padEnd(26),
  );
  console.log(cells.join(' '));
}
