import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { supportsUnicode } from '../../src/cli/locale.js';
import { formatCount, formatDuration, ProgressLine, type ProgressStream } from '../../src/cli/progress.js';
import { OptionError } from '../../src/errors.js';

/** A stream that keeps what is written, and a clock that moves when told. */
function recorder(terminal: { columns?: number } | undefined): ProgressStream & { written: string[] } {
  const written: string[] = [];
  const write = (text: string): number => written.push(text);
  return terminal === undefined ? { written, write } : { written, write, isTTY: true, ...terminal };
}

/** What a terminal shows after all that was written: the finished lines, then the open one. */
function screen(written: string[]): string[] {
  return written
    .join('')
    .split('\n')
    .map((line) => line.split('\r').at(-1)!.replaceAll('\x1b[K', ''));
}

let time = 0;
const now = (): number => time;

/** The line after `done` of `total` in `ms`, on terminals of these widths. */
function atWidths(
  widths: number[],
  { total, done, ms }: { total: number; done: number; ms: number },
  fields: Record<string, string>,
): string[] {
  return widths.map((columns) => {
    const stream = recorder({ columns });
    time = 0;
    const progress = new ProgressLine({ label: 'epoch 1/4', total, stream, now });
    time = ms;
    progress.update(done, fields);
    return screen(stream.written)[0]!;
  });
}

