// The account's defaults for the metadata service of its instances, kept with its other switches.
import type { InstanceMetadataDefaultsResponse } from "@aws-sdk/client-ec2";
import type { Context } from "../../core/index.ts";
import { accountAttributes } from "./state.ts";

const key = "instance-metadata-defaults";

/** Members that the account has a preference for. */
export function metadataDefaults(ctx: Context): InstanceMetadataDefaultsResponse {
  const kept = ctx.table(accountAttributes).get(key);
  return kept ? (JSON.parse(kept.value) as InstanceMetadataDefaultsResponse) : {};
}

/** Replaces the account's preferences. */
export function setMetadataDefaults(ctx: Context, preferences: InstanceMetadataDefaultsResponse): void {
  ctx.table(accountAttributes).put(key, { value: JSON.stringify(preferences) });
}
