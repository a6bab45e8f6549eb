// A service as this room sees it: how to make its client, and the commands by operation name. The SDK's classes stay in
// here; everybody else calls operations by name.
import type { OperationName, ServiceName } from "./operations.ts";

/** The part of the SDK's client configuration that lotse sets. */
export interface ClientConfig {
  region: string;
  endpoint?: string;
  credentials?: unknown;
  requestHandler?: unknown;
  maxAttempts: number;
  /** Buckets in the path and not in the host's name, which other endpoints than AWS's don't have. S3 alone looks at it. */
  forcePathStyle?: boolean;
  useDualstackEndpoint?: boolean;
  useFipsEndpoint?: boolean;
  defaultsMode?: "standard";
}

export interface Client {
  send(command: object, options: { abortSignal?: AbortSignal; requestTimeout?: number }): Promise<unknown>;
  destroy(): void;
}

export interface Service {
  readonly name: ServiceName;
  client(config: ClientConfig): Client;
  /** A command of the operation; each try of a call needs a new one. */
  command(operation: string, input: object): object;
}

type CommandClass = new (input: never) => object;

/** Declares a service; the table must name every operation of it in {@link Operations}. */
export function defineService<S extends ServiceName>(
  name: S,
  clientClass: new (config: never) => { send: unknown; destroy(): void },
  commands: Readonly<Record<OperationName<S>, CommandClass>>,
): Service {
  const table: Readonly<Record<string, CommandClass>> = commands;
  return Object.freeze({
    name,
    client: (config: ClientConfig) => new clientClass(config as never) as Client,
    command: (operation: string, input: object) => {
      const Command = table[operation];
      if (!Command) throw new Error(`${name} ${operation} is not in the table of operations`);
      return new Command(input as never);
    },
  });
}
