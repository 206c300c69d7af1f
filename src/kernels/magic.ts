/** How WebAssembly is told from anything else. */

/** `\0asm`, which every binary begins with. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

/** Whether bytes are WebAssembly at all, and not, say, a page that a server gives for every address. */
export function isBinary(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}
