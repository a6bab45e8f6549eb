// What AWS's documentation says of single situations, in our own words: the order of evaluation, actions, resources, principals. `page` is the documentation page's name
// under https://docs.aws.amazon.com/IAM/latest/UserGuide/.
import type { Case } from "./case.ts";
import {
  account,
  alice,
  all,
  allow,
  boundaryPage,
  bucketFor,
  condition,
  deny,
  doc,
  everything,
  identity,
  logic,
  onlyEc2,
  other,
  principalElement,
  resourceElement,
  roleArn,
  root,
  session,
  variables,
  when,
} from "./case.ts";

export const policyCases: readonly Case[] = [
  // The order of evaluation
  all("without any policy everything is denied", logic, {}, "implicitDeny"),
  identity("an allow suffices", logic, [allow("s3:GetObject")], "allowed"),
  identity("an explicit deny beats an allow", logic, [allow(), deny("s3:GetObject")], "explicitDeny"),
  identity("the order of statements doesn't matter", logic, [deny("s3:GetObject"), allow()], "explicitDeny"),
  all("the root user needs no policy", logic, {}, "allowed", { who: root }),
  all("a service control policy limits the root user too", logic, { control: [[onlyEc2]] }, "implicitDeny", {
    who: root,
  }),
  all("a service control policy gives nothing by itself", logic, { control: [[everything]] }, "implicitDeny"),
  all(
    "every level of the organisation must allow",
    logic,
    { identity: [everything], control: [[everything], [onlyEc2]] },
    "implicitDeny",
  ),
  all(
    "one allowing policy of a level suffices",
    logic,
    { identity: [everything], control: [[onlyEc2, everything]] },
    "allowed",
  ),
  all(
    "a deny in a service control policy is explicit",
    logic,
    { identity: [everything], control: [[doc(allow(), deny("s3:*"))]] },
    "explicitDeny",
  ),

  // Permissions boundaries and session policies
  all("a boundary alone gives nothing", boundaryPage, { boundary: everything }, "implicitDeny"),
  all(
    "a boundary cuts off what it doesn't name",
    boundaryPage,
    { identity: [everything], boundary: onlyEc2 },
    "implicitDeny",
  ),
  all(
    "identity and boundary intersect",
    boundaryPage,
    { identity: [everything], boundary: doc(allow("s3:Get*")) },
    "allowed",
  ),
  all(
    "a deny in the boundary is explicit",
    boundaryPage,
    { identity: [everything], boundary: doc(allow(), deny("s3:*")) },
    "explicitDeny",
  ),
  all("a session policy limits the role", logic, { identity: [everything], session: [onlyEc2] }, "implicitDeny", {
    who: session,
  }),
  all(
    "several session policies add up",
    logic,
    { identity: [everything], session: [onlyEc2, doc(allow("s3:*"))] },
    "allowed",
    { who: session },
  ),
  all(
    "a session policy gives nothing the role lacks",
    logic,
    { identity: [onlyEc2], session: [everything] },
    "implicitDeny",
    { who: session },
  ),

  // Policies of resources in the same account
  all("a resource policy that names the user suffices", logic, { resource: bucketFor({ AWS: alice.arn }) }, "allowed"),
  all(
    "a grant to the user isn't limited by an implicit deny of the boundary",
    logic,
    { resource: bucketFor({ AWS: alice.arn }), boundary: onlyEc2 },
    "allowed",
  ),
  all("a grant to the role suffices for its sessions", logic, { resource: bucketFor({ AWS: roleArn }) }, "allowed", {
    who: session,
  }),
  all(
    "a grant to the role is limited by the boundary",
    logic,
    { resource: bucketFor({ AWS: roleArn }), boundary: onlyEc2 },
    "implicitDeny",
    { who: session },
  ),
  all(
    "a grant to the role is limited by the session policy",
    logic,
    { resource: bucketFor({ AWS: roleArn }), session: [onlyEc2] },
    "implicitDeny",
    { who: session },
  ),
  all(
    "a grant to the session itself isn't",
    logic,
    { resource: bucketFor({ AWS: session.arn }), boundary: onlyEc2, session: [onlyEc2] },
    "allowed",
    { who: session },
  ),
  all(
    "a grant to everyone under aws:PrincipalArn isn't limited either",
    principalElement,
    { resource: bucketFor("*", when("ArnEquals", "aws:PrincipalArn", roleArn)), boundary: onlyEc2 },
    "allowed",
    { who: session, context: { "aws:PrincipalArn": roleArn } },
  ),
  all(
    "a grant to the account leaves it to identity policies",
    logic,
    { resource: bucketFor({ AWS: account }) },
    "implicitDeny",
  ),
  all(
    "a grant to the account and an identity policy together do",
    logic,
    { resource: bucketFor({ AWS: `arn:aws:iam::${account}:root` }), identity: [everything] },
    "allowed",
  ),
  all(
    "a deny in a resource policy beats everything",
    logic,
    { identity: [everything], resource: doc({ ...deny("s3:*"), Principal: "*" }) },
    "explicitDeny",
  ),
  all(
    "a resource policy about somebody else changes nothing",
    logic,
    { identity: [everything], resource: bucketFor({ AWS: `arn:aws:iam::${account}:user/bob` }) },
    "allowed",
  ),

  // Across accounts
  all(
    "across accounts the identity policy alone doesn't do",
    logic,
    { identity: [everything], owner: other },
    "implicitDeny",
  ),
  all(
    "across accounts the resource policy alone doesn't do",
    logic,
    { resource: bucketFor({ AWS: alice.arn }), owner: other },
    "implicitDeny",
  ),
  all(
    "across accounts both together do",
    logic,
    { identity: [everything], resource: bucketFor({ AWS: account }), owner: other },
    "allowed",
  ),
  all(
    "across accounts the boundary limits even a grant to the user",
    logic,
    { identity: [everything], boundary: onlyEc2, resource: bucketFor({ AWS: alice.arn }), owner: other },
    "implicitDeny",
  ),
  all(
    "a key's policy must allow even within the account",
    "reference_policies_evaluation-logic_policy-eval-denyallow",
    { identity: [everything], resource: bucketFor({ AWS: `arn:aws:iam::${other}:root` }), mustAllow: true },
    "implicitDeny",
  ),

  // Trust policies
  all(
    "a role that trusts the user needs no identity policy",
    logic,
    { resource: doc({ Effect: "Allow", Principal: { AWS: alice.arn }, Action: "sts:AssumeRole" }), mustAllow: true },
    "allowed",
    { action: "sts:AssumeRole", resource: roleArn },
  ),
  all(
    "a role that trusts the account does",
    logic,
    { resource: doc({ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" }), mustAllow: true },
    "implicitDeny",
    { action: "sts:AssumeRole", resource: roleArn },
  ),
  all(
    "a service assumes by the trust policy alone",
    principalElement,
    {
      resource: doc({ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }),
      mustAllow: true,
    },
    "allowed",
    {
      who: { kind: "service", account, arn: "", service: "eks.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: roleArn,
    },
  ),
  all(
    "another service isn't meant",
    principalElement,
    {
      resource: doc({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }),
      mustAllow: true,
    },
    "implicitDeny",
    {
      who: { kind: "service", account, arn: "", service: "eks.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: roleArn,
    },
  ),

  // Actions and resources
  identity(
    "actions are compared without case",
    "reference_policies_elements_action",
    [allow("S3:GETOBJECT")],
    "allowed",
  ),
  identity(
    "a star in an action stands for anything",
    "reference_policies_elements_action",
    [allow("s3:*Object")],
    "allowed",
  ),
  identity(
    "a question mark stands for one character",
    "reference_policies_elements_action",
    [allow("s3:GetObjec?")],
    "allowed",
  ),
  identity("and not for none", "reference_policies_elements_action", [allow("s3:GetObject?")], "implicitDeny"),
  identity(
    "NotAction allows everything else",
    "reference_policies_elements_notaction",
    [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }],
    "allowed",
  ),
  identity(
    "NotAction with Deny spares only what it names",
    "reference_policies_elements_notaction",
    [allow(), { Effect: "Deny", NotAction: "s3:Get*", Resource: "*" }],
    "allowed",
  ),
  identity(
    "resources are compared with case",
    resourceElement,
    [allow("*", { Resource: "arn:aws:s3:::B/k" })],
    "implicitDeny",
  ),
  identity(
    "a star at the end of an ARN's field runs over colons",
    resourceElement,
    [allow("*", { Resource: "arn:aws:s3*" })],
    "allowed",
  ),
  identity(
    "a star within one of the first fields does not",
    resourceElement,
    [allow("*", { Resource: "arn:aws:eks:e*1:cluster/c" })],
    "implicitDeny",
    { resource: `arn:aws:eks:eu-west-1:${account}:cluster/c` },
  ),
  identity(
    "nor does one within the account",
    resourceElement,
    [allow("*", { Resource: "arn:aws:logs:eu-west-1:1*7:*" })],
    "implicitDeny",
    { resource: `arn:aws:logs:eu-west-1:${account}:log-group:7:x` },
  ),
  identity(
    "an ARN cut short names only itself",
    resourceElement,
    [allow("*", { Resource: "arn:aws:s3:::b" })],
    "implicitDeny",
  ),
  identity(
    "NotResource spares what it names",
    "reference_policies_elements_notresource",
    [allow(), { Effect: "Deny", Action: "*", NotResource: "arn:aws:s3:::b/*" }],
    "allowed",
  ),
  identity(
    "an action without resources needs a star",
    resourceElement,
    [allow("*", { Resource: "arn:aws:s3:::*" })],
    "implicitDeny",
    { action: "s3:ListAllMyBuckets", resource: "*" },
  ),

  // Policy variables
  identity(
    "a variable takes the caller's name",
    variables,
    [allow("*", { Resource: "arn:aws:s3:::b/${aws:username}/*" })],
    "allowed",
    { resource: "arn:aws:s3:::b/alice/k", context: { "aws:username": "alice" } },
  ),
  identity(
    "a variable without a value matches nothing",
    variables,
    [allow("*", { Resource: "arn:aws:s3:::b/${aws:username}*" })],
    "implicitDeny",
    { resource: "arn:aws:s3:::b/" },
  ),
  identity(
    "a default takes its place",
    variables,
    [allow("*", { Resource: "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}" })],
    "allowed",
    { resource: "arn:aws:s3:::b/none" },
  ),
  identity(
    "${*} is a star and no wildcard",
    variables,
    [allow("*", { Resource: "arn:aws:s3:::b/${*}" })],
    "implicitDeny",
  ),
  identity(
    "a star in a variable's value is no wildcard",
    variables,
    [allow("*", { Resource: "arn:aws:s3:::b/${aws:username}" })],
    "implicitDeny",
    { context: { "aws:username": "*" } },
  ),
  all(
    "version 2008-10-17 knows no variables",
    variables,
    {
      resource: {
        Version: "2008-10-17",
        Statement: [{ ...allow("*", { Resource: "arn:aws:s3:::b/${aws:username}" }), Principal: { AWS: alice.arn } }],
      },
    },
    "implicitDeny",
    { resource: "arn:aws:s3:::b/alice", context: { "aws:username": "alice" } },
  ),
  condition(
    "a variable works in a string condition",
    ["StringEquals", "aws:userid", "${aws:username}"],
    { "aws:userid": "a", "aws:username": "a" },
    true,
    variables,
  ),

  // Principals
  all(
    "a deleted user's id no longer means a namesake",
    principalElement,
    { resource: bucketFor({ AWS: "AIDAZZZZZZZZZZZZZZZZZ" }) },
    "implicitDeny",
  ),
  all("a user's id means the user", principalElement, { resource: bucketFor({ AWS: alice.id }) }, "allowed"),
  all(
    "NotPrincipal with Deny hits who isn't listed",
    "reference_policies_elements_notprincipal",
    {
      identity: [everything],
      resource: doc({
        ...deny("s3:*"),
        NotPrincipal: { AWS: [`arn:aws:iam::${account}:root`, `arn:aws:iam::${account}:user/bob`] },
      }),
    },
    "explicitDeny",
  ),
  all(
    "NotPrincipal spares a user listed with the account",
    "reference_policies_elements_notprincipal",
    {
      identity: [everything],
      resource: doc({ ...deny("s3:*"), NotPrincipal: { AWS: [`arn:aws:iam::${account}:root`, alice.arn] } }),
    },
    "allowed",
  ),
  all(
    "NotPrincipal with the role but not the session still hits",
    "reference_policies_elements_notprincipal",
    {
      identity: [everything],
      resource: doc({ ...deny("s3:*"), NotPrincipal: { AWS: [`arn:aws:iam::${account}:root`, roleArn] } }),
    },
    "explicitDeny",
    { who: session },
  ),
  all("everyone means everyone", principalElement, { resource: bucketFor("*") }, "allowed"),
];
