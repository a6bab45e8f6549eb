// The way into the cluster that is worked on: opened at the first step inside of it, once the API server answers.
import { describeCluster, openCluster } from "../access/index.ts";
import { waitFor, type Aws } from "../aws/index.ts";
import { isLotseError } from "../base/index.ts";
import type { Kube } from "../kube/index.ts";
import { withWayOut, type KubernetesMode } from "../plan/index.ts";

/** A cluster's API, opened at most once. */
export interface Door {
  /** @throws LotseError `kube/…` when it can't be reached or doesn't let the caller in */
  open(): Promise<Kube>;
  close(): void;
}

/** Seconds that a new cluster's address may take to be known everywhere, and its creator to be let in (experience, inferred). */
const patience = { unreachable: 300, unauthorized: 30 };

const codeOf = (error: unknown): string => (error as { cause?: { code?: string } } | undefined)?.cause?.code ?? "";

/** Seconds that a failure of a new cluster may last; whoever answers "refused" is there and won't change its mind. */
function mayLast(error: unknown): number {
  if (!isLotseError(error)) return 0;
  if (error.code === "kube/unauthorized") return patience.unauthorized;
  const isUnknown = error.code === "kube/unreachable" && /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(codeOf(error));
  return isUnknown ? patience.unreachable : 0;
}

/** The door of a cluster. @param isNew whether it is being made by this very run */
export function createDoor(aws: Aws, cluster: string, mode: KubernetesMode, isNew: boolean): Door {
  let opened: Promise<Kube> | undefined;

  const open = async (): Promise<Kube> => {
    const described = await describeCluster(aws, cluster);
    const kube = openCluster(aws, described);
    // Who can do without the inside isn't kept waiting for an API server that nobody reaches from here.
    const knocker = mode === "when-reachable" ? openCluster(aws, described, { retries: 2 }) : kube;
    const isPatient = isNew && mode === "required";
    const started = Date.now();
    const knock = async (): Promise<true | undefined> => {
      try {
        await knocker.version();
        return true;
      } catch (error) {
        if (isPatient && Date.now() - started < mayLast(error) * 1000) return undefined;
        throw withWayOut(error);
      }
    };
    try {
      await waitFor(knock, {
        what: `the API server of ${cluster}`,
        timeout: patience.unreachable + 60,
        signal: aws.signal,
      });
      return kube;
    } catch (error) {
      kube.close();
      throw error;
    } finally {
      if (knocker !== kube) knocker.close();
    }
  };

  return {
    // Kept also when it failed: whoever couldn't be reached by the first step isn't waited for by all others.
    open: async () => (opened ??= open()),
    close: () => {
      // A door that didn't open has told whoever knocked, and holds nothing.
      opened?.then(
        (kube) => kube.close(),
        () => undefined,
      );
    },
  };
}
