// `lotse iam trust-policy`
import { LotseError } from "../../base/index.ts";
import type { TrustRequest } from "../../lotse.ts";
import { trustPolicies } from "../../lotse.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { tellNotes } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";

const list = ({ options }: Invocation, name: string): string[] =>
  ((options[name] as string[] | undefined) ?? []).flatMap((each) => each.split(",").filter(Boolean));
const text = ({ options }: Invocation, name: string): string | undefined =>
  typeof options[name] === "string" ? (options[name] as string) : undefined;

function usage(title: string, remedy: string): LotseError {
  return new LotseError("cli/usage", { title, remedy, blame: "user" });
}

/** Service accounts as they were typed. */
function accountsOf(invocation: Invocation): TrustRequest["accounts"] {
  return list(invocation, "serviceAccount").map((each) => {
    const [namespace, name, ...more] = each.split("/");
    if (namespace && name && more.length === 0) return { namespace, name };
    throw usage(`"${each}" names no service account`, "Write --service-account NAMESPACE/NAME.");
  });
}

export const run: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const accounts = accountsOf(invocation);
  const [clusters, issuers, audiences] = ["cluster", "issuer", "audience"].map((name) => list(invocation, name));
  const podIdentity = options["podIdentity"] === true;
  const [account, partition] = [text(invocation, "account"), text(invocation, "partition")];
  if (!podIdentity && accounts.length === 0)
    throw usage("Whom the role trusts is not said", "Give --service-account NAMESPACE/NAME.");
  if (!podIdentity && clusters?.length === 0 && issuers?.length === 0)
    throw usage("Whose tokens count is not said", "Give --cluster, or --issuer and --account.");
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw usage(`"${account}" is no account`, "Accounts have twelve digits.");
  const request: TrustRequest = {
    accounts,
    clusters: clusters ?? [],
    issuers: issuers ?? [],
    audiences: audiences ?? [],
    podIdentity,
    ...(account === undefined ? {} : { account }),
    ...(partition === undefined ? {} : { partition }),
  };
  const offline = request.clusters.length === 0 && (account !== undefined || podIdentity);
  const made = offline
    ? await trustPolicies.make(request)
    : await withAws(invocation, undefined, async (aws) => trustPolicies.make(request, aws));
  tellNotes(invocation, made.warnings);
  terminal.stdout.write(await renderData(made.policy, options["output"] === "yaml" ? "yaml" : "json"));
  return exitCode.done;
};
