/** CSV files as tables: RFC 4180 with commas, or with semicolons or tabs where the header has those and no comma. */

import { CsvError, parse } from 'csv-parse/sync';
import { Table } from '../data/table.js';
import { DataError } from '../errors.js';
import { readText } from './files.js';

/** A row as it is parsed, with where the parser then stood. */
interface Row {
  readonly record: string[];
  /** Lines read so far: the last one of the row. */
  readonly info: { readonly lines: number };
}

/** Reads a CSV file. @throws DataError, which names the file and the line */
export async function readTable(path: string): Promise<Table> {
  return parseTable(await readText(path), path);
}

/** The table of a CSV file's text. @param source the file, for messages @throws DataError */
export function parseTable(text: string, source: string): Table {
  const rows = parseRows(text, source);
  const lines = rows.map(({ info }) => info.lines);
  return new Table(
    rows.map(({ record }) => record),
    { source, lines },
  );
}

function parseRows(text: string, source: string): Row[] {
  let read = 0;
  try {
    return parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      on_record: (row: unknown) => {
        read = (row as Row).info.lines;
        return row as string[];
      },
      relax_column_count: true, // the table says which line has another number of cells
      skip_empty_lines: true,
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
  const header = text.slice(0, text.search(/[\r\n]|$/));
  return [',', ';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ',';
}

/** Runs `work` on what a file holds: where that is at fault, the message names the file. */
export function inFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DataError) || error.message.startsWith(path)) throw error;
    throw new DataError(`${path}: ${error.message}`, { cause: error });
  }
}

/** A row of a CSV file, with what needs it in quotes. */
export function csvRow(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\n`;
}
