// The GuardDuty client and the operations of it that lotse calls; loaded on first use.
import { GetDetectorCommand, GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("guardduty", GuardDutyClient, {
  GetDetector: GetDetectorCommand,
  ListDetectors: ListDetectorsCommand,
});
