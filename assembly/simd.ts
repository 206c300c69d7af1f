/**
 * The vector vocabulary of the kernels. This is the only file that knows about relaxed SIMD: the same source gives
 * the `simd` binary (IEEE operations in a fixed order, reproducible) and the `relaxed` one (fused multiply-add).
 */

/** The address of a float by its index. */
// @ts-ignore: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** a * b + c, fused in the relaxed binary. */
// @ts-ignore: decorator
@inline
export function fmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b, fused in the relaxed binary. */
// @ts-ignore: decorator
@inline
export function fnmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** x limited to [-limit, limit]; a NaN stays a NaN. One instruction a side on x86, unlike f32x4.min and max. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, limit: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit));
}

/**
 * x, or 0 where |x| is below `tiny`: WebAssembly cannot flush denormals, and they slow every product they enter. The
 * test is for what goes, not for what stays, so that a NaN stays and a diverged gradient is seen.
 */
// @ts-ignore: decorator
@inline
export function flush(x: v128, tiny: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), tiny));
}

/** The sum of the four lanes, as (x0 + x2) + (x1 + x3). */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  const pair = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1);
}

/** The lower two lanes in 64 bits. */
// @ts-ignore: decorator
@inline
export function lower(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The upper two lanes in 64 bits. */
// @ts-ignore: decorator
@inline
export function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 0, 1));
}

/** The sum of two lanes of 64 bits. */
// @ts-ignore: decorator
@inline
export function sum2(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** The first n lanes at p, n = 1..4; the rest are 0. With a constant n of 4 this is one load. */
// @ts-ignore: decorator
@inline
export function loadLanes(p: usize, n: i32): v128 {
  return n == 4 ? v128.load(p) : loadTail(p, n);
}

/** Stores the first n lanes at p, n = 1..4. With a constant n of 4 this is one store. */
// @ts-ignore: decorator
@inline
export function storeLanes(p: usize, x: v128, n: i32): void {
  if (n == 4) v128.store(p, x);
  else storeTail(p, x, n);
}

function loadTail(p: usize, n: i32): v128 {
  let x = v128.load32_zero(p);
  if (n > 1) x = v128.load32_lane(p, x, 1, 4);
  if (n > 2) x = v128.load32_lane(p, x, 2, 8);
  return x;
}

function storeTail(p: usize, x: v128, n: i32): void {
  v128.store32_lane(p, x, 0);
  if (n > 1) v128.store32_lane(p, x, 1, 4);
  if (n > 2) v128.store32_lane(p, x, 2, 8);
}

/** loadLanes with a call where n is not 4: for loops in which the tail does not count, and the binary does. */
// @ts-ignore: decorator
@inline
export function loadPart(p: usize, n: i32): v128 {
  return n == 4 ? v128.load(p) : loadRest(p, n);
}

/** storeLanes likewise. */
// @ts-ignore: decorator
@inline
export function storePart(p: usize, x: v128, n: i32): void {
  if (n == 4) v128.store(p, x);
  else storeRest(p, x, n);
}

/** loadPart of 1 to 3 lanes. */
// @ts-ignore: decorator
@inline
export function loadRest(p: usize, n: i32): v128 {
  return loadTailCall(p, n);
}

/** storePart of 1 to 3 lanes. */
// @ts-ignore: decorator
@inline
export function storeRest(p: usize, x: v128, n: i32): void {
  storeTailCall(p, x, n);
}

// @ts-ignore: decorator
@noinline
function loadTailCall(p: usize, n: i32): v128 {
  return loadTail(p, n);
}

// @ts-ignore: decorator
@noinline
function storeTailCall(p: usize, x: v128, n: i32): void {
  storeTail(p, x, n);
}
