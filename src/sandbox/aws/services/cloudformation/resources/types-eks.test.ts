// The resource types of EKS through their lives: see type-life.ts.
import { describe, it } from "vitest";
import { live, typeOf } from "./type-life.ts";
import { cases } from "./types.cases.ts";

describe("the resource types of EKS", () => {
  for (const name of Object.keys(cases).filter((one) => typeOf(one).startsWith("AWS::EKS::")))
    it(`${typeOf(name)} lives its life`, ({ expect }) => expect(live(name)).toEqual([]));
});
