/**
 * The cells in parts once more, straight from their equations, as in ./reference.ts. Each forward says besides, for
 * every number that has a limit, the limit's slope there: the backward takes these from it, as it cannot see them.
 */

import { add, clip, clipSlope, cut, joined, sigmoid } from './reference.js';

type Numbers = readonly number[];
type Gate = 'i' | 'f' | 'o';

/** The blocks of each kind: none, input and output, with forget, coupled. */
export const LSTM_BLOCKS = ['g', 'igo', 'ifgo', 'igo'] as const;
const COUPLED = 3;

/** Which LSTM it is. */
export interface LstmForm {
  readonly kind: number;
  readonly H: number;
  /** (H) each; empty without peepholes. */
  readonly peepholes: { readonly [Name in Gate]?: Numbers };
  readonly gateClip: number;
  readonly cellClip: number;
}

/** Blocks (B, H) by name; g is always there. */
type Blocks = { [Name in Gate]?: Numbers | undefined } & { g: Numbers };

function named(gates: Numbers, { kind, H }: LstmForm): Blocks {
  const names = [...LSTM_BLOCKS[kind]!];
  const parts = cut(gates, H, names.length);
  return Object.fromEntries(names.map((name, k) => [name, parts[k]])) as unknown as Blocks;
}

function together({ i, f, g, o }: Blocks, H: number): number[] {
  return joined(
    [i, f, g, o].filter((part) => part !== undefined),
    H,
  );
}

/** a + p c, with the peephole there is. */
function peeped(a: Numbers | undefined, p: Numbers | undefined, c: Numbers): Numbers | undefined {
  return p === undefined ? a : a?.map((x, j) => x + p[j % p.length]! * c[j]!);
}

/** The share of c_{t-1} that stays, by element. */
function kept({ i, f, g }: Blocks, kind: number): Numbers {
  return kind === COUPLED ? i!.map((x) => 1 - x) : (f ?? g.map(() => 1));
}

/** What a carry leaves. */
export interface LstmCarry {
  c: number[];
  gates: number[];
  slopes: number[];
  slopesC: number[];
}

/** c_t from pre-activations; o stays as it is. */
export function lstmCarryForward(a: Numbers, cPrevious: Numbers, form: LstmForm): LstmCarry {
  const { kind, H, peepholes, gateClip, cellClip } = form;
  const { g: aG, o, ...rest } = named(a, form);
  const [aI, aF] = [peeped(rest.i, peepholes.i, cPrevious), peeped(rest.f, peepholes.f, cPrevious)];
  const gate = (x: number): number => sigmoid(clip(x, gateClip));
  const gates = { i: aI?.map(gate), f: aF?.map(gate), g: aG.map((x) => Math.tanh(clip(x, gateClip))), o };
  const stays = kept(gates, kind);
  const sums = cPrevious.map((before, j) => stays[j]! * before + (gates.i?.[j] ?? 1) * gates.g[j]!);
  const slope = (x: number): number => clipSlope(x, gateClip);
  return {
    c: sums.map((x) => clip(x, cellClip)),
    gates: together(gates, H),
    slopes: together({ i: aI?.map(slope), f: aF?.map(slope), g: aG.map(slope), o }, H),
    slopesC: sums.map((x) => clipSlope(x, cellClip)),
  };
}

/** Its backward, from activated gates; `dc` is the gradient of c_t in, of c_{t-1} out. */
export function lstmCarryBackward(
  saved: { gates: Numbers; cPrevious: Numbers; slopes: Numbers; slopesC: Numbers },
  dc: Numbers,
  form: LstmForm,
): { dGates: number[]; dc: number[] } {
  const { kind, H, peepholes } = form;
  const { cPrevious, slopesC } = saved;
  const gates = named(saved.gates, form);
  const slopes = named(saved.slopes, form);
  const { i, f, g, o } = gates;
  const d = dc.map((x, j) => x * slopesC[j]!);
  const added = kind === COUPLED ? g.map((x, j) => x - cPrevious[j]!) : g;
  const dI = i?.map((x, j) => d[j]! * added[j]! * x * (1 - x) * slopes.i![j]!);
  const dF = f?.map((x, j) => d[j]! * cPrevious[j]! * x * (1 - x) * slopes.f![j]!);
  const dG = g.map((x, j) => d[j]! * (i?.[j] ?? 1) * (1 - x ** 2) * slopes.g[j]!);
  const direct = kept(gates, kind).map((share, j) => d[j]! * share);
  const zeros = d.map(() => 0);
  const seen = add(peeped(zeros, peepholes.i, dI ?? zeros)!, peeped(zeros, peepholes.f, dF ?? zeros)!);
  return { dGates: together({ i: dI, f: dF, g: dG, o }, H), dc: add(direct, seen) };
}

