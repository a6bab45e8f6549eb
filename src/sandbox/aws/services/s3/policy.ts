// Bucket policies as IAM sees them: they judge every access to the bucket and its objects.
import type { Context, Permission, ResourcePolicy } from "../../core/index.ts";
import { buckets } from "./state.ts";

/** The policy of the bucket that a permission is about. */
export function bucketPolicy(permission: Permission, ctx: Context): ResourcePolicy | undefined {
  const [name = ""] = (permission.resource.split(":::")[1] ?? "").split("/");
  const document = ctx.table(buckets).get(name)?.settings["BucketPolicy"];
  return typeof document === "string" ? { document, account: ctx.account } : undefined;
}
