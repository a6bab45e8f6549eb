// What the account wants of the metadata service of new instances: below the request, above the image.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html#set-imdsv2-account-defaults
import type {
  GetInstanceMetadataDefaultsRequest,
  GetInstanceMetadataDefaultsResult,
  ModifyInstanceMetadataDefaultsRequest,
  ModifyInstanceMetadataDefaultsResult,
} from "@aws-sdk/client-ec2";
import type { Operation } from "../../../core/index.ts";
import { NotEmulatedError, operation } from "../../../core/index.ts";
import { invalidValue } from "../errors.ts";
import { metadataDefaults, setMetadataDefaults } from "../metadata-defaults.ts";

const choices = {
  HttpTokens: ["optional", "required", "no-preference"],
  HttpEndpoint: ["enabled", "disabled", "no-preference"],
  InstanceMetadataTags: ["enabled", "disabled", "no-preference"],
} as const;

export const metadataDefaultsOperations: Readonly<Record<string, Operation>> = {
  GetInstanceMetadataDefaults: operation<GetInstanceMetadataDefaultsRequest, GetInstanceMetadataDefaultsResult>(
    (_input, ctx) => ({ AccountLevel: { ...metadataDefaults(ctx), ManagedBy: "account" } }),
  ),

  ModifyInstanceMetadataDefaults: operation<
    ModifyInstanceMetadataDefaultsRequest,
    ModifyInstanceMetadataDefaultsResult
  >((input, ctx) => {
    if (input.HttpTokensEnforced === "enabled") throw new NotEmulatedError("HttpTokensEnforced of an account");
    const next = { ...metadataDefaults(ctx) } as Record<string, string | number>;
    for (const [name, allowed] of Object.entries(choices)) {
      const value = input[name as keyof typeof choices];
      if (value === undefined) continue;
      if (!(allowed as readonly string[]).includes(value)) throw invalidValue(value, name);
      if (value === "no-preference") delete next[name];
      else next[name] = value;
    }
    const hops = input.HttpPutResponseHopLimit;
    if (hops !== undefined && hops !== -1 && (hops < 1 || hops > 64))
      throw invalidValue(hops, "httpPutResponseHopLimit", "Must be between 1 and 64, or -1 for no preference.");
    if (hops === -1) delete next["HttpPutResponseHopLimit"];
    else if (hops !== undefined) next["HttpPutResponseHopLimit"] = hops;
    setMetadataDefaults(ctx, next);
    return { Return: true };
  }),
};
