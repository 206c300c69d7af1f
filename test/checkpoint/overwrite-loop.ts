/**
 * A process to be killed: overwrites the checkpoint given on the command line with version after version until it is
 * killed, or ends by itself after a few seconds. Prints a line when the first version is on disk.
 */

import { encodeSafetensors } from '../../src/checkpoint/safetensors.js';
import { writeAtomically } from '../../src/checkpoint/storage.node.js';

const LENGTH = 500_000;
const path = process.argv[2]!;
const first = Number(process.argv[3]);
const end = Date.now() + 5000;

for (let version = first; Date.now() < end; version++) {
  const data = new Float32Array(LENGTH).fill(version);
  const metadata = new Map([['version', String(version)]]);
  await writeAtomically(path, encodeSafetensors(new Map([['w', { dtype: 'F32', shape: [LENGTH], data }]]), metadata));
  if (version === first) console.log('ready');
}
