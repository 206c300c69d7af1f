/** Activations, element by element. Equations, sources and errors: src/kernels/activation.ts. */

import { checkEngine, engineOf } from '../engine.js';
import { activationKind, ACTIVATIONS, readsInput } from '../kernels/codes.js';
import type { Activation } from '../kernels/codes.js';
import type { View } from '../memory/view.js';
import { checkChoice } from '../options.js';

/**
 * y = phi(x), by the name of phi; 'identity' gives x back as it is.
 * @param x any shape
 * @throws OptionError for another name
 */
export function activation(x: View, name: Activation): View {
  checkChoice('activation', 'name', name, ACTIVATIONS);
  return name === 'identity' ? x : apply(name, x);
}

/** tanh(x). @param x any shape */
export function tanh(x: View): View {
  return apply('tanh', x);
}

/** 1 / (1 + exp(-x)). @param x any shape */
export function sigmoid(x: View): View {
  return apply('sigmoid', x);
}

/** max(0, x). @param x any shape */
export function relu(x: View): View {
  return apply('relu', x);
}

/** x, or 0.01 x below 0. @param x any shape */
export function leakyRelu(x: View): View {
  return apply('leakyRelu', x);
}

/** x sigmoid(x), also called Swish. @param x any shape */
export function silu(x: View): View {
  return apply('silu', x);
}

/** x Phi(x), Phi the standard normal distribution: the exact form, PyTorch's default. @param x any shape */
export function gelu(x: View): View {
  return apply('gelu', x);
}

function apply(name: Activation, x: View): View {
  const engine = engineOf(x);
  checkEngine(name, x, engine);
  const { kernels } = engine;
  const kind = activationKind(name);
  const y = engine.output(`output of ${name}`, x.shape, x.requiresGrad);
  kernels.activationForward(y.ptr, x.ptr, x.size, kind);
  (readsInput(kind) ? x : y).keep();
  engine.tape.record(name, () => {
    if (!y.hasGradient || !x.requiresGrad) return;
    const dy = y.gradient();
    const { ptr, accumulate } = x.gradientSlot();
    kernels.activationBackward(ptr, dy, x.ptr, y.ptr, x.size, kind, accumulate);
  });
  return y;
}
