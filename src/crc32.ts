/**
 * CRC-32 as gzip and PNG have it (ISO 3309, polynomial 0xEDB88320 reflected): finds every damage within 32 bits in a
 * row, and any other but one in 2^32. It guards against accidents, not against somebody who can recompute it.
 */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/**
 * The CRC of some bytes, as an unsigned 32-bit number.
 * @param before the CRC of the bytes before them: crc32(b, crc32(a)) is the CRC of a and b together
 */
export function crc32(bytes: Uint8Array, before: number = 0): number {
  let remainder = ~before;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff]!;
  return ~remainder >>> 0;
}
