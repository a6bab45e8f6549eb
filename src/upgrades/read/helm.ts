// What Helm's releases hold: secrets of type helm.sh/release.v1, whose text is base64 of gzipped JSON (Helm 3's storage driver).
import { gunzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { errorMessage } from "../../base/index.ts";
import { removedApi } from "../../facts/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { ApiUse } from "../world.ts";

/** A secret holds 1 MiB; no honest chart unpacks to more than this. */
const largest = 32 * 1024 * 1024;

/** A release in its secret. */
export interface ReleaseSecret extends KubeObject {
  data?: { release?: string };
}

/** What a release that is deployed uses, or why it can't be read. */
export type ReleaseUses = { uses: ApiUse[] } | { unread: string };

interface Part {
  apiVersion?: unknown;
  kind?: unknown;
  items?: unknown;
  metadata?: { name?: unknown; namespace?: unknown };
}

const text = (value: unknown, missing: string): string => (typeof value === "string" ? value : missing);

function usesOfPart(part: unknown, release: string, namespace: string): ApiUse[] {
  if (part === null || typeof part !== "object") return [];
  const { apiVersion, kind, items, metadata } = part as Part;
  const inside = Array.isArray(items) ? items.flatMap((item) => usesOfPart(item, release, namespace)) : [];
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !removedApi(apiVersion, kind)) return inside;
  const name = text(metadata?.name, "?");
  const place = text(metadata?.namespace, namespace);
  return [{ source: "helm", apiVersion, kind, name, namespace: place, by: release }, ...inside];
}

/** Unpacks one. */
export function usesOfRelease({ metadata, data }: ReleaseSecret): ReleaseUses {
  const label = `${metadata.namespace ?? "default"}/${metadata.labels?.["name"] ?? metadata.name}`;
  try {
    // Kubernetes' base64 around Helm's own.
    const packed = Buffer.from(Buffer.from(data?.release ?? "", "base64").toString("latin1"), "base64");
    // Helm reads releases of its first days, too, which aren't packed.
    const isPacked = packed[0] === 0x1f && packed[1] === 0x8b;
    const json = (isPacked ? gunzipSync(packed, { maxOutputLength: largest }) : packed).toString("utf8");
    const { manifest } = JSON.parse(json) as { manifest?: unknown };
    if (typeof manifest !== "string") return { unread: `release ${label} has no manifest` };
    const documents = parseAllDocuments(manifest);
    const broken = [...documents].find(({ errors }) => errors.length > 0);
    if (broken) return { unread: `release ${label}: its manifest is no YAML` };
    const uses = [...documents].flatMap((document) =>
      usesOfPart(document.toJS({ maxAliasCount: 100 }), label, metadata.namespace ?? "default"),
    );
    return { uses };
  } catch (error) {
    return { unread: `release ${label} can't be unpacked: ${errorMessage(error)}` };
  }
}

/** Reads the releases that are deployed; older revisions are history. @throws LotseError `kube/…` */
export async function readReleases(kube: Pick<Kube, "list">): Promise<ReleaseUses[]> {
  const secrets = await kube.list<ReleaseSecret>(resources.secrets, {
    labelSelector: "owner=helm,status=deployed",
    fieldSelector: "type=helm.sh/release.v1",
  });
  return secrets.map(usesOfRelease);
}
