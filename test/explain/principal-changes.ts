// Carries out what `lotse explain principal` proposes: the commands as they are printed, one after the other.
import type { Kube, KubeObject } from "../../src/kube/index.ts";
import { resources } from "../../src/kube/index.ts";
import { identityMappings } from "../../src/lotse.ts";
import type { World } from "../helpers/world.ts";
import { words } from "./pod-reality.ts";

type Input = Record<string, unknown>;

const camel = (flag: string): string =>
  flag.replace(/^--/, "").replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `type=namespace,namespaces=east`: the AWS CLI's shorthand, as far as it is used. */
function shorthand(text: string): unknown {
  if (!/^\w+=/.test(text)) return text;
  const members = text.split(",").map((pair) => pair.split("=") as [string, string]);
  return Object.fromEntries(members.map(([name, value]) => [name, name.endsWith("s") ? [value] : value]));
}

function optionsOf(given: readonly string[]): Input {
  const input: Input = {};
  for (let i = 0; i < given.length; i += 1) {
    const value = given[i + 1];
    const flag = camel(given[i] ?? "");
    if (value === undefined || value.startsWith("--")) input[flag] = true;
    else {
      input[flag] = shorthand(value);
      i += 1;
    }
  }
  return input;
}

const kinds = {
  Role: resources.roles,
  ClusterRole: resources.clusterRoles,
  RoleBinding: resources.roleBindings,
  ClusterRoleBinding: resources.clusterRoleBindings,
} as const;
const nouns = { rolebinding: resources.roleBindings, clusterrolebinding: resources.clusterRoleBindings } as const;

async function applyList(kube: Kube, text: string): Promise<void> {
  const { items } = JSON.parse(text) as { items: KubeObject[] };
  for (const item of items) await kube.apply(kinds[item.kind as keyof typeof kinds], item, { force: true });
}

async function kubectl(kube: Kube, given: readonly string[]): Promise<void> {
  const [verb, noun = "", name = "", ...more] = given;
  const resource = nouns[noun as keyof typeof nouns];
  const at = more.indexOf("-n");
  const key = { name, ...(at < 0 ? {} : { namespace: more[at + 1] ?? "" }) };
  if (verb === "delete") await kube.delete(resource, key);
  else if (verb === "patch")
    await kube.patch(resource, key, "json", JSON.parse(more[more.indexOf("-p") + 1] ?? "") as object);
  else throw new Error(`no such command: kubectl ${given.join(" ")}`);
}

async function mapping(world: World, given: readonly string[]): Promise<void> {
  const [verb, , ...more] = given;
  const { cluster, arn, username, all } = optionsOf(more) as Record<string, string>;
  const yes = async (): Promise<boolean> => Promise.resolve(true);
  if (verb === "create")
    await identityMappings.create(world.aws, cluster ?? "", [{ arn: arn ?? "", username: username ?? "" }], yes);
  else await identityMappings.delete(world.aws, cluster ?? "", { arn: arn ?? "", all: all !== undefined }, yes);
}

/** A line of the shell: `A && B`, `echo … | kubectl apply -f -`, `aws eks …`, `lotse … iamidentitymapping`. */
export async function carryOutLine(world: World, kube: Kube, line: string): Promise<void> {
  const applied = /^echo ('.*') \| kubectl apply -f -$/s.exec(line)?.[1];
  if (applied !== undefined) return applyList(kube, words(applied)[0] ?? "");
  for (const part of line.split(" && ")) {
    const [program, ...given] = words(part);
    if (program === "kubectl") await kubectl(kube, given);
    else if (program === "lotse") await mapping(world, given);
    else if (program === "aws" && given[0] === "eks") {
      const [, operation = "", ...options] = given;
      const name = camel(`-${operation}`).replace(/^./, (letter) => letter.toUpperCase());
      world.send("eks", name, optionsOf(options));
    } else throw new Error(`no such command: ${part}`);
  }
}
