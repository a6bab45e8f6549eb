// LT-D020: The kubelet is left open.
import { parseAllDocuments } from "yaml";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inFileGroups, inList } from "../../sight.ts";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** What the CIS benchmark for EKS says against a kubelet's configuration, 3.2.1 to 3.2.9. */
function faultsOf(config: unknown): string[] {
  const idle = at(config, "streamingConnectionIdleTimeout");
  const port = at(config, "readOnlyPort");
  return [
    ...(at(config, "authentication", "anonymous", "enabled") === true ? ["anonymous requests are allowed"] : []),
    ...(at(config, "authorization", "mode") === "AlwaysAllow" ? ["authorization.mode is AlwaysAllow"] : []),
    ...(typeof port === "number" && port !== 0 ? [`readOnlyPort is ${port}`] : []),
    ...(/^0[a-z]*$/.test(String(idle)) ? ["streamingConnectionIdleTimeout is 0"] : []),
    ...(at(config, "makeIPTablesUtilChains") === false ? ["makeIPTablesUtilChains is false"] : []),
    ...(at(config, "rotateCertificates") === false ? ["rotateCertificates is false"] : []),
    ...(at(config, "serverTLSBootstrap") === false ? ["serverTLSBootstrap is false"] : []),
    ...(at(config, "authentication", "x509", "clientCAFile") === ""
      ? ["authentication.x509.clientCAFile is empty"]
      : []),
  ];
}

const flags: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/--anonymous-auth[= ]["']?true/, "--anonymous-auth is true"],
  [/--authorization-mode[= ]["']?AlwaysAllow/, "--authorization-mode is AlwaysAllow"],
  [/--read-only-port[= ]["']?[1-9]/, "--read-only-port is open"],
  [/--streaming-connection-idle-timeout[= ]["']?0/, "--streaming-connection-idle-timeout is 0"],
  [/--make-iptables-util-chains[= ]["']?false/, "--make-iptables-util-chains is false"],
  [/--rotate-certificates[= ]["']?false/, "--rotate-certificates is false"],
];

/** In the text that a node starts with: flags wherever they stand, and NodeConfigs of nodeadm among its parts. */
function faultsOfText(text: string): string[] {
  const documents = /kind:\s*NodeConfig/.test(text)
    ? text
        .split(/^--\S+$/m)
        .flatMap((part) => (/kind:\s*NodeConfig/.test(part) ? [part.slice(part.indexOf("apiVersion:"))] : []))
        .flatMap((part) => [...parseAllDocuments(part)])
        // A part that isn't YAML starts no node; nothing can be said of its kubelet.
        .filter((document) => document.errors.length === 0)
        .map((document) => document.toJS() as unknown)
    : [];
  return [
    ...documents.flatMap((document) => faultsOf(at(document, "spec", "kubelet", "config"))),
    ...flags.flatMap(([pattern, fault]) => (pattern.test(text) ? [fault] : [])),
  ];
}

/** The kubelet is left open. */
export const kubeletConfig: Check = defineCheck({
  id: "LT-D020",
  title: "The kubelet is left open",
  area: "nodes",
  severity: "warning",
  why: "Whoever reaches a kubelet without a name, or on its read-only port, reads all pods of the node, and may run commands in them where everything is allowed. EKS's images close it; settings of one's own open it again.",
  docs: "https://docs.aws.amazon.com/eks/latest/best-practices/protecting-the-infrastructure.html",
  remedy: "Take these settings out of kubeletExtraConfig, overrideBootstrapCommand or the launch template.",
  file: (file) =>
    inFileGroups(
      file,
      ({ group }) => {
        const faults = [...faultsOf(group.kubeletExtraConfig), ...faultsOfText(group.overrideBootstrapCommand ?? "")];
        return faults.length > 0 && { text: faults.join(", "), evidence: { faults } };
      },
      "kubeletExtraConfig",
    ),
  account: async (account) =>
    inList(
      "NodeGroup",
      await account.read("launchTemplates"),
      ({ group }) => group,
      ({ id, version, data }) => {
        const faults = faultsOfText(Buffer.from(data.UserData ?? "", "base64").toString("utf8"));
        return (
          faults.length > 0 && {
            text: `User data of ${id} (version ${version}): ${faults.join(", ")}`,
            evidence: { faults },
          }
        );
      },
    ),
});
