/**
 * TypeScript source as the checks read it: `codeOf` blanks what is not code, so that simple patterns are safe, and
 * `filesUnder` lists files. Lengths and line breaks are kept: a position in the code is a position in the source.
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What a scan meets, in this order: comments, strings, template marks, regular expressions, brackets. */
const token = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[^]*?\*\/)/,
    /(?<string>'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*")/,
    /(?<template>`)/,
    // A slash begins a regular expression where no value can end: after an operator, a bracket that opens, a keyword.
    /(?<regex>(?<=(?:^|[(,=:[!&|?{};+*%~^<>-]|=>|\breturn|\btypeof)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/)/,
    /(?<open>\{)|(?<close>\})/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);
const templateText = /(?:\\[^]|\$(?!\{)|[^\\`$])*/y;

/**
 * The source with comments, the text of strings and templates, and regular expressions replaced by spaces. Quotes
 * stay, and so does the code inside `${}`.
 */
export function codeOf(source) {
  const blanks = []; // [from, to) of what is not code
  const braces = []; // for each open brace, whether it belongs to a template
  token.lastIndex = 0;
  for (let match; (match = token.exec(source)) !== null;) {
    const { comment, string, template, regex, open } = match.groups;
    const [from, to] = [match.index, token.lastIndex];
    if (comment !== undefined || regex !== undefined) blanks.push([from, to]);
    else if (string !== undefined) blanks.push([from + 1, to - 1]);
    else if (open !== undefined) braces.push(false);
    else if (template !== undefined || braces.pop() === true)
      token.lastIndex = skipTemplate(source, to, blanks, braces);
  }
  const blank = (text) => text.replace(/[^\n]/g, ' ');
  let code = '';
  let end = 0;
  for (const [from, to] of blanks) {
    code += source.slice(end, from) + blank(source.slice(from, to));
    end = to;
  }
  return code + source.slice(end);
}

/** Blanks template text up to the closing backquote or the next `${`; returns where the scan goes on. */
function skipTemplate(source, from, blanks, braces) {
  templateText.lastIndex = from;
  templateText.exec(source);
  const to = templateText.lastIndex;
  blanks.push([from, to]);
  if (source[to] === '`') return to + 1;
  braces.push(true);
  return to + 2;
}

/** The line of a position, counted from 1. */
export function lineOf(source, position) {
  return source.slice(0, position).split('\n').length;
}

/**
 * The files below a folder whose names end as wanted, relative to the root, with slashes, sorted; none if it is not
 * there. Installed packages are left out.
 */
export function filesUnder(root, folder, ending) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((name) => !name.includes('node_modules/'))
    .filter((name) => name.endsWith(ending) && statSync(join(root, name)).isFile())
    .sort();
}
