import { describe, it } from "vitest";
import { administratorOf } from "./administrator.ts";
import { Cloud, NotEmulatedError } from "./core/index.ts";
import { sandboxCoverage } from "./coverage.ts";
import { serviceSchema } from "./schema/index.ts";
import { services } from "./services/index.ts";

const account = "123456789012";
const region = "eu-central-1";

describe("coverage", () => {
  it("has no operation that AWS doesn't have", ({ expect }) => {
    for (const { id, operations } of services) {
      const known = serviceSchema(id).operationNames();
      expect(
        Object.keys(operations).filter((name) => !known.includes(name)),
        id,
      ).toEqual([]);
    }
  });

  it("is what calls meet: whatever is listed is carried out or refused, and nothing else", ({ expect }) => {
    const cloud = new Cloud({ services });
    const principal = administratorOf(account, "aws");
    const isThere = (service: string, operation: string): boolean => {
      try {
        cloud.invoke({ service, operation, input: {}, account, region, principal });
      } catch (error) {
        // An empty input is refused by most, and by the wire before that; only "not emulated" as a whole counts here.
        return !(error instanceof NotEmulatedError && error.message.includes(`${service} ${operation} `));
      }
      return true;
    };
    for (const { id, emulated, missing } of sandboxCoverage()) {
      expect(
        emulated.filter((name) => !isThere(id, name)),
        id,
      ).toEqual([]);
      expect(
        missing.filter((name) => isThere(id, name)),
        id,
      ).toEqual([]);
    }
  });
});
