// The official SDK clients are the judge: what they send must arrive as it was given, what is answered must come back.
import * as AutoScaling from "@aws-sdk/client-auto-scaling";
import * as CloudFormation from "@aws-sdk/client-cloudformation";
import * as CloudTrail from "@aws-sdk/client-cloudtrail";
import * as Logs from "@aws-sdk/client-cloudwatch-logs";
import * as EC2 from "@aws-sdk/client-ec2";
import * as EKS from "@aws-sdk/client-eks";
import * as IAM from "@aws-sdk/client-iam";
import * as KMS from "@aws-sdk/client-kms";
import * as S3 from "@aws-sdk/client-s3";
import * as SSM from "@aws-sdk/client-ssm";
import * as STS from "@aws-sdk/client-sts";
import fc from "fast-check";
import { describe, it } from "vitest";
import { administratorKey, administratorOf } from "../administrator.ts";
import type { Call, Operation } from "../core/index.ts";
import { Cloud, Random } from "../core/index.ts";
import { createDispatcher } from "../dispatcher.ts";
import { inProcessHandler } from "../gateway/in-process.ts";
import type { Member, Shape, StructureShape } from "../schema/index.ts";
import { isStructure, serviceSchema } from "../schema/index.ts";

const clients: Record<string, object> = {
  "auto-scaling": AutoScaling,
  cloudformation: CloudFormation,
  cloudtrail: CloudTrail,
  "cloudwatch-logs": Logs,
  ec2: EC2,
  eks: EKS,
  iam: IAM,
  kms: KMS,
  s3: S3,
  ssm: SSM,
  sts: STS,
};

/** Members that the SDK changes on their way (hashes, encodings, predicted values): not the wire's business. */
const changedBySdk = new Set([
  "ContentMD5",
  "ContentLength",
  "ContentType",
  "ContentEncoding",
  "CopySourceSSECustomerKey",
  "CopySourceSSECustomerKeyMD5",
  "SSECustomerKey",
  "SSECustomerKeyMD5",
  "Expires",
  "ExpiresString",
  "PresignedUrl",
]);

const isChanged = (name: string): boolean => changedBySdk.has(name) || name.startsWith("Checksum");

/** Makes values of a shape from a seed. Depth is limited: beyond it optional members are left out. */
class Values {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  input(shape: StructureShape): Record<string, unknown> {
    return this.#structure(shape, 0);
  }

