// Images as workloads name them, as far as they come from a registry of ECR.
import type { ObjectFacts } from "./facts.ts";
import { containersOf } from "./workloads.ts";

/** Names of repositories of one account and region that workloads pull from, with one workload of each for sentences. @throws Unread */
export async function pulledFrom(
  facts: ObjectFacts,
  { account, region }: { account: string; region: string },
): Promise<ReadonlyMap<string, string>> {
  const host = new RegExp(`^${account}\\.dkr\\.ecr(-fips)?\\.${region}\\.amazonaws\\.com(\\.cn)?/([^:@]+)`);
  const found = new Map<string, string>();
  for (const { container, workload } of await containersOf(facts, true)) {
    const name = host.exec(container.image ?? "")?.[3];
    if (name !== undefined && !found.has(name)) found.set(name, `${workload.kind} ${workload.name}`);
  }
  return found;
}
