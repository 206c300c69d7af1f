/**
 * One line of progress on stderr, in the manner of tqdm (https://github.com/tqdm/tqdm):
 *
 *     epoch 1/4: 37%|███▋      | 181/490 [00:12<00:21, 14.9win/s, loss=1.92, ppl=6.8, 41.2k tok/s]
 *
 * A terminal sees one line redrawn in place; a log file sees whole lines, seldom.
 */

import { OptionError } from '../errors.js';
import { type Environment, supportsUnicode } from './locale.js';

/** The part of `process.stderr` that progress is written to. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a line of progress counts. */
export interface ProgressOptions {
  /** Stands before the bar. */
  label: string;
  /** The count at which the work is done. */
  total: number;
  /** The count a resumed run begins with; it does not enter the rate. Default 0. */
  initial?: number;
  /** The unit of the count. Default `win`, for windows. */
  unit?: string;
  /** Default `process.stderr`. */
  stream?: ProgressStream;
  /** The least time between two lines, in ms. Default 100 on a terminal, 10000 elsewhere. */
  interval?: number;
  /** The clock, in ms. Default `performance.now`. */
  now?: () => number;
}

/**
 * Values shown after the rate, the most important first, as `name=value`; a name with a slash is a unit and follows its
 * value: `41.2k tok/s`.
 */
export type ProgressFields = Readonly<Record<string, string>>;

const barWidth = 10;
const leastBarWidth = 4; // below that, fields go
const smoothing = 0.3;
const eraseLine = '\x1b[K'; // from the cursor to the end of the line

/**
 * A number in at most three significant digits and a letter for the thousands: `490`, `14.9`, `41.2k`, `1.25M`.
 */
export function formatCount(value: number): string {
  const letters = ['', 'k', 'M', 'G', 'T'];
  let power = 0;
  while (Math.abs(value) >= 999.5 && power < letters.length - 1) {
    value /= 1000;
    power++;
  }
  const exact = power === 0 && Number.isInteger(value);
  return `${exact || Math.abs(value) >= 999.5 ? Math.round(value) : value.toPrecision(3)}${letters[power]}`;
}

/** A time in ms as `mm:ss`, from one hour on as `h:mm:ss`; `?` when it is not known, that is not finite. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '?';
  const seconds = Math.floor(ms / 1000);
  const pad = (part: number): string => String(part).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** Counts per ms, smoothed: each reading counts 0.3 against 0.7 for all before it. */
class Rate {
  #count = 0;
  #ms = 0;

  add(count: number, ms: number): void {
    this.#count = smoothing * count + (1 - smoothing) * this.#count;
    this.#ms = smoothing * ms + (1 - smoothing) * this.#ms;
  }

  /** NaN before the first reading. Both averages begin at zero; the bias of that cancels in their ratio. */
  get value(): number {
    return this.#count / this.#ms;
  }
}

/**
 * Progress of one stretch of work. Call `update` as often as is convenient: it draws at most once an interval.
 * `RECURRA_PROGRESS_INTERVAL`, in seconds, overrides the interval.
 */
export class ProgressLine {
  readonly #label: string;
  readonly #total: number;
  readonly #initial: number;
  readonly #unit: string;
  readonly #stream: ProgressStream;
  readonly #inPlace: boolean;
  readonly #unicode: boolean;
  readonly #interval: number;
  readonly #now: () => number;
  readonly #start: number;
  readonly #rate: Rate = new Rate();
  #done: number;
  #fields: ProgressFields = {};
  #drawn: { done: number; fields: ProgressFields | undefined; at: number; open: boolean };
  #finished = false;

  /** @throws OptionError if RECURRA_PROGRESS_INTERVAL is not a number of seconds. */
  constructor(options: ProgressOptions) {
    this.#label = options.label;
    this.#total = options.total;
    this.#initial = options.initial ?? 0;
    this.#unit = options.unit ?? 'win';
    this.#stream = options.stream ?? process.stderr;
    this.#inPlace = this.#stream.isTTY === true && process.env['TERM'] !== 'dumb';
    this.#unicode = supportsUnicode();
    this.#interval = intervalOf(process.env) ?? options.interval ?? (this.#inPlace ? 100 : 10_000);
    this.#now = options.now ?? (() => performance.now());
    this.#start = this.#now();
    this.#done = this.#initial;
    this.#drawn = { done: this.#initial, fields: undefined, at: -Infinity, open: false };
  }

