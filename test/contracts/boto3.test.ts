// boto3 against the sandbox's port.
import { describe, it } from "vitest";
import { createSandbox } from "../../src/sandbox/index.ts";
import { python, pythonMissing, runPython } from "../helpers/judges.ts";

describe.skipIf(!python)(python ? "boto3" : pythonMissing, () => {
  it("finds an account that answers as AWS does", async ({ expect }) => {
    await using sandbox = await createSandbox({ listen: true, kubernetes: "off" });
    const { exit, out, err } = await runPython("boto3_story.py", sandbox.env());
    expect(err).toBe("");
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({
      subnetPages: [5, 2],
      freeAddresses: [251],
      conflict: "InvalidSubnet.Conflict",
      trust: true,
      noSuchEntity: 404,
      cluster: ["ACTIVE", true, true],
      gone: "No cluster found for name: ghost.",
      object: "12m",
      trail: ["CreateCluster"],
    });
  });
});
