// Somebody who talks to a cluster reads it, as somebody who asks AWS does: with the clock `poll`, what is under way for that
// cluster goes on step by step as long as he does.
import type { Cloud } from "../aws/core/index.ts";
import { groups } from "../aws/services/auto-scaling/state.ts";
import { instances } from "../aws/services/ec2/state.ts";
import type { ClusterKey } from "./cluster-key.ts";

/** Between two steps, wall milliseconds: `kubectl get nodes --watch` shows one after the other. */
const pace = 1_000;
/** A connection on which nothing was said for so long is nobody's: clients of an open watch send a sign of life every 30 s. */
const quiet = 90_000;

export interface ReaderOptions {
  key: ClusterKey;
  cloud: Cloud;
  /** Connections that are open. */
  connections(): number;
  onProblem(problem: Error): void;
}

/** Whether a subject of the clock is part of a cluster: its own, those of its groups, add-ons and profiles, its instances. */
export function belongsTo(cloud: Cloud, { account, region, name }: ClusterKey): (subject: string) => boolean {
  const { store } = cloud;
  const owned = `kubernetes.io/cluster/${name}`;
  const eks = new RegExp(`^eks/[a-z]+/${name.replaceAll(/[^\w-]/g, "")}(/|$)`);
  return (subject) => {
    if (eks.test(subject)) return true;
    const [kind, id = ""] = subject.split(/\/(.*)/s);
    if (kind === "group") {
      const tags = store.table(groups, account, region).get(id)?.tags ?? [];
      return tags.some(({ key, value }) => key === owned || (key === "eks:cluster-name" && value === name));
    }
    if (kind !== "instances") return false;
    const changing = store.table(instances, account, region).list(({ transition }) => transition === subject);
    return changing.some(({ tags }) => owned in tags);
  };
}

export class Reader {
  readonly #options: ReaderOptions;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #closed = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Somebody came, or something was said on a connection. */
  heard(): void {
    this.#heardAt = Date.now();
    if (this.#closed || this.#timer || this.#options.cloud.clock.mode.kind !== "poll") return;
    this.#timer = setTimeout(() => this.#step(), pace);
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #step(): void {
    this.#timer = undefined;
    const { cloud, key, connections, onProblem } = this.#options;
    try {
      const { account, region } = key;
      const moved = cloud.clock.observeNext(account, region, belongsTo(cloud, key));
      if (moved) cloud.clock.saveRandomState(cloud.ids.random.state);
    } catch (error) {
      onProblem(error as Error);
    }
    const heardAt = this.#heardAt;
    if (connections() > 0 && Date.now() - heardAt < quiet) this.heard();
    // Going on isn't something that was said.
    this.#heardAt = heardAt;
  }
}
