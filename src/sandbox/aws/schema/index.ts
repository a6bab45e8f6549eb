// What AWS's APIs look like, from dumps of the SDK's schemas.
export type { Protocol, ServiceEntry, Traits } from "./dump.ts";
export type { ErrorSchema, OperationSchema } from "./load.ts";
export { serviceEntries, ServiceSchema, serviceSchema } from "./load.ts";
export type { ListShape, MapShape, Member, Shape, SimpleShape, StructureShape, TimestampFormat } from "./shapes.ts";
export { isStructure } from "./shapes.ts";
