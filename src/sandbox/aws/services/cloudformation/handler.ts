// The contract of a resource type: how the engine creates, reads, changes and deletes it through the service's own API.
import type { Context } from "../../core/index.ts";

/** What a handler works with. Calls are made in the name of whoever changes the stack. */
export interface ResourceRequest<Properties = Record<string, unknown>> {
  type: string;
  logicalId: string;
  stackId: string;
  stackName: string;
  /** Properties as the template says, resolved and coerced to the specification's types; stack tags merged in. */
  properties: Properties;
  /** Empty until the resource exists. */
  physicalId: string;
  /** The resource's UpdatePolicy, and its CreationPolicy under that name. */
  policies: { update?: object; creation?: object };
  /** What the last `stable` asked to remember. */
  memo: unknown;
  ctx: Context;
  /** Calls the type's own service. */
  call<Output = Record<string, unknown>>(operation: string, input: object): Output;
  /** Calls another service. */
  callOther<Output = Record<string, unknown>>(service: string, operation: string, input: object): Output;
  /** A call that is answered with undefined where the service says that there is no such thing. */
  find<Output = Record<string, unknown>>(operation: string, input: object): Output | undefined;
  /** `<stack>-<logical id>-<12 characters>`, shortened and lower-cased as the service needs it. */
  generatedName(limits?: { max?: number; lower?: boolean }): string;
  /** What `stable` will find as `memo` when it looks for the first time. */
  remember(memo: object): void;
  /** Writes an event of this resource without changing its state. */
  say(reason: string): void;
}

/** What reading a resource gives: properties under CloudFormation's names, and attributes. */
export type Model = Readonly<Record<string, unknown>>;

/** `true`: done; `false`: look again later; `failed`: it will never be; `memo`: look again, and remember. */
export type Stability = boolean | { failed: string } | { memo: unknown };

export interface ResourceHandler<Properties = Record<string, unknown>> {
  type: string;
  /** Id of the service definition. */
  service: string;
  /** The property that gives the resource a name of the user's own. */
  name?: string;
  /** Virtual seconds from the call to the first look; default 1. */
  seconds?: number;
  /** Returns the physical id, with attributes that can be read only now. */
  create(request: ResourceRequest<Properties>): string | { id: string; attributes: Model };
  /** Undefined when the resource is gone. */
  read(request: ResourceRequest<Properties>): Model | undefined;
  /** Absent: nothing can be changed in place. */
  update?(request: ResourceRequest<Properties>, old: Properties): void;
  delete(request: ResourceRequest<Properties>): void;
  /** After create and update. Absent: at once. */
  stable?(request: ResourceRequest<Properties>): Stability;
  /** After delete. Absent: at once. */
  gone?(request: ResourceRequest<Properties>): Stability;
  /** Ref, where it isn't the physical id. */
  ref?(model: Model, physicalId: string): string;
  /** Where the specification's word on replacement needs correcting: `before` and `after` are a property's values. */
  replaces?(property: string, before: unknown, after: unknown): "yes" | "no" | undefined;
  /** Properties that reading can't give back: they are never drift. */
  writeOnly?: readonly string[];
  /** Puts on the tags that start with `aws:`; the request's `call` is made in the name of CloudFormation itself. */
  tag?(request: ResourceRequest<Properties>, tags: readonly { Key: string; Value: string }[]): void;
}

/** Thrown by `update` when the change needs a new resource after all: the engine replaces it. */
export class NeedsReplacement extends Error {}

/** A failure as a handler of AWS's registry would report it. */
export class HandlerFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Declares the handler of a type. */
export function resource<Properties = Record<string, unknown>>(
  type: string,
  service: string,
  handler: Omit<ResourceHandler<Properties>, "type" | "service">,
): ResourceHandler {
  return Object.freeze({ type, service, ...handler }) as unknown as ResourceHandler;
}
