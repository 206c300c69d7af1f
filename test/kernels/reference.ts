/**
 * The kernels once more, straight from the equations of their contracts: double loops over plain number arrays, in
 * 64 bits, sharing no code with src/kernels. Everything is row-major; results are new arrays.
 */

type Numbers = readonly number[];

const PANEL = 16;

/** The logistic function. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** x within +-most. */
export const clip = (x: number, most: number): number => Math.min(Math.max(x, -most), most);

/** The slope of `clip`. */
export const clipSlope = (x: number, most: number): number => (Math.abs(x) > most ? 0 : 1);

/** A (M, K) times B (K, N). */
export function multiply(a: Numbers, b: Numbers, M: number, N: number, K: number): number[] {
  const c = new Array<number>(M * N).fill(0);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) c[m * N + n]! += a[m * K + k]! * b[k * N + n]!;
  }
  return c;
}

/** (rows, columns) to (columns, rows). */
export function transpose(a: Numbers, rows: number, columns: number): number[] {
  return Array.from({ length: rows * columns }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** Sums element by element. */
export function add(a: Numbers, b: Numbers): number[] {
  return a.map((x, i) => x + b[i]!);
}

/** B (K, N) in panels of 16 columns: a row of bias, then K rows; zero beyond N. */
export function panels(b: Numbers, bias: Numbers, K: number, N: number): number[] {
  const out: number[] = [];
  for (let first = 0; first < N; first += PANEL) {
    for (let row = -1; row < K; row++) {
      for (let n = first; n < first + PANEL; n++) out.push(n >= N ? 0 : row < 0 ? bias[n]! : b[row * N + n]!);
    }
  }
  return out;
}

/** Sums over the rows of A (M, N). */
export function columnSums(a: Numbers, M: number, N: number): number[] {
  return Array.from({ length: N }, (_, n) => {
    let sum = 0;
    for (let m = 0; m < M; m++) sum += a[m * N + n]!;
    return sum;
  });
}

/** The standard normal density. */
const density = (x: number): number => Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);

/** The standard normal distribution: Taylor's series, and in the tails Laplace's continued fraction. */
function normal(x: number): number {
  if (x > 3) return 1 - normal(-x);
  if (x < -3) {
    let fraction = 0;
    for (let k = 200; k > 0; k--) fraction = k / (fraction - x);
    return density(x) / (fraction - x);
  }
  let sum = 0.5;
  for (let k = 0, power = x / Math.sqrt(2 * Math.PI); k < 60; k++) {
    sum += power / (2 * k + 1);
    power *= -(x ** 2) / (2 * (k + 1));
  }
  return sum;
}

/** phi by number: tanh, relu, sigmoid, leakyRelu, identity, silu, gelu. */
const activations: readonly ((x: number) => number)[] = [
  Math.tanh,
  (x) => Math.max(x, 0),
  sigmoid,
  (x) => Math.max(x, 0) + 0.01 * Math.min(x, 0),
  (x) => x,
  (x) => x * sigmoid(x),
  (x) => x * normal(x),
];

/** phi' by number, from x and y = phi(x). */
const slopes: readonly ((x: number, y: number) => number)[] = [
  (_, y) => 1 - y ** 2,
  (_, y) => (y > 0 ? 1 : 0),
  (_, y) => y * (1 - y),
  (_, y) => (y > 0 ? 1 : 0.01),
  () => 1,
  (x) => sigmoid(x) + x * sigmoid(x) * sigmoid(-x),
  (x) => normal(x) + x * density(x),
];

/** y = phi(x). */
export function activationForward(x: Numbers, kind: number): number[] {
  return x.map(activations[kind]!);
}

/** dy phi'(x), by x and y = phi(x). */
export function activationBackward(dy: Numbers, x: Numbers, y: Numbers, kind: number): number[] {
  return dy.map((d, i) => d * slopes[kind]!(x[i]!, y[i]!));
}

/** Cuts (B, count H) into its blocks of (B, H). */
export function cut(gates: Numbers, H: number, count: number): number[][] {
  return Array.from({ length: count }, (_, which) => gates.filter((_x, i) => Math.floor(i / H) % count === which));
}

/** Cuts (B, 4H) into its four blocks of (B, H). */
export function blocks(gates: Numbers, H: number): [number[], number[], number[], number[]] {
  return cut(gates, H, 4) as [number[], number[], number[], number[]];
}

/** Joins blocks of (B, H) to (B, count H). */
export function joined(parts: readonly Numbers[], H: number): number[] {
  const B = parts[0]!.length / H;
  return Array.from({ length: B }, (_, b) => parts.flatMap((part) => part.slice(b * H, (b + 1) * H))).flat();
}

/** One LSTM step from pre-activations in the order i f g o. */
export function lstmForward(
  gates: Numbers,
  cPrevious: Numbers,
  H: number,
): { h: number[]; c: number[]; tanhC: number[]; gates: number[] } {
  const [aI, aF, aG, aO] = blocks(gates, H);
  const i = aI.map(sigmoid);
  const f = aF.map(sigmoid);
  const g = aG.map(Math.tanh);
  const o = aO.map(sigmoid);
  const c = cPrevious.map((before, j) => f[j]! * before + i[j]! * g[j]!);
  const tanhC = c.map(Math.tanh);
  return { h: tanhC.map((t, j) => o[j]! * t), c, tanhC, gates: joined([i, f, g, o], H) };
}

/** Its backward, from activated gates; `dc` is the gradient of c_t in, of c_{t-1} out. */
export function lstmBackward(
  saved: { gates: Numbers; cPrevious: Numbers; tanhC: Numbers },
  gradients: { dc: Numbers; dh: Numbers; dy: Numbers },
  H: number,
): { dGates: number[]; dc: number[] } {
  const [i, f, g, o] = blocks(saved.gates, H);
  const { cPrevious, tanhC } = saved;
  const d = add(gradients.dh, gradients.dy);
  const dc = d.map((x, j) => gradients.dc[j]! + x * o[j]! * (1 - tanhC[j]! ** 2));
  const dI = dc.map((x, j) => x * g[j]! * i[j]! * (1 - i[j]!));
  const dF = dc.map((x, j) => x * cPrevious[j]! * f[j]! * (1 - f[j]!));
  const dG = dc.map((x, j) => x * i[j]! * (1 - g[j]! ** 2));
  const dO = d.map((x, j) => x * tanhC[j]! * o[j]! * (1 - o[j]!));
  return { dGates: joined([dI, dF, dG, dO], H), dc: dc.map((x, j) => x * f[j]!) };
}

/** One GRU step from a_n, a_r, a_z, q; the gates out are n, r, z, q, and `slopes` those of the limits of each. */
export function gruForward(
  gates: Numbers,
  hPrevious: Numbers,
  H: number,
  gateClip: number,
): { h: number[]; gates: number[]; slopes: number[] } {
  const [aN, aR, aZ, q] = blocks(gates, H);
  const gate = (a: number): number => sigmoid(clip(a, gateClip));
  const [r, z] = [aR.map(gate), aZ.map(gate)];
  const sums = aN.map((a, j) => a + r[j]! * q[j]!);
  const n = sums.map((a) => Math.tanh(clip(a, gateClip)));
  const h = hPrevious.map((before, j) => (1 - z[j]!) * n[j]! + z[j]! * before);
  const slopes = [...[sums, aR, aZ].map((part) => part.map((a) => clipSlope(a, gateClip))), q];
  return { h, gates: joined([n, r, z, q], H), slopes: joined(slopes, H) };
}

/** Its backward, from n, r, z, q; `dh` out is the direct part of the gradient of h_{t-1}. */
export function gruBackward(
  saved: { gates: Numbers; slopes: Numbers; hPrevious: Numbers },
  gradients: { dh: Numbers; dy: Numbers },
  H: number,
): { dGates: number[]; dh: number[] } {
  const [n, r, z, q] = blocks(saved.gates, H);
  const [ofN, ofR, ofZ] = blocks(saved.slopes, H);
  const d = add(gradients.dh, gradients.dy);
  const dN = d.map((x, j) => x * (1 - z[j]!) * (1 - n[j]! ** 2) * ofN[j]!);
  const dR = dN.map((x, j) => x * q[j]! * r[j]! * (1 - r[j]!) * ofR[j]!);
  const dZ = d.map((x, j) => x * (saved.hPrevious[j]! - n[j]!) * z[j]! * (1 - z[j]!) * ofZ[j]!);
  const dQ = dN.map((x, j) => x * r[j]!);
  return { dGates: joined([dN, dR, dZ, dQ], H), dh: d.map((x, j) => x * z[j]!) };
}

/** A direct term u_d for the weight (k, d) in column k of products (rows D, width), of which `first` rows come before. */
function withDirect(products: Numbers, inputs: Numbers, first: number, width: number): number[] {
  const D = inputs.length;
  return products.map((x, at) => {
    const n = Math.floor(at / width);
    return at % width === first + Math.floor(n / D) ? x + inputs[n % D]! : x;
  });
}

/** dh/dtheta = phi'(a) A. */
export function rnnSensitivities(
  products: Numbers,
  slopes: Numbers,
  inputs: Numbers,
  first: number,
  H: number,
): number[] {
  return withDirect(products, inputs, first, H).map((x, at) => slopes[at % H]! * x);
}

/** The six derivatives of an LSTM step, (B, 6, H), from activated gates. */
export function lstmSlopes(gates: Numbers, cPrevious: Numbers, tanhC: Numbers, H: number): number[] {
  const [i, f, g, o] = blocks(gates, H);
  const slopes = [
    i.map((x, j) => g[j]! * x * (1 - x)),
    f.map((x, j) => cPrevious[j]! * x * (1 - x)),
    g.map((x, j) => i[j]! * (1 - x ** 2)),
    f,
    tanhC.map((x, j) => o[j]! * (1 - x ** 2)),
    o.map((x, j) => tanhC[j]! * x * (1 - x)),
  ];
  return Array.from({ length: 6 * tanhC.length }, (_, at) => {
    const [b, which, j] = [Math.floor(at / (6 * H)), Math.floor(at / H) % 6, at % H];
    return slopes[which]![b * H + j]!;
  });
}

/** dc/dtheta and dh/dtheta of an LSTM step, from those of c_{t-1}. */
export function lstmSensitivities(
  pc: Numbers,
  products: Numbers,
  slopes: Numbers,
  inputs: Numbers,
  first: number,
  H: number,
): { ph: number[]; pc: number[] } {
  const [aI, aF, aG, aO] = blocks(withDirect(products, inputs, first, 4 * H), H);
  const slope = (which: number, at: number): number => slopes[which * H + (at % H)]!;
  const dc = pc.map(
    (x, at) => slope(3, at) * x + slope(0, at) * aI[at]! + slope(1, at) * aF[at]! + slope(2, at) * aG[at]!,
  );
  return { pc: dc, ph: dc.map((x, at) => slope(4, at) * x + slope(5, at) * aO[at]!) };
}

/** y (M, N) plus x diag(u). */
export function diagonalProduct(y: Numbers, x: Numbers, u: Numbers): number[] {
  return y.map((value, i) => value + x[i]! * u[i % u.length]!);
}

/** du (N) plus the sums over the rows of a b, both (M, N). */
export function diagonalGradient(du: Numbers, a: Numbers, b: Numbers): number[] {
  const N = du.length;
  const products = a.map((x, i) => x * b[i]!);
  return add(du, columnSums(products, a.length / N, N));
}

/** Rows of a table (V, E). */
export function embeddingForward(table: Numbers, ids: Numbers, E: number): number[] {
  return ids.flatMap((id) => table.slice(id * E, (id + 1) * E));
}

/** dTable after dy (n, E) was added row by row, each sum rounded by `round`. */
export function embeddingBackward(
  dTable: Numbers,
  dy: Numbers,
  ids: Numbers,
  E: number,
  round: (x: number) => number,
): number[] {
  const out = [...dTable];
  ids.forEach((id, i) => {
    for (let j = 0; j < E; j++) out[id * E + j] = round(out[id * E + j]! + dy[i * E + j]!);
  });
  return out;
}

/** u = (x - m) / s, m and 1 / s of each row. */
export function normalized(x: Numbers, width: number, epsilon: number): { u: number[]; stats: number[] } {
  const rows = Array.from({ length: x.length / width }, (_, row) => x.slice(row * width, (row + 1) * width));
  const stats = rows.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    return [mean, 1 / Math.sqrt(variance + epsilon)];
  });
  return {
    u: x.map((value, i) => (value - stats[Math.floor(i / width)]![0]!) * stats[Math.floor(i / width)]![1]!),
    stats: stats.flat(),
  };
}

