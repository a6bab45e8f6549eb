// What steps inside the cluster have alike.
import { draft, type Draft } from "../../planning.ts";

/** What IAM has to allow for them: finding the API server. What is done there is the cluster's to allow. */
export const insideIamActions: string[] = ["eks:DescribeCluster"];

/** A step inside the cluster, in the phase of what nobody waits for. */
export function insideDraft(step: Pick<Draft, "kind" | "name" | "action" | "why"> & Partial<Draft>): Draft {
  return draft({ phase: "beside", duration: 2, iamActions: insideIamActions, ...step });
}
