// What an upgrade is judged by, as plain data: each part was read, or says why it wasn't.
import type { SourceLocation } from "../base/index.ts";
import type { Calendar } from "./calendar/model.ts";
import type { SupportType } from "./calendar/cost.ts";
import type { InsideSeen } from "./health/signs.ts";

/** Something that was read, or the reason why it couldn't be. */
export type Read<T> = { value: T } | { unread: string };

/** A node, as its kubelet says. */
export interface NodeSeen {
  name: string;
  /** `v1.34.2-eks-1`. */
  kubelet: string;
  /** `Amazon Linux 2`. */
  image: string;
}

/** A managed node group. */
export interface GroupSeen {
  name: string;
  version: string;
  amiType: string;
}

/** An add-on of the cluster, and what EKS offers of it. */
export interface AddonSeen {
  name: string;
  version: string;
  /** Versions by Kubernetes minor, the cluster's own to the target; newest first. */
  offered: Readonly<Record<string, readonly { version: string; isDefault: boolean }[]>>;
}

/** That somebody wrote an object in a version of an API. */
export interface ApiUse {
  /** `live`: by managed fields or kubectl's annotation. */
  source: "live" | "helm" | "manifest";
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  /** Who wrote it: the field manager, the release. */
  by?: string;
  at?: SourceLocation;
}

/** One of EKS's upgrade insights. */
export interface InsightSeen {
  id: string;
  name: string;
  /** The version that it is about. */
  version: string;
  status: "PASSING" | "WARNING" | "ERROR" | "UNKNOWN";
  reason: string;
}

/** A finding that another room has made. */
export interface CheckSeen {
  code: string;
  severity: "error" | "warning" | "info";
  subject: string;
  title: string;
  text: string;
  remedy: string;
  at?: SourceLocation;
}

/** Everything together. */
export interface UpgradeWorld {
  calendar: Calendar;
  cluster: { name: string; version: string; support: SupportType | undefined };
  /** Minor that is wanted: `1.36`. */
  to: string;
  nodes: Read<readonly NodeSeen[]>;
  /** Whether nodes and workloads are Ready. */
  inside: Read<InsideSeen>;
  groups: Read<readonly GroupSeen[]>;
  addons: Read<readonly AddonSeen[]>;
  /** Image of the DaemonSet kube-proxy; undefined when there is none. */
  kubeProxy: Read<string | undefined>;
  /** Version of the kubectl on this machine; undefined when there is none. */
  kubectl: Read<string | undefined>;
  insights: Read<readonly InsightSeen[]>;
  /** APIs of live objects, and of Helm releases. */
  live: Read<readonly ApiUse[]>;
  helm: Read<readonly ApiUse[]>;
  /** APIs of manifests; empty when none were given. */
  manifests: readonly ApiUse[];
  /** What checks of the doctor say that matters to an upgrade, and which of them couldn't tell. */
  checks: Read<readonly CheckSeen[]>;
  unreadChecks: readonly { code: string; title: string; reason: string }[];
}
