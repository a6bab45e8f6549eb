// The template of a stack's saved input.
import type { StackInput } from "./state.ts";
import type { ReadTemplate } from "./template/index.ts";
import { readTemplate } from "./template/index.ts";

/** Reads the template of a stack with the parameters that it was submitted with. */
export function givenOf(input: Pick<StackInput, "body" | "parameters">): ReadTemplate {
  return readTemplate(
    input.body,
    Object.fromEntries(Object.entries(input.parameters).map(([key, value]) => [key, value.resolved ?? value.value])),
  );
}
