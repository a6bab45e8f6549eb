import { it } from "vitest";
import type { Invocation } from "./command.ts";
import { nextCommand } from "./next-command.ts";

const invocation = (options: Record<string, unknown>): Invocation => ({ options }) as unknown as Invocation;

it("goes on in the same account", ({ expect }) => {
  const asked = invocation({ sandbox: true, prune: true, output: "json", yes: true });
  expect(nextCommand(asked, ["apply", "-f", "prod.yaml"])).toBe("lotse apply -f prod.yaml --prune --sandbox");
  const elsewhere = invocation({ endpointUrl: "http://127.0.0.1:4566", profile: "dev" });
  expect(nextCommand(elsewhere, ["destroy", "--name", "prod"], { region: "eu-west-1" })).toBe(
    "lotse destroy --name prod --region eu-west-1 --profile dev --endpoint-url http://127.0.0.1:4566",
  );
});

it("quotes what a shell would take apart", ({ expect }) => {
  expect(nextCommand(invocation({}), ["plan", "-f", "it's my file.yaml"])).toBe(
    String.raw`lotse plan -f 'it'\''s my file.yaml'`,
  );
});
