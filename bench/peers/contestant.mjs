/** The side that asks: a process that lives as long as the comparison, so that rounds can alternate. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One engine in a process of its own; the protocol is that of answers.mjs. */
export class Contestant {
  #child;
  #lines;

  constructor({ name, peer, lacks, command, args, env = {} }) {
    this.name = name;
    /** Whether others are compared with it. */
    this.peer = peer;
    /** Why it cannot run a shape, or undefined. */
    this.lacks = lacks;
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.on('error', () => undefined); // stdout ends as well, which is where it shows
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** What answers, or why it cannot. */
  async hello() {
    this.versions = (await this.#answer()).versions;
    return this.versions;
  }

  /** Builds the model of a shape. */
  build(shape) {
    return this.#ask({ do: 'build', shape });
  }

  /** Makes so many steps. Resolves to the ms of one. */
  async steps(count) {
    return (await this.#ask({ do: 'steps', count })).ms / count;
  }

  /** GFLOP/s of the loop of multiply-adds. */
  async peak() {
    return (await this.#ask({ do: 'peak' })).gflops;
  }

  /** Lets it go. */
  end() {
    this.#child.kill();
  }

  #ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async #answer() {
    const { value, done } = await this.#lines.next();
    if (done)
      throw new Error(`the process has ended (${this.#child.exitCode ?? this.#child.signalCode ?? 'not started'})`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
