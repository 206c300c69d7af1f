/** Pictures of the command line: IDX files in, compressed or not, and grids of pictures out. */

import { writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readBytes } from '#storage';
import { fileError } from '../checkpoint/file-error.js';
import { idxImages, isGzip } from '../data/idx.js';
import type { IdxImages } from '../data/idx.js';
import { CheckpointError, DataError, OptionError } from '../errors.js';
import { imageGrid } from '../plot/image-grid.js';
import type { ImageGridOptions } from '../plot/image-grid.js';
import { encodePng, svgImage } from '../plot/png.js';
import type { FloatTensor } from '../data/sequences.js';
import { checkDestination } from './destination.js';

/** How large each pixel is drawn, and how many a picture may have. */
const [SCALE, MOST_PIXELS] = [2, 1e8];

/** Where a grid of pictures goes. */
export interface PictureArguments {
  readonly png?: string;
  readonly svg?: string;
}

/** The pictures of an IDX file, also of one that gzip has compressed. @throws DataError, which names the file */
export async function readPictures(path: string): Promise<IdxImages> {
  const bytes = await readFile(path);
  if (!isGzip(bytes)) return idxImages(bytes, path);
  try {
    return idxImages(gunzipSync(bytes), path);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: the file begins as gzip does and is damaged or cut off. Get it again.`, {
      cause: error,
    });
  }
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (error) {
    // A file is read in the same way whatever is in it, but this one is no checkpoint.
    if (error instanceof CheckpointError) throw new DataError(error.message, { cause: error });
    throw error;
  }
}

/**
 * Refuses a command whose result would go nowhere, or where something else is.
 * @param taken files that it needs
 * @throws OptionError; CheckpointError where it cannot be written
 */
export function checkPlaces(command: string, { png, svg }: PictureArguments, taken: readonly string[]): void {
  if (png === undefined && svg === undefined) {
    throw new OptionError(`${command}: --png or --svg is missing; the pictures go there. Give one, or both.`);
  }
  if (png !== undefined) checkDestination('--png', png, taken);
  if (svg !== undefined) checkDestination('--svg', svg, png === undefined ? taken : [...taken, png]);
}

/** Refuses more pictures than one can hold, before they are made. @throws OptionError */
export function checkCount(command: string, count: number, pixels: number): void {
  const most = Math.max(1, Math.floor(MOST_PIXELS / (pixels * SCALE ** 2)));
  if (count <= most) return;
  throw new OptionError(
    `${command}: a picture holds at most ${most} of ${pixels} pixels each, got ${count}. Lower --count.`,
  );
}

/** Writes a grid of pictures. @throws CheckpointError where it cannot be written */
export function writePictures(
  { png, svg }: PictureArguments,
  pictures: FloatTensor,
  options: ImageGridOptions & { readonly title: string },
): void {
  const { title, ...grid } = options;
  const image = imageGrid(pictures, { scale: SCALE, ...grid });
  if (png !== undefined) write('--png', png, encodePng(image));
  if (svg !== undefined) write('--svg', svg, svgImage(image, title));
}

function write(option: string, path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw fileError(`${option} ${path}`, 'cannot be written', error);
  }
}
