// What an add-on's configuration says of its pods is what they are made with.
import { it } from "vitest";
import { addonDefinitions } from "./definitions.ts";
import type { AddonObject } from "./parts.ts";

interface Template {
  spec: {
    template: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
      spec: {
        nodeSelector?: object;
        affinity?: object;
        tolerations: object[];
        containers: { resources: { requests?: object; limits?: object } }[];
      };
    };
  };
}

/** The pod template of an add-on's workload. */
function template(addon: string, kind: string, values: Record<string, unknown>): Template["spec"]["template"] {
  const settings = { cluster: "shop", region: "eu-central-1", version: "v1.0.0", values, dnsAddress: "10.100.0.10" };
  const found = addonDefinitions[addon]?.(settings).find((object) => object.kind === kind);
  return (found as (AddonObject & Template) | undefined)?.spec.template as Template["spec"]["template"];
}

const tolerations = [{ key: "dedicated", operator: "Exists" }];
const nodeSelector = { pool: "system" };

it.for([
  ["coredns", "Deployment", []],
  ["metrics-server", "Deployment", []],
  ["vpc-cni", "DaemonSet", []],
  ["kube-proxy", "DaemonSet", []],
  ["aws-ebs-csi-driver", "Deployment", ["controller"]],
  ["aws-ebs-csi-driver", "DaemonSet", ["node"]],
] as const)("%s puts its %s where it is told", ([addon, kind, path], { expect }) => {
  const own = template(addon, kind, {});
  expect(own.spec.nodeSelector).toBeUndefined();
  const resources = { requests: { cpu: "123m" }, limits: { memory: "321Mi" } };
  const given = { nodeSelector, tolerations, resources, podLabels: { team: "net" }, podAnnotations: { note: "x" } };
  const values = path.reduceRight<Record<string, unknown>>((inner, key) => ({ [key]: inner }), given);
  const { metadata, spec } = template(addon, kind, values);
  expect(spec).toMatchObject({ nodeSelector, tolerations });
  expect(spec.affinity).toEqual(own.spec.affinity);
  expect(spec.containers[0]?.resources).toEqual(resources);
  // What its selector goes by stays.
  expect(metadata.labels).toEqual({ ...own.metadata.labels, team: "net" });
  expect(metadata.annotations).toMatchObject({ ...own.metadata.annotations, note: "x" });
});
