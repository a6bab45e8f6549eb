import { describe, it } from "vitest";
import { isRoleArn } from "./annotations.ts";
import { decideIdentity } from "./decide.ts";
import { parseGoBool, parseGoCsvRecord, parseGoInt } from "./go-values.ts";
import { readContainerIdentities, readIdentityConfig } from "./lists.ts";
import { webhookDefaults } from "./settings.ts";

const role = "arn:aws:iam::111122223333:role/app";
const base = { namespace: "shop", serviceAccount: "cart", containerIdentities: new Set<string>() };
const annotated = (more: Record<string, string> = {}) => ({
  ...base,
  annotations: { "eks.amazonaws.com/role-arn": role, ...more },
});

describe("which identity a pod gets", () => {
  it("is none without a role, with an empty one, and for an unknown service account", ({ expect }) => {
    for (const annotations of [undefined, {}, { "eks.amazonaws.com/role-arn": "" }])
      expect(decideIdentity({ ...base, annotations }, webhookDefaults)).toBeUndefined();
  });

  it("is the annotated role, with flags where annotations say nothing", ({ expect }) => {
    expect(decideIdentity(annotated(), webhookDefaults)).toEqual({
      mode: "web-identity",
      roleArn: role,
      audience: "sts.amazonaws.com",
      regionalSts: false,
      tokenExpiration: 86_400,
    });
    const all = annotated({
      "eks.amazonaws.com/audience": "mine",
      "eks.amazonaws.com/sts-regional-endpoints": "T",
      "eks.amazonaws.com/token-expiration": "60",
    });
    expect(decideIdentity(all, webhookDefaults)).toMatchObject({
      audience: "mine",
      regionalSts: true,
      tokenExpiration: 600,
    });
    const unreadable = annotated({
      "eks.amazonaws.com/sts-regional-endpoints": "yes",
      "eks.amazonaws.com/token-expiration": "1e4",
    });
    expect(decideIdentity(unreadable, { ...webhookDefaults, regionalSts: true })).toMatchObject({
      regionalSts: true,
      tokenExpiration: 86_400,
    });
  });

  it("is the agent's before the annotation's, with the account's other wishes", ({ expect }) => {
    const containerIdentities = new Set(["shop/cart"]);
    const wishes = annotated({ "eks.amazonaws.com/token-expiration": "900" });
    expect(decideIdentity({ ...wishes, containerIdentities }, webhookDefaults)).toEqual({
      mode: "container-credentials",
      regionalSts: false,
      tokenExpiration: 900,
    });
    expect(
      decideIdentity({ ...annotated(), containerIdentities: new Set(["other/cart"]) }, webhookDefaults)?.mode,
    ).toBe("web-identity");
  });

  it("is the annotation's, then the list's of its namespace, then the list's of all namespaces", ({ expect }) => {
    const config = readIdentityConfig(
      JSON.stringify({
        "shop/cart": { RoleARN: "arn:exact", Audience: "a", TokenExpiration: 100 },
        "*/cart": { RoleARN: "arn:any" },
        "sho*/till": { RoleARN: "arn:pattern" },
      }),
    );
    const of = (query: object) => decideIdentity({ ...base, annotations: {}, config, ...query }, webhookDefaults);
    expect(of({})).toMatchObject({ roleArn: "arn:exact", audience: "a", tokenExpiration: 600 });
    expect(of({ namespace: "other" })).toMatchObject({ roleArn: "arn:any", audience: "", tokenExpiration: 86_400 });
    expect(of({ serviceAccount: "till" })).toBeUndefined();
    expect(of(annotated())).toMatchObject({ roleArn: role });
  });

  it("completes names where that is switched on, and takes another prefix", ({ expect }) => {
    const settings = {
      ...webhookDefaults,
      annotationPrefix: "example.com",
      composeRoleArn: { partition: "aws-cn", account: "1" },
    };
    const named = (text: string) =>
      decideIdentity({ ...base, annotations: { "example.com/role-arn": text } }, settings);
    expect(named("path/app")).toMatchObject({ roleArn: "arn:aws-cn:iam::1:role/path/app" });
    expect(named(role)).toMatchObject({ roleArn: role });
  });
});

describe("lists", () => {
  it("of the agent's accounts: a file, an empty file, and what is none", ({ expect }) => {
    const text = '{"identities":[{"namespace":"shop","serviceAccount":"cart"}]}';
    expect([...readContainerIdentities(text)]).toEqual(["shop/cart"]);
    expect([readContainerIdentities("\n").size, readContainerIdentities("{}").size]).toEqual([0, 0]);
    for (const wrong of ["[]", '{"identities":{}}', '{"identities":[{"namespace":"x"}]}', "nonsense"])
      expect(() => readContainerIdentities(wrong)).toThrow(SyntaxError);
  });

  it("of a ConfigMap: refuse what has another type", ({ expect }) => {
    for (const wrong of ["[]", '{"a/b":1}', '{"a/b":{"RoleARN":1}}', '{"a/b":{"TokenExpiration":"1"}}', "{"])
      expect(() => readIdentityConfig(wrong)).toThrow(SyntaxError);
    expect(readIdentityConfig("").size).toBe(0);
  });
});

describe("values as Go reads them", () => {
  it("booleans, whole numbers, records", ({ expect }) => {
    expect(["1", "True", "f", "yes", "TRUE ", "__proto__"].map(parseGoBool)).toEqual([
      true,
      true,
      false,
      undefined,
      undefined,
      undefined,
    ]);
    expect(["+7", "-7", "007", "", "7.0", " 7"].map(parseGoInt)).toEqual([7, -7, 7, undefined, undefined, undefined]);
    expect(parseGoCsvRecord('a,"b ""c"", d",')).toEqual(["a", 'b "c", d', ""]);
    expect(['"open', '"a"b', 'a"b', "", "\n"].map(parseGoCsvRecord)).toEqual(Array(5).fill(undefined));
  });

  it("ARNs of roles, in every partition", ({ expect }) => {
    expect(["aws", "aws-cn", "aws-us-gov"].every((each) => isRoleArn(`arn:${each}:iam::111122223333:role/a/b`))).toBe(
      true,
    );
    expect(["app", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:user/x"].some(isRoleArn)).toBe(false);
  });
});
