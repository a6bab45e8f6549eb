// Repositories by name, and ECR's own words for those that aren't there.
import type { Context, Permission } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import type { RepositoryRow } from "./state.ts";
import { repositories } from "./state.ts";

export const arnOf = (ctx: Context, name: string): string =>
  `arn:${ctx.partition}:ecr:${ctx.region}:${ctx.account}:repository/${name}`;

/** @throws AwsError RepositoryNotFoundException */
export function findRepository(
  ctx: Context,
  { repositoryName: name = "", registryId }: { repositoryName?: string | undefined; registryId?: string | undefined },
): Readonly<RepositoryRow> {
  const row = registryId === undefined || registryId === ctx.account ? ctx.table(repositories).get(name) : undefined;
  if (row) return row;
  throw new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${registryId ?? ctx.account}'`,
  );
}

/** What an operation on one repository needs. */
export const onRepository =
  (action: string) =>
  ({ repositoryName = "" }: { repositoryName?: string | undefined }, ctx: Context): readonly Permission[] => [
    { action: `ecr:${action}`, resource: arnOf(ctx, repositoryName) },
  ];
