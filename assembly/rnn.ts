/** The Elman cell's activation. Contracts: src/kernels/rnn.ts. */

import { activationForward } from './activation';
import { gradients } from './activation-gradient';

export function rnnForward(h: usize, a: usize, n: i32, activation: i32): void {
  activationForward(h, a, n, activation);
}

export function rnnBackward(da: usize, dh: usize, dy: usize, h: usize, a: usize, n: i32, activation: i32): void {
  gradients(da, dh, dy, a, h, n, activation, 0);
}
