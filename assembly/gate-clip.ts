/** The slopes of gates and cell states that have a limit. Why by value: src/kernels/gate-clip.ts. */

import { sigmoid4, tanh4 } from './math';

/** s (1 - s), or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function sigmoidSlope(s: v128, clip: f32): v128 {
  const free = f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
  return clip == f32.POSITIVE_INFINITY ? free : v128.andnot(free, sigmoidLimited(s, clip));
}

/** 1 - g^2, or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function tanhSlope(g: v128, clip: f32): v128 {
  const free = f32x4.sub(f32x4.splat(1), f32x4.mul(g, g));
  return clip == f32.POSITIVE_INFINITY ? free : v128.andnot(free, tanhLimited(g, clip));
}

// Calls, not inlined, for gates seldom have a limit: the loops around them stay short.
// @ts-ignore: decorator
@noinline
function sigmoidLimited(s: v128, clip: f32): v128 {
  const limits = sigmoid4(f32x4.replace_lane(f32x4.splat(clip), 1, -clip));
  const top = i32x4.shuffle(limits, limits, 0, 0, 0, 0);
  const bottom = i32x4.shuffle(limits, limits, 1, 1, 1, 1);
  return v128.or(f32x4.ge(s, top), f32x4.le(s, bottom));
}

function tanhLimited(g: v128, clip: f32): v128 {
  return f32x4.ge(f32x4.abs(g), tanh4(f32x4.splat(clip)));
}

/** 1, or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function limitSlope(x: v128, most: f32): v128 {
  const one = f32x4.splat(1);
  if (most == f32.POSITIVE_INFINITY) return one;
  return v128.andnot(one, f32x4.ge(f32x4.abs(x), f32x4.splat(most)));
}
