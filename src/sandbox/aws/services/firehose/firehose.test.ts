import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
} from "@aws-sdk/client-firehose";
import { describe, it } from "vitest";
import { createSandbox } from "../../../index.ts";

describe("Firehose", () => {
  it("keeps delivery streams by name", async ({ expect }) => {
    const sandbox = await createSandbox({ listen: false });
    const firehose = new FirehoseClient(sandbox.clientConfig());
    for (const DeliveryStreamName of ["logs", "audit"])
      await firehose.send(new CreateDeliveryStreamCommand({ DeliveryStreamName }));
    const again = firehose.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: "logs" }));
    await expect(again).rejects.toMatchObject({ name: "ResourceInUseException" });
    const first = await firehose.send(new ListDeliveryStreamsCommand({ Limit: 1 }));
    expect([first.DeliveryStreamNames, first.HasMoreDeliveryStreams]).toEqual([["audit"], true]);
    const stream = { DeliveryStreamName: "logs" };
    const { DeliveryStreamDescription } = await firehose.send(new DescribeDeliveryStreamCommand(stream));
    expect(DeliveryStreamDescription).toMatchObject({
      DeliveryStreamStatus: "ACTIVE",
      DeliveryStreamType: "DirectPut",
    });
    await firehose.send(new DeleteDeliveryStreamCommand(stream));
    await expect(firehose.send(new DescribeDeliveryStreamCommand(stream))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
