#!/usr/bin/env node
/** The command line: options and their bounds, and what each command runs. */

import { Command, CommanderError } from 'commander';
import { TIERS } from '../kernels/select.js';
import { benchCommand } from './bench.js';
import type { BenchArguments } from './bench.js';
import { describe, EXIT, exitCode } from './exit.js';
import { infoCommand, packageVersion } from './info.js';
import type { InfoArguments } from './info.js';
import { anyText, oneOf, path } from './options.js';
import { addModelCommands } from './model-commands.js';
import { REVECTORIZE, THREADS } from './shared-options.js';
import type { Run } from './shared-options.js';
import { addTrainCommand } from './train-command.js';
import { addWordCommands } from './word-commands.js';

function build(run: Run): Command {
  const program = new Command('recurra')
    .description('Train and run recurrent neural networks on the CPU.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 usage, 3 data or checkpoint, 4 diverged, 5 memory, 130 interrupted.\n' +
        'Examples:\n  recurra train --text book.txt --out run/\n  recurra generate run/ --prompt "ROMEO:" --length 200',
    );
  addTrainCommand(program, run);
  addWordCommands(program, run);
  addModelCommands(program, run);
  program
    .command('info')
    .description('kernels chosen and why, cores, memory limit, versions')
    .option('--json', 'print one JSON object')
    .action((options: InfoArguments) => run(infoCommand(options)));
  program
    .command('bench')
    .description('how fast products and training steps are here')
    .option('--shapes <file>', 'training steps to time, as JSON (eight of the usual)', path('--shapes'))
    .option('--shape <name>', 'time this training step alone, and no products', anyText('--shape'))
    .option(...THREADS)
    .option(...REVECTORIZE)
    .option('--kernels <tier>', 'auto, relaxed, simd or js (auto)', oneOf('--kernels', ['auto', ...TIERS]))
    .option('--json', 'print one JSON object a row')
    .action((options: BenchArguments) => run(benchCommand(options)));
  return program;
}

/** Commander's message in one line that ends with what to do. */
function oneLine(text: string): string {
  const message = text
    .replace(/^error: /, '')
    .trim()
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  return `recurra: ${message}. Add --help for what there is.\n`;
}

/** A reader that has gone, as in `| head`, ends the process quietly, as it does for other commands. */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.readerGone);
    throw error;
  });
}

async function main(): Promise<void> {
  [process.stdout, process.stderr].forEach(endWithReader);
  try {
    const program = build(async (code) => {
      process.exitCode = await code;
    });
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed it; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      return;
    }
    process.stderr.write(describe(error));
    process.exitCode = exitCode(error);
  }
}

void main();
