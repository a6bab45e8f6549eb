// What the account does with new volumes: encryption by default, and the key for it.
import type {
  DisableEbsEncryptionByDefaultRequest,
  DisableEbsEncryptionByDefaultResult,
  EnableEbsEncryptionByDefaultRequest,
  EnableEbsEncryptionByDefaultResult,
  GetEbsDefaultKmsKeyIdRequest,
  GetEbsDefaultKmsKeyIdResult,
  GetEbsEncryptionByDefaultRequest,
  GetEbsEncryptionByDefaultResult,
  ModifyEbsDefaultKmsKeyIdRequest,
  ModifyEbsDefaultKmsKeyIdResult,
  ResetEbsDefaultKmsKeyIdRequest,
  ResetEbsDefaultKmsKeyIdResult,
} from "@aws-sdk/client-ec2";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { defaultKey, encryptsByDefault, keyArn, setDefaultKey, setEncryptionByDefault } from "../encryption.ts";
import { required } from "../kinds.ts";

export const ebsEncryptionOperations: Readonly<Record<string, Operation>> = {
  GetEbsEncryptionByDefault: operation<GetEbsEncryptionByDefaultRequest, GetEbsEncryptionByDefaultResult>(
    (_input, ctx) => ({ EbsEncryptionByDefault: encryptsByDefault(ctx), SseType: "sse-ebs" }),
  ),
  EnableEbsEncryptionByDefault: operation<EnableEbsEncryptionByDefaultRequest, EnableEbsEncryptionByDefaultResult>(
    (_input, ctx) => {
      setEncryptionByDefault(ctx, true);
      return { EbsEncryptionByDefault: true };
    },
  ),
  DisableEbsEncryptionByDefault: operation<DisableEbsEncryptionByDefaultRequest, DisableEbsEncryptionByDefaultResult>(
    (_input, ctx) => {
      setEncryptionByDefault(ctx, false);
      return { EbsEncryptionByDefault: false };
    },
  ),
  GetEbsDefaultKmsKeyId: operation<GetEbsDefaultKmsKeyIdRequest, GetEbsDefaultKmsKeyIdResult>((_input, ctx) => ({
    KmsKeyId: defaultKey(ctx),
  })),
  ModifyEbsDefaultKmsKeyId: operation<ModifyEbsDefaultKmsKeyIdRequest, ModifyEbsDefaultKmsKeyIdResult>((input, ctx) => {
    setDefaultKey(ctx, keyArn(ctx, required(input.KmsKeyId, "kmsKeyId")));
    return { KmsKeyId: defaultKey(ctx) };
  }),
  ResetEbsDefaultKmsKeyId: operation<ResetEbsDefaultKmsKeyIdRequest, ResetEbsDefaultKmsKeyIdResult>((_input, ctx) => {
    setDefaultKey(ctx, undefined);
    return { KmsKeyId: defaultKey(ctx) };
  }),
};
