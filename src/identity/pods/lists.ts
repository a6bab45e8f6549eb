// Lists of service accounts beside their annotations: the file of those that use the agent, and the ConfigMap that kops
// and other installers write.
import type { ServiceAccountIdentity } from "./annotations.ts";
import { minTokenExpiration } from "./settings.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a list: `NAMESPACE/NAME`. */
export const accountKey = (namespace: string, name: string): string => `${namespace}/${name}`;

/**
 * Reads `{"identities":[{"namespace":"shop","serviceAccount":"cart"}]}`; an empty file has nobody.
 *
 * @throws SyntaxError when it is something else
 */
export function readContainerIdentities(text: string): ReadonlySet<string> {
  if (text.trim() === "") return new Set();
  const value: unknown = JSON.parse(text);
  const identities = isRecord(value) ? (value["identities"] ?? []) : undefined;
  if (!Array.isArray(identities)) throw new SyntaxError("the file has no list `identities`");
  return new Set(
    identities.map((each: unknown) => {
      const { namespace, serviceAccount } = isRecord(each) ? each : {};
      if (typeof namespace !== "string" || typeof serviceAccount !== "string")
        throw new SyntaxError("an identity needs `namespace` and `serviceAccount`");
      return accountKey(namespace, serviceAccount);
    }),
  );
}

/**
 * Reads the ConfigMap's key `config`: `{"shop/cart":{"RoleARN":"arn:…"}}`; `*` for a namespace stands for all of them, and
 * no other pattern does. An audience that isn't there stays empty, as in the webhook that this takes the place of.
 *
 * @throws SyntaxError when it is something else
 */
export function readIdentityConfig(text: string): ReadonlyMap<string, ServiceAccountIdentity> {
  const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
  if (!isRecord(value)) throw new SyntaxError("`config` is no object");
  return new Map(
    Object.entries(value).map(([key, entry]) => {
      if (!isRecord(entry)) throw new SyntaxError(`the entry ${key} is no object`);
      const { RoleARN: role = "", Audience: audience = "", UseRegionalSTS: regional = false } = entry;
      const seconds = entry["TokenExpiration"] ?? 0;
      if (typeof role !== "string" || typeof audience !== "string" || typeof regional !== "boolean")
        throw new SyntaxError(`the entry ${key} has a member of another type`);
      if (typeof seconds !== "number" || !Number.isSafeInteger(seconds))
        throw new SyntaxError(`TokenExpiration of ${key} is no whole number`);
      const identity: ServiceAccountIdentity = {
        roleArn: role,
        audience,
        regionalSts: regional,
        ...(seconds === 0 ? {} : { tokenExpiration: Math.max(seconds, minTokenExpiration) }),
      };
      return [key, identity];
    }),
  );
}
