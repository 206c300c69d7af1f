/**
 * Shapes of the user's own, as JSON:
 *
 *     { "shapes": [{ "name": "tiny", "kind": "seq", "cell": "lstm", "B": 2, "T": 3, "I": 1, "H": 4, "L": 1 }] }
 *
 * Other members beside `shapes` are notes for readers.
 */

import { DataError } from '../errors.js';
import { CELLS } from '../models/sizes.js';
import type { TrainingShape } from './shapes.js';

const COMMON = ['name', 'kind', 'cell', 'B', 'T', 'H', 'L'];
const OWN = { seq: ['I'], lm: ['E', 'V'] } as const;
const TEXTS = ['name', 'kind', 'cell'];

type Members = Readonly<Record<string, unknown>>;

/**
 * The shapes of a file.
 * @param text its contents
 * @param file its name, for messages
 * @throws DataError, which names the file, the shape, the field, what was expected and what was given
 */
export function parseShapes(text: string, file: string): TrainingShape[] {
  const { shapes } = Object(parseJson(text, file)) as { shapes?: unknown };
  if (!Array.isArray(shapes) || shapes.length === 0) {
    throw new DataError(`${file}: must hold an object with a list 'shapes' of at least one, got ${shown(shapes)}.`);
  }
  const seen = new Set<string>();
  return shapes.map((shape: unknown, i) => {
    const checked = checkShape(shape, `${file}: shapes[${i}]`);
    if (seen.has(checked.name)) {
      throw new DataError(
        `${file}: shapes[${i}]: name '${checked.name}' is taken by an earlier shape. Choose another.`,
      );
    }
    seen.add(checked.name);
    return checked;
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${file}: is not JSON: ${(error as Error).message}. Correct it there.`, { cause: error });
  }
}

function checkShape(shape: unknown, where: string): TrainingShape {
  if (typeof shape !== 'object' || shape === null || Array.isArray(shape)) {
    throw new DataError(`${where}: must be an object, got ${shown(shape)}.`);
  }
  const members = shape as Members;
  const { name } = members;
  if (typeof name !== 'string' || name === '') {
    throw new DataError(`${where}: name must be a text that is not empty, got ${shown(name)}.`);
  }
  const place = `${where} (${name})`;
  const kind = oneOf(members, 'kind', ['seq', 'lm'] as const, place);
  oneOf(members, 'cell', CELLS, place);
  const fields = [...COMMON, ...OWN[kind]];
  for (const field of fields.filter((field) => !TEXTS.includes(field))) checkSize(members, field, place);
  const foreign = Object.keys(members).find((field) => !fields.includes(field));
  if (foreign === undefined) return members as unknown as TrainingShape;
  throw new DataError(`${place}: unknown field '${foreign}'. A shape of kind ${kind} has ${fields.join(', ')}.`);
}

function oneOf<T extends string>(members: Members, field: string, choices: readonly T[], place: string): T {
  const value = members[field];
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw new DataError(`${place}: ${field} must be one of ${choices.join(', ')}, got ${shown(value)}.`);
}

function checkSize(members: Members, field: string, place: string): void {
  const value = members[field];
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  throw new DataError(`${place}: ${field} must be a whole number of at least 1, got ${shown(value)}.`);
}

/** A value as JSON has it, or what it is instead of one. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? 'a list'
      : 'an object'
    : JSON.stringify(value);
}
