// Why somebody of IAM may or may not do something in a cluster: the way in, the groups, and the rule that decides.
import type { MappedUser } from "../../identity/index.ts";
import type { Explanation, Remedy, Step, Verdict } from "../explanation.ts";
import { isRead } from "../explanation.ts";
import type { PrincipalProposal } from "./changes.ts";
import { giveRight, letIn, takeRight } from "./changes.ts";
import { wantedText } from "./kinds.ts";
import { rightsOf } from "./rights.ts";
import type { Caller } from "./who.ts";
import { callerOf, entranceOf } from "./who.ts";
import type { PrincipalQuestion, PrincipalWorld } from "./world.ts";

/** An answer about somebody. */
export interface PrincipalExplanation extends Explanation {
  arn: string;
  wanted: string;
  /** Their name in the cluster; undefined when they have none. */
  username?: string;
  groups?: readonly string[];
}

interface Reasoned {
  verdict: Verdict;
  steps: Step[];
  decisive: Step;
  user?: MappedUser;
  proposal?: PrincipalProposal | undefined;
}

function end(steps: Step[], verdict: Verdict, step: Omit<Step, "outcome">): Reasoned {
  const outcome = verdict === "allow" ? "pass" : verdict === "deny" ? "stop" : "unsure";
  const decisive: Step = { ...step, outcome };
  return { verdict, steps: [...steps, decisive], decisive };
}

function decideRight(
  world: PrincipalWorld,
  question: PrincipalQuestion,
  caller: Caller,
  entrance: Extract<ReturnType<typeof entranceOf>, { verdict: "allow" }>,
): Reasoned {
  const { wanted } = question;
  const { user, entry } = entrance;
  const groups = user.groups.length === 0 ? "no groups" : `groups ${user.groups.join(", ")}`;
  const known: Step = {
    code: "explain/known",
    outcome: "pass",
    text: `The cluster knows it as ${user.username} with ${groups}`,
    at: user.rule,
  };
  const rights = rightsOf(world, user, entry, wanted);
  const steps = [...entrance.steps, known, ...rights.steps];
  const text = wantedText(wanted);
  if (rights.grants.length > 0) {
    const decisive = steps.findLast(({ code, outcome }) => outcome === "pass" && code !== "explain/known") ?? known;
    const first = steps.find(({ code, outcome }) => outcome === "pass" && code !== "explain/known") ?? decisive;
    const [grant] = rights.grants;
    const proposal = grant && takeRight(world, caller, entry, grant);
    return { verdict: "allow", steps, decisive: first, user, proposal };
  }
  if (rights.open.length > 0) {
    const code = "explain/right-open";
    return {
      ...end(steps, "unknown", { code, text: `Whether it may ${text} depends on ${rights.open.join(", ")}` }),
      user,
    };
  }
  const step = { code: "explain/no-rule", text: `No access policy and no RBAC rule lets ${user.username} ${text}` };
  return { ...end(steps, "deny", step), user, proposal: giveRight(world, user, entry, wanted) };
}

function reason(world: PrincipalWorld, question: PrincipalQuestion): Reasoned {
  const caller = callerOf(question, world);
  if (typeof caller === "string") return end([], "deny", { code: "explain/not-an-identity", text: caller });
  const entrance = entranceOf(world, caller);
  if (entrance.verdict !== "allow") {
    const { code, why, at } = entrance;
    const reasoned = end(entrance.steps, entrance.verdict, { code, text: why, ...(at === undefined ? {} : { at }) });
    const proposal = code === "explain/not-mapped" ? letIn(world, caller) : undefined;
    return { ...reasoned, proposal };
  }
  return decideRight(world, question, caller, entrance);
}

/** The API server's word beside our own; where they differ, its word counts. */
function reviewed(reasoned: Reasoned, { review }: PrincipalQuestion): Reasoned {
  if (!review || !isRead(review) || !reasoned.user) return reasoned;
  const { allowed, reason: why } = review.value;
  const verdict = allowed ? "allow" : "deny";
  const said = `The API server says ${allowed ? "yes" : "no"}${why === undefined || why === "" ? "" : `: ${why}`}`;
  if (verdict === reasoned.verdict) {
    const step: Step = { code: "explain/review", outcome: allowed ? "pass" : "stop", text: said };
    return { ...reasoned, steps: [...reasoned.steps, step] };
  }
  const code = reasoned.verdict === "unknown" ? "explain/review" : "explain/review-disagrees";
  const text =
    reasoned.verdict === "unknown" ? said : `${said}. That isn't what was read a moment before; its word counts`;
  const { proposal: _, ...rest } = reasoned;
  return { ...rest, ...end(reasoned.steps, verdict, { code, text }) };
}

const mostChanges = 8;

function turn(world: PrincipalWorld, question: PrincipalQuestion, first: Reasoned): Remedy | undefined {
  const turns = first.verdict === "allow" ? "deny" : "allow";
  const changes = [];
  let [at, here] = [world, first];
  for (let i = 0; i < mostChanges && here.verdict !== turns && here.proposal; i += 1) {
    changes.push(here.proposal.change);
    at = here.proposal.made(at);
    here = reason(at, question);
  }
  return changes.length === 0 ? undefined : { turns, changes, proven: here.verdict === turns };
}

/** Who somebody is in a cluster; undefined when it doesn't know them, or that can't be told. */
export function mappedUserOf(world: PrincipalWorld, question: PrincipalQuestion): MappedUser | undefined {
  return reason(world, question).user;
}

/** Explains why somebody may do something in a cluster, or why not. */
export function explainPrincipal(world: PrincipalWorld, question: PrincipalQuestion): PrincipalExplanation {
  const own = reason(world, question);
  const reasoned = reviewed(own, question);
  const { verdict, steps, decisive, user } = reasoned;
  const remedy = turn(world, question, reasoned);
  const creator = isRead(world.mode) && world.mode.value === "CONFIG_MAP" && !user && !world.creator;
  return {
    arn: question.arn,
    wanted: wantedText(question.wanted),
    ...(user ? { username: user.username, groups: user.groups } : {}),
    verdict,
    summary: decisive.text,
    steps,
    decisive,
    assumptions: creator
      ? [
          "It didn't make the cluster: in mode CONFIG_MAP the creator is an administrator, and EKS doesn't say who that is",
        ]
      : [],
    ...(remedy ? { remedy } : {}),
  };
}