beforeEach(() => {
  time = 0;
  vi.stubEnv('LC_ALL', 'en_GB.UTF-8');
  vi.stubEnv('TERM', 'xterm');
  vi.stubEnv('RECURRA_PROGRESS_INTERVAL', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('on a terminal', () => {
  it('shows count, bar, times, rate and fields in one line', () => {
    const stream = recorder({ columns: 120 });
    const progress = new ProgressLine({ label: 'epoch 1/4', total: 490, stream, now });
    time = 12_148;
    progress.update(181, { loss: '1.92', ppl: '6.8', 'tok/s': '41.2k' });
    expect(stream.written).toEqual([
      '\repoch 1/4: 37%|███▋      | 181/490 [00:12<00:20, 14.9win/s, loss=1.92, ppl=6.8, 41.2k tok/s]\x1b[K',
    ]);
  });

  it('draws at most once an interval, and the last state on finish', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 10, stream, now });
    for (let done = 1; done <= 10; done++) {
      time += 30;
      progress.update(done, {});
    }
    expect(stream.written.map((text) => / (\d+)\/10/.exec(text)?.[1])).toEqual(['1', '5', '9']);
    progress.finish();
    progress.finish();
    progress.update(3, {});
    expect(screen(stream.written)).toEqual(['e: 100%|██████████| 10/10 [00:00<00:00, 33.3win/s]', '']);
  });

  it('smooths the rate with weight 0.3 for the newest reading', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 1000, stream, now });
    time = 1000;
    progress.update(10, {}); // 10 a second
    time = 2000;
    progress.update(110, {}); // 100 a second; (0.3 * 100 + 0.21 * 10) / (0.3 + 0.21) = 62.9
    expect(stream.written[0]).toContain('<01:39, 10win/s]');
    expect(stream.written[1]).toContain('<00:14, 62.9win/s]');
  });

  it('leaves the windows of an earlier run out of the rate', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 200, initial: 100, stream, now });
    time = 2000;
    progress.update(110, {});
    progress.finish();
    expect(stream.written[0]).toContain('55%|█████▌    | 110/200 [00:02<00:18, 5win/s]');
    expect(screen(stream.written)[0]).toContain('110/200 [00:02<00:18, 5win/s]');
  });

  it('shows seconds per window below one a second, and no rate before one is known', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 4, unit: 'seq', stream, now });
    progress.update(0, {});
    time = 2500;
    progress.update(1, {});
    expect(screen([stream.written[0]!])).toEqual(['e: 0%|          | 0/4 [00:00<?]']);
    expect(screen([stream.written[1]!])).toEqual(['e: 25%|██▌       | 1/4 [00:02<00:07, 2.50s/seq]']);
  });

  it('stays narrower than the terminal: the bar shrinks, whole fields go, then the bar, then the end is cut', () => {
    const lines = atWidths([60, 47, 41, 30, 5], { total: 8, done: 4, ms: 2000 }, { loss: '1.92' });
    expect(lines).toEqual([
      'epoch 1/4: 50%|███   | 4/8 [00:02<00:02, 2win/s, loss=1.92]',
      'epoch 1/4: 50%|█████     | 4/8 [00:02<00:02]',
      'epoch 1/4: 50%|███   | 4/8 [00:02<00:02]',
      'epoch 1/4: 50%| 4/8 [00:02<00',
      'epoc',
    ]);
    expect(lines[0]).toHaveLength(59);
  });

  it('gives up the rate first, then the fields from the last on', () => {
    const fields = { loss: '1.9234', ppl: '6.843', 'run left': '03:10', 'char/s': '41.2k' };
    const lines = atWidths([100, 90, 80, 70, 60], { total: 490, done: 181, ms: 12_148 }, fields);
    expect(lines).toEqual([
      'epoch 1/4: 37%|██▌    | 181/490 [00:12<00:20, loss=1.9234, ppl=6.843, run left=03:10, 41.2k char/s]',
      'epoch 1/4: 37%|███▋      | 181/490 [00:12<00:20, loss=1.9234, ppl=6.843, run left=03:10]',
      'epoch 1/4: 37%|███▋      | 181/490 [00:12<00:20, loss=1.9234, ppl=6.843]',
      'epoch 1/4: 37%|██▌    | 181/490 [00:12<00:20, loss=1.9234, ppl=6.843]',
      'epoch 1/4: 37%|██▉     | 181/490 [00:12<00:20, loss=1.9234]',
    ]);
  });

  it('says 100% only when all is done', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 1000, stream, now });
    progress.update(999, {});
    progress.update(1000, {});
    progress.finish();
    expect(screen([stream.written[0]!])[0]).toContain('e: 99%|█████████▉|');
    expect(screen(stream.written)[0]).toContain('e: 100%|');
  });

  it('follows a terminal that changes its width', () => {
    const stream = recorder({ columns: 100 }) as { columns: number; written: string[]; write(text: string): number };
    const progress = new ProgressLine({ label: 'e', total: 8, stream, now });
    progress.update(1, {});
    stream.columns = 20;
    time = 200;
    progress.update(2, {});
    expect(screen([stream.written[0]!])[0]!.length).toBeGreaterThan(19);
    expect(screen([stream.written[1]!])[0]).toHaveLength(19);
  });

  it('prints a message above the bar and keeps the bar', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 4, stream, now });
    progress.message('before the bar');
    time = 1000;
    progress.update(1, { loss: '3.1' });
    progress.message('saved run/');
    const bar = 'e: 25%|██▌       | 1/4 [00:01<00:03, 1win/s, loss=3.1]';
    expect(screen(stream.written)).toEqual(['before the bar', 'saved run/', bar]);
    progress.finish({ loss: '2.0' });
    progress.message('after the bar');
    expect(screen(stream.written).slice(2)).toEqual([bar.replace('3.1', '2.0'), 'after the bar', '']);
  });

  it('gets out of the way of what else is printed, and comes back', () => {
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 4, stream, now });
    const print = (): unknown => stream.write('a row\n');
    progress.above(print);
    time = 1000;
    progress.update(1, {});
    progress.above(print);
    expect(screen(stream.written)).toEqual(['a row', 'a row', 'e: 25%|██▌       | 1/4 [00:01<00:03, 1win/s]']);
  });

  it('keeps to ASCII when the locale is not UTF-8', () => {
    vi.stubEnv('LC_ALL', 'C');
    const stream = recorder({ columns: 80 });
    const progress = new ProgressLine({ label: 'e', total: 490, stream, now });
    time = 1000;
    progress.update(181, {});
    expect(screen(stream.written)[0]).toContain('37%|###6      | 181/490');
  });
});

