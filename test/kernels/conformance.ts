/**
 * One suite for every implementation of the kernels: each kernel of the surface, against the references written from
 * the contracts. The per-tier files call it; the cases are in `families/`, one file for each file of src/kernels.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsKernels } from '../../src/kernels/kernels.js';
import type { Selection, Tier } from '../../src/kernels/select.js';
import { SPLITS } from '../../src/kernels/splits.js';
import { ArrayHeap } from '../../src/memory/array-heap.js';
import { WasmHeap } from '../../src/memory/heap.js';
import { testActivation } from './families/activation.js';
import { testBroadcast } from './families/broadcast.js';
import { testCopy } from './families/copy.js';
import { testCrossEntropy } from './families/cross-entropy.js';
import { testDiagonal } from './families/diagonal.js';
import { testDropout } from './families/dropout.js';
import { testEmbedding } from './families/embedding.js';
import { testGaussianDivergence } from './families/gaussian-divergence.js';
import { testGemm } from './families/gemm.js';
import { testGru } from './families/gru.js';
import { testLabelSmoothing } from './families/label-smoothing.js';
import { testLayerNorm } from './families/layer-norm.js';
import { testLstm } from './families/lstm.js';
import { testGruBefore } from './families/gru-before.js';
import { testLstmParts } from './families/lstm-parts.js';
import { testOptimizer } from './families/optimizer.js';
import { testPeak } from './families/peak.js';
import { testPointwiseLoss } from './families/pointwise-loss.js';
import { testRnn } from './families/rnn.js';
import { testRtrl } from './families/rtrl.js';
import { testSoftTargets } from './families/soft-targets.js';
import { testSoftmax } from './families/softmax.js';
import { testVector } from './families/vector.js';
import { testWord2Vec } from './families/word2vec.js';
import { Workspace } from './workspace.js';

/** What a tier's file says about its tier. */
export interface Conformance {
  /** The name of the suite. */
  readonly tier: string;
  readonly create: () => Promise<Selection>;
  readonly expectedTier: Tier;
  /** Default 1. With more, every kernel that can be divided must have been. */
  readonly threads?: number;
}

/** Registers the suite of one tier. */
export function testKernels({ tier, create, expectedTier, threads = 1 }: Conformance): void {
  describe(`kernels: ${tier}`, () => {
    let selection: Selection;
    let workspace: Workspace;
    const open = (): Workspace => workspace;

    beforeAll(async () => {
      selection = await create();
      workspace = new Workspace(selection.heap, selection.kernels);
    });

    afterAll(() => selection.team?.close());

    it(`are those of ${expectedTier}`, () => {
      expect(selection.tier).toBe(expectedTier);
      expect(selection.heap).toBeInstanceOf(expectedTier === 'js' ? ArrayHeap : WasmHeap);
      expect(selection.team?.threads ?? 1).toBe(threads);
      if (threads > 1) return;
      // Functions of a WebAssembly instance have no source text.
      const native = Object.values(selection.kernels).map((kernel) => /\[native code\]/.test(String(kernel)));
      expect(new Set(native)).toEqual(new Set([expectedTier !== 'js']));
    });

    describe('gemm', () => testGemm(open));
    describe('activation', () => testActivation(open));
    describe('rnn', () => testRnn(open));
    describe('lstm', () => testLstm(open));
    describe('lstm-parts', () => testLstmParts(open));
    describe('gru', () => testGru(open));
    describe('rtrl', () => testRtrl(open));
    describe('gru-before', () => testGruBefore(open));
    describe('diagonal', () => testDiagonal(open));
    describe('embedding', () => testEmbedding(open));
    describe('layer-norm', () => testLayerNorm(open));
    describe('cross-entropy', () => testCrossEntropy(open));
    describe('label-smoothing', () => testLabelSmoothing(open));
    describe('soft-targets', () => testSoftTargets(open));
    describe('pointwise-loss', () => testPointwiseLoss(open));
    describe('gaussian-divergence', () => testGaussianDivergence(open));
    describe('dropout', () => testDropout(open));
    describe('softmax', () => testSoftmax(open));
    describe('broadcast', () => testBroadcast(open));
    describe('copy', () => testCopy(open));
    describe('vector', () => testVector(open));
    describe('optimizer', () => testOptimizer(open));
    describe('word2vec', () => testWord2Vec(open));
    describe('peak', () => testPeak(open));

    it('have a case each', () => {
      const surface = Object.keys(jsKernels(new ArrayHeap('float32', 1 << 20)));
      expect([...workspace.called].sort()).toEqual(surface.sort());
    });

    if (threads === 1) return;
    it.each(Object.keys(SPLITS) as (keyof typeof SPLITS)[])('%s was divided', (name) => {
      expect(selection.team!.forksOf(name)).toBeGreaterThan(0);
    });
  });
}
