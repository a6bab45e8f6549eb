// Random roles with access entries, items of aws-auth and bindings, and questions about them.
import fc from "fast-check";

const some = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** So many times with a value to so many times without. */
const maybe = <T>(value: fc.Arbitrary<T>, weight = 1, without = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight, arbitrary: value }, { weight: without, arbitrary: fc.constant(undefined) });

export interface PrincipalCase {
  path: string;
  /** Made anew after its entry was made. */
  stale: boolean;
  entry:
    | { username: string | undefined; group: boolean; policies: { name: string; namespaces: string[] }[] }
    | undefined;
  mapping:
    | { how: "right" | "path" | "session" | "account" | "partition" | "star"; username: string; groups: string[] }
    | undefined;
  bindings: {
    cluster: boolean;
    clusterRole: boolean;
    namespace: string;
    subject: "group" | "user" | "arn" | "everybody" | "nobody";
    rule: { verbs: string[]; apiGroups: string[]; resources: string[]; resourceNames?: string[] };
  }[];
  verb: string;
  resource: string;
  namespace: string | undefined;
  asRole: boolean;
}

const rule = fc
  .record({
    verbs: fc.uniqueArray(some("get", "list", "create", "delete", "*"), { minLength: 1, maxLength: 4 }),
    apiGroups: fc.uniqueArray(some("", "apps", "*"), { minLength: 1, maxLength: 3 }),
    resources: fc.uniqueArray(some("pods", "pods/log", "*/log", "secrets", "deployments", "nodes", "*"), {
      minLength: 1,
      maxLength: 3,
    }),
    names: maybe(some(["web"], ["other"]), 1, 5),
  })
  .map(({ names, ...made }) => (names ? { ...made, resourceNames: names } : made));

/** Any case. */
export const principalCase: fc.Arbitrary<PrincipalCase> = fc.record({
  path: some("/", "/", "/team/"),
  stale: fc.oneof({ weight: 8, arbitrary: some(false) }, some(true)),
  entry: maybe(
    fc.record({
      username: some(undefined, undefined, "user", "u:{{SessionName}}"),
      group: fc.boolean(),
      policies: fc.uniqueArray(
        fc.record({
          name: some(
            "AmazonEKSViewPolicy",
            "AmazonEKSEditPolicy",
            "AmazonEKSAdminPolicy",
            "AmazonEKSSecretReaderPolicy",
            "AmazonEKSAdminViewPolicy",
            "AmazonEKSClusterAdminPolicy",
          ),
          namespaces: some<string[]>([], ["east"], ["west"], ["ea*", "north"]),
        }),
        { maxLength: 2, selector: ({ name }) => name },
      ),
    }),
    1,
  ),
  mapping: maybe(
    fc.record({
      how: fc.oneof(
        { weight: 4, arbitrary: some("right" as const) },
        some("path" as const, "session" as const, "account" as const, "partition" as const, "star" as const),
      ),
      username: some("user", "mapped:{{SessionName}}", "eks:taken", "{{AccountID}}:x"),
      groups: fc.oneof({ weight: 6, arbitrary: some<string[]>([], ["group"]) }, some(["system:masters"])),
    }),
    2,
  ),
  bindings: fc.array(
    fc.record({
      cluster: fc.boolean(),
      clusterRole: fc.boolean(),
      namespace: some("east", "west"),
      subject: some("group" as const, "group" as const, "user" as const, "arn" as const, "nobody" as const),
      rule,
    }),
    { minLength: 1, maxLength: 4 },
  ),
  verb: some("get", "list", "create", "delete"),
  resource: some("pods", "pods/log", "pod/web", "secrets", "deployments.apps", "nodes", "/healthz", "namespaces/east"),
  namespace: some("east", "west", undefined),
  asRole: fc.boolean(),
});
