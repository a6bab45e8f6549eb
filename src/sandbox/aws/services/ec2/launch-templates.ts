// Finding launch templates and their versions: by id or name, `$Latest`, `$Default` or a number.
import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import { AwsError } from "../../core/index.ts";
import { invalidCombination, invalidValue } from "./errors.ts";
import { find, launchTemplateKind, required } from "./kinds.ts";
import type { LaunchTemplate, LaunchTemplateVersion } from "./state.ts";
import { launchTemplates, launchTemplateVersions } from "./state.ts";

/** The template that a request names; EC2 wants one of the two. */
export function findTemplate(ctx: Context, id: string | undefined, name: string | undefined): Readonly<LaunchTemplate> {
  if (id && name)
    throw invalidCombination("The request may contain launch template ID or launch template name, but not both.");
  if (id) return find(ctx, launchTemplateKind, id, "launchTemplateId");
  const [row] = ctx.table(launchTemplates).by("name", required(name, "launchTemplateId"));
  if (!row)
    throw new AwsError(
      "InvalidLaunchTemplateName.NotFoundException",
      `The specified launch template, with template name ${name}, does not exist.`,
    );
  return row;
}

/** A version by what a request calls it. */
export function findVersion(
  ctx: Context,
  template: Readonly<LaunchTemplate>,
  version: string = "$Default",
): Readonly<LaunchTemplateVersion> {
  const number = versionNumber(template, version);
  const row = ctx.table(launchTemplateVersions).get(`${template.id}/${number}`);
  if (!row)
    throw new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
    );
  return row;
}

/**
 * The version's number, of `$Latest` and `$Default` too.
 *
 * @throws AwsError when it is neither
 */
export function versionNumber(template: Readonly<LaunchTemplate>, version: string): number {
  if (version === "$Latest") return template.latestVersion;
  if (version === "$Default") return template.defaultVersion;
  if (!/^[1-9]\d*$/.test(version))
    throw invalidValue(version, "launchTemplateVersion", "The version must be a number, $Latest or $Default.");
  return Number(version);
}

/** Rows hold dates as text: the one date of a launch template, a spot request's end, is a Date again. */
export function templateData(row: Readonly<LaunchTemplateVersion>): RequestLaunchTemplateData {
  const data = structuredClone(row.data) as RequestLaunchTemplateData;
  const spot = data.InstanceMarketOptions?.SpotOptions;
  if (spot?.ValidUntil) spot.ValidUntil = new Date(spot.ValidUntil);
  return data;
}

/** Data as a row keeps it. */
export function storableData(data: RequestLaunchTemplateData): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
}

/** What EC2 refuses already in a template; most is only looked at when an instance is started from it. */
export function checkTemplateData(data: RequestLaunchTemplateData): void {
  if (data.InstanceType && data.InstanceRequirements)
    throw invalidCombination("InstanceType and InstanceRequirements may not be specified on the same request.");
  if (data.NetworkInterfaces?.length && (data.SecurityGroupIds?.length || data.SecurityGroups?.length))
    throw invalidCombination(
      "Network interfaces and an instance-level security groups may not be specified on the same request",
    );
  checkUserData(data.UserData);
}

/** Base64, and at most 16 KiB of what it stands for. */
export function checkUserData(userData: string | undefined): void {
  if (userData === undefined || userData === "") return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData))
    throw new AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
  if (Buffer.byteLength(userData, "base64") > 16384)
    throw new AwsError("InvalidParameterValue", "User data is limited to 16384 bytes");
}
