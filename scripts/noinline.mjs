/**
 * Gives the AssemblyScript compiler a decorator it lacks: a function marked `@noinline` stays a function. At -O3 the
 * optimizer copies what has fewer than 70 nodes to wherever it is called, and the binary is what a page must load.
 *
 *     asc --transform ./scripts/noinline.mjs
 */

import binaryen from 'assemblyscript/binaryen';
import { Transform } from 'assemblyscript/transform';

const isMarked = ({ prototype }) =>
  prototype?.declaration?.decorators?.some(({ name }) => name.text === 'noinline') ?? false;

// oxlint-disable-next-line import/no-default-export -- what the compiler loads
export default class extends Transform {
  /** Before the optimizer runs. */
  afterCompile(module) {
    for (const [name, element] of this.program.instancesByName) {
      if (!isMarked(element)) continue;
      binaryen.setPassArgument('no-inline', name);
      module.runPasses(['no-inline']);
    }
  }
}
