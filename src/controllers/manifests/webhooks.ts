// The admission webhooks of a role as configurations, and who vouches for its certificate.
import { webhookConfigurations } from "../frame/certificates/keeper.ts";
import type { RoleDefinition, WebhookDefinition } from "../frame/role.ts";
import { installedName } from "../frame/running-role.ts";
import type { ManifestOptions } from "./options.ts";
import { labelsOf } from "./options.ts";
import { usesCertManager } from "./workload.ts";

function webhookOf(role: RoleDefinition, webhook: WebhookDefinition, { namespace }: ManifestOptions): object {
  const { kind, path, reinvocationPolicy, rules, timeoutSeconds, ...rest } = webhook;
  return {
    ...rest,
    admissionReviewVersions: ["v1", "v1beta1"],
    sideEffects: "None",
    timeoutSeconds: timeoutSeconds ?? 10,
    ...(kind === "mutating" ? { reinvocationPolicy: reinvocationPolicy ?? "Never" } : {}),
    rules: rules.map((rule) => ({ scope: "*", ...rule })),
    clientConfig: {
      service: { namespace, name: installedName(role), path, port: role.listener?.servicePort ?? 443 },
    },
  };
}

/** One configuration for each kind of webhook that a role has. */
export function webhookConfigurationsOf(role: RoleDefinition, options: ManifestOptions): object[] {
  const name = installedName(role);
  const annotations = usesCertManager(role, options)
    ? { annotations: { "cert-manager.io/inject-ca-from": `${options.namespace}/${name}` } }
    : {};
  return (["mutating", "validating"] as const).flatMap((kind) => {
    const webhooks = (role.webhooks ?? []).filter((webhook) => webhook.kind === kind);
    if (webhooks.length === 0) return [];
    const resource = webhookConfigurations[kind];
    return [
      {
        apiVersion: `${resource.group}/${resource.version}`,
        kind: resource.kind,
        metadata: { name, labels: labelsOf(role), ...annotations },
        webhooks: webhooks.map((webhook) => webhookOf(role, webhook, options)),
      },
    ];
  });
}

/** What cert-manager needs to know, where it makes the certificate. */
export function certManagerObjects(role: RoleDefinition, options: ManifestOptions): object[] {
  if (!usesCertManager(role, options)) return [];
  const { namespace } = options;
  const name = installedName(role);
  const metadata = { name, namespace, labels: labelsOf(role) };
  const inside = `${name}.${namespace}.svc`;
  return [
    { apiVersion: "cert-manager.io/v1", kind: "Issuer", metadata, spec: { selfSigned: {} } },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata,
      spec: {
        secretName: `${name}-tls`,
        dnsNames: [inside, `${inside}.cluster.local`],
        issuerRef: { name, kind: "Issuer" },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    },
  ];
}
