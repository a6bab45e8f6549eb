import {
  CreateDetectorCommand,
  DeleteDetectorCommand,
  GetDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  UpdateDetectorCommand,
} from "@aws-sdk/client-guardduty";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

describe("GuardDuty", () => {
  it("has one detector in a region, whose features are switched", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const guard = new GuardDutyClient(sandbox.clientConfig());
    expect((await guard.send(new ListDetectorsCommand({}))).DetectorIds).toEqual([]);
    const { DetectorId } = await guard.send(new CreateDetectorCommand({ Enable: true }));
    await expect(guard.send(new CreateDetectorCommand({ Enable: true }))).rejects.toThrow("already exists");
    const on = async (): Promise<(string | undefined)[]> => {
      const { Features = [] } = await guard.send(new GetDetectorCommand({ DetectorId }));
      return Features.filter(({ Status }) => Status === "ENABLED").map(({ Name }) => Name);
    };
    expect(await on()).toEqual(expect.arrayContaining(["CLOUD_TRAIL", "EKS_AUDIT_LOGS"]));
    const Features = [
      { Name: "EKS_AUDIT_LOGS" as const, Status: "DISABLED" as const },
      { Name: "RUNTIME_MONITORING" as const, Status: "ENABLED" as const },
    ];
    await guard.send(new UpdateDetectorCommand({ DetectorId, Features }));
    expect(await on()).toContain("RUNTIME_MONITORING");
    expect(await on()).not.toContain("EKS_AUDIT_LOGS");
    await guard.send(new DeleteDetectorCommand({ DetectorId }));
    await expect(guard.send(new GetDetectorCommand({ DetectorId }))).rejects.toMatchObject({
      name: "BadRequestException",
    });
  });
});
