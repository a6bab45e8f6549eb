// Plans for pods' roles alone: the part of a file's plan that is about service accounts or pod identity associations, and
// what they stand on.
import type { Aws } from "../aws/index.ts";
import type { Cluster } from "../config/index.ts";
import { LotseError } from "../base/index.ts";
import { requireLiving } from "./drain.ts";
import { planCluster } from "./for-cluster.ts";
import type { KubernetesMode } from "./kubernetes-view.ts";
import { summarise } from "./make-plan.ts";
import type { Note, Plan, Step } from "./plan.ts";

/** Which service accounts, and what of them. */
export interface ServiceAccountsOptions {
  /** `iam.serviceAccounts` (default) or `iam.podIdentityAssociations`. */
  by?: "token" | "association";
  /** `NAMESPACE/NAME`; all of the file when absent. */
  names?: readonly string[];
  /** Takes them down instead: those that the file doesn't name. */
  remove?: boolean;
  /** Changes what is there, and makes nothing. */
  update?: boolean;
  /** Only roles; Kubernetes isn't touched. */
  roleOnly?: boolean;
  /** Also service accounts that are there already and that nobody manages. */
  override?: boolean;
  kubernetes?: KubernetesMode;
}

/** Steps that make a role and give it to pods. */
const roleKinds: Readonly<Record<NonNullable<ServiceAccountsOptions["by"]>, readonly Step["kind"][]>> = {
  token: ["iamserviceaccount"],
  association: ["pod-identity-role", "pod-identity-association"],
};

const namespaceOf = (account: string): string => account.split("/")[0] ?? "";

function isAbout(
  step: Step,
  names: ReadonlySet<string>,
  { remove, roleOnly, by = "token" }: ServiceAccountsOptions,
): boolean {
  if ((step.action === "delete") !== (remove === true)) return false;
  const inKubernetes: Partial<Record<Step["kind"], boolean>> = {
    "service-account": names.has(step.name),
    namespace: [...names].some((name) => namespaceOf(name) === step.name),
  };
  if (roleKinds[by].includes(step.kind)) return names.has(step.name);
  if (step.kind === "oidc-provider") return by === "token";
  return roleOnly !== true && (inKubernetes[step.kind] ?? false);
}

/** Service accounts that somebody else made: without a word from the user they stay as they are. */
function strangers(steps: readonly Step[], names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => {
    const annotated = steps.some(
      (step) => step.kind === "service-account" && step.name === name && step.action === "update",
    );
    const fresh = steps.some(
      (step) => step.kind === "iamserviceaccount" && step.name === name && step.action === "create",
    );
    return annotated && fresh;
  });
}

/** To change something it has to be there. */
function requireThere(steps: readonly Step[], by: NonNullable<ServiceAccountsOptions["by"]>): void {
  const missing = steps.find((step) => step.action === "create" && roleKinds[by].includes(step.kind));
  if (!missing) return;
  const noun = by === "token" ? "iamserviceaccount" : "podidentityassociation";
  const isAssociated = steps.some(
    ({ kind, name, action }) => kind === "pod-identity-association" && name === missing.name && action !== "create",
  );
  if (isAssociated) {
    throw new LotseError("plan/no-pod-role", {
      title: `The role of ${missing.name} was made elsewhere, and its policies change there`,
      remedy: `lotse update ${noun} --role-arn gives it another role; deleted and created anew with these flags it has one of its own`,
    });
  }
  throw new LotseError("plan/no-pod-role", {
    title: `${missing.name} has no ${by === "token" ? "role of its own" : "pod identity association"}`,
    remedy: `lotse create ${noun} makes it; lotse get ${noun} lists what there is`,
  });
}

/**
 * Plans roles, service accounts and their namespaces, and the OIDC provider where it is missing. Nothing else of the file
 * is looked at.
 *
 * @throws LotseError `plan/no-cluster`, `plan/no-pod-role`
 */
export async function planServiceAccounts(
  cluster: Cluster,
  aws: Aws,
  options: ServiceAccountsOptions = {},
): Promise<Plan> {
  const { remove = false, roleOnly = false, kubernetes = roleOnly ? "never" : "required" } = options;
  const whole = await planCluster(cluster, aws, { kubernetes, prune: remove, parts: true });
  if (whole.context) requireLiving(whole.context.found);
  const { by = "token" } = options;
  const isAccount = ({ kind }: Step): boolean => kind === "service-account" || roleKinds[by].includes(kind);
  const all = whole.steps.filter(isAccount).map(({ name }) => name);
  const asked = new Set(options.names ?? all);
  const left = options.override === true || remove || by === "association" ? [] : strangers(whole.steps, asked);
  for (const name of left) asked.delete(name);
  const steps = asked.size === 0 ? [] : whole.steps.filter((step) => isAbout(step, asked, options));
  const kept = steps.some(isAccount) ? steps : [];
  const ids = new Set(kept.map(({ id }) => id));
  const notes = left.map((name): Note => ({
    code: "plan/existing-service-account",
    text: `Service account ${name} exists and stays as it is; --override-existing-serviceaccounts gives it the role`,
  }));
  if (options.update === true) requireThere(kept, by);
  const plain = kept.map((step) => ({ ...step, needs: step.needs.filter((id) => ids.has(id)) }));
  return { ...whole, steps: plain, notes, summary: summarise(plain) };
}

/**
 * Plans the cluster's OIDC provider in IAM, by which roles of service accounts trust its tokens, and nothing else.
 *
 * @param cluster a file with `iam.withOIDC`
 * @throws LotseError `plan/no-cluster`
 */
export async function planOidcProvider(cluster: Cluster, aws: Aws): Promise<Plan> {
  const whole = await planCluster(cluster, aws, { kubernetes: "never", parts: true });
  if (whole.context) requireLiving(whole.context.found);
  const steps = whole.steps.filter(({ kind }) => kind === "oidc-provider").map((step) => ({ ...step, needs: [] }));
  return { ...whole, steps, notes: [], summary: summarise(steps) };
}
