import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutRegistryScanningConfigurationCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

describe("ECR", () => {
  it("keeps repositories and their settings", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const ecr = new ECRClient(sandbox.clientConfig());
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: "shop/web" }));
    expect(repository).toMatchObject({
      repositoryUri: `${sandbox.account}.dkr.ecr.${sandbox.region}.amazonaws.com/shop/web`,
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: false },
    });
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: "shop/web" }))).rejects.toThrow(
      "The repository with name 'shop/web' already exists",
    );
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: "Shop" }))).rejects.toThrow("repositoryName");
    const repositoryName = "shop/web";
    const imageScanningConfiguration = { scanOnPush: true };
    await ecr.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration }));
    await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: "IMMUTABLE" }));
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "shop/db" }));
    const first = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
    expect(first.repositories).toMatchObject([{ imageTagMutability: "IMMUTABLE", imageScanningConfiguration }]);
    const { nextToken } = first;
    const second = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1, nextToken }));
    expect([second.repositories?.[0]?.repositoryName, second.nextToken]).toEqual(["shop/db", undefined]);
    await ecr.send(new DeleteRepositoryCommand({ repositoryName: "shop/db" }));
    const gone = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ["shop/db"] }));
    await expect(gone).rejects.toMatchObject({ name: "RepositoryNotFoundException" });
  });

  it("keeps policies, and how everything is scanned", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const ecr = new ECRClient(sandbox.clientConfig());
    const repositoryName = "web";
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    await expect(ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).rejects.toMatchObject({
      name: "RepositoryPolicyNotFoundException",
    });
    await expect(ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: "no" }))).rejects.toThrow(
      "Invalid repository policy",
    );
    const policyText = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action: "ecr:*" }] });
    await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    expect((await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(policyText);
    const rules = [
      {
        scanFrequency: "CONTINUOUS_SCAN" as const,
        repositoryFilters: [{ filter: "*", filterType: "WILDCARD" as const }],
      },
    ];
    await expect(ecr.send(new PutRegistryScanningConfigurationCommand({ rules }))).rejects.toThrow("CONTINUOUS_SCAN");
    await ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: "ENHANCED", rules }));
    const { scanningConfiguration } = await ecr.send(new GetRegistryScanningConfigurationCommand({}));
    expect(scanningConfiguration).toEqual({ scanType: "ENHANCED", rules });
  });
});
