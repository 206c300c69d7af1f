/** `recurra inspect`: tables, plot and picture of a trace made by hand; the command on a model and a text. */

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { saveCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { inspect, inspectCommand, textOf } from '../../src/cli/inspect.js';
import { CheckpointError, OptionError } from '../../src/errors.js';
import type { LayerTrace } from '../../src/ops/trace.js';
import { traceWindow } from '../../src/train/trace-window.js';
import { train } from '../../src/train/train.js';
import { all, ofClass, parse } from '../plot/markup.js';
import { Workplace } from './command.js';
import { characters, english, smallModel, testEngine } from '../train/texts.js';

const folder = mkdtempSync(join(tmpdir(), 'recurra-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());

const place = new Workplace();
const corpus = characters(10);
const text = join(folder, 'text');
writeFileSync(text, english(10));

/** Two layers of an LSTM over 12 steps, the gradient of the first losing half at each. */
const traces: LayerTrace[] = ['l0', 'l1'].map((name, layer) => ({
  name,
  reverse: false,
  gradientNorms: Float64Array.from({ length: 12 }, (_, t) => (layer === 0 ? 2 ** (t - 11) : 1)),
  gates: new Map([...'ifgo'].map((gate, k) => [gate, Float32Array.of(0.05, 0.5, 0.95, k / 4)])),
}));

const saved = (async () => {
  const model = smallModel(await testEngine(), corpus, { numLayers: 2 });
  await saveCheckpoint(folder, model);
  return model;
})();

/** What the command writes to stdout. */
async function run({
  folder: from = folder,
  ...options
}: {
  folder?: string;
  [option: string]: unknown;
}): Promise<string> {
  await saved;
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    output += String(chunk);
    return true;
  });
  expect(await inspectCommand(from, { text, ...options })).toBe(0);
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
    '** l0  last 4.883e-4  lowest 4.883e-4',
    'oo l1  last 1.000  lowest 1.000',
    '',
  ]);
});

test('without gates there is no table of them', async () => {
  const bare = traces.map((trace) => ({ ...trace, gates: new Map<string, Float32Array>() }));
  const text = textOf(inspect(await saved, bare), { unicode: false, colour: false });
  expect(text).not.toContain('shut');
  expect(text.split('\n').slice(8, 11)).toEqual([
    'weight_hh_l1 o               1.000                   1.000     1.000',
    '',
    'norm of the gradient',
  ]);
});

interface Result {
  readonly event: string;
  readonly spectra: { name: string; singularValues: number[] }[];
  readonly saturation: { name: string; low: number; high: number }[];
  readonly gradients: { name: string; norms: number[] }[];
}

test('--json has all of it: the spectra of the weights, and a trace over as many steps as asked for', async () => {
  const result = JSON.parse(await run({ json: true, window: 12 })) as Result;
  const gates = (prefix: string): string[] => ['l0', 'l1'].flatMap((l) => [...'ifgo'].map((g) => `${prefix}${l} ${g}`));
  expect(result.event).toBe('inspect');
  expect(result.spectra.map(({ name }) => name)).toEqual(gates('weight_hh_'));
  expect(result.spectra[0]!.singularValues.length).toBe(7);
  expect(result.saturation.map(({ name }) => name)).toEqual(gates(''));
  expect(result.gradients.map(({ name, norms }) => [name, norms.length])).toEqual([
    ['l0', 12],
    ['l1', 12],
  ]);
  const found = traceWindow(await saved, corpus.tokens, { batch: 32, window: 12 });
  for (const [k, { norms }] of result.gradients.entries()) {
    // The checkpoint's model runs on the fastest kernels there are.
    for (const [back, norm] of norms.entries()) expect(norm / found[k]!.gradientNorms[11 - back]!).toBeCloseTo(1, 4);
  }
});

test('the window is that of the training run, or 64 steps', async () => {
  const engine = await testEngine();
  const norms = async (options: object): Promise<number> =>
    (JSON.parse(await run({ json: true, ...options })) as Result).gradients[0]!.norms.length;
  expect(await norms({})).toBe(64);
  const model = smallModel(engine, corpus);
  const training = train(model, corpus, { steps: 1, batch: 3, window: 9 });
  await training;
  await saveCheckpoint(join(folder, 'trained'), model, training);
  expect(await norms({ folder: join(folder, 'trained') })).toBe(9);
  expect(await norms({ folder: join(folder, 'trained'), window: 5 })).toBe(5);
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

test('--svg spares what the command reads, and tells early where it cannot write', async () => {
  await saved;
  const files = ['checkpoint.safetensors', 'previous.safetensors', 'text', 'linked'].map((name) => join(folder, name));
  copyFileSync(files[0]!, files[1]!);
  symlinkSync(text, files[3]!);
  const before = files.map((path) => readFileSync(path));
  for (const [k, svg] of files.entries()) {
    await expect(run({ svg })).rejects.toThrow(
      new OptionError(`--svg ${svg}: the run has this file for something else. Give another one.`),
    );
    expect(readFileSync(svg).equals(before[k]!)).toBe(true);
  }
  // Nothing is read before the path is known to be good: the folder and the text are not there at all.
  for (const svg of [folder, join(folder, 'none', 'a.svg'), join(text, 'a.svg')]) {
    await expect(run({ folder: 'none', text: 'none', svg })).rejects.toThrow(`--svg ${svg}: cannot be written`);
  }
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('a picture that cannot be written does not take the tables with it', async () => {
  const svg = '/dev/full';
  if (!existsSync(svg)) return;
  await saved;
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => (output += String(chunk)) !== '');
  await expect(inspectCommand(folder, { text, svg })).rejects.toThrow(`--svg ${svg}: cannot be written`);
  expect(output).toContain('spectral radius');
});

test('as a command: one line of JSON, the picture, and nothing on stderr', async () => {
  await saved;
  const given = ['--text', text, '--window', '10', '--svg', 'a.svg', '--json'];
  const { code, stdout, stderr } = await place.run('inspect', folder, ...given);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').length).toBe(2);
  expect((JSON.parse(stdout) as Result).gradients.map(({ norms }) => norms.length)).toEqual([10, 10]);
  expect(readFileSync(place.at('a.svg'), 'utf8')).toMatch(/^<svg /);
});
