/**
 * Spans of words in labels such as B-PER I-PER O, and how well they were found, by the definition of conlleval (Tjong Kim
 * Sang and Buchholz 2000): a span is right if its first word, its last word and its type are.
 *
 *     precision = right / found     recall = right / there     F1 = 2 precision recall / (precision + recall)
 */

/** Words `start` up to `end`, without it, of one type. */
export interface Span {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** B begins a span, I goes on, E ends it, S is a span of one word (IOBES); O is outside. The type may be missing. */
const LABEL = /^(?:O|([BIES])(?:-(.*))?)$/;

/** Whether labels mark spans: each is O, or begins with B, I, E or S, and some are not O. */
export function areSpanLabels(labels: readonly string[]): boolean {
  return labels.every((label) => /^(?:O$|[BIES]-)/.test(label)) && labels.some((label) => label !== 'O');
}

/**
 * The spans of a sentence, in IOB1, IOB2 (BIO) or IOBES. A label that cannot follow begins a span: I after O, or after
 * another type. What is no such label is outside.
 */
export function spansOf(labels: readonly string[]): Span[] {
  const spans: Span[] = [];
  let open: { readonly type: string; readonly start: number } | undefined;
  let before = 'O';
  for (let i = 0; i <= labels.length; i++) {
    const [, place = 'O', type = ''] = LABEL.exec(labels[i] ?? 'O') ?? [];
    const goesOn = (place === 'I' || place === 'E') && (before === 'B' || before === 'I') && open?.type === type;
    if (!goesOn) {
      if (open !== undefined) spans.push({ ...open, end: i });
      open = place === 'O' ? undefined : { type, start: i };
    }
    before = place;
  }
  return spans;
}

/** How many spans there are, were found, and are among both. */
export class SpanCounts {
  right: number = 0;
  found: number = 0;
  there: number = 0;

  /** Adds a sentence. @param labels those there are @param given those that were found */
  add(labels: readonly string[], given: readonly string[]): void {
    const key = ({ type, start, end }: Span): string => `${start} ${end} ${type}`;
    const [there, found] = [new Set(spansOf(labels).map(key)), spansOf(given).map(key)];
    this.there += there.size;
    this.found += found.length;
    this.right += found.filter((span) => there.has(span)).length;
  }

  /** Of those found, the share that is right; 0 where none was found. */
  get precision(): number {
    return this.found === 0 ? 0 : this.right / this.found;
  }

  /** Of those there are, the share that was found; 0 where there are none. */
  get recall(): number {
    return this.there === 0 ? 0 : this.right / this.there;
  }

  /** The harmonic mean of precision and recall; 0 where both are. */
  get f1(): number {
    const sum = this.found + this.there;
    return sum === 0 ? 0 : (2 * this.right) / sum;
  }
}
