// The server of aws-iam-authenticator as the API server would ask it: a judge beside our own webhook, and its peer in bench/.
import { freePort } from "./free-port.ts";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { authenticator, authenticatorMissing } from "./tools.ts";

export interface Mapping {
  username: string;
  groups: readonly string[];
}

export interface AuthenticatorServerOptions {
  /** Cluster that tokens must be for. */
  cluster: string;
  /** `http://127.0.0.1:PORT` of a sandbox that is a proxy: it asks AWS's own STS names. */
  proxy: string;
  /** PEM of the proxy's authority. */
  authority: string;
  region: string;
  mapRoles?: readonly (Mapping & { rolearn: string })[];
  mapUsers?: readonly (Mapping & { userarn: string })[];
}

export interface AuthenticatorServer {
  /** Where TokenReviews are posted. */
  url: string;
  /** PEM of its own certificate. */
  authority: string;
  /** Believes it. */
  agent: Agent;
  close(): Promise<void>;
}

/** Starts it and waits until it listens. */
export async function startAuthenticatorServer(options: AuthenticatorServerOptions): Promise<AuthenticatorServer> {
  if (!authenticator) throw new Error(authenticatorMissing);
  const folder = mkdtempSync(join(tmpdir(), "lotse-authenticator-"));
  const port = await freePort();
  const authority = join(folder, "authority.pem");
  writeFileSync(authority, options.authority);
  const { mapRoles = [], mapUsers = [] } = options;
  writeFileSync(
    join(folder, "config.yaml"),
    JSON.stringify({
      clusterID: options.cluster,
      server: {
        port,
        stateDir: folder,
        generateKubeconfig: join(folder, "kubeconfig.yaml"),
        mapRoles,
        mapUsers,
      },
    }),
  );
  const child = spawn(authenticator, ["server", "-c", join(folder, "config.yaml")], {
    env: {
      HTTPS_PROXY: options.proxy,
      SSL_CERT_FILE: authority,
      AWS_REGION: options.region,
      AWS_EC2_METADATA_DISABLED: "true",
      HOME: folder,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  for (let tries = 0; !said.includes("listening on"); tries += 1) {
    if (child.exitCode !== null || tries > 400) throw new Error(`aws-iam-authenticator doesn't listen: ${said}`);
    await sleep(50);
  }
  const certificate = readFileSync(join(folder, "cert.pem"), "utf8");
  const agent = new Agent({ keepAlive: true, ca: certificate });
  return {
    url: `https://127.0.0.1:${port}/authenticate`,
    authority: certificate,
    agent,
    close: async () => {
      agent.destroy();
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
