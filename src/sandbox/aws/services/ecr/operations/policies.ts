// Policies of repositories, and how the registry is scanned.
import type {
  DeleteRepositoryPolicyRequest,
  DeleteRepositoryPolicyResponse,
  GetRegistryScanningConfigurationRequest,
  GetRegistryScanningConfigurationResponse,
  GetRepositoryPolicyRequest,
  GetRepositoryPolicyResponse,
  PutRegistryScanningConfigurationRequest,
  PutRegistryScanningConfigurationResponse,
  RegistryScanningConfiguration,
  SetRepositoryPolicyRequest,
  SetRepositoryPolicyResponse,
} from "@aws-sdk/client-ecr";
import type { Context, Operation, Sent } from "../../../core/index.ts";
import { AwsError, operation } from "../../../core/index.ts";
import { findRepository, onRepository } from "../find.ts";
import type { RegistryRow, RepositoryRow } from "../state.ts";
import { registries, repositories } from "../state.ts";

function policyOf(ctx: Context, row: Readonly<RepositoryRow>): string {
  if (row.policy !== undefined) return row.policy;
  throw new AwsError(
    "RepositoryPolicyNotFoundException",
    `Repository policy does not exist for the repository with name '${row.name}' in the registry with id '${ctx.account}'`,
  );
}

function checkPolicy(text: string): void {
  const invalid = (): AwsError =>
    new AwsError(
      "InvalidParameterException",
      "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    );
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalid();
  }
  if (typeof policy !== "object" || policy === null || !("Statement" in policy)) throw invalid();
}

const scanning = (ctx: Context): RegistryRow =>
  ctx.table(registries).get(ctx.account) ?? { scanType: "BASIC", rules: [] };

const rendered = ({ scanType, rules }: RegistryRow): RegistryScanningConfiguration => ({
  scanType,
  rules: rules.map((rule) => ({ ...rule, repositoryFilters: [...rule.repositoryFilters] })),
});

export const policyOperations: Readonly<Record<string, Operation>> = {
  SetRepositoryPolicy: operation<Sent<SetRepositoryPolicyRequest>, SetRepositoryPolicyResponse>({
    permissions: onRepository("SetRepositoryPolicy"),
    run: (input, ctx) => {
      const row = findRepository(ctx, input);
      checkPolicy(input.policyText);
      ctx.table(repositories).put(row.name, { ...row, policy: input.policyText });
      return { registryId: ctx.account, repositoryName: row.name, policyText: input.policyText };
    },
  }),

  GetRepositoryPolicy: operation<Sent<GetRepositoryPolicyRequest>, GetRepositoryPolicyResponse>({
    permissions: onRepository("GetRepositoryPolicy"),
    run: (input, ctx) => {
      const row = findRepository(ctx, input);
      return { registryId: ctx.account, repositoryName: row.name, policyText: policyOf(ctx, row) };
    },
  }),

  DeleteRepositoryPolicy: operation<Sent<DeleteRepositoryPolicyRequest>, DeleteRepositoryPolicyResponse>({
    permissions: onRepository("DeleteRepositoryPolicy"),
    run: (input, ctx) => {
      const found = findRepository(ctx, input);
      const policyText = policyOf(ctx, found);
      const { policy: _, ...row } = found;
      ctx.table(repositories).put(row.name, row);
      return { registryId: ctx.account, repositoryName: row.name, policyText };
    },
  }),

  GetRegistryScanningConfiguration: operation<
    GetRegistryScanningConfigurationRequest,
    GetRegistryScanningConfigurationResponse
  >((_, ctx) => ({ registryId: ctx.account, scanningConfiguration: rendered(scanning(ctx)) })),

  PutRegistryScanningConfiguration: operation<
    PutRegistryScanningConfigurationRequest,
    PutRegistryScanningConfigurationResponse
  >((input, ctx) => {
    const row: RegistryRow = {
      scanType: input.scanType ?? scanning(ctx).scanType,
      rules: (input.rules ?? []) as RegistryRow["rules"],
    };
    if (row.scanType === "BASIC" && row.rules.some(({ scanFrequency }) => scanFrequency === "CONTINUOUS_SCAN"))
      throw new AwsError(
        "ValidationException",
        "Scan frequency CONTINUOUS_SCAN is not supported for the scan type BASIC",
      );
    ctx.table(registries).put(ctx.account, row);
    return { registryScanningConfiguration: rendered(row) };
  }),
};