describe('elsewhere', () => {
  it('writes whole lines: the first, one every ten seconds, the last', () => {
    const stream = recorder(undefined);
    const progress = new ProgressLine({ label: 'e', total: 25, stream, now });
    for (let done = 1; done <= 25; done++) {
      time += 1000;
      progress.update(done, {});
    }
    progress.message('saved run/');
    progress.finish();
    expect(stream.written.join('')).toBe(
      [
        'e: 4%|▍         | 1/25 [00:01<00:24, 1win/s]\n',
        'e: 44%|████▍     | 11/25 [00:11<00:14, 1win/s]\n',
        'e: 84%|████████▍ | 21/25 [00:21<00:04, 1win/s]\n',
        'saved run/\n',
        'e: 100%|██████████| 25/25 [00:25<00:00, 1win/s]\n',
      ].join(''),
    );
  });

  it('treats a terminal that cannot erase a line as a log file', () => {
    vi.stubEnv('TERM', 'dumb');
    const stream = recorder({ columns: 80 });
    new ProgressLine({ label: 'e', total: 1, stream, now }).update(1, {});
    expect(stream.written.join('')).toMatch(/^e: 100%.*\n$/);
  });

  it('never cuts a line', () => {
    const stream = recorder(undefined);
    new ProgressLine({ label: 'e'.repeat(300), total: 1, stream, now }).update(1, {});
    expect(stream.written[0]!.length).toBeGreaterThan(300);
  });
});

describe('the interval', () => {
  const drawn = (options: { interval?: number }, columns?: number): number => {
    const stream = recorder(columns === undefined ? undefined : { columns });
    const progress = new ProgressLine({ label: 'e', total: 100, stream, now: () => (time += 100), ...options });
    for (let done = 0; done < 100; done++) progress.update(done, {});
    return stream.written.length;
  };

  it('is an option', () => {
    expect(drawn({ interval: 1e9 }, 80)).toBe(1);
    expect(drawn({ interval: 0 })).toBe(100);
  });

  it('is overridden by RECURRA_PROGRESS_INTERVAL, in seconds', () => {
    vi.stubEnv('RECURRA_PROGRESS_INTERVAL', '0');
    expect(drawn({ interval: 1e9 })).toBe(100);
    vi.stubEnv('RECURRA_PROGRESS_INTERVAL', '1000');
    expect(drawn({ interval: 0 }, 80)).toBe(1);
  });

  it.each(['soon', '-1'])('refuses RECURRA_PROGRESS_INTERVAL=%s', (value) => {
    vi.stubEnv('RECURRA_PROGRESS_INTERVAL', value);
    expect(() => drawn({})).toThrow(OptionError);
    expect(() => drawn({})).toThrow(`RECURRA_PROGRESS_INTERVAL must be a number of at least 0, got ${value}`);
  });
});

it.each([
  [0, '0'],
  [490, '490'],
  [14.93, '14.9'],
  [1.5, '1.50'],
  [999.6, '1.00k'],
  [41_234, '41.2k'],
  [999_600, '1.00M'],
  [1_250_000, '1.25M'],
  [2e18, '2000000T'],
])('formatCount(%d) is %s', (value, text) => {
  expect(formatCount(value)).toBe(text);
});

it.each([
  [0, '00:00'],
  [12_999, '00:12'],
  [59 * 60_000 + 59_000, '59:59'],
  [3_600_000, '1:00:00'],
  [100 * 3_600_000 + 61_000, '100:01:01'],
  [Infinity, '?'],
  [NaN, '?'],
])('formatDuration(%d) is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, 'linux', false],
  [{ LC_ALL: '', LC_CTYPE: 'C.utf8', LANG: 'C' }, 'linux', true],
  [{ LANG: 'ja_JP.eucJP' }, 'linux', false],
  [{}, 'linux', false],
  [{}, 'win32', true],
])('supportsUnicode(%j, %s) is %s', (environment, platform, expected) => {
  expect(supportsUnicode(environment, platform)).toBe(expected);
});
