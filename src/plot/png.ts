/**
 * Grey pictures as files: PNG (ISO/IEC 15948) of 8 bits a pixel, and SVG around one. The pixels are stored, not
 * compressed (RFC 1951, section 3.2.4): such files are a byte a pixel, and every runtime writes them without a library.
 */

import { crc32 } from '../crc32.js';
import { ShapeError } from '../errors.js';
import type { GreyImage } from './image-grid.js';
import { element, escapeText } from './svg.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Most bytes of a stored block. */
const BLOCK = 65535;

/** The bytes of a PNG file. @throws ShapeError for pixels that are not as many as the sizes say */
export function encodePng({ width, height, data }: GreyImage): Uint8Array<ArrayBuffer> {
  if (!(width > 0 && height > 0) || data.length !== width * height) {
    throw new ShapeError(
      `encodePng: data must hold (height, width) = (${height}, ${width}), got ${data.length} pixels.`,
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits a pixel; the four zeros behind it are grey, deflate, filters of a line each, not interlaced
  return joined([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', stored(scanlines(width, height, data))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/**
 * An SVG file's text that shows a picture, its pixels sharp.
 * @param title also what is read aloud in its place
 */
export function svgImage(image: GreyImage, title: string = ''): string {
  const { width, height } = image;
  const bytes = encodePng(image);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const href = `data:image/png;base64,${btoa(binary)}`;
  const shown = element('image', { href, width, height, style: 'image-rendering:pixelated' });
  const name = title === '' ? '' : element('title', {}, escapeText(title));
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
  };
  return `${element('svg', attributes, name + shown)}\n`;
}

/** Each line behind the number of its filter: 0, none. */
function scanlines(width: number, height: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const lines = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) lines.set(data.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return lines;
}

/** A stream of zlib (RFC 1950) of stored blocks. */
function stored(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    const n = block.length;
    const last = at + BLOCK >= bytes.length ? 1 : 0;
    parts.push(Uint8Array.of(last, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255), block);
  }
  return joined([...parts, bigEndian(adler32(bytes))]);
}

/** The checksum of zlib. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const named = joined([Uint8Array.from(name, (letter) => letter.charCodeAt(0)), body]);
  return joined([bigEndian(body.length), named, bigEndian(crc32(named))]);
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
