/** Rows made orthonormal, one after another (Gram and Schmidt's method, modified). */

/** Orthonormal rows, and how much of each given row was new. */
export interface OrthonormalRows {
  /** (count, length), rows of length 1 at right angles; what a row of lengths[k] = 0 gives is NaN. */
  readonly basis: Float64Array;
  /** (count): the length of each row's part at right angles to all rows before it. */
  readonly lengths: Float64Array;
}

/**
 * An orthonormal basis of the space the rows span, in their order.
 * @param rows (count, length), row-major, count at most length
 */
export function orthonormalRows(rows: Float64Array, count: number, length: number): OrthonormalRows {
  const basis = new Float64Array(count * length);
  const lengths = new Float64Array(count);
  const vectors = new Float64Array(4 * length);
  for (let first = 0; first < count; first += 4) {
    const rest = Math.min(4, count - first);
    for (let k = 0; k < rest; k++) {
      for (let i = 0; i < length; i++) vectors[4 * i + k] = rows[(first + k) * length + i]!;
    }
    if (first > 0) projectOut(vectors, basis, first, length);
    for (let k = 0; k < rest; k++) lengths[first + k] = append(vectors, k, basis, first, length);
  }
  return { basis, lengths };
}

/**
 * Makes four vectors, interleaved in `vectors` (length, 4), orthogonal to the first `count` rows of the basis, one row
 * after another: one pass takes away the projections on row j - 1 and forms those on row j. Nearly all of the
 * O(H^3) work is here; four sums at once do not wait for each other. The first and the last pass have one thing to do.
 */
function projectOut(vectors: Float64Array, basis: Float64Array, count: number, length: number): void {
  let p0 = 0, p1 = 0, p2 = 0, p3 = 0; // prettier-ignore
  for (let j = 0; j <= count; j++) {
    const before = Math.max(j - 1, 0) * length;
    const at = Math.min(j, count - 1) * length;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0; // prettier-ignore
    for (let i = 0, k = 0; i < length; i++, k += 4) {
      const taken = basis[before + i]!;
      const next = basis[at + i]!;
      const x0 = vectors[k]! - p0 * taken;
      const x1 = vectors[k + 1]! - p1 * taken;
      const x2 = vectors[k + 2]! - p2 * taken;
      const x3 = vectors[k + 3]! - p3 * taken;
      vectors[k] = x0;
      vectors[k + 1] = x1;
      vectors[k + 2] = x2;
      vectors[k + 3] = x3;
      s0 += x0 * next;
      s1 += x1 * next;
      s2 += x2 * next;
      s3 += x3 * next;
    }
    p0 = s0;
    p1 = s1;
    p2 = s2;
    p3 = s3;
  }
}

/**
 * Adds vector k of the four to the basis as row first + k: orthogonal to those of the four before it, of length 1.
 * @returns the length it had
 */
function append(vectors: Float64Array, k: number, basis: Float64Array, first: number, length: number): number {
  const row = (j: number): Float64Array => basis.subarray(j * length, (j + 1) * length);
  const vector = row(first + k);
  for (let i = 0; i < length; i++) vector[i] = vectors[4 * i + k]!;
  for (let j = first; j < first + k; j++) {
    const other = row(j);
    const projection = dot(vector, other);
    for (let i = 0; i < length; i++) vector[i]! -= projection * other[i]!;
  }
  const norm = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < length; i++) vector[i]! /= norm;
  return norm;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
