// The OIDC provider by which people log in: associated, or taken away, each an update of the control plane.
import { associationRequest, readIdentityProvider, type ListedIdentityProvider } from "../../access/index.ts";
import { isExisting, isGone, waitFor } from "../../aws/index.ts";
import type { Step, Work } from "../../plan/index.ts";
import { tagKeys } from "../../stacks/index.ts";
import type { Crew } from "../crew.ts";
import { awaitUpdate, whenQuiet } from "./cluster.ts";

/** EKS needs a quarter of an hour as a rule, and three where it is busy (experience). */
const patience = 60 * 60;

/** Waits until it is neither being made nor going. */
async function settled(crew: Crew, name: string): Promise<ListedIdentityProvider | undefined> {
  const end = await waitFor(
    async () => {
      const provider = await readIdentityProvider(crew.aws, crew.cluster, name);
      return provider && provider.status !== "ACTIVE" ? undefined : { provider };
    },
    { what: `identity provider ${name}`, timeout: patience, signal: crew.signal },
  );
  return end.provider;
}

async function disassociate(crew: Crew, name: string): Promise<void> {
  if (!(await settled(crew, name))) return;
  const id = await whenQuiet(crew, async () => {
    try {
      const identityProviderConfig = { type: "oidc", name };
      const input = { clusterName: crew.cluster, identityProviderConfig };
      return (await crew.aws.call("eks", "DisassociateIdentityProviderConfig", input)).update?.id;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  });
  await awaitUpdate(crew, id);
  await settled(crew, name);
}

/** AssociateIdentityProviderConfig, waited for until EKS says ACTIVE; what is there `instead` goes first. */
export async function associateProvider(
  crew: Crew,
  step: Step,
  { object, instead }: Extract<Work, { do: "associate-identity-provider" }>,
): Promise<void> {
  if (instead !== undefined) await disassociate(crew, instead);
  // An interrupted run may have got so far.
  if (await settled(crew, object.name)) return crew.adopted(step);
  const tags = { [tagKeys.clusterName]: crew.cluster, ...object.tags };
  const id = await whenQuiet(crew, async () => {
    try {
      const input = associationRequest(crew.cluster, { ...object, tags });
      return (await crew.aws.call("eks", "AssociateIdentityProviderConfig", input)).update?.id;
    } catch (error) {
      // The reply to an earlier try of ours was lost, if it is of this name.
      if (isExisting(error) && (await readIdentityProvider(crew.aws, crew.cluster, object.name))) return undefined;
      throw error;
    }
  });
  await awaitUpdate(crew, id);
  await settled(crew, object.name);
}

/** DisassociateIdentityProviderConfig, waited for. */
export async function disassociateProvider(
  crew: Crew,
  _step: Step,
  { provider }: Extract<Work, { do: "disassociate-identity-provider" }>,
): Promise<void> {
  await disassociate(crew, provider);
}
