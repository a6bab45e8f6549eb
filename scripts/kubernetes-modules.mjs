// `node scripts/kubernetes-modules.mjs`: writes data/kubernetes/*/go.mod and go.sum anew for the versions that
// src/sandbox/kube/assets/versions.ts names. Needs Go and a module proxy; every module's checksum is verified by Go's database.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve("data/kubernetes");
const versions = readFileSync("src/sandbox/kube/assets/versions.ts", "utf8");
const constant = (name) => new RegExp(`const ${name} = "([^"]+)"`).exec(versions)[1];
const [kubernetes, etcd, go] = ["builtKubernetes", "etcdRelease", "oldestGo"].map(constant);
/** Packages differ between systems, and so do the modules they come from. */
const platforms = ["linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"];

/** @param {string[]} args @param {string} cwd @param {Record<string, string>} env */
function run(args, cwd, env = {}) {
  const options = { cwd, env: { ...process.env, GOWORK: "off", CGO_ENABLED: "0", ...env }, encoding: "utf8" };
  const { status, stdout, stderr } = spawnSync("go", args, { ...options, maxBuffer: 1e8 });
  if (status !== 0) throw new Error(`go ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** @param {string} name @param {string} mod @param {string[]} packages */
function write(name, mod, packages) {
  const cwd = join(folder, name);
  writeFileSync(join(cwd, "go.mod"), mod);
  writeFileSync(join(cwd, "go.sum"), "");
  for (const platform of platforms) {
    const [GOOS, GOARCH] = platform.split("/");
    run(["list", "-mod=mod", "-deps", ...packages], cwd, { GOOS, GOARCH });
  }
  console.log(`${name}: ${readFileSync(join(cwd, "go.sum"), "utf8").split("\n").length - 1} checksums`);
}

const { GoMod } = JSON.parse(run(["mod", "download", "-json", `k8s.io/kubernetes@v${kubernetes}`], "/"));
// In its own repository these lie in staging/; published, they have the same number with major 0.
const staged = [...readFileSync(GoMod, "utf8").matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map(
  ([, name]) => name,
);
const published = `v0.${kubernetes.slice(2)}`;
const replaced = staged.map((name) => `\t${name} => ${name} ${published}\n`).join("");
write(
  "control-plane",
  `module lotse.dev/kubernetes\n\ngo ${go}\n\nrequire k8s.io/kubernetes v${kubernetes}\n\nreplace (\n${replaced})\n`,
  ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) => `k8s.io/kubernetes/cmd/${name}`),
);
write("etcd", `module lotse.dev/etcd\n\ngo ${go}\n\nrequire go.etcd.io/etcd/server/v3 v${etcd}\n`, [
  "go.etcd.io/etcd/server/v3",
]);
