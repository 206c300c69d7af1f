/** A heat map: a pixel a value in an image of its own, drawn onto the canvas at once, redrawn at most once a frame. */

import { make } from '../dom/make.js';
import { oncePerFrame } from '../dom/frame.js';
import { colourOf } from './colours.js';
import type { Rgb } from './colours.js';

/** (rows, columns), row-major by column: `values[column * rows + row]`. */
export interface HeatValues {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** What is written above each column. */
  readonly symbols: readonly string[];
}

/** A cell that the pointer is on. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

const LEAST_WIDTH = 11;
const HEIGHT = 340;
/** Of the symbols above the map. */
const HEAD = 20;

/** The canvas, which one of the rows is chosen on, by pointer or arrow keys. */
export class HeatMap {
  readonly element: HTMLCanvasElement;
  readonly #image: HTMLCanvasElement = document.createElement('canvas');
  readonly #draw: () => void = oncePerFrame(() => this.#redraw());
  #shown: HeatValues = { rows: 0, columns: 0, values: new Float32Array(0), symbols: [] };
  #row = 0;

  /**
   * @param onChoose told the row that is chosen
   * @param onPoint told the cell the pointer is on
   */
  constructor(onChoose: (row: number) => void, onPoint: (cell: Cell | undefined) => void) {
    this.element = make('canvas', { class: 'heat', role: 'slider', tabindex: 0, 'data-testid': 'heat-map' });
    const { element } = this;
    element.addEventListener('pointermove', (event) => onPoint(this.#cellAt(event)));
    element.addEventListener('pointerleave', () => onPoint(undefined));
    element.addEventListener('click', (event) => {
      const cell = this.#cellAt(event);
      if (cell !== undefined) onChoose(cell.row);
    });
    element.addEventListener('keydown', (event) => {
      const row = this.#rowAfter(event.key);
      if (row === undefined) return;
      event.preventDefault();
      onChoose(row);
    });
    new ResizeObserver(this.#draw).observe(element);
  }

  /** Shows values, with a row marked. */
  show(values: HeatValues, row: number): void {
    const isNew = values.values !== this.#shown.values;
    this.#shown = values;
    this.#row = row;
    const { element } = this;
    element.style.minWidth = `${values.columns * LEAST_WIDTH}px`;
    element.setAttribute('aria-valuemin', '1');
    element.setAttribute('aria-valuemax', String(values.rows));
    element.setAttribute('aria-valuenow', String(row + 1));
    if (isNew) this.#paint();
    this.#draw();
  }

  /** Takes colours anew. */
  restyle(): void {
    this.#paint();
    this.#draw();
  }

  #paint(): void {
    const { rows, columns, values } = this.#shown;
    if (rows === 0 || columns === 0) return;
    this.#image.width = columns;
    this.#image.height = rows;
    const ground = groundOf(this.element);
    const pixels = new ImageData(columns, rows);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const at = (row * columns + column) * 4;
        pixels.data.set(colourOf(values[column * rows + row]!, ground), at);
        pixels.data[at + 3] = 255;
      }
    }
    this.#image.getContext('2d')?.putImageData(pixels, 0, 0);
  }

  #redraw(): void {
    const { element } = this;
    const { rows, columns } = this.#shown;
    const context = element.getContext('2d');
    if (context === null || rows === 0 || columns === 0 || element.clientWidth === 0) return;
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(element.clientWidth * scale), Math.round(HEIGHT * scale)];
    const head = HEAD * scale;
    element.width = width; // which also clears it
    element.height = height;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#image, 0, head, width, height - head);
    context.fillStyle = context.strokeStyle = getComputedStyle(element).color;
    context.font = `${13 * scale}px ui-monospace, monospace`;
    context.textAlign = 'center';
    for (const [column, symbol] of this.#shown.symbols.entries()) {
      context.fillText(symbol, ((column + 0.5) / columns) * width, head - 6 * scale, width / columns);
    }
    const tall = (height - head) / rows;
    const thick = Math.max(tall, 4 * scale);
    const top = Math.min(Math.max(head + this.#row * tall - (thick - tall) / 2, head + scale), height - thick - scale);
    context.lineWidth = 2 * scale;
    context.strokeRect(scale, top, width - 2 * scale, thick);
  }

  #cellAt({ offsetX, offsetY }: MouseEvent): Cell | undefined {
    const { rows, columns } = this.#shown;
    const row = Math.floor(((offsetY - HEAD) / (HEIGHT - HEAD)) * rows);
    const column = Math.floor((offsetX / this.element.clientWidth) * columns);
    const isInside = row >= 0 && row < rows && column >= 0 && column < columns;
    return isInside ? { row, column } : undefined;
  }

  #rowAfter(key: string): number | undefined {
    const last = this.#shown.rows - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: this.#row - 1,
      ArrowLeft: this.#row - 1,
      ArrowDown: this.#row + 1,
      ArrowRight: this.#row + 1,
      PageUp: this.#row - 10,
      PageDown: this.#row + 10,
      Home: 0,
      End: last,
    };
    const row = moves[key];
    return row === undefined ? undefined : Math.max(0, Math.min(last, row));
  }
}

/** The colour of nothing, which the page gives as `--ground: r g b`. */
function groundOf(element: Element): Rgb {
  const [r = 255, g = 255, b = 255] = getComputedStyle(element)
    .getPropertyValue('--ground')
    .trim()
    .split(/\s+/)
    .map(Number);
  return [r, g, b];
}
