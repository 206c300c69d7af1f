/** `recurra chat`: a dialogue with a model, a line from each in turn. */

import { createInterface } from 'node:readline';
import { HRED } from '../models/hred.js';
import { checkReply } from '../models/reply.js';
import type { ReplyOptions } from '../models/reply.js';
import { MAX_SEED } from '../options.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';

/** The options of `recurra chat`. */
export interface ChatArguments extends ReplyOptions, Omit<EngineArguments, 'kernels'> {}

/** Where a dialogue takes place. */
export interface Room {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Whether somebody sits there: then there is a prompt, and Ctrl-C ends it. */
  readonly terminal: boolean;
}

/** Runs the command. @returns the exit code */
export async function chatCommand(
  folder: string,
  { threads = 1, revectorize = false, ...options }: ChatArguments,
): Promise<number> {
  const { model } = await loadBest(folder, { threads, revectorize }, [HRED]);
  const { stdin: input, stdout: output } = process;
  return converse(model, options, { input, output, terminal: input.isTTY && output.isTTY });
}

/**
 * Answers every line given all lines and answers before it. An empty line begins a new dialogue; without a terminal it
 * is answered by an empty line, so that lines and answers stay side by side.
 * @returns the exit code
 */
export async function converse(model: HRED, asked: ReplyOptions, { input, output, terminal }: Room): Promise<number> {
  checkReply('chat', asked);
  const { seed = 1, ...options } = asked;
  const isDrawn = (options.temperature ?? 0) > 0;
  const lines = createInterface({ input, terminal, prompt: '> ', ...(terminal ? { output } : {}) });
  let code: number = EXIT.done;
  lines.on('SIGINT', () => {
    code = EXIT.interrupted;
    lines.close();
  });
  let said: string[] = [];
  let answers = 0;
  if (terminal) lines.prompt();
  for await (const line of lines) {
    const isNew = line.trim() === '';
    // Each answer is drawn by a seed of its own: else what is drawn first would be the same in all of them.
    const drawn = isDrawn ? { seed: (seed + answers) % (MAX_SEED + 1) } : {};
    const answer = isNew ? '' : model.reply([...said, line], { ...options, ...drawn });
    if (!isNew) answers++;
    // An answer of spaces alone, which only characters can make, says nothing that could be read again.
    said = isNew ? [] : [...said, line, answer].filter((text) => text.trim() !== '');
    if (!isNew || !terminal) output.write(`${answer}\n`);
    if (terminal) lines.prompt();
  }
  return code;
}
