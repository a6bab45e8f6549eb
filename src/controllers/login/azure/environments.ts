// Microsoft's clouds: where their tokens come from and where Graph is.
// https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud, https://learn.microsoft.com/en-us/graph/deployments

/** A cloud. */
export interface AzureEnvironment {
  /** Gives out tokens. */
  authority: string;
  graph: string;
  /** Issuer of tokens in the old form (v1), before the tenant. */
  oldIssuer: string;
}

/** By the names that Azure's own tools use. */
export const azureEnvironments: Readonly<Record<string, AzureEnvironment>> = {
  AzurePublicCloud: {
    authority: "https://login.microsoftonline.com/",
    graph: "https://graph.microsoft.com/",
    oldIssuer: "https://sts.windows.net/",
  },
  AzureUSGovernmentCloud: {
    authority: "https://login.microsoftonline.us/",
    graph: "https://graph.microsoft.us/",
    oldIssuer: "https://sts.windows.net/",
  },
  AzureChinaCloud: {
    authority: "https://login.partner.microsoftonline.cn/",
    graph: "https://microsoftgraph.chinacloudapi.cn/",
    oldIssuer: "https://sts.chinacloudapi.cn/",
  },
};

/** Issuer and discovery document of both forms of tokens of a tenant. */
export function issuersOf(
  { authority, oldIssuer }: AzureEnvironment,
  tenant: string,
): readonly { issuer: string; discovery: string }[] {
  return [
    {
      issuer: `${authority}${tenant}/v2.0`,
      discovery: `${authority}${tenant}/v2.0/.well-known/openid-configuration`,
    },
    { issuer: `${oldIssuer}${tenant}/`, discovery: `${authority}${tenant}/.well-known/openid-configuration` },
  ];
}
