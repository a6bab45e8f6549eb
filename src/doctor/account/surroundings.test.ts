// Which machines count for the quota of standard instances.
import { describe, it } from "vitest";
import type { Aws } from "../../aws/index.ts";
import { accountFacts } from "./read.ts";

const running = (...types: string[]): Aws =>
  ({
    region: "eu-central-1",
    call: async () => ({
      Reservations: [
        { Instances: types.map((InstanceType) => ({ InstanceType, CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 } })) },
      ],
    }),
  }) as unknown as Aws;

describe("standard vCPUs", () => {
  it("are those of families A, C, D, H, I, M, R, T and Z, in all their kinds", async ({ expect }) => {
    const standard = ["m7i.large", "c7gn.large", "i4i.large", "im4gn.large", "is4gen.medium", "z1d.large", "a1.large"];
    const others = ["inf2.xlarge", "hpc7g.4xlarge", "trn1.2xlarge", "mac2.metal", "p4d.24xlarge", "x2idn.16xlarge"];
    const read = async (...types: string[]): Promise<number> =>
      accountFacts(running(...types), "demo").read("standardVcpus");
    expect([await read(...standard), await read(...others)]).toEqual([standard.length, 0]);
  });
});
