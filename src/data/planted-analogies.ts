/**
 * A made-up corpus in which analogies are known: each word is a stem in a form, as `king` and `queen` are one rank in two
 * sexes. Of its companions in a sentence some go with the stem and some with the form, so that vectors which tell the
 * company of a word have stem and form as two parts, and a1 is to a2 as b1 is to b2.
 */

import { checkKnown, checkSeed, checkSize } from '../options.js';
import { Random } from '../random.js';

/** How large the corpus is. */
export interface PlantedOptions {
  /** Default 24. */
  readonly stems?: number | undefined;
  /** Default 3. */
  readonly forms?: number | undefined;
  /** Default 20000, of five words each. */
  readonly sentences?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
}

/** Sentences, and the questions whose answers they hold. */
export interface PlantedAnalogies {
  readonly sentences: readonly (readonly string[])[];
  /** In the form of questions-words.txt: a section for each two forms. */
  readonly questions: string;
}

const OPERATION = 'plantedAnalogies';

/** Companions that go with each stem and with each form. */
const COMPANIONS = 4;

/** Draws a corpus. @throws OptionError */
export function plantedAnalogies(options: PlantedOptions = {}): PlantedAnalogies {
  checkKnown(OPERATION, options, ['stems', 'forms', 'sentences', 'seed']);
  const stems = checkSize(OPERATION, 'stems', options.stems ?? 24, 2);
  const forms = checkSize(OPERATION, 'forms', options.forms ?? 3, 2);
  const count = checkSize(OPERATION, 'sentences', options.sentences ?? 20_000);
  const random = new Random(checkSeed(OPERATION, options.seed ?? 1));
  const sentences = Array.from({ length: count }, () => {
    const [stem, form] = [random.integer(stems), random.integer(forms)];
    const company = (kind: string): string => `${kind}-${random.integer(COMPANIONS)}`;
    const words = [wordOf(stem, form)];
    for (let k = 0; k < 2; k++) words.push(company(`stem${stem}`), company(`form${form}`));
    random.shuffle(words);
    return words;
  });
  return { sentences, questions: questionsOf(stems, forms) };
}

/** `w3-1`: stem 3 in form 1. */
function wordOf(stem: number, form: number): string {
  return `w${stem}-${form}`;
}

function questionsOf(stems: number, forms: number): string {
  const lines: string[] = [];
  for (let from = 0; from < forms; from++) {
    for (let to = 0; to < forms; to++) {
      if (to === from) continue;
      lines.push(`: form ${from} to form ${to}`);
      for (let a = 0; a < stems; a++) {
        // A few other stems each: all pairs would say nothing more.
        for (let k = 1; k <= 5; k++) {
          const b = (a + k) % stems;
          if (b !== a) lines.push([wordOf(a, from), wordOf(a, to), wordOf(b, from), wordOf(b, to)].join(' '));
        }
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
