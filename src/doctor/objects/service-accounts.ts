// Service accounts that name a role of IAM (IRSA).
import type { ObjectFacts } from "./facts.ts";
import type { ServiceAccount } from "./kinds.ts";

/** The annotation that IRSA goes by. */
const annotation = "eks.amazonaws.com/role-arn";

/** Service accounts with a role of IAM, and its ARN. @throws Unread */
export async function rolesOfAccounts(facts: ObjectFacts): Promise<{ account: ServiceAccount; arn: string }[]> {
  return (await facts.list("serviceAccounts")).flatMap((account) => {
    const arn = account.metadata.annotations?.[annotation];
    return arn === undefined ? [] : [{ account, arn }];
  });
}
