/**
 * The update rules written down once more, one number at a time, from the algorithms in PyTorch's documentation of
 * torch.optim: SGD, RMSprop, Adam and AdamW. Names are theirs: gamma is the learning rate, theta the weight.
 */

/** One weight with its memory: the next value from the gradient of the t-th update, t from 1. */
export type Rule = (theta: number, g: number, memory: Map<string, number>, t: number) => number;

/** The options of all rules; each reads its own. */
export interface RuleOptions {
  readonly gamma: number;
  readonly lambda?: number;
  readonly mu?: number;
  readonly nesterov?: boolean;
  readonly alpha?: number;
  readonly epsilon?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly decoupled?: boolean;
}

/** SGD with momentum mu, without dampening. */
export function sgd({ gamma, lambda = 0, mu = 0, nesterov = false }: RuleOptions): Rule {
  return (theta, g, memory, t) => {
    if (lambda !== 0) g += lambda * theta;
    if (mu !== 0) {
      const b = t > 1 ? mu * memory.get('b')! + g : g;
      memory.set('b', b);
      g = nesterov ? g + mu * b : b;
    }
    return theta - gamma * g;
  };
}

/** RMSprop, neither centered nor with momentum. */
export function rmsprop({ gamma, lambda = 0, alpha = 0.99, epsilon = 1e-8 }: RuleOptions): Rule {
  return (theta, g, memory) => {
    if (lambda !== 0) g += lambda * theta;
    const v = alpha * (memory.get('v') ?? 0) + (1 - alpha) * g ** 2;
    memory.set('v', v);
    return theta - (gamma * g) / (Math.sqrt(v) + epsilon);
  };
}

/** Adam; with decoupled weight decay it is AdamW. */
export function adam({
  gamma,
  lambda = 0,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  decoupled = false,
}: RuleOptions): Rule {
  return (theta, g, memory, t) => {
    if (decoupled) theta -= gamma * lambda * theta;
    else if (lambda !== 0) g += lambda * theta;
    const m = beta1 * (memory.get('m') ?? 0) + (1 - beta1) * g;
    const v = beta2 * (memory.get('v') ?? 0) + (1 - beta2) * g ** 2;
    memory.set('m', m).set('v', v);
    const mHat = m / (1 - beta1 ** t);
    const vHat = v / (1 - beta2 ** t);
    return theta - (gamma * mHat) / (Math.sqrt(vHat) + epsilon);
  };
}
