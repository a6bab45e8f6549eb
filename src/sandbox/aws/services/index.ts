// Every emulated service, sorted by id. A service is a folder here and a line in this list.
import type { ServiceDefinition } from "../core/index.ts";
import { autoScaling } from "./auto-scaling/index.ts";
import { cloudFormation } from "./cloudformation/index.ts";
import { cloudtrail } from "./cloudtrail/index.ts";
import { logs } from "./cloudwatch-logs/index.ts";
import { ec2 } from "./ec2/index.ts";
import { ecr } from "./ecr/index.ts";
import { eks } from "./eks/index.ts";
import { eksAuth } from "./eks-auth/index.ts";
import { firehose } from "./firehose/index.ts";
import { guardduty } from "./guardduty/index.ts";
import { iam } from "./iam/index.ts";
import { inspector2 } from "./inspector2/index.ts";
import { kms } from "./kms/index.ts";
import { s3 } from "./s3/index.ts";
import { serviceQuotas } from "./service-quotas/index.ts";
import { ssm } from "./ssm/index.ts";
import { sts } from "./sts/index.ts";

export const services: readonly ServiceDefinition[] = [
  autoScaling,
  cloudFormation,
  cloudtrail,
  logs,
  ec2,
  ecr,
  eks,
  eksAuth,
  firehose,
  guardduty,
  iam,
  inspector2,
  kms,
  s3,
  serviceQuotas,
  ssm,
  sts,
];
