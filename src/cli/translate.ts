/** `recurra translate`: targets for the sources on the command line, or on the lines of stdin. */

import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileError } from '../checkpoint/file-error.js';
import { DataError, OptionError } from '../errors.js';
import { svgAttention } from '../models/attention-map.js';
import { Seq2Seq } from '../models/seq2seq.js';
import type { AttentionMatrix, TranslateOptions, Translation } from '../models/translation.js';
import { checkDestination, checkpointFiles } from './destination.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';

/** The options of `recurra translate`. */
export interface TranslateArguments extends EngineArguments, Omit<TranslateOptions, 'maxLength' | 'attention'> {
  /** The most tokens of a target. */
  readonly length?: number;
  /** Where the picture of what was attended to goes. */
  readonly attention?: string;
  readonly json?: boolean;
}

/** Runs the command: a line for each text, as soon as it is there. @returns the exit code */
export async function translateCommand(
  folder: string,
  texts: readonly string[],
  { threads = 1, revectorize = false, attention, length: maxLength, json = false, ...search }: TranslateArguments,
): Promise<number> {
  if (attention !== undefined && texts.length !== 1) {
    throw new OptionError(
      `translate: --attention draws one text, got ${texts.length === 0 ? 'none' : texts.length}. Give one on the command line.`,
    );
  }
  if (attention !== undefined) checkDestination('--attention', attention, checkpointFiles(folder));
  const { model } = await loadBest(folder, { threads, revectorize }, [Seq2Seq]);
  const options = { ...search, maxLength, attention: attention !== undefined };
  let line = 0;
  for await (const text of texts.length > 0 ? texts : createInterface({ input: process.stdin })) {
    line++;
    const found = translated(model, text, options, texts.length > 0 ? '' : `stdin:${line}: `);
    process.stdout.write(`${json ? jsonOf(text, found) : found.text}\n`);
    if (attention !== undefined) writePicture(attention, found.attention!, `${text} \u2192 ${found.text}`);
  }
  return EXIT.done;
}

/** @throws DataError, which names the line */
function translated(model: Seq2Seq, text: string, options: TranslateOptions, where: string): Translation {
  try {
    return model.translate(text, options);
  } catch (error) {
    if (error instanceof DataError) throw new DataError(where + error.message, { cause: error });
    throw error;
  }
}

function jsonOf(source: string, { text, score }: Translation): string {
  return JSON.stringify({ event: 'translate', source, text, score });
}

function writePicture(path: string, matrix: AttentionMatrix, title: string): void {
  const svg = svgAttention(matrix, { title });
  try {
    writeFileSync(path, svg);
  } catch (error) {
    throw fileError(`--attention ${path}`, 'cannot be written', error);
  }
}
