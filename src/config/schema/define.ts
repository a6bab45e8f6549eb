// How a field of the file is described: once, with its type, words, default and example. Type checks, hints for unknown keys,
// the JSON schema, `config explain` and the reference page are all derived from these definitions.
import type { FormatName } from "./formats.ts";

export type FieldType = TextType | FlagType | NumberType | ListType | MapType | StructType | DocumentType;

export interface TextType {
  kind: "text";
  /** Values that eksctl or AWS accept. */
  values?: readonly string[];
  /** True where AWS may know more values than this table: others are only a warning. */
  open?: boolean;
  /** What eksctl's users know the refusal by; % is the value. */
  refusal?: string;
  /** True where eksctl compares without regard to case; the spelling of `values` is what the cluster gets. */
  ignoreCase?: boolean;
  format?: FormatName;
  /** What a value of the wrong format is: an error (default), or a warning where eksctl lets it pass. */
  formatSeverity?: "error" | "warning";
}

export interface FlagType {
  kind: "flag";
}

export interface NumberType {
  kind: "number";
  whole: boolean;
  min?: number;
  max?: number;
  /** The only numbers allowed. */
  values?: readonly number[];
}

export interface ListType {
  kind: "list";
  of: FieldType;
  /** True where a map from key to text is another spelling of the list (taints of `nodeGroups`). */
  orMap?: boolean;
}

export interface MapType {
  kind: "map";
  of: FieldType;
  /** What the keys are, for the documentation. */
  keys?: string;
}

export interface StructType {
  kind: "struct";
  struct: Struct;
}

/** Anything goes: an IAM policy, kubelet settings. Must be a map. */
export interface DocumentType {
  kind: "document";
}

/** A value as it can stand in a file. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface FieldNotes {
  /** eksctl's schema calls it required, and a file without it is refused. */
  required?: boolean;
  /** What the field is when the file doesn't say. */
  default?: Json;
  /** The default in words, where it depends on something else. */
  defaultText?: string;
  example?: Json;
  /** Accepted, warned about, and why. */
  deprecated?: string;
  /** Written by eksctl into its output; a file may carry it, nothing reads it. */
  readOnly?: boolean;
  /** True where eksctl takes the key in any case, although its struct is read exactly (`apiVersion`, `kind`). */
  anyCase?: boolean;
  /** The only value there is (`kind`); checked apart from the others. */
  constant?: string;
}

export interface Field extends FieldNotes {
  type: FieldType;
  doc: string;
}

/** One struct of eksctl's configuration. `name` is its name in eksctl's published schema. */
export interface Struct {
  name: string;
  doc: string;
  fields: Readonly<Record<string, Field>>;
  /** How eksctl matches its keys; `exact` when missing. */
  keys?: KeyMatching;
}

/**
 * eksctl reads most structs twice, and the exact pass decides (`exact`). Three it decodes by hand with Go's plain JSON decoder,
 * which takes keys in any case; two of those let unknown keys pass (`any-case-open`).
 */
export type KeyMatching = "exact" | "any-case" | "any-case-open";

/** Every key of the interface needs its field, and no other may be there: the compiler keeps model and definitions together. */
export type Fields<T> = { readonly [K in keyof Required<T>]: Field };

/** A struct whose fields are exactly those of the interface `T`. */
export function struct<T>(name: string, doc: string, fields: Fields<T>, keys: KeyMatching = "exact"): Struct {
  return { name, doc, fields, keys };
}

/** A field: its type, one or two sentences about it, and notes. */
export function field(type: FieldType, doc: string, notes: FieldNotes = {}): Field {
  return { type, doc, ...notes };
}

/** Text, with what its value has to look like. */
export function text(options: Omit<TextType, "kind"> = {}): TextType {
  return { kind: "text", ...options };
}

export const flag: FlagType = { kind: "flag" };

/** A number without a fraction, with its range. */
export function whole(options: Omit<NumberType, "kind" | "whole"> = {}): NumberType {
  return { kind: "number", whole: true, ...options };
}

/** A number, with its range. */
export function number(options: Omit<NumberType, "kind" | "whole"> = {}): NumberType {
  return { kind: "number", whole: false, ...options };
}

/** A list; `orMap` where a map from key to text is another spelling of it. */
export function list(of: FieldType, options: { orMap?: boolean } = {}): ListType {
  return { kind: "list", of, ...options };
}

/** A map of one type of values; `keys` says for the documentation what its keys are. */
export function map(of: FieldType, keys?: string): MapType {
  return { kind: "map", of, ...(keys === undefined ? {} : { keys }) };
}

/** A struct with its own fields. */
export function of(struct: Struct): StructType {
  return { kind: "struct", struct };
}

export const document: DocumentType = { kind: "document" };
