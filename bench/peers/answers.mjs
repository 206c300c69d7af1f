/**
 * The side of a contestant that answers: one request a line on stdin, one answer a line on stdout, both JSON.
 *
 *     {"do":"build","shape":{...}}   builds the model of a training shape      {"done":true}
 *     {"do":"steps","count":3}       makes so many training steps              {"ms":61.5}, of all of them
 *     {"do":"peak"}                  times the loop of multiply-adds           {"gflops":23.9}
 *
 * The first line, unasked, says who answers: {"versions":"..."}. What goes wrong is {"error":"..."}.
 */

import { createInterface } from 'node:readline';

/** Answers requests until stdin ends. `make` returns the versions and the three actions, each of which may be async. */
export async function answer(make) {
  const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const guarded = async (work) => {
    try {
      return await work();
    } catch (error) {
      return { error: String(error?.message ?? error) };
    }
  };
  let actions;
  const hello = await guarded(async () => {
    const { versions, ...rest } = await make();
    actions = rest;
    return { versions };
  });
  say(hello);
  if (actions === undefined) return;
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: what, ...request } = JSON.parse(line);
    say(await guarded(() => actions[what](request)));
  }
}

/** Makes so many steps. */
export async function timeSteps(step, count) {
  const began = performance.now();
  for (let i = 0; i < count; i++) await step();
  return { ms: performance.now() - began };
}
