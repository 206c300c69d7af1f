/** The lines of a text with their numbers, for messages. */

/** The lines, numbered from 1, without their breaks. */
export function* textLines(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (const line of text.split(/\r\n|\r|\n/)) yield { line, number: ++number };
}
