// The Platform document: what eksctl's file has no words for. Versioned by itself; its sections come with the features they configure.
import type { Diagnostic, SourceLocation } from "../base/index.ts";
import { checkStruct } from "./check/check.ts";
import { collectFindings } from "./check/findings.ts";
import type {
  Platform,
  PlatformControllers,
  PlatformDoctor,
  PlatformExclusion,
  PlatformRole,
  PlatformStorage,
} from "./cluster.ts";
import { field, list, of, struct, text } from "./schema/define.ts";
import type { Struct } from "./schema/define.ts";
import type { SourceNode } from "./source/tree.ts";

export const platformVersion = "lotse.dev/v1alpha1" as const;

const storage: Struct = struct<PlatformStorage>("PlatformStorage", "Volumes of the cluster.", {
  defaultClass: field(
    text({ values: ["gp3", "gp2", "io1", "io2", "st1", "sc1"] }),
    "Makes a storage class of this type of EBS volumes, named as the type, and makes it the default. New clusters of EKS have no default class.",
    { example: "gp3" },
  ),
});

/** Roles that can be installed on a cluster of EKS, whose control plane has an authenticator of its own. */
export const platformRoles: readonly string[] = [
  "login-proxy",
  "metadata-proxy",
  "pod-identity-agent",
  "pod-identity-webhook",
];

const role: Struct = struct<PlatformRole>("PlatformRole", "A role of lotse.", {
  name: field(text({ values: platformRoles }), "Which one; `lotse controller list` says what each is for.", {
    required: true,
    example: "metadata-proxy",
  }),
  flags: field(list(text()), "Its flags, as `lotse controller NAME --help` lists them.", {
    example: ["--log-level=debug"],
  }),
  roleARN: field(
    text({ format: "arn" }),
    "An existing IAM role for its service account; by default one is made with the permissions that the role needs.",
    { example: "arn:aws:iam::111122223333:role/metadata-proxy" },
  ),
});

const controllers: Struct = struct<PlatformControllers>("PlatformControllers", "Roles of lotse in the cluster.", {
  namespace: field(text(), "Namespace that they run in.", { default: "lotse-system" }),
  image: field(text(), "Image of lotse, as you have built and pushed it; by default `lotse:VERSION`.", {
    example: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/lotse:0.1.0",
  }),
  certificates: field(
    text({ values: ["own", "cert-manager"] }),
    "Who makes the certificates of webhooks: the roles themselves, or cert-manager, which must be installed then.",
    { default: "own" },
  ),
  roles: field(list(of(role)), "Which roles are installed.", { example: [{ name: "metadata-proxy" }] }),
});

const exclusion: Struct = struct<PlatformExclusion>("PlatformExclusion", "A decision to live with a finding.", {
  check: field(text({ format: "check" }), "Id of the check; `lotse doctor --list` lists them.", {
    required: true,
    example: "LT-N017",
  }),
  kind: field(text(), "Only objects of this kind.", { example: "Deployment" }),
  namespace: field(text(), "Only objects of this namespace.", { example: "shop" }),
  name: field(text(), "Only objects of this name; `*` stands for anything.", { example: "web-*" }),
  reason: field(text(), "Why it is left out; it stands in the report.", {
    required: true,
    example: "one NAT gateway is enough for tests",
  }),
  until: field(text({ format: "day" }), "The last day on which it counts.", {
    required: true,
    example: "2027-03-31",
  }),
});

const doctor: Struct = struct<PlatformDoctor>("PlatformDoctor", "What `lotse doctor` is to leave out.", {
  exclude: field(list(of(exclusion)), "Findings that are known and accepted, each with a reason and a last day.", {
    example: [{ check: "LT-N017", reason: "one NAT gateway is enough for tests", until: "2027-03-31" }],
  }),
});

/** Definition of the Platform document. */
export const platformDocument: Struct = struct<Platform>(
  "Platform",
  "What lotse adds to a cluster; the second document of the file.",
  {
    apiVersion: field(text({ values: [platformVersion] }), `Always \`${platformVersion}\`.`, {
      required: true,
      example: platformVersion,
    }),
    kind: field(text({ values: ["Platform"] }), "Always `Platform`.", { required: true, example: "Platform" }),
    storage: field(of(storage), "Volumes of the cluster."),
    controllers: field(of(controllers), "Roles of lotse in the cluster."),
    doctor: field(of(doctor), "What `lotse doctor` leaves out."),
  },
);

/** The document and the findings about it. */
export function readPlatform(
  root: SourceNode,
  locate: (offset: number) => SourceLocation,
): { platform: Platform; diagnostics: Diagnostic[] } {
  const findings = collectFindings(locate);
  const value = checkStruct(root, platformDocument, { findings, path: [] });
  const isSection = ({ code, at }: Diagnostic): boolean =>
    code === "config/unknown-key" && at?.path?.includes(".") !== true;
  return {
    platform: { ...(value as Partial<Platform>), apiVersion: platformVersion, kind: "Platform" },
    diagnostics: findings.list.map((finding) => (isSection(finding) ? asUnknownSection(finding) : finding)),
  };
}

function asUnknownSection(finding: Diagnostic): Diagnostic {
  return {
    ...finding,
    code: "config/unknown-section",
    title: `unknown section ${JSON.stringify(finding.data?.key)} of the Platform document`,
    detail: `This version of lotse knows ${Object.keys(platformDocument.fields).slice(2).join(", ")} of ${platformVersion}`,
    remedy: "Remove it, or use a version of lotse that knows it",
  };
}
