// Which sources a server asks, in which order: `--backend-mode`, and the file that changes it while the server runs.
import { LotseError } from "../../base/index.ts";
import type { MapperName } from "./mapper.ts";

const names: Readonly<Record<string, MapperName>> = {
  MountedFile: "MountedFile",
  EKSConfigMap: "EKSConfigMap",
  CRD: "CRD",
  DynamicFile: "DynamicFile",
  // Names of earlier years.
  File: "MountedFile",
  ConfigMap: "EKSConfigMap",
};

/**
 * Reads a list of backends.
 *
 * @param modes as given, `EKSConfigMap,CRD` split at the commas; undefined is the default
 * @throws LotseError identity/backend-mode when it is empty, or names an unknown one, or one twice
 */
export function backendModes(modes: readonly string[] = ["MountedFile"]): MapperName[] {
  const refuse = (title: string): never => {
    const remedy = "Choose from MountedFile, EKSConfigMap, CRD and DynamicFile, each at most once";
    throw new LotseError("identity/backend-mode", { title, remedy });
  };
  if (modes.length === 0) return refuse("No mapping backend is given");
  const read = modes.map(
    (mode) => (Object.hasOwn(names, mode) && names[mode]) || refuse(`${JSON.stringify(mode)} is no mapping backend`),
  );
  const twice = read.find((mode, i) => read.indexOf(mode) !== i);
  return twice ? refuse(`Mapping backend ${twice} is given twice`) : read;
}

/**
 * The backends of a dynamicBackendModePath file: JSON whose `backendMode` is a list with spaces between.
 *
 * @throws LotseError identity/backend-mode when it can't be read so
 */
export function dynamicBackendModes(text: string): MapperName[] {
  let mode: unknown;
  try {
    mode = (JSON.parse(text) as { backendMode?: unknown } | null)?.backendMode;
  } catch (cause) {
    throw new LotseError("identity/backend-mode", { title: "The file of backend modes is not JSON" }, { cause });
  }
  return backendModes(typeof mode === "string" ? mode.split(" ").filter((name) => name !== "") : []);
}
