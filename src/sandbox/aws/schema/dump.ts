// The format of data/aws/<service>.json, written by scripts/generate/aws-schemas.ts from the SDK clients' schemas.

/** The protocols of AWS's APIs, by Smithy's names. */
export type Protocol = "restJson1" | "awsJson1_0" | "awsJson1_1" | "awsQuery" | "ec2Query" | "restXml";

/**
 * The SDK's numbers for simple types: 0 string, 1 number, 2 boolean, 4 timestamp in the protocol's own format,
 * 5 date-time, 6 http-date, 7 epoch seconds, 15 document, 17 big integer, 19 big decimal, 21 blob, 42 streaming blob.
 */
export type SimpleNumber = number;

/** A type without traits: a simple type, a named shape, or an unnamed list or map. */
export type RefDump = SimpleNumber | string | { list: RefDump } | { map: [key: RefDump, value: RefDump] };

/** A type, with its traits where it has some. */
export type MemberDump = RefDump | [ref: RefDump, traits: Traits];

/** What a member says about its place on the wire. Flags are 1. */
export interface Traits {
  label?: 1;
  sensitive?: 1;
  payload?: 1;
  responseCode?: 1;
  queryParams?: 1;
  header?: string;
  query?: string;
  prefixHeaders?: string;
  jsonName?: string;
  xmlName?: string;
  flat?: 1;
  attribute?: 1;
  namespace?: string | [prefix: string, uri: string];
  ec2Name?: string;
  streaming?: 1;
  sparse?: 1;
}

export interface ShapeDump {
  kind: "structure" | "union" | "list" | "map";
  traits?: Traits;
  members?: Record<string, MemberDump>;
  /** The first so many members are required. */
  required?: number;
  key?: MemberDump;
  value?: MemberDump;
}

export interface OperationDump {
  /** Names of shapes; `Unit` has no members. */
  input: string;
  output: string;
  http?: [method: string, template: string, status: number];
}

export interface ErrorDump {
  shape: string;
  status: number;
  /** The code on the wire where it isn't the shape's name (awsQuery). */
  code?: string;
  fault?: "server";
}

export interface ServiceDump {
  /** Package and version that the dump was made from. */
  source: string;
  id: string;
  serviceId: string;
  signingName: string;
  protocol: Protocol;
  version: string;
  xmlNamespace?: string;
  /** Prefix of `X-Amz-Target`. */
  target?: string;
  queryCompatible?: true;
  namespace: string;
  operations: Record<string, OperationDump>;
  errors: Record<string, ErrorDump>;
  shapes: Record<string, ShapeDump>;
}

/** One line of data/aws/index.json: what routing needs to know before a schema is read. */
export type ServiceEntry = Pick<ServiceDump, "id" | "serviceId" | "signingName" | "protocol" | "version" | "target">;
