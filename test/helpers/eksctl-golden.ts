// Reads recordings of what eksctl submitted (see test/fixtures/eksctl-stacks/README.md).
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Known, StackCapability, Tag, Template } from "../../src/stacks/index.ts";

/** One CreateStack request of eksctl. */
export interface RecordedStack {
  stackName: string;
  capabilities: readonly StackCapability[];
  enableTerminationProtection: boolean;
  tags: readonly Tag[];
  template: Template;
}

/** One folder: the file that eksctl read, and the stacks it made of it. */
export interface Recording {
  folder: string;
  configText: string;
  stacks: readonly RecordedStack[];
}

/** User data is decoded in the recordings; templates hold base64. */
function encodeUserData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encodeUserData);
  if (typeof value !== "object" || value === null) return value;
  const decoded = (value as { $decoded?: { text: string } }).$decoded;
  if (decoded) return Buffer.from(decoded.text).toString("base64");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeUserData(item)]));
}

/** One request, with user data as templates hold it. */
export function readStack(path: string): RecordedStack {
  const request = JSON.parse(readFileSync(path, "utf8")) as Partial<RecordedStack> &
    Omit<RecordedStack, "capabilities">;
  return { capabilities: [], ...request, template: encodeUserData(request.template) as Template };
}

/** Every recording below a folder; empty when it isn't there. */
export function recordings(root: string): Recording[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((folder) => existsSync(join(root, folder, "config.yaml")))
    .sort()
    .map((folder) => {
      const stacks = readdirSync(join(root, folder, "stacks")).filter((file) => !/\.update-\d+\.json$/.test(file));
      return {
        folder,
        configText: readFileSync(join(root, folder, "config.yaml"), "utf8"),
        stacks: stacks.map((file) => readStack(join(root, folder, "stacks", file))),
      };
    });
}

/** What the stubs told eksctl of the cluster. */
export function recordedValues(recording: Recording, name: string, region: string): Known {
  const id = createHash("md5").update(name).digest("hex").toUpperCase();
  const amis = recording.stacks.flatMap(({ stackName, template }): [string, string][] => {
    const properties = template.Resources["NodeGroupLaunchTemplate"]?.Properties;
    const image = (properties?.["LaunchTemplateData"] as { ImageId?: string } | undefined)?.ImageId;
    return image === undefined ? [] : [[stackName.replace(`eksctl-${name}-nodegroup-`, ""), image]];
  });
  return {
    account: "123456789012",
    issuer: `https://oidc.eks.${region}.amazonaws.com/id/${id}`,
    endpoint: `https://ABCDEF0123456789.gr7.${region}.eks.amazonaws.com`,
    ca: "<CA-DATA-BASE64>",
    serviceCidr: "10.100.0.0/16",
    amis: Object.fromEntries(amis),
  };
}

/** A recording's text with the stubs' values shown as offline output shows them. */
export function withoutRecordedValues(text: string): string {
  return text
    .replaceAll("123456789012", "<account>")
    .replaceAll(/ami-[0-9a-f]{17}\b/g, "<ami>")
    .replaceAll(/\/id\/[0-9A-F]{32}\b/g, "/id/<issuer>")
    .replaceAll(/https:\/\/ABCDEF0123456789\.gr7\.[a-z0-9-]+\.eks\.amazonaws\.com/g, "<endpoint>")
    .replaceAll("<CA-DATA-BASE64>", "<ca>")
    .replaceAll("10.100.0.0/16", "<service-cidr>");
}
