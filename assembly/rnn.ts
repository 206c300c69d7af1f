/** The Elman cell's activation. Contracts: src/kernels/rnn.ts. */

import { activationForward, addedGradientRow } from './activation';

export function rnnForward(h: usize, a: usize, n: i32, activation: i32): void {
  activationForward(h, a, n, activation);
}

export function rnnBackward(da: usize, dh: usize, dy: usize, h: usize, a: usize, n: i32, activation: i32): void {
  addedGradientRow(da, dh, dy, a, h, n, activation);
}
