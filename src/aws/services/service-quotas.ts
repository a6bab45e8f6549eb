// The Service Quotas client and the operations of it that lotse calls; loaded on first use.
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("servicequotas", ServiceQuotasClient, {
  GetServiceQuota: GetServiceQuotaCommand,
});
