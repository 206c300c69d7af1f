/** Bad input: one line on stderr that names cause and fix, the documented exit code, nothing on stdout, nothing lost. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { CHECKPOINT_FILE, checksum } from '../../src/checkpoint/checkpoint.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import { Workplace, SMALL, SMALL_SIZES } from './command.js';

const place = new Workplace();
place.file('text');
place.file('empty', '');
place.file('one', 'a');
place.file('short', 'The text is shorter than a window.');
place.file('latin1', Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x0a, 0x61, 0x62));
place.file('utf16', Buffer.from('\ufeffhello world', 'utf16le'));
place.file('spaces', ' \n\n  \t\n');
// Windows has neither named pipes of this kind nor /dev.
const onPosix = process.platform !== 'win32';
if (onPosix) execFileSync('mkfifo', [place.at('pipe')]);
mkdirSync(place.at('blocked', CHECKPOINT_FILE), { recursive: true });
mkdirSync(place.at('topK'));
place.file('topK/vocabSize', Uint8Array.of(0x61, 0xff));

/** Writes a checkpoint with its bytes changed into a folder of its own. */
function broken(folder: string, change: (bytes: Buffer) => Uint8Array): void {
  mkdirSync(place.at(folder));
  writeFileSync(place.at(folder, CHECKPOINT_FILE), change(place.checkpoint('run')));
}

/** The checkpoint with a part of its header replaced by another of the same length. */
function replaced(bytes: Buffer, part: string, by: string): Uint8Array {
  const at = bytes.indexOf(part);
  if (at < 0 || part.length !== by.length) throw new Error(`cannot replace ${part}`);
  const copy = Buffer.from(bytes);
  copy.write(by, at);
  return copy;
}

/** The same with the checksum of the new contents, so that what is wrong with them is found. */
function sealed(bytes: Uint8Array, part: string, by: string): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(replaced(Buffer.from(bytes), part, by), 'sealed');
  return encodeSafetensors(tensors, new Map([...metadata, ['checksum', checksum(tensors, metadata)]]));
}

beforeAll(async () => {
  await place.run('train', '--text', 'text', '--out', 'run', ...SMALL, '--epochs', '1');
  await place.run('train', '--text', 'text', '--out', 'words', ...SMALL, '--epochs', '1', '--level', 'word');
  broken('truncated', (bytes) => bytes.subarray(0, bytes.length - 100));
  broken('garbage', () => Buffer.from('this is no checkpoint at all'));
  broken('nothing', () => new Uint8Array(0));
  broken('version', (bytes) => replaced(bytes, '"version":"2"', '"version":"9"'));
  broken('foreign', (bytes) => replaced(bytes, '"format":"recurra"', '"format":"pytorch"'));
  broken('damaged', (bytes) => Uint8Array.from(bytes).fill(bytes.at(-2)! ^ 4, bytes.length - 2, bytes.length - 1));
  broken('sizes', (bytes) => sealed(bytes, '\\"hiddenSize\\":16', '\\"hiddenSize\\":99'));
  broken('cursor', (bytes) => sealed(bytes, '\\"step\\":', '\\"stop\\":'));
  broken('rate', (bytes) => sealed(bytes, '\\"lr\\":0.002,\\"schedule', '\\"lr\\":-.002,\\"schedule'));
  broken('moved', (bytes) => sealed(bytes, '\\"text\\":\\"../text', '\\"text\\":\\"../gone'));
  broken('kernels', (bytes) => sealed(bytes, '\\"kernels\\":\\"simd', '\\"kernels\\":\\"simx'));
});

const usage = 2;
const data = 3;
const memory = 5;
const NEW = 'train --text text --out new';

