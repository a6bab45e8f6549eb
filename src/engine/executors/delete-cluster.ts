// DeleteCluster, for a control plane whose stack is gone or never was.
import { isBusy, isGone, waitFor } from "../../aws/index.ts";
import { readCluster } from "../../plan/index.ts";
import type { Crew } from "../crew.ts";

/** Deletes the control plane and waits until it is gone. */
export async function deleteCluster(crew: Crew): Promise<void> {
  await waitFor(
    async () => {
      const cluster = await readCluster(crew.aws, crew.cluster);
      if (!cluster) return true;
      if (cluster.status === "DELETING") return undefined;
      try {
        await crew.aws.call("eks", "DeleteCluster", { name: crew.cluster });
      } catch (error) {
        if (isGone(error)) return true;
        if (!isBusy(error)) throw error;
      }
      return undefined;
    },
    { what: `cluster ${crew.cluster} to go`, timeout: 3600, signal: crew.signal },
  );
}
