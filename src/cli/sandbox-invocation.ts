// What the commands of `lotse sandbox` read of their command line, and how they print.
import { LotseError } from "../base/index.ts";
import type { SandboxStatus } from "../sandbox/index.ts";
import { daemonStatus, defaultStateFolder } from "../sandbox/index.ts";
import type { Invocation } from "./command.ts";

/** What the person should have written. */
export function usage(title: string, remedy: string): LotseError {
  return new LotseError("cli/usage", { title, remedy, blame: "user" });
}

/** An option's text, or undefined when it isn't given. */
export function textOption({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** `kubernetes-memory` of `kubernetesMemory`. */
export const flagOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The same as a number. @throws LotseError `cli/usage` */
export function numberOption(invocation: Invocation, name: string): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw usage(`"${text}" is not a number`, `Give --${flagOf(name)} a number.`);
  return value;
}

/** The folder of the sandbox's state. */
export function folderOf(invocation: Invocation): string {
  return textOption(invocation, "state") ?? defaultStateFolder(invocation.env);
}

/** The sandbox that runs. @throws LotseError `sandbox/not-running` */
export async function running(invocation: Invocation): Promise<SandboxStatus> {
  const status = await daemonStatus(folderOf(invocation));
  if (status) return status;
  throw new LotseError("sandbox/not-running", {
    title: "No sandbox is running",
    remedy: "Start one: lotse sandbox up",
    blame: "user",
  });
}

/** A line of the result. */
export function print(invocation: Invocation, text: string): void {
  invocation.terminal.stdout.write(`${text}\n`);
}

/** True with `-o json`. */
export const wantsJson = (invocation: Invocation): boolean => invocation.options["output"] === "json";
