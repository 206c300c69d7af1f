/** A place to draw a series on with the pointer: one value for each column, joined where the pointer was quick. */

import { make } from '../dom/make.js';
import { oncePerFrame } from '../dom/frame.js';

/** Values a drawing has at most: columns of the pad. */
export const COLUMNS = 200;

const HEIGHT = 160;

/** The values of a stroke: those between two points lie on the line between them. */
export function stroke(
  values: (number | undefined)[],
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  const [[x0, y0], [x1, y1]] = from[0] <= to[0] ? [from, to] : [to, from];
  for (let x = x0; x <= x1; x++) values[x] = x1 === x0 ? to[1] : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** The drawn part from its first to its last column; columns between that have no value take the one before. */
export function drawnValues(values: readonly (number | undefined)[]): number[] {
  const first = values.findIndex((value) => value !== undefined);
  const last = values.findLastIndex((value) => value !== undefined);
  if (first < 0) return [];
  let before = values[first]!;
  return values.slice(first, last + 1).map((value) => (before = value ?? before));
}

/** The pad. */
export class DrawingPad {
  readonly element: HTMLCanvasElement;
  readonly #draw: () => void = oncePerFrame(() => this.#redraw());
  #values: (number | undefined)[] = [];
  #last: readonly [number, number] | undefined;

  /** @param onDrawn told the values when the pointer is lifted */
  constructor(onDrawn: (values: readonly number[]) => void) {
    this.element = make('canvas', { class: 'pad', role: 'img', 'data-testid': 'pad' });
    const { element } = this;
    element.addEventListener('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      this.#last = undefined;
      this.#move(event);
    });
    element.addEventListener('pointermove', (event) => {
      if (event.buttons === 1) for (const part of [...event.getCoalescedEvents(), event]) this.#move(part);
    });
    element.addEventListener('pointerup', () => onDrawn(drawnValues(this.#values)));
    new ResizeObserver(this.#draw).observe(element);
  }

  clear(): void {
    this.#values = [];
    this.#draw();
  }

  restyle(): void {
    this.#draw();
  }

  #move({ clientX, clientY }: PointerEvent): void {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const within = (share: number): number => Math.max(0, Math.min(1, share));
    const x = Math.round(within((clientX - left) / width) * (COLUMNS - 1));
    const y = 1 - 2 * within((clientY - top) / height);
    stroke(this.#values, this.#last ?? [x, y], [x, y]);
    this.#last = [x, y];
    this.#draw();
  }

  #redraw(): void {
    const { element } = this;
    const context = element.getContext('2d');
    if (context === null || element.clientWidth === 0) return;
    element.width = Math.round(element.clientWidth * devicePixelRatio);
    element.height = Math.round(HEIGHT * devicePixelRatio);
    const style = getComputedStyle(element);
    context.lineWidth = 2 * devicePixelRatio;
    context.lineJoin = 'round';
    context.strokeStyle = style.getPropertyValue('--curve-1').trim();
    context.beginPath();
    for (let x = 0; x < COLUMNS; x++) {
      const value = this.#values[x];
      if (value === undefined) continue;
      const [px, py] = [(x / (COLUMNS - 1)) * element.width, ((1 - value) / 2) * element.height];
      if (this.#values[x - 1] === undefined) context.moveTo(px, py);
      else context.lineTo(px, py);
    }
    context.stroke();
  }
}
