// OpenID Connect providers: the issuers whose tokens the account's trust policies may name.
import type {
  AddClientIDToOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
  DeleteOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
  ListOpenIDConnectProvidersResponse,
  RemoveClientIDFromOpenIDConnectProviderRequest,
  UpdateOpenIDConnectProviderThumbprintRequest,
} from "@aws-sdk/client-iam";
import type { Context, Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { alreadyExists, invalidInput, noSuchEntity, quotaExceeded, validationError } from "../errors.ts";
import type { OidcProviderRow } from "../state.ts";
import { oidcProviders } from "../state.ts";
import { mergeTags, tagList } from "../values.ts";

const clientIdLimit = 100;
const thumbprintLimit = 5;
/** What IAM fetches for itself when none is given; it is the root of EKS issuers' certificates. */
const defaultThumbprint = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280";

function checkArn(arn: string | undefined): string {
  const text = arn ?? "";
  if (!/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/.+/.test(text)) throw invalidInput(`Invalid ARN: ${text}`);
  return text;
}

/**
 * An OpenID Connect provider.
 *
 * @throws AwsError InvalidInput when the ARN is none, NoSuchEntity when there is none
 */
export function getOidcProvider(ctx: Context, arn: string | undefined): Readonly<OidcProviderRow> {
  const text = checkArn(arn);
  const row = ctx.table(oidcProviders).get(text);
  if (!row) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${text}`);
  return row;
}

/** The issuer without scheme, and without the port that eksctl writes and AWS drops. */
function issuerOf(url: string | undefined): string {
  const text = url ?? "";
  if (text.length > 255) throw validationError(text, "url", "Member must have length less than or equal to 255");
  let parsed: URL;
  try {
    parsed = new URL(text);
  } catch {
    // Whatever is wrong with it, AWS has one answer.
    throw validationError(text, "url", "Invalid Open ID Connect Provider URL");
  }
  if (parsed.protocol !== "https:" || parsed.search !== "" || parsed.hash !== "" || parsed.hostname === "") {
    throw validationError(text, "url", "Invalid Open ID Connect Provider URL");
  }
  return `${parsed.host}${parsed.pathname === "/" ? "" : parsed.pathname.replace(/\/$/, "")}`;
}

function checkThumbprints(list: readonly string[] | undefined): readonly string[] {
  if (list === undefined || list.length === 0) return [defaultThumbprint];
  if (list.length > thumbprintLimit) throw invalidInput("Thumbprint list must contain fewer than 5 entries.");
  for (const thumbprint of list) {
    if (thumbprint.length < 40) {
      throw validationError(thumbprint, "thumbprintList", "Member must have length greater than or equal to 40");
    }
    if (thumbprint.length > 40) {
      throw validationError(thumbprint, "thumbprintList", "Member must have length less than or equal to 40");
    }
    if (!/^[0-9a-fA-F]{40}$/.test(thumbprint)) throw invalidInput(`Invalid thumbprint: ${thumbprint}`);
  }
  return list;
}

function checkClientIds(list: readonly string[]): readonly string[] {
  if (list.length > clientIdLimit) throw quotaExceeded("ClientIdsPerOpenIdConnectProvider", clientIdLimit);
  for (const id of list) {
    if (id.length < 1 || id.length > 255) {
      throw validationError(id, "clientIDList", "Member must have length less than or equal to 255");
    }
  }
  return list;
}

export const oidcProviderOperations: Readonly<Record<string, Operation>> = {
  CreateOpenIDConnectProvider: operation<CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse>(
    (input, ctx) => {
      const url = issuerOf(input.Url);
      const table = ctx.table(oidcProviders);
      const arn = `arn:${ctx.partition}:iam::${ctx.account}:oidc-provider/${url}`;
      if (table.has(arn)) throw alreadyExists(`Provider with url https://${url} already exists.`);
      if (table.size >= ctx.quota("oidcProviders"))
        throw quotaExceeded("OpenIdConnectProvidersPerAccount", ctx.quota("oidcProviders"));
      const row = table.put(arn, {
        arn,
        url,
        clientIds: checkClientIds([...new Set(input.ClientIDList)]),
        thumbprints: checkThumbprints(input.ThumbprintList),
        createdAt: ctx.now(),
        tags: mergeTags({}, input.Tags),
      });
      const tags = tagList(row.tags);
      return { OpenIDConnectProviderArn: arn, ...(tags.length > 0 ? { Tags: tags } : {}) };
    },
  ),

  GetOpenIDConnectProvider: operation<GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse>(
    (input, ctx) => {
      const row = getOidcProvider(ctx, input.OpenIDConnectProviderArn);
      return {
        Url: row.url,
        ClientIDList: [...row.clientIds],
        ThumbprintList: [...row.thumbprints],
        CreateDate: new Date(row.createdAt),
        Tags: tagList(row.tags),
      };
    },
  ),

  ListOpenIDConnectProviders: operation<object, ListOpenIDConnectProvidersResponse>((_input, ctx) => ({
    OpenIDConnectProviderList: ctx
      .table(oidcProviders)
      .list()
      .map((row) => ({ Arn: row.arn })),
  })),

  DeleteOpenIDConnectProvider: operation<DeleteOpenIDConnectProviderRequest, object>((input, ctx) => {
    // AWS: "This operation is idempotent; it does not fail … for a provider that does not exist."
    const arn = checkArn(input.OpenIDConnectProviderArn);
    if (ctx.table(oidcProviders).has(arn)) ctx.table(oidcProviders).delete(arn);
    return {};
  }),

  UpdateOpenIDConnectProviderThumbprint: operation<UpdateOpenIDConnectProviderThumbprintRequest, object>(
    (input, ctx) => {
      const { arn } = getOidcProvider(ctx, input.OpenIDConnectProviderArn);
      ctx.table(oidcProviders).update(arn, { thumbprints: checkThumbprints(input.ThumbprintList) });
      return {};
    },
  ),

  AddClientIDToOpenIDConnectProvider: operation<AddClientIDToOpenIDConnectProviderRequest, object>((input, ctx) => {
    const row = getOidcProvider(ctx, input.OpenIDConnectProviderArn);
    const clientIds = checkClientIds([...new Set([...row.clientIds, input.ClientID ?? ""])]);
    ctx.table(oidcProviders).update(row.arn, { clientIds });
    return {};
  }),

  RemoveClientIDFromOpenIDConnectProvider: operation<RemoveClientIDFromOpenIDConnectProviderRequest, object>(
    (input, ctx) => {
      const row = getOidcProvider(ctx, input.OpenIDConnectProviderArn);
      ctx.table(oidcProviders).update(row.arn, { clientIds: row.clientIds.filter((id) => id !== input.ClientID) });
      return {};
    },
  ),
};
