// The sandbox and our webhook as a process of their own, for token-review.ts: prints where they are, as one line of JSON, and
// runs until its standard input ends.
import { administratorKey, administratorOf } from "../src/sandbox/aws/administrator.ts";
import { createDispatcher } from "../src/sandbox/aws/dispatcher.ts";
import { createSandbox } from "../src/sandbox/index.ts";
import { createAuthenticator, openWebhookServer } from "../src/sandbox/kube/webhooks/index.ts";
import { makeCluster } from "../test/helpers/eks-by-api.ts";

const region = "eu-central-1";
const account = "123456789012";
const name = "bench";

const sandbox = await createSandbox({ region, account, proxy: true, kubernetes: "off" });
makeCluster(sandbox, name);
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
console.log(JSON.stringify({ url, proxy: sandbox.endpoint, authority: sandbox.proxyAuthority }));
process.stdin.resume().once("end", () => process.exit(0));
