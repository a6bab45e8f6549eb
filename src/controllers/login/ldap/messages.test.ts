// What comes from a directory, whole, in pieces and broken.
import fc from "fast-check";
import { describe, it } from "vitest";
import { ber, berInteger, berText, numberIn, readElement } from "./ber.ts";
import { bindRequest, takeAnswers } from "./messages.ts";

const success = ber(0x30, berInteger(7), ber(0x61, berInteger(0, 0x0a), berText(""), berText("")));

describe("messages", () => {
  it("are the bytes of RFC 4511", ({ expect }) => {
    // 30 0c: sequence; 02 01 01: id 1; 60 07: bind; 02 01 03: version 3; 04 00: no name; 80 00: no password.
    expect(bindRequest(1, "", "").toString("hex")).toBe("300c020101600702010304008000");
  });

  it("are found however they are cut", ({ expect }) => {
    const stream = Buffer.concat([success, success, success.subarray(0, 5)]);
    const { answers, taken } = takeAnswers(stream);
    expect(answers.map(({ id }) => id)).toEqual([7, 7]);
    expect(taken).toBe(2 * success.length);
    for (let cut = 0; cut < success.length; cut += 1) expect(takeAnswers(success.subarray(0, cut)).answers).toEqual([]);
  });

  it("that are too long, or none, are refused before they are waited for", ({ expect }) => {
    expect(() => takeAnswers(Buffer.from("3084ffffffff", "hex"))).toThrow("bytes");
    expect(() => takeAnswers(Buffer.from("3080", "hex"))).toThrow("form");
    expect(() => takeAnswers(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n".padEnd(120)))).toThrow(/./);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(takeAnswers(Buffer.from(bytes)).taken).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  it("hold numbers of every size they use", ({ expect }) => {
    for (const value of [0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 2 ** 31 - 1]) {
      const found = readElement(berInteger(value), 0, 100);
      expect(numberIn((found as { element: { tag: number; content: Buffer } }).element)).toBe(value);
    }
  });
});
