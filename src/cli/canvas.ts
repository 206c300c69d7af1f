/**
 * A grid of dots drawn with characters: eight dots a character with braille (U+2800 and on, 2 x 4), one in ASCII.
 */

/** What a dot is drawn with: the character that stands for it in ASCII, and its colour. */
export interface Pen {
  readonly mark: string;
  readonly paint: (text: string) => string;
}

/** The bit of each dot of a braille character, row by row. */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** Dots at whole coordinates, (0, 0) at the top left. A character belongs to the pen that touched it last. */
export class Canvas {
  /** Dots across and down. */
  readonly width: number;
  readonly height: number;
  /** Dots of one character, across and down. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly #unicode: boolean;
  readonly #cells: { bits: number; pen: Pen | undefined }[][];

  /** @param columns, rows the size in characters. */
  constructor(columns: number, rows: number, unicode: boolean) {
    this.#unicode = unicode;
    [this.cellWidth, this.cellHeight] = unicode ? [2, 4] : [1, 1];
    [this.width, this.height] = [columns * this.cellWidth, rows * this.cellHeight];
    this.#cells = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => ({ bits: 0, pen: undefined })),
    );
  }

  /** Sets one dot. */
  dot(x: number, y: number, pen: Pen): void {
    const cell = this.#cells[Math.floor(y / this.cellHeight)]![Math.floor(x / this.cellWidth)]!;
    cell.bits |= brailleBits[y % this.cellHeight]![x % this.cellWidth]!;
    cell.pen = pen;
  }

  /** Sets the dots of a straight line, both ends included: one for each step along the longer axis. */
  line(x0: number, y0: number, x1: number, y1: number, pen: Pen): void {
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let i = 0; i <= steps; i++) {
      this.dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps), pen);
    }
  }

  /** The rows as text; neighbours of one pen share a colour code. */
  rows(): string[] {
    return this.#cells.map((cells) => {
      let text = '';
      for (let from = 0, to = 0; from < cells.length; from = to) {
        const { pen } = cells[from]!;
        while (to < cells.length && cells[to]!.pen === pen) to++;
        const run = cells.slice(from, to).map(({ bits }) => this.#character(bits, pen));
        text += pen === undefined ? run.join('') : pen.paint(run.join(''));
      }
      return text;
    });
  }

  #character(bits: number, pen: Pen | undefined): string {
    if (pen === undefined) return ' ';
    return this.#unicode ? String.fromCodePoint(0x2800 + bits) : pen.mark;
  }
}
