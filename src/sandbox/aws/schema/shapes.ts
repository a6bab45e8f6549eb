// Types of API members as the codecs walk them: the dump's references resolved to objects, once per shape.
import type { Traits } from "./dump.ts";

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

export interface SimpleShape {
  kind: "string" | "number" | "boolean" | "timestamp" | "document" | "bigint" | "decimal" | "blob";
  /** Of timestamps: undefined means the format of the protocol and place. */
  format?: TimestampFormat;
  /** Of blobs: a body that the client streams. */
  streaming?: boolean;
}

export interface StructureShape {
  kind: "structure" | "union";
  name: string;
  traits: Traits;
  members: readonly Member[];
  /** True when a member here or anywhere below is required. */
  demanding: boolean;
}

export interface ListShape {
  kind: "list";
  name: string;
  traits: Traits;
  value: Member;
  demanding: boolean;
}

export interface MapShape {
  kind: "map";
  name: string;
  traits: Traits;
  key: Member;
  value: Member;
  demanding: boolean;
}

export type Shape = SimpleShape | StructureShape | ListShape | MapShape;

/** A member of a structure, or what a list or map holds; `name` is the API's, traits say its names on the wire. */
export interface Member {
  name: string;
  shape: Shape;
  traits: Traits;
  required: boolean;
}

/** Whether a shape has members by name. */
export function isStructure(shape: Shape): shape is StructureShape {
  return shape.kind === "structure" || shape.kind === "union";
}
