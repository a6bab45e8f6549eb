// Which account a command talks to: the sandbox of this machine, or whatever the caller's AWS settings say.
import { LotseError } from "../base/index.ts";
import type { OpenOptions } from "../lotse.ts";
import type { Invocation } from "./command.ts";
import { environmentCredentials } from "./environment-credentials.ts";
import { profileSettings } from "./token/profile-files.ts";

export interface Target {
  /** How to open the door to it. */
  open: OpenOptions;
  /** For headers and questions: `sandbox http://127.0.0.1:4566`, `AWS`, or another endpoint's URL. */
  label: string;
  /** An emulated account, whose clusters may have nothing inside. */
  isSandbox: boolean;
  /** A sandbox's own time when it was found, ISO-8601: its calendar may be another than ours. */
  time?: string;
}

/** The time in an account: a sandbox has a calendar of its own. */
export const timeIn = ({ time }: Target): Date => (time === undefined ? new Date() : new Date(time));

/** The day in an account, `2026-11-21`. */
export const dayIn = (target: Target): string => timeIn(target).toISOString().slice(0, 10);

function regionOf(invocation: Invocation, fileRegion: string | undefined): string | undefined {
  const asked = invocation.options["region"];
  // The form of every region of every partition; a typo would end as a host that doesn't exist, or a wrong signature.
  if (typeof asked === "string" && !/^[a-z]{2}(-[a-z]+){1,3}-\d{1,2}$/.test(asked)) {
    throw new LotseError("cli/usage", {
      title: `--region ${JSON.stringify(asked)} is no region of AWS`,
      remedy: "Give it as eu-central-1 or us-west-2.",
    });
  }
  if (typeof asked === "string" && fileRegion !== undefined && asked !== fileRegion) {
    throw new LotseError("cli/usage", {
      title: `--region ${asked} contradicts the file, which says ${fileRegion}`,
      remedy: "Leave --region out, or change metadata.region in the file.",
    });
  }
  return typeof asked === "string" ? asked : fileRegion;
}

async function sandboxTarget(invocation: Invocation, region: string | undefined): Promise<Target> {
  const { defaultStateFolder, startDaemon, toolVariables } = await import("../sandbox/index.ts");
  const { status, started } = await startDaemon({ folder: defaultStateFolder(invocation.env) });
  if (started) {
    const text = `sandbox started at ${status.endpoint}; lotse sandbox down stops it, its state stays`;
    invocation.host.emit({ level: "info", code: "cli/sandbox-started", text });
  }
  const { set } = toolVariables(status, {});
  const credentials = {
    accessKeyId: set["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: set["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const open = { region: region ?? status.region, endpoint: status.endpoint, credentials };
  return { open, label: `sandbox ${status.endpoint}`, isSandbox: true, time: status.time };
}

/** A sandbox's time, where one answers at an endpoint; anything else that answers doesn't know the question. */
async function sandboxTime(endpoint: string): Promise<string | undefined> {
  const { adminCall } = await import("../sandbox/index.ts");
  try {
    const answer = await adminCall(endpoint.replace(/\/+$/, ""), "GET status", { timeout: 2000 });
    const { time } = JSON.parse(answer) as { time?: unknown };
    return typeof time === "string" ? time : undefined;
  } catch {
    // Another emulator, a proxy, or nobody: the first call of AWS's API will tell.
    return undefined;
  }
}

/**
 * Finds the account. With `--sandbox` a sandbox is started when none is running, and nothing of the caller's AWS settings
 * is looked at.
 *
 * @param fileRegion region that the cluster file names
 * @throws LotseError `cli/usage` when no region is known
 */
export async function resolveTarget(invocation: Invocation, fileRegion?: string): Promise<Target> {
  const region = regionOf(invocation, fileRegion);
  const { options, env } = invocation;
  if (options["sandbox"] === true) {
    const other = options["endpointUrl"] === undefined ? "profile" : "endpoint-url";
    if (options["endpointUrl"] !== undefined || options["profile"] !== undefined) {
      throw new LotseError("cli/usage", {
        title: `--sandbox and --${other} contradict each other`,
        remedy: "Leave one of them out: --sandbox is an account of its own.",
      });
    }
    return sandboxTarget(invocation, region);
  }
  // Keys beat AWS_PROFILE for every AWS tool but the SDK that lotse is made with; --profile beats both.
  const keys = options["profile"] === undefined && env["AWS_PROFILE"] ? environmentCredentials(env) : undefined;
  const profile = options["profile"] ?? (keys ? undefined : env["AWS_PROFILE"]);
  const named = region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const known =
    named || profileSettings(typeof profile === "string" && profile !== "" ? profile : "default", env)["region"];
  if (known === undefined || known === "") {
    throw new LotseError("cli/usage", {
      title: "No region is known",
      remedy: "Give --region, a file with metadata.region, AWS_REGION, or a region in the profile.",
    });
  }
  const endpoint = typeof options["endpointUrl"] === "string" ? options["endpointUrl"] : env["AWS_ENDPOINT_URL"];
  if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint)) {
    throw new LotseError("cli/usage", {
      title: `"${endpoint}" is no endpoint URL`,
      remedy: "Write it as http://host:port or https://host.",
    });
  }
  const open: OpenOptions = {
    region: known,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys ? { credentials: keys } : {}),
    ...(typeof profile === "string" && profile !== "" ? { profile } : {}),
  };
  const time = endpoint === undefined ? undefined : await sandboxTime(endpoint);
  return { open, label: endpoint ?? "AWS", isSandbox: time !== undefined, ...(time === undefined ? {} : { time }) };
}
