// What IAM's rows need again and again.
import type { SweepWorld } from "../../../sweeping.ts";
import { text } from "../../../sweeping.ts";

export const document: string = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
});
export const trust: string = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
export const managed = "arn:aws:iam::aws:policy/ReadOnlyAccess";
export const absentPolicy = "arn:aws:iam::123456789012:policy/absent";
export const absentProvider = "arn:aws:iam::123456789012:oidc-provider/absent.example";

export const UserName = "ann";
export const RoleName = "captain";
export const GroupName = "crew";
export const InstanceProfileName = "boat";

export const user = (w: SweepWorld, more: object = {}): unknown => w.call("CreateUser", { UserName, ...more });
export const role = (w: SweepWorld, more: object = {}): unknown =>
  w.call("CreateRole", { RoleName, AssumeRolePolicyDocument: trust, ...more });
export const group = (w: SweepWorld): unknown => w.call("CreateGroup", { GroupName });
export const profile = (w: SweepWorld): unknown => w.call("CreateInstanceProfile", { InstanceProfileName });
export const policy = (w: SweepWorld): string =>
  text(w.call("CreatePolicy", { PolicyName: "chart", PolicyDocument: document }), "Policy", "Arn");
export const provider = (w: SweepWorld): string =>
  text(
    w.call("CreateOpenIDConnectProvider", {
      Url: "https://issuer.example/id",
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["a".repeat(40)],
    }),
    "OpenIDConnectProviderArn",
  );
