// Private copies of what a container finds under its mounts: tokens, certificates, configuration. They are made when the
// command starts, tokens are renewed while it runs, and everything is gone when it ends.
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { KubeClient } from "../kube/client.ts";
import type { Contents } from "./environment.ts";
import type { Container, DownwardItem, ExecPod, FileSource, Mount, TokenSource, Volume } from "./pod.ts";
import { fieldOf, resourceOf } from "./pod.ts";

/** A folder that nobody else may look into. */
export class PrivateFiles {
  readonly folder: string;
  readonly #timers: Set<NodeJS.Timeout> = new Set();
  #closed = false;

  constructor() {
    // Made with mode 0700.
    this.folder = mkdtempSync(join(tmpdir(), "lotse-pod-"));
  }

  /** Writes a file and gives its path. @param path inside of the folder */
  write(path: string, content: string | Buffer): string {
    const target = join(this.folder, normalize(`/${path}`));
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    // Whoever reads at this moment sees the old one or the new one, whole.
    writeFileSync(`${target}.new`, content, { mode: 0o600 });
    chmodSync(`${target}.new`, 0o600);
    renameSync(`${target}.new`, target);
    return target;
  }

  /** Makes a folder and gives its path. */
  makeFolder(path: string): string {
    const target = join(this.folder, normalize(`/${path}`));
    mkdirSync(target, { recursive: true, mode: 0o700 });
    return target;
  }

  /** Calls `work` once after so many milliseconds, unless everything has ended by then. */
  later(milliseconds: number, work: () => void): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Removes all of it. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface MountsOptions {
  pod: ExecPod;
  container: Container;
  contents: Contents;
  client: KubeClient;
  files: PrivateFiles;
}

/** Kubelets renew tokens when so much of their life is over. */
const renewAt = 0.8;
const leastPause = 1_000;
const longestPause = 3_600_000;
const retryAfter = 5_000;

interface TokenAnswer {
  status: { token: string; expirationTimestamp: string };
}

/** Writes a token of the pod, and writes it anew for as long as the files are there. */
async function keepToken(options: MountsOptions, path: string, source: TokenSource): Promise<void> {
  const { pod, client, files } = options;
  const { name, namespace = "default", uid } = pod.metadata;
  const account = pod.spec.serviceAccountName || "default";
  const request = async (): Promise<number> => {
    const { status } = await client.create<TokenAnswer>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          audiences: source.audience ? [source.audience] : [],
          expirationSeconds: source.expirationSeconds ?? 3600,
          boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
        },
      },
    );
    if (!files.closed) files.write(path, status.token);
    const left = (Date.parse(status.expirationTimestamp) - Date.now()) * renewAt;
    return Math.min(Math.max(left, leastPause), longestPause);
  };
  const renew = (): void => {
    request().then(
      (pause) => files.later(pause, renew),
      // The API server may be away for a moment; the token that is there still counts.
      () => files.later(retryAfter, renew),
    );
  };
  files.later(await request(), renew);
}

function itemsOf(
  content: Readonly<Record<string, string>> | undefined,
  items: readonly { key: string; path: string }[] | undefined,
): [path: string, content: string][] {
  if (!items) return Object.entries(content ?? {});
  return items.flatMap(({ key, path }) => (content?.[key] === undefined ? [] : [[path, content[key]]]));
}

function downward({ pod, container }: MountsOptions, items: readonly DownwardItem[] = []): [string, string][] {
  return items.map(({ path, fieldRef, resourceFieldRef }) => [
    path,
    fieldRef ? fieldOf(pod, fieldRef.fieldPath) : resourceFieldRef ? resourceOf(pod, container, resourceFieldRef) : "",
  ]);
}

async function writeSource(options: MountsOptions, folder: string, source: FileSource): Promise<void> {
  const { contents, files } = options;
  const { serviceAccountToken, configMap, secret, downwardAPI } = source;
  if (serviceAccountToken) await keepToken(options, join(folder, serviceAccountToken.path), serviceAccountToken);
  const texts = [
    ...(configMap ? itemsOf(contents.configMap(configMap.name ?? ""), configMap.items) : []),
    ...(secret ? itemsOf(contents.secret(secret.name ?? secret.secretName ?? ""), secret.items) : []),
    ...downward(options, downwardAPI?.items),
  ];
  for (const [path, text] of texts) files.write(join(folder, path), text);
}

/** True for volumes whose content is known here: disks and folders of nodes are not. */
const isKnown = ({ projected, configMap, secret, downwardAPI, emptyDir }: Volume): boolean =>
  [projected, configMap, secret, downwardAPI, emptyDir].some((source) => source !== undefined);

/** Makes the copies. @returns a function that gives a path of the container its copy's, where there is one */
export async function copyMounts(options: MountsOptions): Promise<(path: string) => string> {
  const { pod, container, files } = options;
  const copies: { mount: Mount; folder: string }[] = [];
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
    if (!volume || !isKnown(volume)) continue;
    const folder = `volumes/${volume.name}`;
    if (!copies.some((copy) => copy.mount.name === mount.name)) {
      files.makeFolder(folder);
      for (const source of volume.projected?.sources ?? [volume]) await writeSource(options, folder, source);
    }
    copies.push({ mount, folder: mount.subPath === undefined ? folder : join(folder, mount.subPath) });
  }
  // The deepest mount is the one that counts.
  copies.sort((a, b) => b.mount.mountPath.length - a.mount.mountPath.length);
  return (path) => {
    const plain = /^[A-Za-z]:\\/.test(path) ? path.slice(2).replaceAll("\\", "/") : path;
    for (const { mount, folder } of copies) {
      const base = mount.mountPath.replace(/\/+$/, "");
      if (plain === base || plain.startsWith(`${base}/`)) return join(files.folder, folder, plain.slice(base.length));
    }
    return path;
  };
}
