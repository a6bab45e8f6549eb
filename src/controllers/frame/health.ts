// Whether a process lives (`/healthz`) and whether it is of use (`/readyz`), as kubelets ask.

/** Says what is wrong; undefined when nothing is. */
export type Check = () => string | undefined;

export interface Health {
  /** The process is of no use, for now, while this says why. */
  check(name: string, check: Check): void;
  /** The process has to be started anew when this says why. */
  vital(name: string, check: Check): void;
  /** What is wrong, by name of check. */
  problems(kind: "ready" | "alive"): readonly { name: string; problem: string }[];
}

/** A process's checks; it is alive and ready until one of them says otherwise. */
export function openHealth(): Health {
  const checks = { ready: new Map<string, Check>(), alive: new Map<string, Check>() };
  return {
    check: (name, check) => void checks.ready.set(name, check),
    vital: (name, check) => void checks.alive.set(name, check),
    problems: (kind) =>
      [...checks.alive, ...(kind === "ready" ? checks.ready : [])].flatMap(([name, check]) => {
        const problem = check();
        return problem === undefined ? [] : [{ name, problem }];
      }),
  };
}

/** The text of a probe, as API servers write it: a line for each check that fails. */
export function healthText(problems: ReturnType<Health["problems"]>): string {
  return problems.length === 0
    ? "ok\n"
    : problems.map(({ name, problem }) => `[-]${name} failed: ${problem}\n`).join("");
}
