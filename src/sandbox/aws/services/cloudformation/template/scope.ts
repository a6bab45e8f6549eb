// What intrinsic functions are evaluated against.
import type { Json, Template } from "./model.ts";

/** Stands for a value that only creating or updating something will tell. Used by change sets. */
export const UNKNOWN: unique symbol = Symbol("known after apply");

/** Stands for `AWS::NoValue`: whoever holds it is left out. */
export const NO_VALUE: unique symbol = Symbol("AWS::NoValue");

export interface Scope {
  template: Template;
  account: string;
  region: string;
  partition: string;
  urlSuffix: string;
  stackName: string;
  stackId: string;
  notificationArns: readonly string[];
  /** Lists as comma-separated text, SSM parameters already looked up. */
  parameters: Readonly<Record<string, string>>;
  conditions: Readonly<Record<string, boolean>>;
  /** Physical id, or {@link UNKNOWN}. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  importValue(name: string): string;
  zones(region: string): readonly string[];
  /** Value of `{{resolve:service:reference}}`. */
  resolve(service: string, reference: string): string;
}

/** Data that may hold {@link UNKNOWN}. */
export type Value = Json | typeof UNKNOWN | readonly Value[] | { readonly [key: string]: Value };
