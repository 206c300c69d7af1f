/**
 * The recurrent layers of PyTorch as stored in test/fixtures/torch.
 *
 * recurrent.json keeps nine significant digits, recurrent-float64.json all of them (make_recurrent.py).
 */

import { readFileSync } from 'node:fs';
import type { GradientCase } from './recurrent-case.js';

/** How the files say which layer it is; what else they hold has the names of a case. */
interface TorchOptions {
  readonly I: number;
  readonly H: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  /** 0: no projection. */
  readonly proj: number;
  readonly nonlinearity: string | null;
}

/** The cases of one file. */
export function torchCases(file: 'recurrent.json' | 'recurrent-float64.json'): GradientCase[] {
  const text = readFileSync(new URL(`../fixtures/torch/${file}`, import.meta.url), 'utf8');
  return (JSON.parse(text) as (GradientCase & TorchOptions)[]).map((torch) => ({
    ...torch,
    options: optionsOf(torch),
  }));
}

function optionsOf({ I, H, layers, bidirectional, proj, nonlinearity }: TorchOptions): GradientCase['options'] {
  return {
    inputSize: I,
    hiddenSize: H,
    numLayers: layers,
    ...(bidirectional ? { bidirectional } : {}),
    ...(proj > 0 ? { projSize: proj } : {}),
    ...(nonlinearity === null ? {} : { nonlinearity }),
  };
}
