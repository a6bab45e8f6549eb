// A resource type's life, for tests: made, changed in place, replaced, refused with a property that it hasn't, deleted;
// with Ref and every attribute that the specification lists.
import { resourceSpec } from "../spec.ts";
import { keyOf, resources as resourceTable } from "../state.ts";
import type { World } from "../testing.ts";
import { account, inventory, stackNow, story, world } from "../testing.ts";
import type { Case } from "./types.cases.ts";
import { cases } from "./types.cases.ts";
import type { Properties } from "./testing.ts";
import { declared, region, resources } from "./testing.ts";

type Row = (typeof resources)[number];

/** A resource and all that it refers to, in the order of the list. */
function closure(name: string, more: readonly Row[]): readonly Row[] {
  const all = [...resources, ...more];
  const wanted = new Set<string>();
  const visit = (id: string): void => {
    const row = all.find((one) => one[0] === id);
    if (!row || wanted.has(id)) return;
    wanted.add(id);
    const text = JSON.stringify(row[2]);
    for (const [other] of all) if (text.includes(`"${other}"`) || text.includes(`\${${other}.`)) visit(other);
    for (const other of row[3] ?? []) visit(other);
  };
  for (const row of more) visit(row[0]);
  visit(name);
  const mentioned = JSON.stringify([cases[name]?.change, cases[name]?.replace]);
  for (const [other] of all) if (mentioned.includes(`"${other}"`)) visit(other);
  return all.filter(([id]) => wanted.has(id));
}

interface Life {
  here: World;
  name: string;
  rows: readonly Row[];
}

