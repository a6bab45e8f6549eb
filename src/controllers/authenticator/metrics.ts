// What is counted, under the names that dashboards of aws-iam-authenticator know.
import type { ReviewResult } from "../../identity/index.ts";
import type { Counter, Histogram, Metrics } from "../frame/index.ts";

export interface AuthenticatorMetrics {
  latency: Histogram;
  stsFailures: Counter;
  stsThrottling: Counter;
  stsResponses: Counter;
  describeInstances: Counter;
  configMapFailures: Counter;
  dynamicFileFailures: Counter;
  dynamicLatency: Histogram;
}

/** Labels of results; the fourth is spelled so in the original, and dashboards ask for it. */
export const resultLabels: Readonly<Record<ReviewResult, string>> = {
  success: "success",
  invalid_token: "invalid_token",
  sts_error: "sts_error",
  sts_throttling: "sts_throttling",
  unknown_user: "uknown_user",
};

/** The metrics of one server. */
export function authenticatorMetrics(metrics: Metrics): AuthenticatorMetrics {
  const name = (text: string): string => `aws_iam_authenticator_${text}`;
  const counter = (text: string, help: string): Counter => {
    const made = metrics.counter(name(text), help);
    // Shown from the start, so that a rate has something to begin with.
    made.inc({}, 0);
    return made;
  };
  return {
    latency: metrics.histogram(name("authenticate_latency_seconds"), "Authenticate call latency"),
    stsFailures: metrics.counter(name("sts_connection_failures_total"), "STS calls that failed or timed out."),
    stsThrottling: metrics.counter(name("sts_throttling_total"), "STS calls that were throttled."),
    stsResponses: metrics.counter(name("sts_responses_total"), "STS answers by status."),
    describeInstances: counter("ec2_describe_instances_calls_total", "Number of EC2 describe instances calls."),
    configMapFailures: counter("configmap_watch_failures_total", "EKS Configmap watch failures"),
    dynamicFileFailures: counter("dynamicfile_failures_total", "Dynamic file failures"),
    dynamicLatency: metrics.histogram(
      name("dynamic_e2e_latency_seconds"),
      "From a dynamic file's LastUpdatedDateTime until it is in force.",
      [1, 3, 5, 10, 15, 20, 30, 60],
    ),
  };
}
