// The log group of a control plane: `/aws/eks/<cluster>/cluster`, with a stream for each component that logs.
import type { DescribeLogStreamsResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { LogType } from "@aws-sdk/client-eks";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { asEks } from "./lookup.ts";
import type { ClusterRow } from "./state.ts";

const streams: Readonly<Record<LogType, readonly string[]>> = {
  api: ["kube-apiserver"],
  audit: ["kube-apiserver-audit"],
  authenticator: ["authenticator"],
  controllerManager: ["kube-controller-manager", "cloud-controller-manager"],
  scheduler: ["kube-scheduler"],
};

/** Makes the group and the streams of the log types that are on. The group outlives the cluster, as on AWS. */
export function ensureLogGroup(ctx: Context, row: Pick<ClusterRow, "name" | "logTypes" | "hidden">): void {
  const eks = asEks(ctx);
  const logGroupName = `/aws/eks/${row.name}/cluster`;
  try {
    eks.call("cloudwatch-logs", "CreateLogGroup", { logGroupName });
  } catch (error) {
    // Whoever wants another retention makes the group before the cluster.
    if (!(error instanceof AwsError) || error.code !== "ResourceAlreadyExistsException") throw error;
  }
  const { logStreams = [] } = eks.call<DescribeLogStreamsResponse>("cloudwatch-logs", "DescribeLogStreams", {
    logGroupName,
  });
  const suffix = row.hidden.endpointId.toLowerCase();
  for (const component of row.logTypes.flatMap((type) => streams[type])) {
    const logStreamName = `${component}-${suffix}`;
    if (logStreams.some((stream) => stream.logStreamName === logStreamName)) continue;
    eks.call("cloudwatch-logs", "CreateLogStream", { logGroupName, logStreamName });
  }
}
