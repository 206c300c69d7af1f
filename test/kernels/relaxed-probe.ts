/**
 * Whether this runtime has relaxed SIMD, asked without recurra's binaries: a module written byte by byte, whose one
 * function multiplies and adds three zero vectors.
 */

/** A module with `() -> v128`: three vectors, then one instruction of three bytes that takes them. */
function module(instruction: readonly number[]): Uint8Array<ArrayBuffer> {
  const zero = [0x41, 0x00, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version 1
    ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type: () -> v128
    ...[0x03, 0x02, 0x01, 0x00], // function 0 of type 0
    ...[0x0a, 0x13, 0x01, 0x11, 0x00], // code: one body of 17 bytes, no locals
    ...[...zero, ...zero, ...zero, ...instruction, 0x0b],
  ]);
}

const RELAXED_MADD = [0xfd, 0x85, 0x02]; // f32x4.relaxed_madd
const BITSELECT = [0xfd, 0xd2, 0x00]; // v128.bitselect, as three bytes

/** Whether f32x4.relaxed_madd validates. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(module(RELAXED_MADD));
}

/** Whether the same module with an instruction of plain SIMD validates: if not, the probe itself is broken. */
export function probeIsSound(): boolean {
  return WebAssembly.validate(module(BITSELECT));
}
