// `lotse identity migrate`
import type { GivenPodRoleSettings, PodRolePlan } from "../../lotse.ts";
import { planPodRoles } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { tellNotes } from "../confirm-change.ts";
import { withAws } from "../connection.ts";
import { renderData } from "../render/data.ts";

const text = ({ options }: Invocation, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

function givenOf(invocation: Invocation, account: string, partition: string): GivenPodRoleSettings {
  return {
    base: text(invocation, "baseRoleArn") ?? `arn:${partition}:iam::${account}:role/`,
    defaultRole: text(invocation, "defaultRole"),
    roleKey: text(invocation, "iamRoleKey") ?? "",
    restricted: invocation.options["namespaceRestrictions"] === true,
    format: text(invocation, "namespaceRestrictionFormat") === "regexp" ? "regexp" : "glob",
  };
}

/** A shell script whose comments say what it does and how to go back. */
function scriptOf({ steps }: PodRolePlan): string {
  const lines = steps.flatMap(({ text: what, command, undo }, i) => [
    "",
    `# ${i + 1}. ${what}`,
    ...(undo === undefined ? [] : [`#    back: ${undo}`]),
    command,
  ]);
  return `${["#!/bin/sh", "set -eu", ...lines].join("\n")}\n`;
}

function textOf({ steps }: PodRolePlan): string {
  if (steps.length === 0) return "nothing to move\n";
  return steps.map(({ text: what, command }, i) => `${i + 1}. ${what}\n   ${command}\n`).join("");
}

export const run: Action = async (invocation) => {
  const { name, region } = await clusterNameOf(invocation, "cluster");
  const { options, terminal } = invocation;
  return withAws(invocation, region, async (aws) => {
    const { account, arn } = await aws.identity();
    const given = givenOf(invocation, account, arn.split(":")[1] ?? "aws");
    const target = options["to"] === "pod-identity" ? "pod-identity" : "irsa";
    const plan = await planPodRoles(aws, name, given, target);
    const format = options["output"];
    if (format === "json") terminal.stdout.write(await renderData({ cluster: name, ...plan }, "json"));
    else terminal.stdout.write(format === "script" ? scriptOf(plan) : textOf(plan));
    if (format !== "json") tellNotes(invocation, plan.findings);
    return plan.findings.some(({ severity }) => severity === "error") ? exitCode.failed : exitCode.done;
  });
};
