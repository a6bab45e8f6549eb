// Repositories and their settings. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
import type {
  CreateRepositoryRequest,
  CreateRepositoryResponse,
  DeleteRepositoryRequest,
  DeleteRepositoryResponse,
  DescribeRepositoriesRequest,
  DescribeRepositoriesResponse,
  PutImageScanningConfigurationRequest,
  PutImageScanningConfigurationResponse,
  PutImageTagMutabilityRequest,
  PutImageTagMutabilityResponse,
  Repository,
} from "@aws-sdk/client-ecr";
import type { Operation, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { paginate } from "../../../query/index.ts";
import { arnOf, findRepository, onRepository } from "../find.ts";
import type { RepositoryRow } from "../state.ts";
import { repositories } from "../state.ts";

const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

const rendered = (row: Readonly<RepositoryRow>, registryId: string): Repository => ({
  repositoryArn: row.arn,
  registryId,
  repositoryName: row.name,
  repositoryUri: row.uri,
  createdAt: new Date(row.createdAt),
  imageTagMutability: row.mutability,
  ...(row.exclusions ? { imageTagMutabilityExclusionFilters: [...row.exclusions] } : {}),
  imageScanningConfiguration: { scanOnPush: row.scanOnPush },
  encryptionConfiguration: { ...row.encryption },
});

export const repositoryOperations: Readonly<Record<string, Operation>> = {
  CreateRepository: operation<Sent<CreateRepositoryRequest>, CreateRepositoryResponse>({
    permissions: onRepository("CreateRepository"),
    run: (input, ctx) => {
      const name = input.repositoryName;
      if (name.length < 2 || name.length > 256 || !namePattern.test(name))
        throw new AwsError(
          "InvalidParameterException",
          `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${namePattern.source.slice(1, -1)}''`,
        );
      if (ctx.table(repositories).has(name))
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${ctx.account}'`,
        );
      const suffix = ctx.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
      const { encryptionType = "AES256", kmsKey } = input.encryptionConfiguration ?? {};
      const row: RepositoryRow = {
        name,
        arn: arnOf(ctx, name),
        uri: `${ctx.account}.dkr.ecr.${ctx.region}.${suffix}/${name}`,
        createdAt: ctx.now(),
        mutability: input.imageTagMutability ?? "MUTABLE",
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
        encryption: { encryptionType, ...(kmsKey === undefined ? {} : { kmsKey }) },
        tags: Object.fromEntries((input.tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
        ...(input.imageTagMutabilityExclusionFilters
          ? { exclusions: input.imageTagMutabilityExclusionFilters as NonNullable<RepositoryRow["exclusions"]> }
          : {}),
      };
      ctx.table(repositories).put(name, row);
      return { repository: rendered(row, ctx.account) };
    },
  }),

  DeleteRepository: operation<Sent<DeleteRepositoryRequest>, DeleteRepositoryResponse>({
    permissions: onRepository("DeleteRepository"),
    run: (input, ctx) => {
      const row = findRepository(ctx, input);
      ctx.table(repositories).delete(row.name);
      return { repository: rendered(row, ctx.account) };
    },
  }),

  DescribeRepositories: operation<DescribeRepositoriesRequest, DescribeRepositoriesResponse>({
    permissions: ({ repositoryNames = [] }, ctx) =>
      (repositoryNames.length > 0 ? repositoryNames : ["*"]).map((name) => ({
        action: "ecr:DescribeRepositories",
        resource: arnOf(ctx, name),
      })),
    run: ({ registryId, repositoryNames = [], nextToken, maxResults }, ctx) => {
      if (repositoryNames.length > 0) {
        const named = repositoryNames.map((repositoryName) => findRepository(ctx, { repositoryName, registryId }));
        return { repositories: named.map((row) => rendered(row, ctx.account)) };
      }
      const all = registryId === undefined || registryId === ctx.account ? ctx.table(repositories).list() : [];
      const page = paginate(all, {
        token: nextToken,
        max: maxResults,
        pageSize: 100,
        ceiling: 1000,
        scope: "ecr/DescribeRepositories",
        keyOf: ({ name }) => name,
        invalidToken: () =>
          new AwsError("InvalidParameterException", "Invalid parameter at 'nextToken' failed to satisfy constraint"),
      });
      return {
        repositories: page.items.map((row) => rendered(row, ctx.account)),
        ...(page.nextToken === undefined ? {} : { nextToken: page.nextToken }),
      };
    },
  }),

  PutImageScanningConfiguration: operation<
    Sent<PutImageScanningConfigurationRequest>,
    PutImageScanningConfigurationResponse
  >({
    permissions: onRepository("PutImageScanningConfiguration"),
    run: (input, ctx) => {
      const row = findRepository(ctx, input);
      const scanOnPush = input.imageScanningConfiguration.scanOnPush ?? false;
      ctx.table(repositories).put(row.name, { ...row, scanOnPush });
      return { registryId: ctx.account, repositoryName: row.name, imageScanningConfiguration: { scanOnPush } };
    },
  }),

  PutImageTagMutability: operation<Sent<PutImageTagMutabilityRequest>, PutImageTagMutabilityResponse>({
    permissions: onRepository("PutImageTagMutability"),
    run: (input, ctx) => {
      const { exclusions: _, ...row } = findRepository(ctx, input);
      const filters = input.imageTagMutabilityExclusionFilters as RepositoryRow["exclusions"];
      const mutability = input.imageTagMutability;
      ctx.table(repositories).put(row.name, { ...row, mutability, ...(filters ? { exclusions: filters } : {}) });
      return { registryId: ctx.account, repositoryName: row.name, imageTagMutability: mutability };
    },
  }),
};