function submit(life: Life, operation: "CreateStack" | "UpdateStack", own: Properties, outputs: object): string[] {
  const rows = life.rows.map((row): Row =>
    row[0] === life.name ? ([row[0], row[1], own, row[3]].slice(0, 4) as never) : row,
  );
  const Resources = declared(rows);
  const TemplateBody = JSON.stringify({ Resources, ...(Object.keys(outputs).length > 0 ? { Outputs: outputs } : {}) });
  const before = operation === "CreateStack" ? 0 : story(life.here, "life").length;
  life.here.send(operation, { StackName: "life", TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"] });
  stackNow(life.here, "life");
  return story(life.here, "life").slice(before);
}

interface Shown {
  physicalId: string;
  attributes: Record<string, unknown>;
}

function shown({ here, name }: Life): Shown {
  const { StackId } = stackNow(here, "life");
  const row = here.cloud.store.table(resourceTable, account, region).get(keyOf(StackId, name));
  return { physicalId: row?.physicalId ?? "", attributes: row?.attributes ?? {} };
}

/** Resources that differ from their template, with what differs. */
function drifted({ here }: Life): unknown[] {
  const { StackDriftDetectionId } = here.send<{ StackDriftDetectionId: string }>("DetectStackDrift", {
    StackName: "life",
  });
  here.send("DescribeStackDriftDetectionStatus", { StackDriftDetectionId });
  const { StackResourceDrifts } = here.send<{
    StackResourceDrifts: { LogicalResourceId: string; PropertyDifferences: object[] }[];
  }>("DescribeStackResourceDrifts", {
    StackName: "life",
    StackResourceDriftStatusFilters: ["MODIFIED", "DELETED"],
  });
  return StackResourceDrifts.map((one) => [one.LogicalResourceId, ...one.PropertyDifferences]);
}

function prepared(): World {
  const here = world(region);
  here.send("DescribeVpcs", {}, "ec2");
  here.send("CreateBucket", { Bucket: "templates", CreateBucketConfiguration: { LocationConstraint: region } }, "s3");
  const inner = JSON.stringify({ Resources: { H: { Type: "AWS::CloudFormation::WaitConditionHandle" } } });
  here.send("PutObject", { Bucket: "templates", Key: "inner.json", Body: Buffer.from(inner) }, "s3");
  return here;
}

const own = ([, , properties]: Row, more: Properties): Properties => ({ ...properties, ...more });

const keptByAws = /^(iam\/role-deletions|kms\/keys|kms\/aliases \S+ alias\/aws\/|iam\/roles \S+ AWSServiceRole)/;

/** The full type of a resource in testing.ts. */
export function typeOf(name: string): string {
  return `AWS::${resources.find((row) => row[0] === name)?.[1] ?? name}`;
}

/**
 * Leads the resource of that name in testing.ts through its life, in a stack with what it refers to.
 *
 * @returns what wasn't as it should be
 */
export function live(name: string): unknown[] {
  const row = resources.find((one) => one[0] === name) as Row;
  const what = cases[name] as Case;
  const spec = resourceSpec(typeOf(name));
  const here = prepared();
  const before = belongings(here);
  const life: Life = { here, name, rows: closure(name, what.extra ?? []) };
  const wrong: unknown[] = failures(submit(life, "CreateStack", own(row, {}), {}));
  const made = shown(life);
  const attributes = (spec?.attributes ?? []).filter((one) => !what.lacks?.includes(one));
  for (const one of attributes) if (made.attributes[one] === undefined) wrong.push(`GetAtt ${one} has no value`);

  const change = typeof what.change === "string" ? {} : what.change;
  const outputs = outputsOf(name, attributes, made);
  const changed = submit(life, "UpdateStack", own(row, change), outputs);
  wrong.push(...failures(changed), ...drifted(life));
  if (stackNow(here, "life").Outputs?.length !== Object.keys(outputs).length) wrong.push("an output is missing");
  if (shown(life).physicalId !== made.physicalId) wrong.push("a change in place made another resource");
  if (Object.keys(change).length > 0 && !changed.includes(`${name} UPDATE_COMPLETE`)) wrong.push("nothing changed");
  for (const property of Object.keys(change))
    if (spec?.properties[property]?.replace === "yes") wrong.push(`${property} replaces, says the specification`);

  const replace = typeof what.replace === "string" ? {} : what.replace;
  if (Object.keys(replace).length > 0) {
    const events = submit(life, "UpdateStack", own(row, { ...change, ...replace }), {});
    wrong.push(...failures(events), ...drifted(life));
    const creation = "Requested update requires the creation of a new physical resource; hence creating one.";
    if (!events.includes(`${name} UPDATE_IN_PROGRESS ${creation}`)) wrong.push("nothing was replaced");
    if (shown(life).physicalId === made.physicalId) wrong.push("it was replaced by itself");
  }

  if (spec) {
    const events = submit(life, "UpdateStack", own(row, { ...change, ...replace, Nonsense: 1 }), {});
    const refusal = "Property validation failure: [Encountered unsupported properties in {/}: [Nonsense]]";
    if (!events.includes(`${name} UPDATE_FAILED ${refusal}`)) wrong.push("a wrong property was taken", ...events);
    const status = stackNow(here, "life").StackStatus;
    if (status !== "UPDATE_ROLLBACK_COMPLETE") wrong.push(status);
  }

  const { StackId } = stackNow(here, "life");
  here.send("DeleteStack", { StackName: "life" });
  const status = stackNow(here, StackId).StackStatus;
  if (status !== "DELETE_COMPLETE") wrong.push(status);
  here.cloud.clock.settle();
  return [...wrong, ...belongings(here).filter((one) => !before.includes(one))];
}

const failures = (events: readonly string[]): string[] => events.filter((line) => /FAILED|ROLLBACK/.test(line));
const belongings = (here: World): string[] => inventory(here.cloud).filter((one) => !keptByAws.test(one));

/** Outputs for Ref and all attributes that are text or lists. */
function outputsOf(name: string, attributes: readonly string[], made: Shown): object {
  const values = attributes.flatMap((one): object[] => {
    const value = { "Fn::GetAtt": [name, one] };
    const given = made.attributes[one];
    if (Array.isArray(given))
      return given.every((item) => typeof item === "string") ? [{ "Fn::Join": ["|", value] }] : [];
    return typeof given === "object" ? [] : [value];
  });
  return Object.fromEntries([{ Ref: name }, ...values].map((Value, at) => [`Value${at}`, { Value }]));
}
