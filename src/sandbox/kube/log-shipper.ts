// Logs of a control plane in CloudWatch, for the log types that are on: what the programs write to their files goes into
// the streams of the cluster's log group.
import type { DescribeLogStreamsResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { LogType } from "@aws-sdk/client-eks";
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import type { Cloud, Context } from "../aws/core/index.ts";
import { AwsError, servicePrincipal } from "../aws/core/index.ts";
import { clusters } from "../aws/services/eks/state.ts";
import type { ClusterKey } from "./cluster-key.ts";
import type { RunLog } from "./control-plane/index.ts";

export interface LogShipperOptions {
  key: ClusterKey;
  cloud: Cloud;
  /** Files by log type, and where in them this run began; the authenticator has none, its lines are handed over. */
  files: Readonly<Partial<Record<LogType, RunLog>>>;
  onProblem(problem: Error): void;
}

const interval = 2_000;
/** Of one file in one turn. */
const chunkSize = 256 * 1024;
/**
 * A stream is one row of the state, and a busy cluster audits for ever: after so many lines the rest stays in the file,
 * and the last line of the stream says so.
 */
const mostLines = 5_000;

const prefixes: Readonly<Record<LogType, string>> = {
  api: "kube-apiserver-",
  audit: "kube-apiserver-audit-",
  authenticator: "authenticator-",
  controllerManager: "kube-controller-manager-",
  scheduler: "kube-scheduler-",
};

/** `kube-apiserver-` begins the audit stream's name too: the rest is the cluster's id. */
const isStreamOf = (type: LogType, name: string): boolean => {
  const rest = name.startsWith(prefixes[type]) ? name.slice(prefixes[type].length) : undefined;
  return rest !== undefined && /^[0-9a-f]+$/.test(rest);
};

/** Follows one file from some place on. */
class Tail {
  readonly #file: string;
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: string, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Whole lines that have come since. */
  lines(): string[] {
    if (!existsSync(this.#file)) return [];
    const descriptor = openSync(this.#file, "r");
    try {
      const { size } = fstatSync(descriptor);
      // The file was begun anew.
      if (size < this.#offset) this.#offset = 0;
      const buffer = Buffer.alloc(Math.min(size - this.#offset, chunkSize));
      const read = readSync(descriptor, buffer, 0, buffer.length, this.#offset);
      this.#offset += read;
      // Bytes, not text: a chunk may end within a character.
      const all = Buffer.concat([this.#rest, buffer.subarray(0, read)]);
      const end = all.lastIndexOf(10) + 1;
      this.#rest = all.subarray(end);
      return all
        .subarray(0, end)
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "");
    } finally {
      closeSync(descriptor);
    }
  }
}

const sizeOf = (file: string): number => {
  if (!existsSync(file)) return 0;
  const descriptor = openSync(file, "r");
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
};

export class LogShipper {
  readonly #options: LogShipperOptions;
  readonly #tails: Map<LogType, Tail> = new Map();
  readonly #handed: string[] = [];
  readonly #shipped: Map<LogType, number> = new Map();
  readonly #timer: NodeJS.Timeout;

  constructor(options: LogShipperOptions) {
    this.#options = options;
    for (const type of this.#typesOn()) {
      const log = options.files[type];
      if (log) this.#tails.set(type, new Tail(log.file, log.from));
    }
    this.#timer = setInterval(() => this.#tryToFlush(), interval);
    this.#timer.unref();
  }

  /** A line of the authenticator. */
  authenticator(line: string): void {
    if (this.#typesOn().includes("authenticator")) this.#handed.push(line);
  }

  /** Sends what has come since the last time. */
  flush(): void {
    const on = this.#typesOn();
    for (const type of Object.keys(this.#options.files) as LogType[]) {
      // What was written before the type was switched on isn't sent, as on EKS.
      if (!on.includes(type)) this.#tails.delete(type);
      else this.#ship(type, this.#tailOf(type).lines());
    }
    this.#ship("authenticator", this.#handed.splice(0));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tryToFlush();
  }

  /** A disk that refuses to be read is told, and ends nothing. */
  #tryToFlush(): void {
    try {
      this.flush();
    } catch (error) {
      this.#options.onProblem(error as Error);
    }
  }

  #tailOf(type: LogType): Tail {
    const known = this.#tails.get(type);
    if (known) return known;
    const file = this.#options.files[type]?.file ?? "";
    const tail = new Tail(file, sizeOf(file));
    this.#tails.set(type, tail);
    return tail;
  }

  #typesOn(): readonly LogType[] {
    const { cloud, key } = this.#options;
    return cloud.store.table(clusters, key.account, key.region).get(key.name)?.logTypes ?? [];
  }

  #ship(type: LogType, lines: readonly string[]): void {
    const before = this.#shipped.get(type) ?? 0;
    if (lines.length === 0 || before > mostLines) return;
    const { cloud, key } = this.#options;
    const { account, region, name } = key;
    const ctx = cloud.context({ account, region, principal: servicePrincipal("eks.amazonaws.com", account) });
    const logGroupName = `/aws/eks/${name}/cluster`;
    try {
      const logStreamName = this.#streamOf(ctx, logGroupName, type);
      if (logStreamName === undefined) return;
      const sent = lines.slice(0, mostLines - before);
      const full = before + lines.length > mostLines;
      if (full)
        sent.push(`lotse sandbox: the stream is full, more stands in ${this.#options.files[type]?.file ?? "no file"}`);
      const timestamp = ctx.now();
      const logEvents = sent.map((message) => ({ timestamp, message }));
      ctx.call("cloudwatch-logs", "PutLogEvents", { logGroupName, logStreamName, logEvents });
      this.#shipped.set(type, full ? mostLines + 1 : before + sent.length);
    } catch (error) {
      // Somebody deleted the group: EKS's lines are lost then, too.
      if (!(error instanceof AwsError)) throw error;
    }
  }

  #streamOf(ctx: Context, logGroupName: string, type: LogType): string | undefined {
    const { logStreams = [] } = ctx.call<DescribeLogStreamsResponse>("cloudwatch-logs", "DescribeLogStreams", {
      logGroupName,
      logStreamNamePrefix: prefixes[type],
    });
    return logStreams.map(({ logStreamName = "" }) => logStreamName).find((stream) => isStreamOf(type, stream));
  }
}