  #structure(shape: StructureShape, depth: number): Record<string, unknown> {
    const members = shape.members.filter((member) => !isChanged(member.name));
    const chosen = members.filter(
      (member) =>
        member.required ||
        member.traits.label ||
        member.traits.payload ||
        (depth < 3 && this.#random.next() < (depth === 0 ? 0.6 : 0.3)),
    );
    const first = members[Math.floor(this.#random.next() * members.length)];
    if (chosen.length === 0 && first) chosen.push(first);
    const picked = shape.kind === "union" ? chosen.slice(0, 1) : chosen;
    return Object.fromEntries(picked.map((member) => [member.name, this.#member(member, depth + 1)]));
  }

  #member(member: Member, depth: number): unknown {
    const { traits, shape } = member;
    if (member.name === "Bucket" && traits.label) return `bucket-${this.#random.text("abcdef0123456789", 6)}`;
    if (traits.responseCode) return 200;
    if (traits.header && shape.kind === "string") return this.#random.text("abcXYZ0189-_./", 8);
    if (traits.header && shape.kind === "list") return [this.#random.text("abc", 4), this.#random.text("abc", 3)];
    if (traits.prefixHeaders) return { [this.#random.text("abc", 5)]: this.#random.text("abc 9", 6).trim() };
    if (traits.label && shape.kind === "string") return `a${this.#random.text("abz/:é +%@", 6)}b`;
    return this.#value(shape, depth);
  }

  #value(shape: Shape, depth: number): unknown {
    if (isStructure(shape)) return this.#structure(shape, depth);
    if (shape.kind === "list") return [1, 2].map(() => this.#member(shape.value, depth + 1));
    if (shape.kind === "map") {
      return Object.fromEntries(["k.1", "k 2"].map((key) => [key, this.#member(shape.value, depth + 1)]));
    }
    if (shape.kind === "boolean") return this.#random.next() < 0.5;
    if (shape.kind === "number") return Math.floor(this.#random.next() * 1000);
    if (shape.kind === "timestamp") return new Date(1_700_000_000_000 + Math.floor(this.#random.next() * 1e9) * 1000);
    if (shape.kind === "blob") return new Uint8Array([1, 2, Math.floor(this.#random.next() * 256)]);
    if (shape.kind === "bigint") return BigInt(Math.floor(this.#random.next() * 1000));
    return `x${this.#random.text("abc <>&\"'\né€+%=", 6)}😀y`;
  }
}

function comparable(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([name, inner]) => inner !== undefined && !isChanged(name));
    return Object.fromEntries(entries.map(([name, inner]) => [name, comparable(inner)]));
  }
  return value;
}

interface Client {
  send(command: object): Promise<Record<string, unknown>>;
}
type Constructor<T> = new (input: object) => T;

/** A service that answers every operation with what it is told to, and keeps what it was asked. */
function echo(id: string): { client: Client; answer: { output: object }; heard: Call[]; sdk: Record<string, unknown> } {
  const answer = { output: {} };
  const heard: Call[] = [];
  const operations = Object.fromEntries(
    serviceSchema(id)
      .operationNames()
      .map((name): [string, Operation] => [name, { run: () => answer.output, permissions: () => [], anonymous: true }]),
  );
  const cloud = new Cloud({
    services: [{ id, iamPrefix: id, operations }],
    guards: { record: (call) => void heard.push(call) },
  });
  const account = "123456789012";
  const region = "eu-central-1";
  const administrator = { ...administratorKey, principal: administratorOf(account, "aws") };
  const { dispatch } = createDispatcher({ cloud, account, region, administrator });
  const sdk = clients[id] as Record<string, unknown>;
  const className = Object.keys(sdk).find((key) => key.endsWith("Client") && key !== "__Client") as string;
  const client = new (sdk[className] as Constructor<Client>)({
    endpoint: "http://127.0.0.1",
    region,
    // A copy: the SDK writes into it.
    credentials: { ...administratorKey },
    requestHandler: inProcessHandler(dispatch),
    maxAttempts: 1,
    responseChecksumValidation: "WHEN_REQUIRED",
    disableHostPrefix: true,
  });
  return { client, answer, heard, sdk };
}

/** Event streams, and operations that the SDK answers itself or treats in a way of its own. */
const skipped = new Set([
  "s3 SelectObjectContent",
  "s3 CreateSession",
  // Another host's; on one port ListBuckets has its path.
  "s3 ListDirectoryBuckets",
  "s3 WriteGetObjectResponse",
  "cloudwatch-logs StartLiveTail",
  "cloudwatch-logs GetLogObject",
  // The clients presign these themselves.
  "ec2 CopySnapshot",
]);

async function roundTrip(id: string, operation: string, seed: number, service: ReturnType<typeof echo>): Promise<void> {
  const schema = serviceSchema(id).operation(operation);
  if (!schema) throw new Error(`${id} has no ${operation}`);
  const values = new Values(seed);
  const input = values.input(schema.input);
  const output = values.input(schema.output);
  service.answer.output = output;
  service.heard.length = 0;
  const Command = service.sdk[`${operation}Command`] as Constructor<object>;
  const { $metadata: _metadata, ...result } = await service.client.send(new Command(input));
  const heard = service.heard[0]?.input as Record<string, unknown>;
  for (const [name, value] of Object.entries(result)) {
    const stream = value as { transformToByteArray?: () => Promise<Uint8Array> } | undefined;
    if (stream?.transformToByteArray) result[name] = await stream.transformToByteArray();
  }
  const sent = comparable(input) as Record<string, unknown>;
  const received = comparable(heard) as Record<string, unknown>;
  const differences = Object.keys(sent).filter(
    (key) => JSON.stringify(sorted(sent[key])) !== JSON.stringify(sorted(received[key])),
  );
  if (service.heard[0]?.operation !== operation)
    throw new Error(`${operation} arrived as ${service.heard[0]?.operation}`);
  if (differences.length > 0) {
    const [key = ""] = differences;
    throw new Error(
      `${operation} input ${key}: sent ${JSON.stringify(sent[key])}, got ${JSON.stringify(received[key])}`,
    );
  }
  const given = comparable(output) as Record<string, unknown>;
  const back = comparable(result) as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (JSON.stringify(sorted(given[key])) !== JSON.stringify(sorted(back[key]))) {
      throw new Error(
        `${operation} output ${key}: gave ${JSON.stringify(given[key])}, got ${JSON.stringify(back[key])}`,
      );
    }
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, sorted(inner)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe("wire", () => {
  for (const id of Object.keys(clients)) {
    it(`carries every operation of ${id} to and from the SDK`, async ({ expect }) => {
      const service = echo(id);
      const failures: string[] = [];
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
          for (const operation of serviceSchema(id).operationNames()) {
            if (skipped.has(`${id} ${operation}`)) continue;
            try {
              await roundTrip(id, operation, seed, service);
            } catch (error) {
              failures.push(`${operation}: ${(error as Error).message}`.slice(0, 400));
            }
          }
          expect(failures.slice(0, 12).join("\n")).toBe("");
        }),
        { numRuns: 1, endOnFailure: true },
      );
    });
  }
});