/** dx from g = dy gain, u and the saved stats. */
export function layerNormBackward(g: Numbers, u: Numbers, stats: Numbers, width: number): number[] {
  const gu = g.map((value, i) => value * u[i]!);
  return Array.from({ length: g.length / width }, (_, row) => {
    const range = [row * width, (row + 1) * width] as const;
    const mean = (values: Numbers): number => values.slice(...range).reduce((sum, value) => sum + value, 0) / width;
    const [meanG, meanGu] = [mean(g), mean(gu)];
    return g.slice(...range).map((value, j) => (value - meanG - u[range[0] + j]! * meanGu) * stats[2 * row + 1]!);
  }).flat();
}

/** Losses and log-sums of logits (n, V); 0 and 0 where the target is ignored. */
export function crossEntropyForward(
  logits: Numbers,
  targets: Numbers,
  V: number,
  ignored: number,
): { losses: number[]; logSums: number[] } {
  const logSums = targets.map((target, row) => {
    if (target === ignored) return 0;
    const x = logits.slice(row * V, (row + 1) * V);
    const top = x.reduce((most, value) => Math.max(most, value));
    return top + Math.log(x.reduce((sum, value) => sum + Math.exp(value - top), 0));
  });
  const losses = targets.map((target, row) => (target === ignored ? 0 : logSums[row]! - logits[row * V + target]!));
  return { losses, logSums };
}

