// Every resource type that the sandbox can build. A type without an entry here is refused by name.
import type { ResourceHandler } from "../handler.ts";
import { iamTypes } from "./iam.ts";

const families: readonly (readonly ResourceHandler[])[] = [iamTypes];

const handlers = new Map(families.flat().map((handler) => [handler.type, handler]));

/** The handler of a type; undefined of a type that isn't emulated. */
export function handlerOf(type: string): ResourceHandler | undefined {
  return handlers.get(type);
}

/** All types, sorted: for the page of what is emulated. */
export function resourceTypes(): string[] {
  return [...handlers.keys()].toSorted();
}
