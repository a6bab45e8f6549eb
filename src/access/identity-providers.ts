// OIDC identity providers of a cluster: EKS starts the API server with them. One a cluster.
// https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html
import type { AssociateIdentityProviderConfigCommandInput } from "@aws-sdk/client-eks";
import type { Aws } from "../aws/index.ts";
import { allPages, isGone, waitFor } from "../aws/index.ts";
import { LotseError } from "../base/index.ts";

/** A provider to associate, by the names of eksctl's file. */
export interface NewIdentityProvider {
  name: string;
  issuerURL: string;
  clientID: string;
  usernameClaim?: string;
  usernamePrefix?: string;
  groupsClaim?: string;
  groupsPrefix?: string;
  requiredClaims?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

/** A provider as EKS describes it. */
export interface ListedIdentityProvider extends NewIdentityProvider {
  type: string;
  arn: string;
  status: string;
}

/** Whether to wait for the end of the update, and how long, seconds. */
export interface ProviderWait {
  wait: boolean;
  timeout: number;
}

const invalid = (title: string, remedy: string): LotseError => new LotseError("access/bad-provider", { title, remedy });

/** What EKS would refuse, and what it would take and never let anybody in by. */
function check({ name, issuerURL, clientID }: NewIdentityProvider): void {
  if (!/^[A-Za-z0-9][\w-]{0,99}$/.test(name))
    throw invalid(`${JSON.stringify(name)} can't be a provider's name`, "Letters, digits, - and _, at most 100.");
  if (clientID === "") throw invalid(`${name} has no client id`, "Tokens say whom they are for: give --client-id.");
  let url: URL | undefined;
  try {
    url = new URL(issuerURL);
  } catch {
    // Said below.
    url = undefined;
  }
  if (url?.protocol !== "https:" || url.search !== "" || url.hash !== "")
    throw invalid(
      `${JSON.stringify(issuerURL)} is no issuer`,
      "It is an https address without a query, as tokens name it.",
    );
}

/** One provider; undefined when there is none. */
export async function readIdentityProvider(
  aws: Aws,
  clusterName: string,
  name: string,
): Promise<ListedIdentityProvider | undefined> {
  try {
    const identityProviderConfig = { type: "oidc", name };
    const found = await aws.call("eks", "DescribeIdentityProviderConfig", { clusterName, identityProviderConfig });
    const { identityProviderConfigName, identityProviderConfigArn, issuerUrl, clientId, status, ...more } =
      found.identityProviderConfig?.oidc ?? {};
    const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix, requiredClaims, tags } = more;
    return {
      name: identityProviderConfigName ?? name,
      type: "oidc",
      issuerURL: issuerUrl ?? "",
      clientID: clientId ?? "",
      arn: identityProviderConfigArn ?? "",
      status: status ?? "",
      ...(usernameClaim ? { usernameClaim } : {}),
      ...(usernamePrefix ? { usernamePrefix } : {}),
      ...(groupsClaim ? { groupsClaim } : {}),
      ...(groupsPrefix ? { groupsPrefix } : {}),
      ...(requiredClaims && Object.keys(requiredClaims).length > 0 ? { requiredClaims } : {}),
      ...(tags && Object.keys(tags).length > 0 ? { tags } : {}),
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** All of a cluster. */
export async function readIdentityProviders(aws: Aws, clusterName: string): Promise<ListedIdentityProvider[]> {
  const configs = await allPages(async (nextToken) => {
    const page = await aws.call("eks", "ListIdentityProviderConfigs", {
      clusterName,
      ...(nextToken ? { nextToken } : {}),
    });
    return { items: page.identityProviderConfigs, next: page.nextToken };
  });
  const all = await Promise.all(configs.map(async ({ name = "" }) => readIdentityProvider(aws, clusterName, name)));
  return all.filter((each) => each !== undefined);
}

/** What EKS is asked for a provider. */
export function associationRequest(
  clusterName: string,
  provider: NewIdentityProvider,
): AssociateIdentityProviderConfigCommandInput {
  const { name, issuerURL, clientID, tags, requiredClaims } = provider;
  const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = provider;
  return {
    clusterName,
    oidc: {
      identityProviderConfigName: name,
      issuerUrl: issuerURL,
      clientId: clientID,
      ...(usernameClaim ? { usernameClaim } : {}),
      ...(usernamePrefix ? { usernamePrefix } : {}),
      ...(groupsClaim ? { groupsClaim } : {}),
      ...(groupsPrefix ? { groupsPrefix } : {}),
      ...(requiredClaims && Object.keys(requiredClaims).length > 0 ? { requiredClaims: { ...requiredClaims } } : {}),
    },
    ...(tags && Object.keys(tags).length > 0 ? { tags: { ...tags } } : {}),
  };
}

async function waitForUpdate(aws: Aws, name: string, updateId: string, timeout: number): Promise<void> {
  const look = async (): Promise<string | undefined> => {
    const { update } = await aws.call("eks", "DescribeUpdate", { name, updateId });
    return update?.status === "InProgress" ? undefined : update?.status;
  };
  const end = await waitFor(look, { what: `the identity provider of ${name}`, timeout, signal: aws.signal });
  if (end !== "Successful")
    throw new LotseError("access/provider-update", {
      title: `The change of ${name}'s identity provider ended as ${end}`,
      remedy: `See why: aws eks describe-update --name ${name} --update-id ${updateId}`,
      blame: "aws",
    });
}

/**
 * Associates a provider. EKS takes some fifteen minutes and starts the API server anew.
 *
 * @returns false when it is associated already, just so
 * @throws LotseError `access/bad-provider`, `access/provider-update`, `aws/…`
 */
export async function associateIdentityProvider(
  aws: Aws,
  clusterName: string,
  provider: NewIdentityProvider,
  { wait, timeout }: ProviderWait,
): Promise<boolean> {
  check(provider);
  const { name, issuerURL, clientID } = provider;
  const others = await readIdentityProviders(aws, clusterName);
  const same = others.find((each) => each.name === name);
  if (same && same.issuerURL === issuerURL && same.clientID === clientID) return false;
  const [other] = others;
  if (other)
    throw new LotseError("access/bad-provider", {
      title: `${clusterName} has an identity provider already, ${other.name} (${other.issuerURL})`,
      remedy: "A cluster has one: disassociate it first.",
    });
  const input = associationRequest(clusterName, provider);
  const { update } = await aws.call("eks", "AssociateIdentityProviderConfig", input);
  if (wait) await waitForUpdate(aws, clusterName, update?.id ?? "", timeout);
  return true;
}

/**
 * Disassociates a provider: whoever logs in by it is out.
 *
 * @throws LotseError `access/no-provider`, `access/provider-update`, `aws/…`
 */
export async function disassociateIdentityProvider(
  aws: Aws,
  clusterName: string,
  name: string,
  { wait, timeout }: ProviderWait,
): Promise<void> {
  if (!(await readIdentityProvider(aws, clusterName, name)))
    throw new LotseError("access/no-provider", {
      title: `${clusterName} has no identity provider ${name}`,
      remedy: "See which there are with `lotse get identityprovider`.",
    });
  const { update } = await aws.call("eks", "DisassociateIdentityProviderConfig", {
    clusterName,
    identityProviderConfig: { type: "oidc", name },
  });
  if (wait) await waitForUpdate(aws, clusterName, update?.id ?? "", timeout);
}
