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

  /** The values so far. */
  get values(): Int32Array {
    return this.#values.slice(0, this.#length);
  }
}
