/** Parameters as flat ranges: neighbours in memory become one range, so a whole model is one kernel call. */

import { Parameter } from '../memory/parameter.js';
import { OptionError } from '../errors.js';

/** `floats` floats at byte `offset` of the parameter region and of the gradient region. */
export interface Range {
  readonly offset: number;
  readonly floats: number;
}

/**
 * The ranges of a list of parameters, in the order of memory. The gaps that alignment leaves hold zeros and take part.
 * @throws OptionError for an empty list or a parameter named twice
 */
export function rangesOf(operation: string, parameters: readonly Parameter[]): Range[] {
  if (!Array.isArray(parameters) || !parameters.every((item) => item instanceof Parameter)) {
    throw new OptionError(`${operation}: parameters must be a list of parameters, such as layer.parameters().`);
  }
  if (parameters.length === 0) throw new OptionError(`${operation}: the list of parameters is empty.`);
  const memory = parameters[0]!.memory;
  const ranges: { offset: number; floats: number }[] = [];
  for (const parameter of [...parameters].sort((a, b) => a.offset - b.offset)) {
    const { offset, name } = parameter;
    if (parameter.memory !== memory) {
      throw new OptionError(`${operation}: ${name} belongs to another engine than ${parameters[0]!.name}.`);
    }
    const floats = Math.ceil(memory.bytes(parameter.size) / 64) * (64 / memory.bytes(1));
    const last = ranges.at(-1);
    const end = last === undefined ? -1 : last.offset + memory.bytes(last.floats);
    if (offset < end) throw new OptionError(`${operation}: ${name} is in the list twice.`);
    if (last !== undefined && offset === end) last.floats += floats;
    else ranges.push({ offset, floats });
  }
  return ranges;
}
