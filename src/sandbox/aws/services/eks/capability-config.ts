// Settings of a capability, as they are created and changed: Argo CD's role mappings and network access.
import type {
  ArgoCdRoleMapping,
  Capability,
  CapabilityConfigurationRequest,
  UpdateCapabilityConfiguration,
} from "@aws-sdk/client-eks";
import { invalidParameter } from "./errors.ts";
import { checkEnum } from "./rules/text.ts";

type Configuration = NonNullable<Capability["configuration"]>;

function checkMappings(mappings: readonly ArgoCdRoleMapping[] | undefined): void {
  for (const { role, identities = [] } of mappings ?? []) {
    checkEnum(role, ["ADMIN", "EDITOR", "VIEWER"], "configuration.argoCd.rbacRoleMappings.role");
    for (const { type } of identities)
      checkEnum(type, ["SSO_USER", "SSO_GROUP"], "configuration.argoCd.rbacRoleMappings.identities.type");
  }
}

/** What a new capability is set to; Argo CD can't do without. @throws AwsError InvalidParameterException */
export function newConfiguration(
  type: string,
  asked: CapabilityConfigurationRequest | undefined,
): Configuration | undefined {
  const { argoCd, ack } = asked ?? {};
  if (type === "ARGOCD" && !argoCd)
    throw invalidParameter("configuration.argoCd is required for capabilities of type ARGOCD");
  if (argoCd && type !== "ARGOCD")
    throw invalidParameter(`configuration.argoCd cannot be specified for capabilities of type ${type}`);
  if (ack && type !== "ACK")
    throw invalidParameter(`configuration.ack cannot be specified for capabilities of type ${type}`);
  checkMappings(argoCd?.rbacRoleMappings);
  return (argoCd ?? ack) ? { ...(argoCd ? { argoCd } : {}), ...(ack ? { ack } : {}) } : undefined;
}

/** Settings after a change; role mappings are added to and taken from by role. @throws AwsError InvalidParameterException */
export function changedConfiguration(
  before: Configuration | undefined,
  change: UpdateCapabilityConfiguration | undefined,
): Configuration | undefined {
  if (!change) return before;
  const { argoCd, ack } = change;
  if (argoCd && !before?.argoCd)
    throw invalidParameter("configuration.argoCd can be changed for capabilities of type ARGOCD only");
  const { addOrUpdateRoleMappings: added = [], removeRoleMappings: removed = [] } = argoCd?.rbacRoleMappings ?? {};
  checkMappings(added);
  checkMappings(removed);
  const replaced = new Set([...added, ...removed].map(({ role }) => role));
  const kept = (before?.argoCd?.rbacRoleMappings ?? []).filter(({ role }) => !replaced.has(role));
  return {
    ...before,
    ...(argoCd
      ? {
          argoCd: {
            ...before?.argoCd,
            rbacRoleMappings: [...kept, ...added],
            ...(argoCd.networkAccess ? { networkAccess: argoCd.networkAccess } : {}),
          },
        }
      : {}),
    ...(ack ? { ack: { ...before?.ack, ...ack } } : {}),
  };
}
