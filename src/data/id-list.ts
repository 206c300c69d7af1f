/** A list of 32-bit integers that grows: a tenth of what an array of numbers takes. */

/** Integers one behind the other. */
export class IdList {
  #values: Int32Array = new Int32Array(1024);
  #length: number = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(2 * this.#values.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** Whether a value is among those from an index on. */
  includes(value: number, from: number): boolean {
    for (let i = from; i < this.#length; i++) if (this.#values[i] === value) return true;
    return false;
  }

  /** Replaces the value at an index. */
  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** Empties it and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  /** The values so far: a view, which the next `push` or `clear` may change. */
  get values(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}
