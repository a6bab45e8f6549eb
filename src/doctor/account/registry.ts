// Repositories of ECR that a cluster pulls from: the account may have hundreds of others.
import type { Repository } from "@aws-sdk/client-ecr";
import type { ObjectFacts } from "../objects/facts.ts";
import { pulledFrom } from "../objects/images.ts";
import type { AccountFacts } from "./facts.ts";

/** A repository and who pulls from it. */
export interface UsedRepository {
  repository: Repository;
  name: string;
  user: string;
}

/** Those of the cluster's own account and region. @throws Unread */
export async function usedRepositories(account: AccountFacts, cluster: ObjectFacts): Promise<UsedRepository[]> {
  const { arn = "" } = await account.read("cluster");
  const names = await pulledFrom(cluster, { account: arn.split(":")[4] ?? "", region: account.region });
  if (names.size === 0) return [];
  return (await account.read("repositories")).list.flatMap((repository) => {
    const name = repository.repositoryName ?? "";
    const user = names.get(name);
    return user === undefined ? [] : [{ repository, name, user }];
  });
}
