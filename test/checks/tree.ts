/** Runs one of the project's checks on a tree of files made up for a test. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a check printed, line by line, and how it ended. */
export interface Outcome {
  status: number | null;
  lines: string[];
}

/** Writes the files (path to text), runs `scripts/<name>.mjs` on them, and removes them. */
export function runCheck(name: string, files: Record<string, string>): Outcome {
  const root = mkdtempSync(join(tmpdir(), 'recurra-check-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const script = fileURLToPath(new URL(`../../scripts/${name}.mjs`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
    return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
