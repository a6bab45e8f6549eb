// The Firehose client and the operations of it that lotse calls; loaded on first use.
import { DescribeDeliveryStreamCommand, FirehoseClient } from "@aws-sdk/client-firehose";
import { defineService, type Service } from "../service.ts";

export const service: Service = defineService("firehose", FirehoseClient, {
  DescribeDeliveryStream: DescribeDeliveryStreamCommand,
});
