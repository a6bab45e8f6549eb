// What of AWS is emulated: the definitions against the schemas. The single source of `lotse sandbox coverage` and of
// the generated reference page.
import type { ServiceDefinition } from "./core/index.ts";
import { serviceSchema } from "./schema/index.ts";
import { services } from "./services/index.ts";

/** Which operations of a service are emulated, and which aren't. */
export interface ServiceCoverage {
  /** As in fault rules and messages: `auto-scaling`. */
  id: string;
  /** AWS's name: `Auto Scaling`. */
  name: string;
  emulated: readonly string[];
  missing: readonly string[];
}

/** Every service of the sandbox, sorted by id, with its operations sorted by name. */
export function sandboxCoverage(definitions: readonly ServiceDefinition[] = services): ServiceCoverage[] {
  return definitions
    .map((service) => {
      const schema = serviceSchema(service.id);
      const all = schema.operationNames().toSorted();
      return {
        id: service.id,
        name: schema.serviceId,
        emulated: all.filter((name) => Object.hasOwn(service.operations, name)),
        missing: all.filter((name) => !Object.hasOwn(service.operations, name)),
      };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
