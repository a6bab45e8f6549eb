// Private DNS names of instances, for {{EC2PrivateDNSName}}: remembered, asked for together, and not asked for again and
// again when an instance doesn't exist.
import { errorMessage } from "../../base/index.ts";
import type { Aws } from "../../aws/index.ts";
import type { NodeInstance } from "../../identity/index.ts";
import type { Counter, Logger } from "../frame/index.ts";

export interface InstancesOptions {
  ec2: Pick<Aws, "call">;
  /** Reads the role of an instance profile; without it roles aren't compared. */
  roleOf?: (profileArn: string) => Promise<string | undefined>;
  /** Calls a second, and how many at once. */
  qps: number;
  burst: number;
  calls: Counter;
  log: Logger;
}

/** Looks instances up. */
export interface Instances {
  /** What is known already. */
  known(id: string): NodeInstance | undefined;
  /** Asks EC2, together with others that are asked for; undefined when there is no such instance. */
  find(id: string): Promise<NodeInstance | undefined>;
}

/** Ids that come within so long are asked for in one call. */
const gather = 50;
/** DescribeInstances by id takes 1,000; smaller calls are quicker. */
const mostTogether = 100;
/** Names don't change while an instance lives; forgotten at times, so that the memory doesn't only grow. */
const life = 12 * 3_600_000;
/** An instance that isn't there may be about to appear: EC2 is eventually consistent. */
const absentLife = 10_000;
const mostRemembered = 20_000;

interface Remembered {
  instance: NodeInstance | undefined;
  until: number;
}

/** Opens the look-up. */
export function openInstances(options: InstancesOptions): Instances {
  const { ec2, qps, burst, calls, log, roleOf } = options;
  const memory = new Map<string, Remembered>();
  const waiting = new Map<
    string,
    { promise: Promise<NodeInstance | undefined>; settle(result: Remembered | Error): void }
  >();
  let timer: NodeJS.Timeout | undefined;
  let tokens = burst;
  let filledAt = Date.now();

  const remembered = (id: string): Remembered | undefined => {
    const found = memory.get(id);
    if (found && found.until > Date.now()) return found;
    memory.delete(id);
    return undefined;
  };
  const describe = async (ids: readonly string[]): Promise<Map<string, NodeInstance>> => {
    calls.inc();
    // A filter, not InstanceIds: one id that doesn't exist would make the whole call fail.
    const { Reservations = [] } = await ec2.call("ec2", "DescribeInstances", {
      Filters: [{ Name: "instance-id", Values: [...ids] }],
    });
    const found = new Map<string, NodeInstance>();
    for (const { InstanceId, PrivateDnsName, IamInstanceProfile } of Reservations.flatMap(
      ({ Instances = [] }) => Instances,
    )) {
      if (!InstanceId) continue;
      const profile = IamInstanceProfile?.Arn;
      const roleArn = profile && roleOf ? await roleOf(profile) : undefined;
      found.set(InstanceId, { privateDnsName: PrivateDnsName ?? "", ...(roleArn === undefined ? {} : { roleArn }) });
    }
    return found;
  };
  const ask = async (): Promise<void> => {
    timer = undefined;
    const ids = [...waiting.keys()].slice(0, mostTogether);
    const asked = ids.map((id) => [id, waiting.get(id)] as const);
    for (const id of ids) waiting.delete(id);
    if (waiting.size > 0) schedule();
    try {
      const found = await describe(ids);
      for (const [id, each] of asked) {
        const instance = found.get(id);
        // Without a name it is still being started.
        const lasts = instance && instance.privateDnsName !== "" ? life : absentLife;
        if (memory.size >= mostRemembered) memory.delete(memory.keys().next().value as string);
        const known = { instance, until: Date.now() + lasts };
        memory.set(id, known);
        each?.settle(known);
      }
    } catch (error) {
      log.warn("instances couldn't be described", { error });
      for (const [, each] of asked) each?.settle(new Error(errorMessage(error), { cause: error }));
    }
  };
  const schedule = (): void => {
    const now = Date.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) * qps) / 1000) - 1;
    filledAt = now;
    const pause = tokens >= 0 ? 0 : (-tokens * 1000) / Math.max(qps, 0.1);
    timer = setTimeout(() => void ask(), gather + pause);
  };

  return {
    known: (id) => remembered(id)?.instance,
    async find(id) {
      const known = remembered(id);
      if (known) return known.instance;
      const already = waiting.get(id);
      if (already) return already.promise;
      let settle: (result: Remembered | Error) => void = () => undefined;
      const promise = new Promise<NodeInstance | undefined>((resolve, reject) => {
        settle = (result) => (result instanceof Error ? reject(result) : resolve(result.instance));
      });
      waiting.set(id, { promise, settle });
      if (timer === undefined) schedule();
      return promise;
    },
  };
}
