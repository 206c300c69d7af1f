/** CSV files as tables: RFC 4180 with commas, or with semicolons or tabs where the header has those and no comma. */

import { CsvError, parse } from 'csv-parse/sync';
import { Table } from '../data/table.js';
import { DataError } from '../errors.js';
import { readText } from './files.js';

/** A row as it is parsed, with where the parser then stood. */
interface Parsed {
  readonly record: string[];
  /** Lines read so far: the last one of the row. */
  readonly info: { readonly lines: number };
  /** What it is in the file. */
  readonly raw: string;
}

/** A row, and its last line. */
interface Row {
  readonly cells: string[];
  readonly line: number;
  /** Whether there is nothing in it, not even an empty pair of quotes. */
  readonly isBlank: boolean;
}

/** Reads a CSV file. @throws DataError, which names the file and the line */
export async function readTable(path: string): Promise<Table> {
  return parseTable(await readText(path), path);
}

/** The table of a CSV file's text. @param source the file, for messages @throws DataError */
export function parseTable(text: string, source: string): Table {
  const rows = withoutBlanks(parseRows(text, source));
  const lines = rows.map(({ line }) => line);
  return new Table(
    rows.map(({ cells }) => cells),
    { source, lines },
  );
}

/** Blank lines are no rows; but in a file of one column those before the last row are numbers that are missing. */
function withoutBlanks(rows: readonly Row[]): Row[] {
  const header = rows.find(({ isBlank }) => !isBlank);
  if (header?.cells.length !== 1) return rows.filter(({ isBlank }) => !isBlank);
  const last = rows.findLastIndex(({ isBlank }) => !isBlank);
  return rows.slice(rows.indexOf(header), last + 1);
}

function parseRows(text: string, source: string): Row[] {
  let read = 0;
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      raw: true,
      on_record: (row: unknown) => {
        const { record, info, raw } = row as Parsed;
        read = info.lines;
        const parsed: Row = { cells: record, line: read, isBlank: record.length === 1 && raw.trim() === '' };
        return parsed as unknown as string[];
      },
      relax_column_count: true, // the table says which line has another number of cells
    }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DataError(
      `${source}: the row of line ${read + 1} is no CSV: ${told(error)} A cell with quotes, separators or line breaks in it ` +
        'stands in double quotes, and quotes in it are doubled.',
      { cause: error },
    );
  }
}

/** What is wrong, in our words where it is known. */
function told({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a double quote opens a cell and none closes it.';
  if (code === 'INVALID_OPENING_QUOTE') return 'a double quote stands within a cell that does not begin with one.';
  if (code === 'CSV_INVALID_CLOSING_QUOTE')
    return 'something stands between the closing double quote and the separator.';
  return `${message}.`;
}

function delimiterOf(text: string): string {
  const header = /[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? '';
  return [',', ';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ',';
}

/** A row of a CSV file, with what needs it in quotes. */
export function csvRow(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\n`;
}
