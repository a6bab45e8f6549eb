// How the catalogue of AWS-managed policies is written down.

export interface ManagedStatement {
  Effect: "Allow" | "Deny";
  Action?: readonly string[];
  NotAction?: readonly string[];
  Resource: string | readonly string[];
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface ManagedPolicyDefinition {
  name: string;
  /** Default `/`. */
  path?: string;
  description?: string;
  statements: readonly ManagedStatement[];
}

/** `ec2:A`, `ec2:B` from `ec2`, `A B`. */
export function actionsOf(service: string, names: string): string[] {
  return names.split(" ").map((name) => `${service}:${name}`);
}

/** An Allow statement. */
export function allow(
  actions: readonly string[],
  resource: string | readonly string[] = "*",
  condition?: ManagedStatement["Condition"],
): ManagedStatement {
  return { Effect: "Allow", Action: actions, Resource: resource, ...(condition ? { Condition: condition } : {}) };
}
