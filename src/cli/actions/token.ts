// `lotse token` by the whole command line: with --sandbox, and for every way of writing options that commander knows.
import { LotseError } from "../../base/index.ts";
import type { Action } from "../command.ts";
import { exitCode } from "../command.ts";
import { resolveTarget } from "../target.ts";
import { findCredentials } from "../token/find-credentials.ts";
import { makeToken } from "../token/make.ts";
import type { TokenRequest } from "../token/request.ts";

export const run: Action = async (invocation) => {
  const { options, terminal } = invocation;
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const cluster = text("cluster") ?? text("clusterName") ?? text("clusterId");
  if (cluster === undefined)
    throw new LotseError("cli/usage", { title: "No cluster is named", remedy: "Give --cluster <name>." });
  const { open } = await resolveTarget(invocation);
  const sandbox = options["sandbox"] === true;
  const [profile, externalId, sessionName] = [text("profile"), text("externalId"), text("sessionName")];
  const roleArn = text("roleArn") ?? text("role");
  const request: TokenRequest = {
    cluster,
    region: open.region,
    ...(sandbox && open.endpoint !== undefined ? { endpointUrl: open.endpoint } : {}),
    ...(text("endpointUrl") === undefined ? {} : { endpointUrl: text("endpointUrl") as string }),
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(sessionName === undefined ? {} : { sessionName }),
    forwardSessionName: options["forwardSessionName"] === true,
    tokenOnly: options["tokenOnly"] === true,
    cache: options["cache"] !== false,
  };
  const { accessKeyId, secretAccessKey } = open.credentials ?? {};
  // The sandbox has keys of its own, whatever the environment holds.
  const env = sandbox
    ? {
        ...Object.fromEntries(Object.entries(invocation.env).filter(([name]) => !name.startsWith("AWS_"))),
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      }
    : invocation.env;
  const made = await makeToken(request, env, Date.now, findCredentials);
  for (const note of made.notes) terminal.stderr.write(`lotse token: ${note}\n`);
  terminal.stdout.write(made.text);
  return exitCode.done;
};