/** h_t from the pre-activation of o, from what tanh takes and from what the peephole sees; the others stay. */
export function lstmOutputForward(
  a: Numbers,
  { c, seen }: { c: Numbers; seen: Numbers },
  form: LstmForm,
): { h: number[]; tanhC: number[]; gates: number[]; slopes: number[] } {
  const { H, peepholes, gateClip } = form;
  const { o: aO, ...others } = named(a, form);
  const sums = peeped(aO, peepholes.o, seen);
  const o = sums?.map((x) => sigmoid(clip(x, gateClip)));
  const tanhC = c.map(Math.tanh);
  return {
    h: tanhC.map((t, j) => (o?.[j] ?? 1) * t),
    tanhC,
    gates: together({ ...others, o }, H),
    slopes: together({ ...others, o: sums?.map((x) => clipSlope(x, gateClip)) }, H),
  };
}

/** Its backward, from o; dc and dSeen with what is added to them. */
export function lstmOutputBackward(
  saved: { gates: Numbers; slopes: Numbers; tanhC: Numbers },
  gradients: { dc: Numbers; dSeen: Numbers; dh: Numbers; dy: Numbers },
  form: LstmForm,
): { dGates: number[]; dc: number[]; dSeen: number[] } {
  const { o, ...others } = named(saved.gates, form);
  const slopes = named(saved.slopes, form).o;
  const d = add(gradients.dh, gradients.dy);
  const dO = o?.map((x, j) => d[j]! * saved.tanhC[j]! * x * (1 - x) * slopes![j]!);
  return {
    dGates: together({ ...others, o: dO }, form.H),
    dc: gradients.dc.map((x, j) => x + d[j]! * (o?.[j] ?? 1) * (1 - saved.tanhC[j]! ** 2)),
    dSeen: [...peeped(gradients.dSeen, form.peepholes.o, dO ?? [])!],
  };
}

/** Blocks r z n of a GRU. */
function rzn(gates: Numbers, H: number): [number[], number[], number[]] {
  return cut(gates, H, 3) as [number[], number[], number[]];
}

/** r, z and s = r h from a_r and a_z; a_n stays as it is. */
export function gruResetForward(
  a: Numbers,
  h: Numbers,
  H: number,
  gateClip: number,
): { s: number[]; gates: number[]; slopes: number[] } {
  const [aR, aZ, aN] = rzn(a, H);
  const [r, z] = [aR, aZ].map((part) => part.map((x) => sigmoid(clip(x, gateClip)))) as [number[], number[]];
  const slopes = [aR, aZ].map((part) => part.map((x) => clipSlope(x, gateClip)));
  return { s: r.map((x, j) => x * h[j]!), gates: joined([r, z, aN], H), slopes: joined([...slopes, aN], H) };
}

/** The backward of s = r h; z and n stay. */
export function gruResetBackward(
  saved: { gates: Numbers; slopes: Numbers; h: Numbers },
  gradients: { ds: Numbers; dh: Numbers },
  H: number,
): { dGates: number[]; dh: number[] } {
  const [r, z, n] = rzn(saved.gates, H);
  const [slopes] = rzn(saved.slopes, H);
  const { ds, dh } = gradients;
  const dR = r.map((x, j) => ds[j]! * saved.h[j]! * x * (1 - x) * slopes[j]!);
  return { dGates: joined([dR, z, n], H), dh: dh.map((x, j) => x + ds[j]! * r[j]!) };
}

/** n and h_t from z and a_n; r stays. */
export function gruUpdateForward(
  gates: Numbers,
  hPrevious: Numbers,
  H: number,
  gateClip: number,
): { h: number[]; gates: number[]; slopes: number[] } {
  const [r, z, aN] = rzn(gates, H);
  const n = aN.map((x) => Math.tanh(clip(x, gateClip)));
  const h = hPrevious.map((before, j) => (1 - z[j]!) * n[j]! + z[j]! * before);
  const slopes = aN.map((x) => clipSlope(x, gateClip));
  return { h, gates: joined([r, z, n], H), slopes: joined([r, z, slopes], H) };
}

/** Its backward down to a_z and a_n; r stays, `dh` out is the direct part of the gradient of h_{t-1}. */
export function gruUpdateBackward(
  saved: { gates: Numbers; slopes: Numbers; hPrevious: Numbers },
  gradients: { dh: Numbers; dy: Numbers },
  H: number,
): { dGates: number[]; dh: number[] } {
  const [r, z, n] = rzn(saved.gates, H);
  const [, ofZ, ofN] = rzn(saved.slopes, H);
  const d = add(gradients.dh, gradients.dy);
  const dZ = d.map((x, j) => x * (saved.hPrevious[j]! - n[j]!) * z[j]! * (1 - z[j]!) * ofZ[j]!);
  const dN = d.map((x, j) => x * (1 - z[j]!) * (1 - n[j]! ** 2) * ofN[j]!);
  return { dGates: joined([r, dZ, dN], H), dh: d.map((x, j) => x * z[j]!) };
}
