// The ECR client and the operations of it that lotse calls; loaded on first use.
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("ecr", ECRClient, {
  DescribeRepositories: DescribeRepositoriesCommand,
  GetRegistryScanningConfiguration: GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicy: GetRepositoryPolicyCommand,
});