/** scale (softmax(x) - one-hot), (n, V); 0 where the target is ignored. */
export function crossEntropyBackward(
  logits: Numbers,
  logSums: Numbers,
  targets: Numbers,
  V: number,
  ignored: number,
  scale: number,
): number[] {
  return targets.flatMap((target, row) =>
    Array.from({ length: V }, (_, v) => {
      if (target === ignored) return 0;
      return scale * (Math.exp(logits[row * V + v]! - logSums[row]!) - (v === target ? 1 : 0));
    }),
  );
}

/** Which of n elements a dropout keeps; the finaliser of MurmurHash3 in exact integers. */
export function kept(n: number, threshold: number, key0: number, key1: number): boolean[] {
  const word = (x: number): bigint => BigInt.asUintN(32, BigInt(x));
  const mix = (x: bigint): bigint => {
    x = BigInt.asUintN(32, (x ^ (x >> 16n)) * 0x85ebca6bn);
    x = BigInt.asUintN(32, (x ^ (x >> 13n)) * 0xc2b2ae35n);
    return x ^ (x >> 16n);
  };
  const hash = (i: number): bigint => mix(mix(word(i) ^ word(key0)) ^ word(key1));
  return Array.from({ length: n }, (_, i) => Number(hash(i) >> 8n) >= threshold);
}

