// The VPC CNI's settings as the account has them: in the values of the managed add-on.
import { parse } from "yaml";
import type { AccountFacts } from "./facts.ts";

/** Variables that the add-on vpc-cni is told to set; none where it says nothing, or isn't EKS's. @throws Unread */
export async function cniEnvironment(account: AccountFacts): Promise<Readonly<Record<string, unknown>>> {
  const addon = (await account.read("addons")).find(({ addonName }) => addonName === "vpc-cni");
  try {
    const values = parse(addon?.configurationValues ?? "") as { env?: unknown } | null;
    return typeof values?.env === "object" && values.env !== null ? (values.env as Record<string, unknown>) : {};
  } catch {
    // EKS took it, so that it is JSON or YAML of some kind; what can't be read here is as if nothing were said.
    return {};
  }
}
