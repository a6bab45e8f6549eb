// What the Platform document can install is what there is, and the image holds it.
import { describe, it } from "vitest";
import { platformRoles } from "../src/config/index.ts";
import { flagsOf, objectsOf, manifestOptions, roles } from "../src/controllers/index.ts";

describe("roles", () => {
  it("of the Platform document are all that don't belong beside an API server of one's own", ({ expect }) => {
    const installable = roles.filter(({ workload }) => !workload.controlPlane).map(({ name }) => name);
    expect(platformRoles).toEqual(installable);
  });

  it("are sorted, and each has a use, a sentence and flags that differ", ({ expect }) => {
    const names = roles.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    for (const role of roles) {
      expect(role.reconcile ?? role.serve ?? role.run).toBeDefined();
      expect(role.title).toMatch(/^[A-Z].*[^.]$/);
      const flags = flagsOf(role).map(({ name }) => name);
      expect(new Set(flags).size).toBe(flags.length);
      expect(["list", "manifests"]).not.toContain(role.name);
    }
  });

  it("ask for no right with a wildcard, but where the definition says so", ({ expect }) => {
    const wild = roles.filter((role) => {
      const rules = objectsOf(role, manifestOptions({})).filter(({ kind }: { kind?: string }) =>
        kind?.endsWith("Role"),
      );
      return JSON.stringify(rules).includes('"*"');
    });
    expect(wild.map(({ name }) => name)).toEqual([]);
  });
});
