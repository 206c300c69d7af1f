/** The bytes of an IDX file. @param type the byte that stands for the type of its numbers; default: bytes */
export function idxFile(
  shape: readonly number[],
  body: ArrayLike<number>,
  type: number = 0x08,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + body.length);
  bytes.set([0, 0, type, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  bytes.set(body, 4 + 4 * shape.length);
  return bytes;
}
