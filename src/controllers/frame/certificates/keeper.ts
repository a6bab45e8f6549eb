// A role's own certificates in a Secret that its instances share, and in the webhook configurations that trust them.
// Whoever comes first writes; the API server's versions decide between two that come at once.
import { errorMessage, sleep } from "../../../base/index.ts";
import type { Kube, KubeObject, Resource } from "../../../kube/index.ts";
import { KubeRefusal, resources } from "../../../kube/index.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { ServingCertificate } from "../server/listener.ts";
import type { CertificateSet, RotationTimes } from "./rotation.ts";
import { certificateEnd, rotate } from "./rotation.ts";

const secrets: Resource = { ...resources.configMaps, plural: "secrets", kind: "Secret" };
const admission = { group: "admissionregistration.k8s.io", version: "v1", namespaced: false } as const;

/** Kinds of configurations by kind of webhook. */
export const webhookConfigurations: Readonly<Record<"mutating" | "validating", Resource>> = {
  mutating: { ...admission, plural: "mutatingwebhookconfigurations", kind: "MutatingWebhookConfiguration" },
  validating: { ...admission, plural: "validatingwebhookconfigurations", kind: "ValidatingWebhookConfiguration" },
};

interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { caBundle?: string } }[];
}

export interface KeeperOptions {
  kube: Kube;
  namespace: string;
  /** Of the Secret, and of the webhook configurations. */
  name: string;
  /** That the certificate is for. */
  names: readonly string[];
  kinds: readonly ("mutating" | "validating")[];
  log: Logger;
  metrics: Metrics;
  signal: AbortSignal;
  times?: RotationTimes;
  /** Milliseconds between two looks. */
  pause?: number;
  /** A certificate is there, or another one. */
  onCertificate(certificate: ServingCertificate): void;
}

/** The keeper of a role's certificates. */
export interface CertificateKeeper {
  /** Why clients can't trust the role yet; undefined when they can. */
  problem(): string | undefined;
}

const pauseByDefault = 30_000;
const sinceKey = "next-since";

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text: string | undefined): string => Buffer.from(text ?? "", "base64").toString("utf8");

/** The set that a Secret holds; undefined when it holds none. */
export function readSecret(data: Record<string, string> | undefined): CertificateSet | undefined {
  if (!data?.["ca.crt"]) return undefined;
  const of = (key: string): string => decode(data[key]);
  return {
    authority: { certificate: of("ca.crt"), privateKey: of("ca.key") },
    ...(data["next.crt"]
      ? { next: { certificate: of("next.crt"), privateKey: of("next.key"), since: Number(of(sinceKey)) || 0 } }
      : {}),
    bundle: of("bundle.crt"),
    serving: { certificate: of("tls.crt"), privateKey: of("tls.key") },
  };
}

/** The data of a Secret that holds a set. */
export function writeSecret(set: CertificateSet): Record<string, string> {
  const { authority, next, bundle, serving } = set;
  const texts = {
    "ca.crt": authority.certificate,
    "ca.key": authority.privateKey,
    "bundle.crt": bundle,
    "tls.crt": serving.certificate,
    "tls.key": serving.privateKey,
    ...(next ? { "next.crt": next.certificate, "next.key": next.privateKey, [sinceKey]: String(next.since) } : {}),
  };
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encode(text)]));
}

const isConflict = (error: unknown): boolean => error instanceof KubeRefusal && error.refusal.status === 409;

/** The certificates as they should be, in the Secret. */
async function settle(options: KeeperOptions): Promise<CertificateSet> {
  const { kube, namespace, name, names, times, log } = options;
  for (let attempt = 1; ; attempt += 1) {
    const secret = await kube.find<Secret>(secrets, { namespace, name });
    const before = readSecret(secret?.data);
    const set = rotate(before, { name, names, now: Date.now(), ...(times ? { times } : {}) });
    if (set === before) return set;
    const labels = { ...secret?.metadata.labels, "app.kubernetes.io/managed-by": "lotse" };
    const object: Secret = {
      apiVersion: "v1",
      kind: "Secret",
      type: secret?.type ?? "Opaque",
      metadata: { ...secret?.metadata, name, namespace, labels },
      data: writeSecret(set),
    };
    try {
      if (secret) await kube.replace(secrets, object);
      else await kube.create(secrets, object);
      log.info(before ? "certificates renewed" : "certificates made", { secret: `${namespace}/${name}` });
      return set;
    } catch (error) {
      // Another instance was faster: what it wrote is looked at.
      if (!isConflict(error) || attempt >= 10) throw error;
    }
  }
}

/** Lets a configuration's webhooks trust the bundle. One that isn't there calls nobody. */
async function trust(options: KeeperOptions, kind: "mutating" | "validating", bundle: string): Promise<void> {
  const { kube, name, log } = options;
  const configuration = await kube.find<WebhookConfiguration>(webhookConfigurations[kind], { name });
  if (!configuration) return;
  const wanted = encode(bundle);
  const patches = (configuration.webhooks ?? []).flatMap((webhook, i) =>
    webhook.clientConfig.caBundle === wanted
      ? []
      : [
          { op: "test", path: `/webhooks/${i}/name`, value: webhook.name },
          { op: "add", path: `/webhooks/${i}/clientConfig/caBundle`, value: wanted },
        ],
  );
  if (patches.length === 0) return;
  await kube.patch(webhookConfigurations[kind], { name }, "json", patches);
  log.info("the webhook configuration trusts the certificates", { configuration: name });
}

/** Keeps certificates until the signal is aborted. */
export function keepCertificates(options: KeeperOptions): CertificateKeeper {
  const { signal, log, kinds, metrics } = options;
  const pause = options.pause ?? pauseByDefault;
  let served = "";
  let end = 0;
  let problem: string | undefined = "there is no certificate yet";
  metrics.collect("lotse_certificate_expiry_seconds", "Unix time at which the serving certificate ends.", () => end);

  const look = async (): Promise<void> => {
    const set = await settle(options);
    // The bundle first: nobody should meet a certificate that they don't trust yet.
    await Promise.all(kinds.map((kind) => trust(options, kind, set.bundle)));
    if (set.serving.certificate !== served) {
      options.onCertificate(set.serving);
      served = set.serving.certificate;
      end = certificateEnd(served) / 1000;
    }
    problem = undefined;
  };
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      let wait = pause;
      try {
        await look();
      } catch (error) {
        log.warn("the certificates couldn't be looked after", { error });
        if (served === "") problem = errorMessage(error);
        wait = Math.min(pause, 2_000);
      }
      await sleep(wait * (0.8 + 0.4 * Math.random()), signal).catch(() => undefined);
    }
  };
  void keep();
  return { problem: () => problem };
}
