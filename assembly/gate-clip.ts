/** The slopes of gates and cell states that have a limit. Why by value: src/kernels/gate-clip.ts. */

import { sigmoid4, tanh4 } from './math';

/** s (1 - s), or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function sigmoidSlope(s: v128, clip: f32): v128 {
  const free = f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
  if (clip == f32.POSITIVE_INFINITY) return free;
  const above = f32x4.ge(s, sigmoid4(f32x4.splat(clip)));
  const below = f32x4.le(s, sigmoid4(f32x4.splat(-clip)));
  return v128.andnot(free, v128.or(above, below));
}

/** 1 - g^2, or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function tanhSlope(g: v128, clip: f32): v128 {
  const free = f32x4.sub(f32x4.splat(1), f32x4.mul(g, g));
  if (clip == f32.POSITIVE_INFINITY) return free;
  return v128.andnot(free, f32x4.ge(f32x4.abs(g), tanh4(f32x4.splat(clip))));
}

/** 1, or 0 where the limit held. */
// @ts-ignore: decorator
@inline
export function limitSlope(x: v128, most: f32): v128 {
  const one = f32x4.splat(1);
  if (most == f32.POSITIVE_INFINITY) return one;
  return v128.andnot(one, f32x4.ge(f32x4.abs(x), f32x4.splat(most)));
}
