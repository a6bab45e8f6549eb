// What is printed for the control plane's nodes does there what was asked for here.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { parse } from "yaml";
import { printRole } from "../index.ts";

interface Pod {
  spec: {
    containers: [{ args: string[]; volumeMounts: { mountPath: string; readOnly: boolean }[] }];
    volumes: { name: string; hostPath: { path: string } }[];
  };
}

const staticPod = (...words: string[]): Pod["spec"] =>
  (parse(printRole("authenticator", "static-pod", { words, env: {} })) as Pod).spec;

describe("the static pod", () => {
  let folder: string;
  let config: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lotse-print-"));
    config = join(folder, "config.yaml");
    writeFileSync(
      config,
      "clusterID: own\nserver: {backendMode: [DynamicFile], dynamicfilepath: /srv/kubernetes/dynamic.json}\n",
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is given the flags that were given here", ({ expect }) => {
    const { containers, volumes } = staticPod(
      "-i=own",
      "--backend-mode=EKSConfigMap,MountedFile",
      "--kubeconfig=/etc/kubernetes/auth/kubeconfig",
      "--peer-status-codes",
    );
    expect(containers[0].args).toEqual(
      expect.arrayContaining([
        "--cluster-id=own",
        "--backend-mode=EKSConfigMap,MountedFile",
        "--kubeconfig=/etc/kubernetes/auth/kubeconfig",
        "--peer-status-codes=true",
      ]),
    );
    expect(containers[0].args.join(" ")).not.toContain("--config=");
    // Without a configuration there is no folder of it: a volume that isn't there would keep the pod from starting.
    expect(volumes.map(({ hostPath }) => hostPath.path)).toEqual([
      "/var/aws-iam-authenticator",
      "/etc/kubernetes/aws-iam-authenticator",
      "/etc/kubernetes/auth",
    ]);
  });

  it("sees the files that the configuration names", ({ expect }) => {
    const { containers, volumes } = staticPod("--config", config);
    expect(containers[0].args).toContain("--config=/etc/aws-iam-authenticator/config.yaml");
    expect(volumes.map(({ hostPath }) => hostPath.path)).toContain("/srv/kubernetes");
    expect(containers[0].volumeMounts).toContainEqual({
      name: "files-1",
      mountPath: "/srv/kubernetes",
      readOnly: true,
    });
  });

  it("isn't printed where it couldn't ask anybody", ({ expect }) => {
    expect(() => staticPod("--cluster-id=own", "--backend-mode=CRD")).toThrow(
      expect.objectContaining({ code: "controllers/authenticator-config" }),
    );
  });
});
