// What the flags say, checked, and what only the node's metadata service knows.
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { LotseError } from "../../base/index.ts";
import type { BaseArn, PodRoleSettings } from "../../identity/index.ts";
import { baseArnOfProfile, readBaseArn, roleArnOf } from "../../identity/index.ts";
import type { FlagValues } from "../frame/index.ts";
import type { FirewallKind } from "./firewall/firewall.ts";
import type { Family, Interception } from "./firewall/rules.ts";
import { annotationKeys } from "./flags.ts";
import { isInterfaceName } from "./firewall/rules.ts";
import type { MetadataService } from "./metadata-service.ts";

function refuse(flag: string, value: string, remedy: string): never {
  throw new LotseError("controllers/bad-flag", {
    title: `--${flag} can't be ${JSON.stringify(value)}`,
    remedy,
  });
}

async function discoveredBase(metadata: MetadataService): Promise<BaseArn> {
  const { status, body } = await metadata.get("/latest/meta-data/iam/info");
  let profile = "";
  try {
    profile =
      status === 200 ? String((JSON.parse(body.toString()) as { InstanceProfileArn?: string }).InstanceProfileArn) : "";
  } catch {
    // No JSON: said below.
  }
  return (
    baseArnOfProfile(profile) ??
    refuse("auto-discover-base-arn", "true", "The metadata service names no instance profile: give --base-role-arn.")
  );
}

/** How roles are found. @throws LotseError `controllers/bad-flag` */
export async function podRoleSettings(flags: FlagValues, metadata: MetadataService): Promise<PodRoleSettings> {
  const given = flags.optional("base-role-arn");
  if (given !== undefined && flags.switch("auto-discover-base-arn"))
    refuse("base-role-arn", given, "Either give it, or have it found by --auto-discover-base-arn.");
  const base = flags.switch("auto-discover-base-arn")
    ? await discoveredBase(metadata)
    : given === undefined
      ? undefined
      : (readBaseArn(given) ??
        refuse("base-role-arn", given, "A base is arn:aws:iam::123456789012:role/, with a path or without."));
  const wished = flags.optional("default-role");
  const defaultRole = wished === undefined ? undefined : roleArnOf(wished, base);
  if (wished !== undefined && defaultRole === undefined)
    refuse("default-role", wished, "Give a role's ARN, or its name and --base-role-arn.");
  const format = flags.text("namespace-restriction-format");
  if (format !== "glob" && format !== "regexp") refuse("namespace-restriction-format", format, "It is glob or regexp.");
  return {
    base,
    defaultRole,
    ...annotationKeys(flags),
    restricted: flags.switch("namespace-restrictions"),
    format,
    namespaceKey: flags.text("namespace-key"),
    permittedKey: "iam.amazonaws.com/permitted",
  };
}

/** Which rules are set, and how; undefined for none. @throws LotseError `controllers/bad-flag` */
export function interceptionOf(flags: FlagValues): { kind: FirewallKind; rules: Interception } | undefined {
  const kind = flags.text("firewall");
  if (kind === "none") return undefined;
  if (kind !== "iptables" && kind !== "nftables") refuse("firewall", kind, "It is iptables, nftables or none.");
  const name = flags.text("host-interface");
  if (!isInterfaceName(name))
    refuse("host-interface", name, "An interface's name, with + at its end for any that begin so.");
  const given = flags.list("host-ip");
  const further = flags.optional("host-ipv6");
  const hosts = further === undefined ? given : [...given, further];
  if (hosts.length === 0)
    refuse("host-ip", "", "Give the node's addresses; in a pod by a variable HOST_IP from status.hostIPs.");
  for (const each of hosts) if (isIP(each) === 0) refuse("host-ip", each, "An IP address.");
  const family = (version: 4 | 6, metadata: string): Family => {
    if (isIP(metadata) !== version)
      refuse(version === 4 ? "metadata-addr" : "metadata-addr-ipv6", metadata, `An address of IPv${version}.`);
    const host = hosts.find((each) => isIP(each) === version);
    return { metadata, ...(host === undefined ? {} : { host }) };
  };
  const v6 = family(6, flags.text("metadata-addr-ipv6"));
  return {
    kind,
    rules: {
      interface: name,
      port: flags.number("port"),
      v4: family(4, flags.text("metadata-addr").replace(/:\d+$/, "")),
      // A kernel without IPv6 has no ip6tables either.
      ...(v6.host !== undefined || existsSync("/proc/net/if_inet6") ? { v6 } : {}),
    },
  };
}
