/** Pictures in rows and columns, as one picture of grey bytes: what a model has seen, said again, or made up. */

import { OptionError, ShapeError } from '../errors.js';
import { checkKnown, checkSize } from '../options.js';
import { formatShape } from '../shape.js';
import type { Shape } from '../shape.js';

/** A picture of bytes, 0 black and 255 white, row-major. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Options of `imageGrid`. */
export interface ImageGridOptions {
  /** Pixels of a picture from left to right; its height follows. Default: pictures are square. */
  readonly width?: number | undefined;
  /** Pictures in a row. Default: about as many as there are rows. */
  readonly columns?: number | undefined;
  /** Grey pixels between pictures. Default 2. */
  readonly gap?: number | undefined;
  /** How many pixels wide and high each becomes. Default 1. */
  readonly scale?: number | undefined;
}

/** What lies between pictures. */
const BACKGROUND = 96;

/**
 * Puts pictures side by side.
 * @param images (n, pixels), row-major, from 0 for black to 1 for white; what lies outside is cut to that
 * @throws ShapeError, OptionError
 */
export function imageGrid(
  images: { readonly data: ArrayLike<number>; readonly shape: Shape },
  options: ImageGridOptions = {},
): GreyImage {
  const operation = 'imageGrid';
  checkKnown(operation, options, ['width', 'columns', 'gap', 'scale']);
  const [n, pixels] = checkImages(operation, images);
  const wide = widthOf(operation, pixels, options.width);
  const high = pixels / wide;
  const columns = checkSize(operation, 'columns', options.columns ?? Math.ceil(Math.sqrt(n)));
  const gap = checkSize(operation, 'gap', options.gap ?? 2, 0);
  const scale = checkSize(operation, 'scale', options.scale ?? 1);
  const width = columns * (wide * scale + gap) + gap;
  const height = Math.ceil(n / columns) * (high * scale + gap) + gap;
  const data = new Uint8Array(width * height).fill(BACKGROUND);
  for (let i = 0; i < n; i++) {
    const left = gap + (i % columns) * (wide * scale + gap);
    const top = gap + Math.floor(i / columns) * (high * scale + gap);
    for (let y = 0; y < high * scale; y++) {
      for (let x = 0; x < wide * scale; x++) {
        const value = images.data[i * pixels + Math.floor(y / scale) * wide + Math.floor(x / scale)]!;
        data[(top + y) * width + left + x] = Math.round(255 * Math.min(Math.max(value, 0), 1));
      }
    }
  }
  return { width, height, data };
}

function checkImages(operation: string, { data, shape }: { data: ArrayLike<number>; shape: Shape }): [number, number] {
  const [n, pixels] = shape as [number, number];
  if (shape.length !== 2 || !(n > 0 && pixels > 0)) {
    throw new ShapeError(`${operation}: images must be (n, pixels), neither of them 0, got ${formatShape(shape)}.`);
  }
  if (data.length === n * pixels) return [n, pixels];
  throw new ShapeError(
    `${operation}: images of shape ${formatShape(shape)} take ${n * pixels} values, got ${data.length}.`,
  );
}

function widthOf(operation: string, pixels: number, given: number | undefined): number {
  const side = Math.round(Math.sqrt(pixels));
  const width = checkSize(operation, 'width', given ?? side);
  if (pixels % width === 0 && (given !== undefined || side * side === pixels)) return width;
  const got = given === undefined ? 'which make no square' : `which make no rows of width ${width}`;
  throw new OptionError(`${operation}: pictures have ${pixels} pixels, ${got}. Give the width of a picture.`);
}
