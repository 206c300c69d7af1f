/** The texts that the page brings along: sentences of the library's grammars. */

import { bundledCorpus, Random } from 'recurra';

const SENTENCES = 4000;
/** Sentences made in one go, a few milliseconds' worth. */
const AT_ONCE = 200;

const made = new Map<'en' | 'ja', Promise<string>>();

/** The text of a grammar; the same at every visit. */
export function grammarText(language: 'en' | 'ja'): Promise<string> {
  const known = made.get(language) ?? generate(language);
  made.set(language, known);
  return known;
}

async function generate(language: 'en' | 'ja'): Promise<string> {
  const { grammar } = bundledCorpus({ language, sentences: 1, seed: 1 });
  const random = new Random(1);
  const parts: string[] = [];
  for (let done = 0; done < SENTENCES; done += AT_ONCE) {
    parts.push(grammar.text(random, { sentences: AT_ONCE }));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return parts.join('');
}
