// What the flags say, checked, and what only the node's metadata service knows.
import { LotseError } from "../../base/index.ts";
import type { BaseArn, PodRoleSettings } from "../../identity/index.ts";
import { baseArnOfProfile, readBaseArn, roleArnOf } from "../../identity/index.ts";
import type { FlagValues } from "../frame/index.ts";
import type { FirewallKind } from "./firewall/firewall.ts";
import type { Interception } from "./firewall/rules.ts";
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
    roleKey: flags.text("iam-role-key"),
    externalIdKey: flags.text("iam-external-id"),
    sessionNameKey: flags.text("iam-session-name"),
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
  const host = flags.optional("host-ip");
  const host6 = flags.optional("host-ipv6");
  if (host === undefined && host6 === undefined)
    refuse("host-ip", "", "Give the node's address; in a pod by an environment variable HOST_IP from status.hostIP.");
  const hostForm = /^[0-9a-fA-F.:]+$/;
  for (const each of [host, host6])
    if (each !== undefined && !hostForm.test(each)) refuse("host-ip", each, "An IP address.");
  return {
    kind,
    rules: {
      interface: name,
      port: flags.number("port"),
      ...(host === undefined ? {} : { v4: { metadata: flags.text("metadata-addr").replace(/:\d+$/, ""), host } }),
      ...(host6 === undefined ? {} : { v6: { metadata: flags.text("metadata-addr-ipv6"), host: host6 } }),
    },
  };
}
