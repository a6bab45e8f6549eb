// A process of its own that applies a file to an endpoint and prints each step that begins or ends: something to kill.
import { readFile } from "node:fs/promises";
import { apply, connect, loadCluster, plan } from "../../src/lotse.ts";

const [endpoint = "", file = ""] = process.argv.slice(2);
const { cluster } = await loadCluster(await readFile(file, "utf8"));
if (!cluster) throw new Error("invalid file");
const aws = await connect({
  endpoint,
  region: cluster.config.metadata.region,
  credentials: {
    accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "",
  },
});
const host = {
  emit: ({ code, subject }: { code: string; subject?: string }): void => {
    if (code === "engine/step-started" || code === "engine/step-done") process.stdout.write(`${code} ${subject}\n`);
  },
  ask: (): Promise<boolean> => Promise.resolve(true),
};
const result = await apply(await plan(cluster, aws, { kubernetes: "never" }), aws, host, { kubernetes: "never" });
process.exit(result.ok ? 0 : 1);