/** y_i = x_i where kept, else previous_i. */
export function zoneoutForward(x: Numbers, previous: Numbers, keep: readonly boolean[]): number[] {
  return x.map((value, i) => (keep[i] ? value : previous[i]!));
}

/** The gradient of y, divided between x and the state before. */
export function zoneoutBackward(dy: Numbers, keep: readonly boolean[]): { dx: number[]; dPrevious: number[] } {
  return { dx: dy.map((d, i) => (keep[i] ? d : 0)), dPrevious: dy.map((d, i) => (keep[i] ? 0 : d)) };
}

/** Options of the updates; each uses some. */
export interface Update {
  lr: number;
  weightDecay: number;
  momentum: number;
  nesterov: boolean;
  alpha: number;
  epsilon: number;
  decoupled: boolean;
  beta1: number;
  beta2: number;
  step: number;
}

/** One element after an update: the parameter and its moments. */
export type Updated = { p: number; m: number; v: number };

/** The four updates of one element p with gradient g and moments m and v. */
export const updates: Record<string, (p: number, g: number, m: number, v: number, by: Update) => Updated> = {
  sgd: (p, g, m, v, { lr, weightDecay }) => ({ p: p - lr * (g + weightDecay * p), m, v }),

  momentum: (p, g, m, v, { lr, weightDecay, momentum, nesterov }) => {
    const u = g + weightDecay * p;
    const next = momentum * m + u;
    return { p: p - lr * (nesterov ? u + momentum * next : next), m: next, v };
  },

  rmsprop: (p, g, m, v, { lr, weightDecay, alpha, epsilon }) => {
    const u = g + weightDecay * p;
    const next = alpha * v + (1 - alpha) * u ** 2;
    return { p: p - (lr * u) / (Math.sqrt(next) + epsilon), m, v: next };
  },

  adam: (p, g, m, v, { lr, weightDecay, decoupled, beta1, beta2, epsilon, step }) => {
    const u = decoupled ? g : g + weightDecay * p;
    const start = decoupled ? p * (1 - lr * weightDecay) : p;
    const mean = beta1 * m + (1 - beta1) * u;
    const square = beta2 * v + (1 - beta2) * u ** 2;
    const unbiased = Math.sqrt(square / (1 - beta2 ** step)) + epsilon;
    return { p: start - ((lr / (1 - beta1 ** step)) * mean) / unbiased, m: mean, v: square };
  },
};

/** Softmax of one row over what is allowed, or its logarithm. */
export function softmaxForward(x: Numbers, allowed: readonly boolean[], log: boolean): number[] {
  const top = Math.max(...x.filter((_, j) => allowed[j]!));
  const sum = x.reduce((total, value, j) => total + (allowed[j]! ? Math.exp(value - top) : 0), 0);
  if (log) return x.map((value, j) => (allowed[j]! ? value - top - Math.log(sum) : -Infinity));
  return x.map((value, j) => (allowed[j]! ? Math.exp(value - top) / sum : 0));
}

/** dx of one row, by y; what is not allowed has no gradient. */
export function softmaxBackward(dy: Numbers, y: Numbers, log: boolean): number[] {
  const p = log ? y.map(Math.exp) : y;
  const sum = p.reduce((total, value, j) => total + (value === 0 ? 0 : log ? dy[j]! : value * dy[j]!), 0);
  return p.map((value, j) => (value === 0 ? 0 : log ? dy[j]! - value * sum : value * (dy[j]! - sum)));
}
