import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { it } from "vitest";
import { hmacSha256, sha256 } from "./sha256.ts";

it.for([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
] as const)("hashes %j as FIPS 180-4 has it", ([text, hash], { expect }) => {
  expect(sha256(text).toString("hex")).toBe(hash);
});

it("hashes every length around the block's as node:crypto does", ({ expect }) => {
  for (let length = 0; length < 200; length += 1) {
    const data = Buffer.alloc(length, length);
    expect(sha256(data).equals(createHash("sha256").update(data).digest())).toBe(true);
  }
});

it("hashes and signs anything as node:crypto does", ({ expect }) => {
  const judged = fc.check(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "binary", maxLength: 300 }), (key, text) => {
      const bytes = Buffer.from(text, "utf8");
      return (
        sha256(text).equals(createHash("sha256").update(bytes).digest()) &&
        hmacSha256(key, text).equals(createHmac("sha256", key).update(bytes).digest())
      );
    }),
    { numRuns: 300 },
  );
  expect(judged.failed, `seed ${judged.seed}: ${JSON.stringify(judged.counterexample)}`).toBe(false);
});
