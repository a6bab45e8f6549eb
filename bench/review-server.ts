// The sandbox and our webhook as a process of their own, for token-review.ts: prints where they are, as one line of JSON, and
// runs until its standard input ends. People come in sessions of one role, as they do where nobody has lasting keys.
import { administratorKey, administratorOf } from "../src/sandbox/aws/administrator.ts";
import { createDispatcher } from "../src/sandbox/aws/dispatcher.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import { createAuthenticator, openWebhookServer } from "../src/sandbox/kube/webhooks/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";

const region = "eu-central-1";
const account = "123456789012";
const name = "bench";

const sandbox = await createSandbox({ region, account, proxy: true, kubernetes: "off" });
const { send } = makeCluster(sandbox, name);
const trust = { Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" };
const { Role } = send<{ Role: { Arn: string } }>("iam", "CreateRole", {
  RoleName: "developer",
  AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
});
send("eks", "CreateAccessEntry", {
  clusterName: name,
  principalArn: Role.Arn,
  username: "developer:{{SessionName}}",
  kubernetesGroups: ["developers"],
});
const people = Array.from({ length: 24 }, (_, number) => {
  const input = { RoleArn: Role.Arn, RoleSessionName: `person-${number}` };
  return send<{ Credentials: object }>("sts", "AssumeRole", input).Credentials;
});
const administrator = { ...administratorKey, principal: administratorOf(account, "aws") };
const { dispatch } = createDispatcher({ cloud: sandbox.cloud, account, region, administrator, anyKey: false });
const webhooks = await openWebhookServer(
  createAuthenticator({
    cloud: sandbox.cloud,
    dispatch,
    endpoints: () => [sandbox.endpoint],
    awsAuth: () => undefined,
  }),
);
const url = webhooks.url({ account, region, name }, "authenticate");
console.log(
  JSON.stringify({ url, proxy: sandbox.endpoint, authority: sandbox.proxyAuthority, role: Role.Arn, people }),
);
process.stdin.resume().once("end", () => process.exit(0));
