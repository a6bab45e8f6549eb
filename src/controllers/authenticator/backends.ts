// The sources of mappings in their order, each kept up to date: what one can't read leaves what it knew in force.
import type { Mapper, MapperName } from "../../identity/index.ts";
import {
  awsAuthMapper,
  backendModes,
  crdMapper,
  dynamicBackendModes,
  dynamicFileMapper,
  mountedFileMapper,
} from "../../identity/index.ts";
import type { Kube, KubeObject } from "../../kube/index.ts";
import { resources } from "../../kube/index.ts";
import type { Logger, Metrics } from "../frame/index.ts";
import { openInformer } from "../frame/index.ts";
import type { Configuration } from "./configuration.ts";
import { keepIdentityMappings } from "./identity-mappings.ts";
import type { AuthenticatorMetrics } from "./metrics.ts";
import { watchFile } from "../frame/index.ts";

export interface BackendOptions {
  configuration: Configuration;
  /** Asked for once, by the backends that need a cluster. */
  kube(): Kube;
  log: Logger;
  metrics: Metrics;
  counted: AuthenticatorMetrics;
  signal: AbortSignal;
}

/** The sources at this moment. */
export interface Backends {
  mappers(): readonly Mapper[];
  /** Why somebody who is mapped may not be found yet; undefined when everything has been read. */
  problem(): string | undefined;
}

/** A source: its mapper, undefined until it has been read for the first time. */
type Source = () => Mapper | undefined;

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

function awsAuth({ kube, log, metrics, counted, signal }: BackendOptions): Source {
  const watch = {
    name: "aws-auth",
    resource: resources.configMaps,
    namespace: "kube-system",
    fieldSelector: "metadata.name=aws-auth",
  };
  const informer = openInformer<ConfigMap>({
    kube: kube(),
    watch,
    namespace: "kube-system",
    log,
    metrics,
    signal,
    onTrouble: () => counted.configMapFailures.inc(),
  });
  let mapper = awsAuthMapper(undefined);
  informer.onChange(({ type, object }) => {
    mapper = awsAuthMapper(type === "DELETED" ? undefined : (object.data ?? {}));
    log.info("aws-auth was read", { change: type });
  });
  return () => (informer.synced ? mapper : undefined);
}

/** Seconds since the time that the file says of itself. */
function ageOf(text: string): number | undefined {
  try {
    const written = Number((JSON.parse(text) as { LastUpdatedDateTime?: unknown }).LastUpdatedDateTime);
    return Number.isFinite(written) && written > 0 ? Math.max(0, Date.now() / 1000 - written) : undefined;
  } catch {
    // Whoever reads the file for its mappings says that.
    return undefined;
  }
}

function dynamicFile({ configuration, log, counted, signal }: BackendOptions): Source {
  const { dynamicFile: file = "", dynamicFileStrict: strict } = configuration;
  let mapper: Mapper | undefined;
  watchFile(file, signal, (text) => {
    try {
      mapper = dynamicFileMapper(text, { strict });
      const age = ageOf(text);
      if (age !== undefined) counted.dynamicLatency.observe(age, { type: "DynamicFile" });
      log.info("the dynamic file was read", { file });
    } catch (error) {
      counted.dynamicFileFailures.inc();
      mapper ??= dynamicFileMapper("", { strict });
      log.error("the dynamic file can't be used; what was read last stays in force", { file, error });
    }
  });
  return () => mapper;
}

const sources: Readonly<Record<string, (options: BackendOptions) => Source>> = {
  MountedFile: ({ configuration }) => {
    const mapper = mountedFileMapper(configuration.mappings);
    return () => mapper;
  },
  EKSConfigMap: awsAuth,
  CRD: ({ kube, log, metrics, signal }) => {
    const objects = keepIdentityMappings({ kube: kube(), log, metrics, signal });
    return () => {
      const found = objects();
      return found && crdMapper(found);
    };
  },
  DynamicFile: dynamicFile,
};

/**
 * Opens the sources that the configuration names; with dynamicBackendModePath others may follow.
 *
 * @throws LotseError `identity/mapping-file` when the configuration's own mappings are wrong
 */
export function openBackends(options: BackendOptions): Backends {
  const { configuration, log, metrics, signal } = options;
  const opened = new Map<MapperName, Source>();
  const open = (modes: readonly MapperName[]): void => {
    for (const mode of modes) {
      const make = sources[mode];
      if (make && !opened.has(mode)) opened.set(mode, make(options));
    }
  };
  let order: readonly MapperName[] = configuration.backends;
  open(order);
  if (configuration.dynamicBackendMode !== undefined) {
    const file = configuration.dynamicBackendMode;
    watchFile(file, signal, (text) => {
      if (text.trim() === "") return;
      try {
        const modes = dynamicBackendModes(text);
        if (modes.includes("DynamicFile") && configuration.dynamicFile === undefined)
          throw new Error("DynamicFile has no server.dynamicfilepath");
        open(modes);
        order = modes;
        log.info("the backends were read", { file, backends: modes });
      } catch (error) {
        log.error("the backends can't be read; those that were named last stay", { file, error });
      }
    });
  }
  const enabled = (yes: boolean): number => (yes ? 1 : 0);
  metrics.collect("aws_iam_authenticator_dynamic_file_enabled", "1 while DynamicFile is a backend.", () =>
    enabled(order.includes("DynamicFile")),
  );
  metrics.collect("aws_iam_authenticator_dynamic_file_only", "1 while DynamicFile is the only backend.", () =>
    enabled(order.length === 1 && order[0] === "DynamicFile"),
  );
  return {
    mappers: () => order.flatMap((mode) => opened.get(mode)?.() ?? []),
    problem() {
      const waiting = order.filter((mode) => opened.get(mode)?.() === undefined);
      return waiting.length === 0 ? undefined : `${waiting.join(", ")} hasn't been read yet`;
    },
  };
}

/** For help: the names of backends. */
export const backendNames: readonly string[] = backendModes(["MountedFile", "EKSConfigMap", "CRD", "DynamicFile"]);
