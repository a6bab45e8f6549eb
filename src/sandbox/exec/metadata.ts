// An instance's metadata service as a pod sees it: IMDSv2 and, where the instance allows it, v1.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { InstanceFacts } from "./answers.ts";
import type { LoopbackAnswer, LoopbackHandler } from "./loopback.ts";

export interface MetadataOptions {
  /** What holds now; undefined where no instance is: on Fargate, and for pods without a node. */
  facts(): Promise<InstanceFacts | undefined>;
  /** Network hops from the instance to the pod: one more than for what runs in the host's network. */
  hops: number;
  now?: () => number;
}

const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const longestToken = 21_600;

const page = (status: number, title: string): LoopbackAnswer => ({
  status,
  contentType: "text/html",
  body: `<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>${status} - ${title}</title></head><body><h1>${status} - ${title}</h1></body></html>\n`,
});

const json = (value: object): string => JSON.stringify(value, undefined, 2);
const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");

function credentialsText({ role }: InstanceFacts, now: number): string {
  const given = role?.credentials;
  if (!given)
    return json({
      Code: "AssumeRoleUnauthorizedAccess",
      Message: `EC2 cannot assume the role ${role?.name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html`,
      LastUpdated: isoSeconds(now),
    });
  return json({
    Code: "Success",
    LastUpdated: isoSeconds(now),
    Type: "AWS-HMAC",
    AccessKeyId: given.accessKeyId,
    SecretAccessKey: given.secretAccessKey,
    Token: given.sessionToken,
    Expiration: isoSeconds(given.expires),
  });
}

const identityDocument = (facts: InstanceFacts): string =>
  json({
    accountId: facts.account,
    architecture: facts.architecture,
    availabilityZone: facts.zone,
    billingProducts: null,
    devpayProductCodes: null,
    imageId: facts.imageId,
    instanceId: facts.id,
    instanceType: facts.type,
    kernelId: null,
    marketplaceProductCodes: null,
    pendingTime: isoSeconds(facts.launchedAt),
    privateIp: facts.privateIp,
    ramdiskId: null,
    region: facts.region,
    version: "2017-09-30",
  });

const isChina = ({ region }: InstanceFacts): boolean => region.startsWith("cn-");

/** Leaves by path, below `/latest/`. Folders follow from them. */
function leaves(facts: InstanceFacts, now: number): Readonly<Record<string, string>> {
  const { role } = facts;
  const hostName = `ip-${facts.privateIp.replaceAll(".", "-")}.${facts.region}.compute.internal`;
  return {
    "meta-data/ami-id": facts.imageId,
    "meta-data/hostname": hostName,
    "meta-data/instance-id": facts.id,
    "meta-data/instance-type": facts.type,
    "meta-data/local-hostname": hostName,
    "meta-data/local-ipv4": facts.privateIp,
    "meta-data/placement/availability-zone": facts.zone,
    "meta-data/placement/region": facts.region,
    "meta-data/services/domain": isChina(facts) ? "amazonaws.com.cn" : "amazonaws.com",
    "meta-data/services/partition": isChina(facts)
      ? "aws-cn"
      : facts.region.startsWith("us-gov-")
        ? "aws-us-gov"
        : "aws",
    "dynamic/instance-identity/document": identityDocument(facts),
    ...(role
      ? {
          "meta-data/iam/info": json({
            Code: role.credentials ? "Success" : "AssumeRoleUnauthorizedAccess",
            LastUpdated: isoSeconds(now),
            InstanceProfileArn: role.profileArn,
            InstanceProfileId: role.profileId,
          }),
          [`meta-data/iam/security-credentials/${role.name}`]: credentialsText(facts, now),
        }
      : {}),
  };
}

/** A leaf's text, or the names in a folder, one a line. */
function contentAt(tree: Readonly<Record<string, string>>, path: string): string | undefined {
  if (Object.hasOwn(tree, path)) return tree[path];
  const folder = path === "" || path.endsWith("/") ? path : `${path}/`;
  const names = Object.keys(tree)
    .filter((each) => each.startsWith(folder))
    .map((each) => each.slice(folder.length).replace(/\/.*$/, "/"));
  // Names of roles are read as a list, too, and a folder of one role has its bare name in it.
  return names.length === 0 ? undefined : [...new Set(names)].toSorted().join("\n");
}

/** The service of one instance. */
export function metadataService({ facts, hops, now = Date.now }: MetadataOptions): LoopbackHandler {
  const tokens = new Map<string, number>();

  const newToken = ({ headers }: IncomingMessage, { hopLimit }: InstanceFacts): LoopbackAnswer | undefined => {
    if (headers["x-forwarded-for"] !== undefined) return page(403, "Forbidden");
    const text = headers[ttlHeader];
    const seconds = typeof text === "string" && /^\d+$/.test(text) ? Number(text) : 0;
    if (seconds < 1 || seconds > longestToken) return page(400, "Bad Request");
    // The answer is on its way, and doesn't get as far as the pod.
    if (hopLimit < hops) return undefined;
    const token = randomBytes(42).toString("base64url");
    tokens.set(token, now() + seconds * 1000);
    return { status: 200, headers: { [ttlHeader]: String(seconds) }, body: token };
  };

  const isLet = ({ headers }: IncomingMessage, required: boolean): boolean => {
    const token = headers["x-aws-ec2-metadata-token"];
    if (token === undefined) return !required;
    const expires = tokens.get(String(token));
    return expires !== undefined && now() < expires;
  };

  return async (request) => {
    const found = await facts();
    if (!found) return undefined;
    if (found.endpoint === "disabled") return page(403, "Forbidden");
    const [path = "/"] = (request.url ?? "/").split("?");
    if (request.method === "PUT")
      return path === "/latest/api/token" ? newToken(request, found) : page(404, "Not Found");
    if (request.method !== "GET" && request.method !== "HEAD") return page(405, "Method Not Allowed");
    if (!isLet(request, found.tokens === "required")) return page(401, "Unauthorized");
    const [, version, rest = ""] = /^\/(latest|\d{4}-\d{2}-\d{2}|1\.0)(?:\/(.*))?$/.exec(path) ?? [];
    if (path === "/") return { status: 200, body: "1.0\n2021-07-15\nlatest" };
    const content = version === undefined ? undefined : contentAt(leaves(found, now()), rest.replace(/\/{2,}/g, "/"));
    return content === undefined ? page(404, "Not Found") : { status: 200, body: content };
  };
}
