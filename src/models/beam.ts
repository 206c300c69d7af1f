/**
 * Beam search: of all continuations of the K best beginnings the K best are kept, and a sequence that has ended keeps its
 * place for as long as no better one takes it. Sequences are compared by `scoreOf` (Wu et al. 2016).
 */

import { checkKnown, checkSize } from '../options.js';
import { checkSearch, logSumExp, rowOf, scoreOf, UNWRITTEN } from './decode.js';
import type { Hypothesis, NextTokens, SearchOptions, TokenModel } from './decode.js';

/** Options of `beamSearch`. */
export interface BeamOptions extends SearchOptions {
  /** K, the beginnings that are kept. */
  readonly beam: number;
}

/** A beginning, or a sequence that has ended, and the row of the model it continues; none once it has ended. */
interface Candidate<N> extends Hypothesis<N> {
  readonly parent: number;
  readonly token: number;
  readonly score: number;
}

/**
 * The best sequences, the best first.
 * @param state of one row, that all begin from
 * @returns at most K; those that have not ended at `maxLength` come last
 * @throws OptionError
 */
export function beamSearch<S, N = never>(model: TokenModel<S, N>, state: S, options: BeamOptions): Hypothesis<N>[] {
  checkKnown('beamSearch', options, ['beam', 'maxLength', 'lengthPenalty']);
  const K = checkSize('beamSearch', 'beam', options.beam);
  checkSearch('beamSearch', options);
  const root = { ids: [], logProb: 0, ended: false, notes: [], parent: 0, token: model.end, score: 0 };
  let kept: readonly Candidate<N>[] = [root];
  for (let t = 0; t < options.maxLength && kept.some(({ ended }) => !ended); t++) {
    const live = kept.filter(({ ended }) => !ended);
    // The first of them all continue the one row there is.
    const rows =
      t === 0
        ? state
        : model.select(
            state,
            live.map(({ parent }) => parent),
          );
    const next = model.step(
      Int32Array.from(live, ({ token }) => token),
      rows,
    );
    const longer = live.flatMap((from, row) => continuations(model, from, row, next, K, options.lengthPenalty));
    // A stable sort: among equals those that come first, so that a beam of 1 takes what a greedy choice takes.
    kept = [...kept.filter(({ ended }) => ended), ...longer].sort((a, b) => b.score - a.score).slice(0, K);
    state = next.state;
  }
  return [...kept.filter(({ ended }) => ended), ...kept.filter(({ ended }) => !ended)].map(
    ({ ids, logProb, ended, notes }) => ({ ids, logProb, ended, notes }),
  );
}

/** The K most likely continuations of a beginning, the likeliest first. */
function continuations<S, N>(
  { size, end }: TokenModel<S, N>,
  from: Candidate<N>,
  row: number,
  next: NextTokens<S, N>,
  K: number,
  lengthPenalty: number | undefined,
): Candidate<N>[] {
  const logits = rowOf(next.logits, row, size);
  const total = logSumExp(logits);
  const notes = next.notes === undefined ? [] : [...from.notes, next.notes[row]!];
  return Array.from({ length: size }, (_, id) => id)
    .filter((id) => !UNWRITTEN.includes(id))
    .sort((a, b) => logits[b]! - logits[a]!)
    .slice(0, K)
    .map((token) => {
      const ended = token === end;
      const found = {
        ids: ended ? from.ids : [...from.ids, token],
        logProb: from.logProb + (logits[token]! - total),
        ended,
        notes,
      };
      return { ...found, parent: row, token, score: scoreOf(found, lengthPenalty) };
    });
}
