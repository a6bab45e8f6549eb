// Where the tokens of Microsoft's clouds come from.
// https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#token-formats
import { it } from "vitest";
import type { AzureEnvironment } from "./environments.ts";
import { azureEnvironments, issuersOf } from "./environments.ts";

const tenant = "11111111-2222-3333-4444-555555555555";

it.for([
  ["AzurePublicCloud", `https://login.microsoftonline.com/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
  ["AzureUSGovernmentCloud", `https://login.microsoftonline.us/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
  [
    "AzureChinaCloud",
    `https://login.partner.microsoftonline.cn/${tenant}/v2.0`,
    `https://sts.chinacloudapi.cn/${tenant}/`,
  ],
] as const)("%s issues tokens of both forms", ([name, current, old], { expect }) => {
  const issuers = issuersOf(azureEnvironments[name] as AzureEnvironment, tenant);
  expect(issuers.map(({ issuer }) => issuer)).toEqual([current, old]);
  // Both are discovered where tokens are given out, not where the old form says it is from.
  const { origin } = new URL(current);
  for (const { discovery } of issuers) expect(discovery.startsWith(`${origin}/${tenant}/`)).toBe(true);
});
