import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

/** The example of the README, importing the package as built. */
function example(): string {
  const code = /```js\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];
  if (code === undefined) throw new Error('README.md has no JavaScript example');
  return code.replace("from 'recurra'", `from '${pathToFileURL('dist/index.js').href}'`);
}

test('the example of the README learns its sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recurra-readme-'));
  try {
    const file = join(folder, 'example.mjs');
    writeFileSync(file, example());
    const output = execFileSync(process.execPath, [file], { encoding: 'utf8' });
    const loss = Number(/^([\d.]+) nats per character\n$/.exec(output)?.[1]);
    expect(loss).toBeLessThan(0.3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
