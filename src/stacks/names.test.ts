import { describe, it } from "vitest";
import { stackNames, toTags, zoneSuffix } from "./names.ts";

describe("names", () => {
  it("names an access entry's stack by the hash of its principal, as eksctl did", ({ expect }) => {
    expect(stackNames.accessEntry("c", "arn:aws:iam::111122223333:role/role-name-2")).toBe(
      "eksctl-c-accessentry-HAG4DRFJPRJLHHRRRHSQSM5J3KHSIVPL",
    );
  });

  it("writes zones into logical ids", ({ expect }) => {
    expect(zoneSuffix("us-west-2-lax-1a")).toBe("USWEST2LAX1A");
  });
});

describe("tags of a stack", () => {
  it("sends a tag twice when two maps hold it with equal values, as eksctl does", ({ expect }) => {
    expect(toTags({ a: "1", b: "2" }, { a: "1" }).map(({ Key }) => Key)).toEqual(["a", "a", "b"]);
  });

  it("sends only the last of differing values", ({ expect }) => {
    expect(toTags({ team: "platform" }, { team: "data" })).toEqual([{ Key: "team", Value: "data" }]);
  });
});
