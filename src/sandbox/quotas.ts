// Quotas of the emulated account by name: what can be changed, and what was asked for checked.
import { LotseError } from "../base/index.ts";
import type { Quota, ServiceDefinition } from "./aws/core/index.ts";
import { services } from "./aws/services/index.ts";

/** A quota that can be changed, and whose it is. */
export interface ListedQuota extends Quota {
  name: string;
  /** Id of the service. */
  service: string;
}

/** Every quota that can be changed, by service and name. */
export function sandboxQuotas(definitions: readonly ServiceDefinition[] = services): ListedQuota[] {
  return definitions.flatMap(({ id, quotas = {} }) =>
    Object.entries(quotas).map(([name, quota]) => ({ name, service: id, ...quota })),
  );
}

/** Quotas other than AWS's, as given. @throws LotseError `sandbox/bad-quota` for a name or number that makes no sense */
export function checkQuotas(quotas: Readonly<Record<string, number>>): void {
  const known = sandboxQuotas().map(({ name }) => name);
  for (const [name, value] of Object.entries(quotas)) {
    if (!known.includes(name)) {
      throw new LotseError("sandbox/bad-quota", {
        title: `There is no quota "${name}"`,
        remedy: `Quotas are ${known.join(", ")}.`,
        blame: "user",
      });
    }
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new LotseError("sandbox/bad-quota", {
        title: `Quota ${name} can't be ${value}`,
        remedy: "Give a whole number, 0 or more.",
        blame: "user",
      });
    }
  }
}
