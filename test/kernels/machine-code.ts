/** The machine code V8 makes of a binary on x64, as `--print-wasm-code` prints it: its innermost loops over vectors. */

import { execFileSync } from 'node:child_process';

/** An innermost loop that multiplies vectors. */
export interface Loop {
  /** The function it is in, by the binary's name section. */
  readonly name: string;
  readonly instructions: readonly string[];
}

interface Line {
  readonly offset: number;
  readonly text: string;
}

/** A child process compiles the binary, all of it and at once with the optimizing compiler, and prints the code. */
const COMPILE = `
  const bytes = require('node:fs').readFileSync(process.argv[1]);
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65535, shared: process.argv[1].includes('threads') });
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
`;

/** The loops of a binary. @param flags more flags for V8 */
export function vectorLoops(binary: string, flags: readonly string[] = []): Loop[] {
  const all = ['--print-wasm-code', '--no-liftoff', '--no-wasm-lazy-compilation', ...flags];
  const output = execFileSync(process.execPath, [...all, '--eval', COMPILE, binary], { maxBuffer: 2 ** 28 }).toString();
  return output
    .split('--- WebAssembly code ---')
    .slice(1)
    .flatMap((text) => loopsOf(/^name: (.*)$/m.exec(text)?.[1] ?? '', text));
}

/** The instructions of a loop that move a vector register to or from the stack: a spill. */
export function spills({ instructions }: Loop): string[] {
  return instructions.filter((text) => /\b[xyz]mm\d/.test(text) && /\[r[bs]p/.test(text));
}

function loopsOf(name: string, text: string): Loop[] {
  const lines = [...text.matchAll(/^0x[0-9a-f]+\s+([0-9a-f]+)\s+[0-9a-f]+\s+(.*)$/gm)].map(([, offset, line]) => ({
    offset: Number.parseInt(offset!, 16),
    text: line!,
  }));
  // A jump back to an earlier instruction closes a loop.
  const loops = lines.flatMap(({ offset, text: line }) => {
    const target = /^j\w+ 0x[0-9a-f]+\s+<\+0x([0-9a-f]+)>/.exec(line)?.[1];
    const first = target === undefined ? Infinity : Number.parseInt(target, 16);
    return first <= offset ? [{ first, last: offset }] : [];
  });
  // Not those around others, not the longer of two with one beginning, and not a jump from behind a loop's end into its
  // middle: that is the way back from a check of the stack.
  const inner = loops.filter(
    ({ first, last }) =>
      !loops.some((other) =>
        other.first > first
          ? other.last <= last
          : other.first < first
            ? other.last >= first && other.last < last
            : other.last < last,
      ),
  );
  const bodies = inner.map(({ first, last }) => lines.filter((line) => line.offset >= first && line.offset <= last));
  return bodies.filter(multiplies).map((body) => ({ name, instructions: body.map((line) => line.text) }));
}

function multiplies(body: readonly Line[]): boolean {
  return body.filter(({ text }) => /^(vmulps|mulps|vfmadd)/.test(text)).length >= 4;
}
