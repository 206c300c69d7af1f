/**
 * Reads the sections of a WebAssembly binary, so that both binaries can be examined where the runtime cannot compile
 * one of them.
 */

/** What a binary asks for, offers and holds. */
export interface Binary {
  /** `module.name`, in order. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** First address behind each data segment. */
  readonly dataEnds: readonly number[];
}

const IMPORTS = 2;
const EXPORTS = 7;
const DATA = 11;

/** The parts of a binary's imports, exports and data sections. */
export function readBinary(bytes: Uint8Array): Binary {
  const imports: string[] = [];
  const exports: string[] = [];
  const dataEnds: number[] = [];
  const whole = new Reader(bytes, 8);
  while (!whole.done) {
    const id = whole.byte();
    const section = whole.part(whole.unsigned());
    if (id !== IMPORTS && id !== EXPORTS && id !== DATA) continue;
    for (let count = section.unsigned(); count > 0; count--) {
      if (id === IMPORTS) imports.push(readImport(section));
      if (id === EXPORTS) exports.push(readExport(section));
      if (id === DATA) dataEnds.push(readSegment(section));
    }
    if (!section.done) throw new Error(`section ${id} has more than it says`);
  }
  return { imports, exports, dataEnds };
}

/** The bytes of the only section with this number, in hexadecimal. */
export function readSection(bytes: Uint8Array, wanted: number): string {
  const whole = new Reader(bytes, 8);
  while (!whole.done) {
    const id = whole.byte();
    const section = whole.part(whole.unsigned());
    if (id === wanted) return Buffer.from(section.rest).toString('hex');
  }
  throw new Error(`there is no section ${wanted}`);
}

function readImport(section: Reader): string {
  const name = `${section.name()}.${section.name()}`;
  if (section.byte() !== 2) throw new Error(`${name} is not a memory`);
  const limits = section.byte();
  section.unsigned();
  if (limits & 1) section.unsigned();
  return name;
}

function readExport(section: Reader): string {
  const name = section.name();
  if (section.byte() !== 0) throw new Error(`${name} is not a function`);
  section.unsigned();
  return name;
}

/** An active segment at a constant address: 0, i32.const, address, end, bytes. */
function readSegment(section: Reader): number {
  if (section.byte() !== 0 || section.byte() !== 0x41) throw new Error('a data segment is not at a constant address');
  const address = section.unsigned();
  if (section.byte() !== 0x0b) throw new Error('a data segment is not at a constant address');
  const size = section.unsigned();
  section.part(size);
  return address + size;
}

/** A position in bytes. */
class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  byte(): number {
    return this.#bytes[this.#at++]!;
  }

  /** A LEB128 number, seven bits a byte. Addresses are positive and small, so signed ones read the same. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  part(size: number): Reader {
    const part = new Reader(this.#bytes.subarray(this.#at, this.#at + size), 0);
    this.#at += size;
    return part;
  }

  name(): string {
    const size = this.unsigned();
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + size));
    this.#at += size;
    return text;
  }
}
