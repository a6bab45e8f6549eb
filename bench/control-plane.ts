// How long somebody waits for a control plane that slept: until its API server is ready, and until pods can be made.
import { openKube, resources } from "../src/kube/index.ts";
import { bearerToken } from "../src/identity/index.ts";
import { createSandbox, findAssets } from "../src/sandbox/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";
import type { Bench, Figure } from "./figure.ts";
import { median } from "./figure.ts";

const region = "eu-central-1";
const version = "1.36";
const rounds = 3;

interface Times {
  ready: number;
  complete: number;
}

/** Seconds of one start. */
async function start(): Promise<Times> {
  await using sandbox = await createSandbox({ region });
  const { send } = makeCluster(sandbox, "bench", { version });
  const { cluster } = send<{ cluster: { endpoint: string; certificateAuthority: { data: string } } }>(
    "eks",
    "DescribeCluster",
    { name: "bench" },
  );
  const kube = openKube({
    server: cluster.endpoint,
    authority: Buffer.from(cluster.certificateAuthority.data, "base64").toString(),
    token: () => {
      const input = { cluster: "bench", region, credentials: sandbox.credentials, at: Date.now() };
      const { token, expiresAt } = bearerToken(input);
      return Promise.resolve({ token, expires: expiresAt });
    },
  });
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  // The first connection wakes it and is answered once /readyz says so.
  await kube.version();
  const ready = seconds();
  const account = { namespace: "default", name: "default" };
  while (!(await kube.find(resources.serviceAccounts, account))) await new Promise((done) => setTimeout(done, 50));
  const complete = seconds();
  kube.close();
  return { ready, complete };
}

async function* run(): AsyncGenerator<Figure> {
  if (!(await findAssets(version))) {
    console.log(`  skipped: no binaries of Kubernetes ${version} (lotse sandbox kubernetes install ${version})`);
    return;
  }
  const times: Times[] = [];
  for (let i = 0; i < rounds; i += 1) times.push(await start());
  const of = (what: keyof Times): number => median(times.map((each) => each[what]));
  yield { name: "from the first connection to /readyz", ours: of("ready"), unit: "s", bound: { atMost: 5 } };
  yield { name: "… to the default service account", ours: of("complete"), unit: "s", bound: { atMost: 12 } };
}

export const bench: Bench = { name: "control-plane", run };
