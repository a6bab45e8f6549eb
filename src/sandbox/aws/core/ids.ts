// Identifiers in AWS's shapes from a seeded generator, so that a run can be repeated.

/** mulberry32: small, fast, good enough for ids and fault dice. State is one 32-bit number, so it can be saved. */
export class Random {
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    return this.next32() / 4294967296;
  }

  /** A whole number of 32 bits. */
  next32(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  text(alphabet: string, length: number): string {
    let result = "";
    for (let i = 0; i < length; i += 1) result += alphabet[Math.floor(this.next() * alphabet.length)];
    return result;
  }
}

export class Ids {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** `vpc-0123456789abcdef0`: prefix, 17 hex digits of which AWS's first is 0. */
  ec2(prefix: string): string {
    return `${prefix}-0${this.random.text("0123456789abcdef", 16)}`;
  }

  /** `AROA…`: 4-letter prefix and 17 characters of base 32. */
  iam(prefix: "AIDA" | "AROA" | "AIPA" | "ANPA" | "AGPA" | "AKIA" | "ASIA"): string {
    return (
      prefix + this.random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", prefix === "AKIA" || prefix === "ASIA" ? 16 : 17)
    );
  }

  uuid(): string {
    const { random } = this;
    const word = (): string => (0x100000000 + random.next32()).toString(16).slice(1);
    const [a, b, c, d] = [word(), word(), word(), word()];
    const variant = "89ab"[Number.parseInt(c.slice(0, 1), 16) & 3];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }

  hex(length: number): string {
    return this.random.text("0123456789abcdef", length);
  }

  /** Upper-case letters and digits, as in CloudFormation's physical names. */
  alphanumeric(length: number): string {
    return this.random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length);
  }
}

/** Identifiers in the form of UUIDs that only need to differ: a beginning that is drawn once, and a count. */
export class SerialIds {
  readonly #prefix: string;
  #count = 0;

  constructor(seed: number) {
    this.#prefix = new Ids(new Random(seed)).uuid().slice(0, 24);
  }

  next(): string {
    this.#count += 1;
    return this.#prefix + (0x1000000000000 + this.#count).toString(16).slice(1);
  }
}
