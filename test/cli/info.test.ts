/** `recurra info`, --version and --help. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { MAX_BYTES } from '../../src/memory/heap.js';
import { Workplace, lines } from './command.js';

const place = new Workplace();
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

test('--json: kernels and why, threads, cores, memory limit, versions', async () => {
  const { code, stdout, stderr } = await place.run('info', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const engine = await createEngine({ threads: 'auto' });
  const { kernels, threads, notes } = engine.report();
  engine.dispose();
  expect(JSON.parse(stdout)).toMatchObject({
    version,
    kernels,
    threads,
    notes,
    cores: expect.any(Number) as unknown,
    memoryLimitBytes: MAX_BYTES,
    node: process.versions.node,
    v8: process.versions.v8,
  });
});

test('without --json a line for each', async () => {
  const { stdout } = await place.run('info');
  for (const name of ['version', 'kernels', 'threads', 'cores', 'memoryLimitBytes', 'node', 'v8']) {
    expect(lines(stdout).some((line) => new RegExp(`^${name} +\\S`).test(line))).toBe(true);
  }
});

test('--version and --help go to stdout with code 0; no command at all is a matter of usage', async () => {
  expect(await place.run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  const help = await place.run('train', '--help');
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const option of 'text out resume level locale vocab-size cell embedding hidden layers dropout batch window epochs steps optimizer lr schedule clip-norm clip-value valid-fraction patience seed kernels threads log json'.split(
    ' ',
  )) {
    expect(help.stdout).toContain(`--${option}`);
  }
  const none = await place.run();
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('Usage: recurra');
});
