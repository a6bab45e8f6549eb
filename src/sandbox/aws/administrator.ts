// The caller that a sandbox is born with: an administrator with a fixed access key, without a row in IAM.
import type { Principal } from "./core/index.ts";

/** Good for nothing but sandboxes on this machine, so it may stand here. */
export const administratorKey: Readonly<{ accessKeyId: string; secretAccessKey: string }> = Object.freeze({
  accessKeyId: "AKIALOTSESANDBOXROOT",
  secretAccessKey: "lotse/sandbox/only/on/this/machine/000000",
});

/** Its principal in an account; policies don't limit it. */
export function administratorOf(account: string, partition: string): Principal {
  return {
    type: "IAMUser",
    account,
    arn: `arn:${partition}:iam::${account}:user/administrator`,
    principalId: "AIDALOTSESANDBOXADMIN",
    name: "administrator",
    accessKeyId: administratorKey.accessKeyId,
    administrator: true,
  };
}
