// Where each service's client is loaded from. Lazily: a client costs 90–500 ms to import, and most commands need three.
import type { ServiceName } from "./operations.ts";
import type { Service } from "./service.ts";

const loaders: Readonly<Record<ServiceName, () => Promise<{ service: Service }>>> = {
  autoscaling: () => import("./services/autoscaling.ts"),
  cloudformation: () => import("./services/cloudformation.ts"),
  cloudtrail: () => import("./services/cloudtrail.ts"),
  ec2: () => import("./services/ec2.ts"),
  ecr: () => import("./services/ecr.ts"),
  eks: () => import("./services/eks.ts"),
  firehose: () => import("./services/firehose.ts"),
  guardduty: () => import("./services/guardduty.ts"),
  iam: () => import("./services/iam.ts"),
  inspector2: () => import("./services/inspector2.ts"),
  kms: () => import("./services/kms.ts"),
  logs: () => import("./services/logs.ts"),
  s3: () => import("./services/s3.ts"),
  servicequotas: () => import("./services/service-quotas.ts"),
  ssm: () => import("./services/ssm.ts"),
  sts: () => import("./services/sts.ts"),
};

/** Loads a service's client code; the module system keeps it. */
export async function loadService(name: ServiceName): Promise<Service> {
  return (await loaders[name]()).service;
}
