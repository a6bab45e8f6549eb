// What a role's policies allow, action by action; resources and conditions are for `lotse explain`.
import type { AccountFacts, PolicyJson, RoleFacts } from "./facts.ts";
import { listed } from "./roles.ts";

/** True when a pattern of IAM (`ec2:Describe*`) takes in an action; IAM heeds no case here. */
export function takesIn(pattern: string, action: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(action);
}

/** Patterns of actions that documents allow. */
export function allowedPatterns(documents: readonly PolicyJson[]): readonly string[] {
  return documents.flatMap(({ Statement = [] }) =>
    Statement.flatMap(({ Effect, Action }) => (Effect === "Allow" ? listed(Action) : [])),
  );
}

/** Documents of a role, those of managed policies read one by one. @throws Unread */
export async function documentsOf(account: AccountFacts, { inline, attached }: RoleFacts): Promise<PolicyJson[]> {
  const managed = await Promise.all(attached.map(async (arn) => account.lookup("managedPolicy", arn)));
  return [...inline.map(({ document }) => document), ...managed];
}
