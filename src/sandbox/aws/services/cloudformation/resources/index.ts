// Every resource type that the sandbox can build. A type without an entry here is refused by name.
import type { ResourceHandler } from "../handler.ts";
import { autoScalingTypes } from "./auto-scaling.ts";
import { cloudFormationTypes } from "./cloudformation.ts";
import { computeTypes } from "./compute.ts";
import { eksObjectTypes } from "./eks-objects.ts";
import { eksTypes } from "./eks.ts";
import { iamTypes } from "./iam.ts";
import { routingTypes } from "./routing.ts";
import { securityGroupTypes } from "./security-groups.ts";
import { storageTypes } from "./storage.ts";
import { vpcTypes } from "./vpc.ts";

const families: readonly (readonly ResourceHandler[])[] = [
  autoScalingTypes,
  cloudFormationTypes,
  computeTypes,
  eksObjectTypes,
  eksTypes,
  iamTypes,
  routingTypes,
  securityGroupTypes,
  storageTypes,
  vpcTypes,
];

const handlers = new Map(families.flat().map((handler) => [handler.type, handler]));

/** The handler of a type; undefined of a type that isn't emulated. */
export function handlerOf(type: string): ResourceHandler | undefined {
  return handlers.get(type);
}

/** All types, sorted: for the page of what is emulated. */
export function resourceTypes(): string[] {
  return [...handlers.keys()].toSorted();
}