/** Arguments, parted by spaces, the exit code, and what the message must say. */
const cases: readonly (readonly [string, number, RegExp])[] = [
  // The text.
  ['train --text empty --out new', data, /empty: the file is empty. Give a file with text in it/],
  ['train --text one --out new', data, /one: .*needs at least two tokens.*Give more text/],
  ['train --text spaces --level word --out new', data, /spaces: .*the text is empty. Give more text/],
  [
    'train --text latin1 --out new',
    data,
    /latin1: the bytes from offset 3 on \(0xE9 …\) are not UTF-8. Save it as UTF-8/,
  ],
  ['train --text utf16 --out new', data, /utf16: .*UTF-16.*save it as UTF-8/],
  [
    'train --text short --out new',
    data,
    /short: train: 34 tokens are too few, 31 of them after a part of 0.1 for validation: batch 32 x window 64 needs 2049. Give more text/,
  ],
  [
    'train --text short --out new --batch 1 --window 31',
    data,
    /34 tokens are too few, 31 of them .*: batch 1 x window 31 needs 32/,
  ],
  [
    'train --text missing --out new',
    data,
    /missing: cannot be read, there is no such file or folder \(ENOENT\). Check the path/,
  ],
  ['train --text . --out new', data, /\.: cannot be read, it is a folder. Give the path of a file/],
  ['train --text text/below --out new', data, /a part of the path is a file/],
  // The folder.
  [
    'train --text text --out text',
    data,
    /text: cannot be used as a folder, a file of that name is in the way.*choose another/,
  ],
  ['train --text text --out text/below', data, /a part of the path is a file, not a folder.*Choose another path/],
  [
    'train --text text --out new --log text/log.csv',
    data,
    /--log text\/log\.csv: cannot be written.*Choose another path/,
  ],
  ['train --text text --out new --log run', data, /--log run: cannot be written, it is a folder/],
  // Options of train.
  ['train', usage, /--text FILE is missing. Give --text FILE and --out DIR, or --resume DIR/],
  ['train --text text', usage, /--out DIR is missing/],
  [`${NEW} --hidden 0`, usage, /--hidden must be a whole number of at least 1, got '0'/],
  [`${NEW} --hidden 1.5`, usage, /--hidden .* got '1\.5'/],
  [`${NEW} --layers -1`, usage, /--layers .* got '-1'/],
  [`${NEW} --batch many`, usage, /--batch .* got 'many'/],
  [`${NEW} --window 0`, usage, /--window/],
  [`${NEW} --epochs 1e99`, usage, /--epochs .* got '1e99'/],
  [`${NEW} --epochs`, usage, /'--epochs <n>' argument missing/],
  [`${NEW} --dropout 1`, usage, /--dropout must be a number from 0 to below 1, got '1'/],
  [`${NEW} --lr 0`, usage, /--lr must be a number above 0, got '0'/],
  [`${NEW} --lr Infinity`, usage, /--lr/],
  [`${NEW} --clip-norm -1`, usage, /--clip-norm must be a number of at least 0/],
  [`${NEW} --valid-fraction 1`, usage, /--valid-fraction/],
  [`${NEW} --cell transformer`, usage, /--cell must be one of lstm, gru, rnn, got 'transformer'/],
  [`${NEW} --level byte`, usage, /--level must be one of char, word/],
  [`${NEW} --optimizer lion`, usage, /--optimizer must be one of/],
  [`${NEW} --schedule linear`, usage, /--schedule must be one of/],
  [`${NEW} --kernels cuda`, usage, /--kernels must be one of auto, relaxed, simd, js/],
  [`${NEW} --locale ja`, usage, /--locale splits words, and --level is char. Add --level word/],
  [`${NEW} --level word --locale xyz`, usage, /locale must be a language/],
  [`${NEW} --epochs 1 --steps 1`, usage, /epochs \(1\) and steps \(1\) contradict each other. Give one/],
  [
    `${NEW} --patience 2 --valid-fraction 0`,
    usage,
    /patience needs validation, and --valid-fraction is 0. Set --valid-fraction above 0/,
  ],
  [`${NEW} --hiden 4`, usage, /unknown option '--hiden' \(Did you mean one of --hidden, --hide\?\)/],
  [`${NEW} --quux`, usage, /unknown option '--quux'.*--help/],
  [`${NEW} extra`, usage, /too many arguments.*--help/],
  [`${NEW} --lr 1 --lr 2`, usage, /--lr is given twice. Give it once/],
  [`${NEW} --text other`, usage, /--text is given twice/],
  ...(onPosix
    ? ([
        [
          'train --text pipe --out new',
          data,
          /pipe: cannot be read, it is a device or a pipe. Give the path of a file/,
        ],
        ['train --text /dev/zero --out new', data, /zero: cannot be read, it is a device or a pipe/],
      ] as const)
    : []),
  ['train --text topK/vocabSize --out new', data, /^recurra: topK\/vocabSize: the bytes from offset 1/],
  ['generate run --prompt topK~', data, /never seen: .*"~"/],
  [
    'train --text text --out blocked',
    data,
    /blocked\/checkpoint.safetensors: is in the way of the checkpoint and is no file/,
  ],
  [`${NEW} --seed 99999999999`, usage, /--seed must be a whole number from 0 to 4294967295, got '99999999999'/],
  [`${NEW} --hidden 1e30`, usage, /--hidden must be a whole number from 1 to 9007199254740991, got '1e30'/],
  [`${NEW} --layers 1000000`, memory, /1000000 lstm of 128.*Lower the batch, the window or the sizes of the model/],
  // The weights alone would fit.
  [
    `${NEW} --hidden 6500`,
    memory,
    /train: batch 32, window 64, embedding 64, 1 lstm of 6500, \d+ symbols take about \d+\.\d MB/,
  ],
  [`${NEW} --hidden 100000`, memory, /100000.*take about \d+\.\d MB.*limit is 429\d\.\d MB. Lower/],
  // --resume.
  [
    'train --resume run --lr 0.1 --hidden 4 --seed 3',
    usage,
    /--hidden, --seed cannot be changed by --resume.*It takes the files of the run, --epochs/,
  ],
  ['train --resume run --out new', usage, /--out cannot be changed by --resume/],
  ['train --resume missing', data, /missing\/checkpoint.safetensors: there is no checkpoint here. Check the path/],
  ['train --resume run --text empty', data, /empty: the file is empty/],
  ['train --resume run --epochs 1 --steps 2', usage, /contradict/],
  [
    'train --resume moved',
    data,
    /gone: cannot be read.*the text the run was trained on; where it has moved.*--text FILE/,
  ],
  ['train --resume cursor', data, /training: step must be a whole number/],
  ['train --resume rate', data, /training/],
  ['train --resume kernels', data, /kernels must be one of/],
  // Checkpoints.
  ...['train --resume', 'generate', 'evaluate --text text', 'inspect --text text'].flatMap(
    (command): [string, number, RegExp][] => [
      [`${command} truncated`, data, /truncated\/checkpoint.safetensors: .*damaged.*use another copy/],
      [`${command} garbage`, data, /damaged or is not a safetensors file/],
      [`${command} nothing`, data, /must have at least 8 bytes, got 0/],
      [`${command} damaged`, data, /the contents have the checksum .* The file is damaged .*use another copy/],
      [`${command} version`, data, /has version 9, this build reads 2. Use the release that wrote it/],
    ],
  ),
  ['generate foreign', data, /not a checkpoint of recurra/],
  ['generate sizes', data, /options take \d+ weights, the tensors hold \d+/],
  ['inspect --text text missing', data, /missing\/checkpoint.safetensors: there is no checkpoint here.*recurra train/],
  ['generate text', data, /a part of the path is a file/],
  ['generate missing', data, /missing\/checkpoint.safetensors: there is no checkpoint here.*recurra train/],
  // generate and evaluate.
  ['generate', usage, /missing required argument 'dir'/],
  [
    'generate run --prompt 漢字',
    data,
    /characters the model has never seen: "漢", "字". Leave them out or replace them/,
  ],
  ['generate words --prompt zebra', data, /words the model has never seen: "zebra"/],
  ['generate run --length 0', usage, /--length/],
  ['generate run --temperature -1', usage, /--temperature must be a number of at least 0/],
  ['generate run --temperature hot', usage, /--temperature/],
  ['generate run --top-k 0', usage, /--top-k/],
  ['generate run --seed x', usage, /--seed/],
  ['evaluate run', usage, /required option '--text <file>' not specified/],
  ['evaluate run --text one', data, /one: .*at least two tokens/],
  ['evaluate run --text latin1', data, /not UTF-8/],
  // inspect.
  ['inspect run', usage, /required option '--text <file>' not specified/],
  ['inspect --text text', usage, /missing required argument 'dir'/],
  ['inspect run --text text --window 0', usage, /--window must be a whole number of at least 1, got '0'/],
  ['inspect run --text text --svg one --svg two', usage, /--svg is given twice/],
  ['inspect run --text text --quux', usage, /unknown option '--quux'.*--help/],
  [
    'inspect run --text short --window 34',
    data,
    /short: traceWindow: 34 tokens are too few: window 34 needs 35. Give more text, or lower the window/,
  ],
  ['inspect run --text one', data, /one: .*at least two tokens/],
  ['inspect run --text latin1', data, /not UTF-8/],
  ['inspect run --text text --svg run', data, /--svg run: cannot be written, it is a folder/],
  ['inspect run --text text --svg none/a.svg', data, /--svg none\/a.svg: cannot be written, there is no such file/],
  ['info --verbose', usage, /unknown option '--verbose'/],
  ['trian', usage, /unknown command 'trian' \(Did you mean train\?\)/],
];

