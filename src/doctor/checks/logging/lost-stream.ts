// LT-L007: Logs of Fargate go to a stream that doesn't take them.
import { allowedPatterns, documentsOf, takesIn } from "../../account/policies.ts";
import type { AccountFacts } from "../../account/facts.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofObject } from "../../sight.ts";

interface Output {
  stream: string;
  region: string | undefined;
}

/** Sections OUTPUT of Fluent Bit's configuration that name a delivery stream. */
function outputsOf(text: string): Output[] {
  return text
    .split(/^\s*\[/m)
    .filter((section) => /^OUTPUT\]/i.test(section) && /^\s*Name\s+(kinesis_)?firehose\s*$/im.test(section))
    .map((section) => ({
      stream: /^\s*delivery_stream\s+(\S+)/im.exec(section)?.[1] ?? "",
      region: /^\s*region\s+(\S+)/im.exec(section)?.[1],
    }));
}

/** Names of pod execution roles that may not write to Firehose. */
async function shutOut(account: AccountFacts): Promise<string[]> {
  const roles = (await account.read("roles")).filter(({ uses }) => uses.includes("fargate"));
  const judged = await Promise.all(
    roles.map(async (role) => {
      const patterns = allowedPatterns(await documentsOf(account, role));
      return patterns.some((each) => takesIn(each, "firehose:PutRecordBatch")) ? [] : [role.name];
    }),
  );
  return judged.flat();
}

/** Logs of Fargate go to a stream that doesn't take them. */
export const lostStream: Check = defineCheck({
  id: "LT-L007",
  title: "Logs of Fargate go to a stream that doesn't take them",
  area: "logging",
  severity: "error",
  why: "Fargate's log router drops what it can't deliver, and no pod hears of it: the stream has to be there, and the pod execution role has to allow firehose:PutRecordBatch.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html",
  remedy: "Make the delivery stream, and allow firehose:PutRecordBatch on it to the pod execution role.",
  together: async (account, cluster) => {
    const map = (await cluster.list("configMaps")).find(
      ({ metadata }) => metadata.name === "aws-logging" && metadata.namespace === "aws-observability",
    );
    const outputs = outputsOf(Object.values(map?.data ?? {}).join("\n"));
    if (!map || outputs.length === 0) return [];
    // Streams of another region can't be seen through this one.
    const own = outputs.filter(({ region }) => region === undefined || region === account.region);
    const there = await Promise.all(
      own.map(async ({ stream }) => ({ stream, status: await account.lookup("deliveryStream", stream) })),
    );
    const missing = there.filter(({ status }) => status === undefined || /DELETING|FAILED/.test(status));
    const denied = await shutOut(account);
    const text = [
      ...missing.map(({ stream, status }) =>
        status === undefined ? `there is no delivery stream ${stream}` : `delivery stream ${stream} is ${status}`,
      ),
      ...denied.map((name) => `role ${name} may not firehose:PutRecordBatch`),
    ].join("; ");
    return ofObject(cluster, map, text !== "" && { text: `${text[0]?.toUpperCase()}${text.slice(1)}` });
  },
});
