import {
  BatchGetAccountStatusCommand,
  DisableCommand,
  EnableCommand,
  Inspector2Client,
} from "@aws-sdk/client-inspector2";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

describe("Inspector", () => {
  it("is on for the kinds that were asked for", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const inspector = new Inspector2Client(sandbox.clientConfig());
    const status = async (): Promise<(string | undefined)[]> => {
      const { accounts = [] } = await inspector.send(new BatchGetAccountStatusCommand({}));
      return [accounts[0]?.state, accounts[0]?.resourceState?.ec2, accounts[0]?.resourceState?.ecr].map(
        (each) => each?.status,
      );
    };
    expect(await status()).toEqual(["DISABLED", "DISABLED", "DISABLED"]);
    await inspector.send(new EnableCommand({ resourceTypes: ["ECR"] }));
    expect(await status()).toEqual(["ENABLED", "DISABLED", "ENABLED"]);
    await inspector.send(new DisableCommand({}));
    expect(await status()).toEqual(["DISABLED", "DISABLED", "DISABLED"]);
    const foreign = inspector.send(new BatchGetAccountStatusCommand({ accountIds: ["999999999999"] }));
    await expect(foreign).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