describe('each case', () => {
  test.concurrent.each(cases)('%s', async (args, code, message) => {
    const outcome = await place.run(...args.split(' '));
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^recurra: [^\n]+\n$/);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
  });
});

test('options that contradict each other are refused before a folder is made or a text is read', async () => {
  for (const options of [
    '--epochs 1 --steps 1',
    '--patience 1 --valid-fraction 0',
    '--schedule plateau --valid-fraction 0',
  ]) {
    const { code } = await place.run('train', '--text', 'missing', '--out', 'unmade', ...options.split(' '));
    expect(code).toBe(usage);
  }
  expect(existsSync(place.at('unmade'))).toBe(false);
});

test('an empty name of a folder is refused', async () => {
  expect(await place.run('train', '--text', 'text', '--out', '')).toMatchObject({ code: usage, stdout: '' });
});

test('an asked for tier that is not there is a matter of usage, with the reason', async () => {
  const { kernels } = JSON.parse((await place.run('info', '--json')).stdout) as { kernels: string };
  const { code, stderr } = await place.run(...NEW.split(' '), ...SMALL_SIZES, '--steps', '1', '--kernels', 'relaxed');
  if (kernels === 'relaxed') expect(code).toBe(0);
  else
    expect({ code, stderr }).toMatchObject({
      code: usage,
      stderr: expect.stringMatching(/'relaxed' cannot run here/) as unknown,
    });
});

test('no case has left more than an empty folder, or changed the checkpoints', async () => {
  for (const folder of ['run', 'words']) expect(readdirSync(place.at(folder))).toEqual([CHECKPOINT_FILE]);
  const generated = await place.run('generate', 'run', '--length', '5');
  expect(generated.code).toBe(0);
});
