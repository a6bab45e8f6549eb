import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { environmentCredentials } from "./environment-credentials.ts";
import { pluginCommand } from "./plugin-command.ts";

describe("how a kubeconfig starts lotse", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lotse-path-"));
    for (const name of ["bin", "node_modules/.bin", "other"]) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, "lotse"), "#!/bin/sh\n");
      chmodSync(join(folder, name, "lotse"), name === "other" ? 0o644 : 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (...names: string[]): string => names.map((name) => join(folder, name)).join(delimiter);

  it("is by name where it is installed", ({ expect }) => {
    expect(pluginCommand(path("none", "bin"))).toEqual(["lotse"]);
  });

  it("is by its place where it isn't, as in a project's node_modules", ({ expect }) => {
    for (const given of [undefined, "", path("node_modules/.bin"), path("other")])
      expect(pluginCommand(given)).toEqual([process.execPath, expect.stringMatching(/\/dist\/lotse\.cjs$/)]);
  });
});

describe("keys of the environment", () => {
  const pair = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s" };

  it("count as a pair only", ({ expect }) => {
    expect(environmentCredentials({ AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "" })).toBeUndefined();
    expect(environmentCredentials({ ...pair, AWS_SESSION_TOKEN: "" })).toEqual({
      accessKeyId: "A",
      secretAccessKey: "s",
    });
  });

  it("say when they end in the words of several tools", ({ expect }) => {
    const time = "2026-11-21T12:00:00Z";
    for (const name of ["AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION"])
      expect(environmentCredentials({ ...pair, AWS_SESSION_TOKEN: "t", [name]: time })).toMatchObject({
        sessionToken: "t",
        expiresAt: Date.parse(time),
      });
    expect(environmentCredentials({ ...pair, AWS_CREDENTIAL_EXPIRATION: "soon" })?.expiresAt).toBeUndefined();
  });
});
