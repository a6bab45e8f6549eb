// Whole questions about living clusters: what they need is read, then answered.
import { describeCluster, openCluster } from "../../access/index.ts";
import type { Aws } from "../../aws/index.ts";
import type { PodExplanation } from "../pod/explain-pod.ts";
import { explainPod } from "../pod/explain-pod.ts";
import type { PodQuestion } from "../pod/world.ts";
import type { PrincipalExplanation } from "../principal/explain-principal.ts";
import { explainPrincipal, mappedUserOf } from "../principal/explain-principal.ts";
import type { Narrowing } from "../principal/kinds.ts";
import { readWanted } from "../principal/kinds.ts";
import type { PrincipalQuestion } from "../principal/world.ts";
import { findPod, readClusterHalf } from "./kube-pod.ts";
import { readClusterFacts, readPodWorld } from "./pod-world.ts";
import { readKinds, readPrincipalWorld, review } from "./principal.ts";

/** Why a pod of a living cluster may do something on AWS. @throws LotseError `explain/no-pod`, `access/…`, `aws/…`, `kube/…` */
export async function askPod(
  aws: Aws,
  clusterName: string,
  pod: { namespace: string; name: string },
  question: PodQuestion,
): Promise<PodExplanation> {
  const kube = openCluster(aws, await describeCluster(aws, clusterName));
  try {
    const found = await findPod(kube, pod.namespace, pod.name);
    const half = await readClusterHalf(aws, kube, await readClusterFacts(aws, clusterName), found);
    return explainPod(await readPodWorld(aws, half, question), question);
  } finally {
    kube.close();
  }
}

/** What is asked about somebody, in the words of whoever asks. */
export interface AskedPrincipal extends Narrowing {
  arn: string;
  verb: string;
  resource: string;
  sessionName?: string;
}

/** Why somebody may do something in a living cluster. @throws LotseError `explain/bad-resource`, `access/…`, `aws/…` */
export async function askPrincipal(
  aws: Aws,
  clusterName: string,
  asked: AskedPrincipal,
): Promise<PrincipalExplanation> {
  const living = await describeCluster(aws, clusterName);
  const kube = openCluster(aws, living);
  try {
    const { arn, sessionName } = asked;
    const wanted = readWanted(asked.verb, asked.resource, asked, await readKinds(kube));
    const question: PrincipalQuestion = { arn, wanted, ...(sessionName === undefined ? {} : { sessionName }) };
    const world = await readPrincipalWorld(aws, kube, living, question);
    const mapped = mappedUserOf(world, question);
    if (!mapped) return explainPrincipal(world, question);
    return explainPrincipal(world, { ...question, review: await review(kube, world, question, mapped) });
  } finally {
    kube.close();
  }
}
