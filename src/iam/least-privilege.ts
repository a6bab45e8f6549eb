// From what was used to a policy that allows just that.

/** One permission that a caller used. */
export interface UsedPermission {
  action: string;
  resource: string;
}

/** A policy document as IAM takes it. */
export interface PolicyJson {
  Version: "2012-10-17";
  Statement: { Sid: string; Effect: "Allow"; Action: string[]; Resource: string[] }[];
}

/**
 * The least policy for a list of uses: actions of one service on the same resources share a statement; everything is
 * sorted, so that equal uses give equal documents.
 */
export function leastPrivilegePolicy(uses: readonly UsedPermission[]): PolicyJson {
  const resourcesByAction = new Map<string, Set<string>>();
  for (const { action, resource } of uses) {
    const resources = resourcesByAction.get(action) ?? new Set();
    resources.add(resource);
    resourcesByAction.set(action, resources);
  }
  const statements = new Map<string, { service: string; actions: string[]; resources: string[] }>();
  for (const [action, set] of [...resourcesByAction].toSorted(([a], [b]) => compare(a, b))) {
    const resources = set.has("*") ? ["*"] : [...set].toSorted();
    const service = action.slice(0, action.indexOf(":"));
    const key = `${service} ${resources.join(" ")}`;
    const statement = statements.get(key) ?? { service, actions: [], resources };
    statement.actions.push(action);
    statements.set(key, statement);
  }
  const counts = new Map<string, number>();
  return {
    Version: "2012-10-17",
    Statement: [...statements.values()].map(({ service, actions, resources }) => {
      const count = (counts.get(service) ?? 0) + 1;
      counts.set(service, count);
      const name = service.replaceAll(/[^a-z0-9]/gi, "");
      const sid = `${name.charAt(0).toUpperCase()}${name.slice(1)}${count === 1 ? "" : count}`;
      return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
    }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
