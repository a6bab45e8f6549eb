import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

describe("Service Quotas", () => {
  it("says what the sandbox lets an account have", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false, quotas: { vcpus: 32, gp3StorageTiB: 50 } });
    const quotas = new ServiceQuotasClient(sandbox.clientConfig());
    const vcpus = { ServiceCode: "ec2", QuotaCode: "L-1216C47A" };
    const { Quota } = await quotas.send(new GetServiceQuotaCommand(vcpus));
    expect(Quota).toMatchObject({ Value: 32, QuotaName: expect.stringContaining("On-Demand Standard") });
    expect((await quotas.send(new GetAWSDefaultServiceQuotaCommand(vcpus))).Quota?.Value).toBe(5);
    const { Quotas = [] } = await quotas.send(new ListServiceQuotasCommand({ ServiceCode: "ebs" }));
    expect(Quotas.map(({ QuotaCode, Value }) => [QuotaCode, Value])).toEqual([
      ["L-D18FCD1D", 1000],
      ["L-7A658B76", 50],
    ]);
    await expect(
      quotas.send(new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode: "L-0" })),
    ).rejects.toMatchObject({ name: "NoSuchResourceException" });
  });
});
