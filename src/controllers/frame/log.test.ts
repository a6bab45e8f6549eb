import { it } from "vitest";
import { openLog, redact } from "./log.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl";

it("writes one JSON object a line, whatever is in it", ({ expect }) => {
  const lines: string[] = [];
  const log = openLog({ write: (line) => void lines.push(line) }).with({ role: "login" });
  log.info("two\nlines", { user: "ann", error: new Error("no\nway"), count: 3n, deep: { a: { b: [1, undefined] } } });
  log.debug("not at this level");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.split("\n")).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "info",
    message: "two\nlines",
    role: "login",
    error: "no\nway",
    count: "3",
  });
});

it("keeps to itself what lets somebody in", ({ expect }) => {
  const lines: string[] = [];
  openLog({ write: (line) => void lines.push(line) }).warn(`refused k8s-aws-v1.aHR0cHM and Bearer ${jwt}`, {
    token: "t0ps3cret",
    nested: { password: "t0ps3cret", secretAccessKey: "t0ps3cret", url: "https://x/?X-Amz-Signature=t0ps3cret&a=1" },
    header: "Basic dDBwczNjcmV0OnQwcHMzY3JldA==",
    pem: "-----BEGIN PRIVATE KEY-----\nt0ps3cret\n-----END PRIVATE KEY-----",
    bytes: Buffer.from("t0ps3cret"),
  });
  const text = lines.join("");
  for (const secret of ["t0ps3cret", "aHR0cHM", "c2lnbmF0dXJl", "dDBwczNj"]) expect(text).not.toContain(secret);
  expect(redact("https://x/?X-Amz-Signature=abc&a=1")).toBe("https://x/?X-Amz-Signature=[redacted]&a=1");
});
