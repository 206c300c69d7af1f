/** `recurra inspect` on a trace made by hand: tables, plot, JSON, picture. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { saveCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { inspect, inspectCommand, textOf } from '../../src/cli/inspect.js';
import { CheckpointError } from '../../src/errors.js';
import type { LayerTrace } from '../../src/ops/trace.js';
import { all, ofClass, parse } from '../plot/markup.js';
import { characters, english, smallModel, testEngine } from '../train/texts.js';

const folder = mkdtempSync(join(tmpdir(), 'recurra-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

const corpus = characters(10);
const text = join(folder, 'text');
writeFileSync(text, english(10));

/** Two layers of an LSTM over 12 steps, the gradient of the first losing half at each. */
const traces: LayerTrace[] = ['l0', 'l1'].map((name, layer) => ({
  name,
  gradientNorms: Float64Array.from({ length: 12 }, (_, t) => (layer === 0 ? 2 ** (t - 11) : 1)),
  gates: new Map([...'ifgo'].map((gate, k) => [gate, Float32Array.of(0.05, 0.5, 0.95, k / 4)])),
}));

const saved = (async () => {
  const model = smallModel(await testEngine(), corpus, { numLayers: 2 });
  await saveCheckpoint(folder, model);
  return model;
})();

/** What the command writes to stdout. */
async function run(options: object): Promise<string> {
  await saved;
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    output += String(chunk);
    return true;
  });
  const code = await inspectCommand(folder, { text, ...options }, (model, read) => {
    expect(read.tokens).toEqual(corpus.tokens);
    expect(model.vocabulary.size).toBe(corpus.vocabSize);
    return traces;
  });
  expect(code).toBe(0);
  return output;
}

test('spectra and saturation as tables, gradients as a plot', async () => {
  const options = { unicode: false, colour: false, width: 40, height: 5 };
  const rows = textOf(inspect(await saved, traces), options).split('\n');
  expect(rows.slice(0, 3)).toEqual([
    'recurrent weights  spectral radius  largest singular value  smallest',
    'weight_hh_l0 i               1.000                   1.000     1.000',
    'weight_hh_l0 f               1.000                   1.000     1.000',
  ]);
  expect(rows.slice(9, 13)).toEqual([
    '',
    'gate  shut (below 0.1; tanh: -0.9)  open (above 0.9)',
    'l0 i                        50.0 %            25.0 %',
    'l0 f                        25.0 %            25.0 %',
  ]);
  expect(rows.slice(20)).toEqual([
    'norm of the gradient',
    '   1 +ooooooooooooooooooooooooooooooo l1',
    '     |    *********                  ',
    '0.01 +             *****             ',
    '     |                  ********     ',
    '     |                          ***** l0',
    '     ++-------------+------------+---',
    '      0             5           10',
    '                           steps back',
    '** l0  last 0.0004883  lowest 0.0004883',
    'oo l1  last 1.000  lowest 1.000',
    '',
  ]);
});

test('--json has all of it', async () => {
  const result = JSON.parse(await run({ json: true })) as {
    event: string;
    spectra: { name: string; singularValues: number[] }[];
    saturation: object[];
    gradients: { name: string; norms: number[] }[];
  };
  expect(result.event).toBe('inspect');
  expect(result.spectra.map(({ name }) => name)).toEqual(
    ['l0', 'l1'].flatMap((layer) => [...'ifgo'].map((gate) => `weight_hh_${layer} ${gate}`)),
  );
  expect(result.spectra[0]!.singularValues.length).toBe(7);
  expect(result.saturation.length).toBe(8);
  expect(result.gradients[0]).toEqual({ name: 'l0', norms: [...traces[0]!.gradientNorms].reverse() });
});

test('--svg writes the picture, and says where it cannot', async () => {
  const svg = join(folder, 'gradients.svg');
  expect(await run({ svg })).toContain('spectral radius');
  const root = parse(readFileSync(svg, 'utf8'));
  expect(ofClass(root, 'path', 'rp-line').length).toBe(2);
  expect(all(root, 'text').map((element) => element.text)).toContain('Gradient of the last loss, back in time');
  const nowhere = join(folder, 'none', 'gradients.svg');
  await expect(run({ svg: nowhere })).rejects.toThrow(CheckpointError);
  await expect(run({ svg: nowhere })).rejects.toThrow(`--svg ${nowhere}`);
});