  /** Sets the count and the fields; draws unless the last drawing is too recent. */
  update(done: number, fields: ProgressFields): void {
    this.#done = done;
    this.#fields = fields;
    if (this.#finished || this.#now() - this.#drawn.at < this.#interval) return;
    this.#draw();
  }

  /** Prints a line of text above the bar. */
  message(text: string): void {
    this.#stream.write(this.#drawn.open ? `\r${eraseLine}${text}\n` : `${text}\n`);
    if (this.#drawn.open) this.#draw();
  }

  /** Runs what prints whole lines, on stdout perhaps, while the bar is out of their way. */
  above(print: () => void): void {
    const { open } = this.#drawn;
    if (open) this.#stream.write(`\r${eraseLine}`);
    print();
    if (open) this.#draw();
  }

  /** Draws the last line, with the mean rate of the whole stretch, and ends it. Later updates draw nothing. */
  finish(fields: ProgressFields = this.#fields, done: number = this.#done): void {
    if (this.#finished) return;
    const { done: shown, fields: told } = this.#drawn;
    const isNews = this.#inPlace || done !== shown || fields !== told;
    this.#done = done;
    this.#fields = fields;
    if (isNews) this.#draw((this.#done - this.#initial) / (this.#now() - this.#start));
    if (this.#drawn.open) this.#stream.write('\n');
    this.#drawn.open = false;
    this.#finished = true;
  }

  #draw(meanRate?: number): void {
    const now = this.#now();
    this.#rate.add(this.#done - this.#drawn.done, now - Math.max(this.#drawn.at, this.#start));
    const columns = this.#inPlace ? this.#stream.columns || 80 : Infinity;
    const line = this.#line(now - this.#start, meanRate ?? this.#rate.value, columns - 1); // a full last column wraps
    this.#stream.write(this.#inPlace ? `\r${line}${eraseLine}` : `${line}\n`);
    this.#drawn = { done: this.#done, fields: this.#fields, at: now, open: this.#inPlace };
  }

  /** The line in at most `columns` characters: the bar shrinks, then whole fields go, then the bar, then the end is cut. */
  #line(elapsed: number, rate: number, columns: number): string {
    const share = this.#total > 0 ? Math.min(Math.max(this.#done / this.#total, 0), 1) : 1;
    const left = Math.max(this.#total - this.#done, 0);
    const times = `${formatDuration(elapsed)}<${formatDuration(left === 0 ? 0 : left / rate)}`;
    const percent = share < 1 ? Math.min(Math.round(100 * share), 99) : 100;
    const before = `${this.#label}: ${percent}%|`;
    const statuses = shorter(times, formatRate(rate, this.#unit), formatFields(this.#fields));
    const afters = statuses.map((status) => ` ${this.#done}/${this.#total} [${status.join(', ')}]`);
    const room = (after: string): number => columns - before.length - after.length - 1;
    const after = afters.find((text) => room(text) >= leastBarWidth) ?? afters.at(-1)!;
    const width = Math.min(room(after), barWidth);
    const picture = width > 0 ? `${bar(share, width, this.#unicode)}|` : '';
    return `${before}${picture}${after}`.slice(0, columns);
  }
}

/** What a line can say, from everything on: without the rate, then without the last field, and so on. */
function shorter(times: string, rate: readonly string[], fields: readonly string[]): string[][] {
  const counts = fields.map((_, i) => fields.length - i);
  return [[times, ...rate, ...fields], ...counts.map((count) => [times, ...fields.slice(0, count)]), [times]];
}

function formatFields(fields: ProgressFields): string[] {
  return Object.entries(fields).map(([name, value]) => (name.includes('/') ? `${value} ${name}` : `${name}=${value}`));
}

/** A bar of `width` characters; the character where it ends shows eighths (tenths in ASCII). */
function bar(share: number, width: number, unicode: boolean): string {
  const parts = unicode ? ' ▏▎▍▌▋▊▉█' : ' 123456789#';
  const steps = parts.length - 1;
  const filled = Math.floor(share * width * steps);
  const full = parts[steps]!.repeat(Math.floor(filled / steps));
  return (full + (full.length < width ? parts[filled % steps]! : '')).padEnd(width);
}

/** `14.9win/s` from a rate per ms, or `2.50s/win` below one a second; nothing before it is known. */
function formatRate(perMs: number, unit: string): string[] {
  const rate = 1000 * perMs;
  if (!Number.isFinite(rate) || rate <= 0) return [];
  return [rate >= 1 ? `${formatCount(rate)}${unit}/s` : `${formatCount(1 / rate)}s/${unit}`];
}

/** RECURRA_PROGRESS_INTERVAL in ms, or undefined where it is not set. */
function intervalOf(environment: Environment): number | undefined {
  const text = environment['RECURRA_PROGRESS_INTERVAL'];
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return 1000 * seconds;
  throw new OptionError(
    `progress: RECURRA_PROGRESS_INTERVAL must be a number of at least 0, got ${text}. Give seconds, such as 5.`,
  );
}
