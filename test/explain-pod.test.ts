// `lotse explain pod` and reality never differ: random trusts, policies, boundaries, associations; the call really made, and
// the commands that are proposed really carried out.
import { EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { randomised } from "../src/base/testing.ts";
import type { PodExplanation } from "../src/explain/index.ts";
import { explainPod, read, readClusterFacts, readPodWorld, unread } from "../src/explain/index.ts";
import type { PodCase } from "./explain/cases.ts";
import { podCase } from "./explain/cases.ts";
import type { MadeCase, Place } from "./explain/pod-reality.ts";
import { carryOut, credentialsOf, makeCase, makePlace, reality } from "./explain/pod-reality.ts";
import { openWorld } from "./helpers/world.ts";

let place: Place;
let made = 0;

beforeAll(async () => {
  place = makePlace(await openWorld({ kubernetes: "off", clock: "instant" }));
});

afterAll(async () => {
  await place.world.close();
});

async function explained({ pod, resource, case: { action } }: MadeCase): Promise<PodExplanation> {
  const { aws } = place.world;
  const half = {
    cluster: await readClusterFacts(aws, place.cluster),
    pod,
    sources: { configMaps: new Map(), secretKeys: new Map() },
    namespaceAnnotations: read({}),
    serviceAccount: read({ annotations: {} }),
    agent: read(true),
    node: unread<never>("nobody looked"),
    proxy: read(undefined),
  };
  const world = await readPodWorld(aws, half, { action, resource });
  return explainPod(world, { action, resource, now: place.world.sandbox.clock.now() });
}

/** Keys that nobody knows before a call is made; and buckets that deny everybody to read their policies. */
const open = /aws:SourceIp|aws:userid|s3:prefix|sts:RoleSessionName|you need s3:GetBucketPolicy/;

const tell = (one: PodCase, answer: PodExplanation, real: string | undefined): string =>
  `${JSON.stringify(one, null, 1)}\nexplained ${answer.verdict}: ${JSON.stringify(answer.steps, null, 1)}\nreally ${real ?? "allowed"}`;

describe("explaining a pod", () => {
  const { seed, numRuns } = randomised(30);

  it(`says what really happens (seed ${seed})`, { timeout: 600_000 }, async ({ expect }) => {
    const seen = { allow: 0, deny: 0, unknown: 0, turned: 0 };
    const property = async (one: PodCase): Promise<void> => {
      const here = makeCase(place, one, (made += 1));
      try {
        const answer = await explained(here);
        const real = await reality(place, here);
        seen[answer.verdict] += 1;
        if (answer.verdict === "unknown")
          expect(`${JSON.stringify(one)} ${answer.summary}`, tell(one, answer, real)).toMatch(open);
        else expect(answer.verdict, tell(one, answer, real)).toBe(real === undefined ? "allow" : "deny");
        expect(answer.decisive?.text).toBe(answer.summary);
        if (!answer.remedy?.proven || answer.verdict === "unknown") return;
        for (const { command = "" } of answer.remedy.changes) carryOut(place, command);
        const after = await reality(place, here);
        const turned = after === undefined ? "allow" : "deny";
        expect(turned, `${tell(one, answer, real)}\nafter ${JSON.stringify(answer.remedy, null, 1)}: ${after}`).toBe(
          answer.remedy.turns,
        );
        seen.turned += 1;
      } finally {
        here.clear();
      }
    };
    await fc.assert(fc.asyncProperty(podCase, property), { seed, numRuns });
    console.log(`allowed ${seen.allow}, denied ${seen.deny}, unknown ${seen.unknown}; turned for real ${seen.turned}`);
    // Of many cases a good part ends each way, or the pools are bad; of a few that would be chance.
    if (numRuns >= 400) expect(Math.min(seen.allow, seen.deny, seen.turned)).toBeGreaterThan(numRuns / 20);
  });

  it("counts the policy of a key and its grants", async ({ expect }) => {
    const { send, sandbox } = place.world;
    const nothing = {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }],
    };
    const [one] = fc.sample(podCase, { seed: 1, numRuns: 1 });
    if (!one) throw new Error("no case");
    const here = makeCase(
      place,
      {
        ...one,
        way: "web-identity",
        provider: "own",
        audience: undefined,
        identity: [nothing],
        boundary: undefined,
        bucket: undefined,
        trust: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Federated: `arn:aws:iam::{account}:oidc-provider/{issuer}` },
              Action: "sts:AssumeRoleWithWebIdentity",
            },
          ],
        },
      },
      (made += 1),
    );
    try {
      const { KeyMetadata } = send<{ KeyMetadata: { Arn: string } }>("kms", "CreateKey", {});
      const credentials = await credentialsOf(place, here);
      const kms = new KMSClient(sandbox.clientConfig({ credentials }));
      const input = { KeyId: KeyMetadata.Arn, Plaintext: new Uint8Array([1]) };
      const really = async (): Promise<string> =>
        kms.send(new EncryptCommand(input)).then(
          () => "allow",
          (error: unknown) => ((error as Error).name === "AccessDeniedException" ? "deny" : String(error)),
        );
      const told = async (): Promise<string> =>
        (
          await explained({
            ...here,
            resource: KeyMetadata.Arn,
            case: { ...here.case, action: "kms:Encrypt" as never },
          })
        ).verdict;
      // A new key lets its account's policies decide, and the role has none for it.
      expect([await told(), await really()]).toEqual(["deny", "deny"]);
      const grant = {
        KeyId: KeyMetadata.Arn,
        GranteePrincipal: `arn:aws:iam::${sandbox.account}:role/${here.role}`,
        Operations: ["Encrypt"],
      };
      send("kms", "CreateGrant", grant);
      expect([await told(), await really()]).toEqual(["allow", "allow"]);
    } finally {
      here.clear();
    }
  });
});
