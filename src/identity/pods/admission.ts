// AdmissionReviews about pods, in and out. Whoever sends them is not trusted: shapes are checked before anything is read.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
import type { ContainerObject, PatchOperation, PodObject } from "./mutate.ts";
import { skipLabel } from "./settings.ts";

const group = "admission.k8s.io";

/** What is echoed in the answer. */
export interface ReviewHead {
  apiVersion: string;
  kind: string;
  uid: string;
}

/** A question about a pod that is to be made. */
export interface PodReview extends ReviewHead {
  namespace: string;
  serviceAccount: string;
  pod: PodObject;
  dryRun: boolean;
}

export type ReadReview =
  | { kind: "pod"; review: PodReview }
  /** Nothing of the webhook's concern: let pass. */
  | { kind: "other"; head: ReviewHead }
  /** No such question: refused, with the reason. */
  | { kind: "bad"; head: ReviewHead; problem: string };

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Objects with texts in them: labels, annotations, selectors. */
const isTextMap = (value: unknown): boolean =>
  isAbsent(value) || (isRecord(value) && Object.values(value).every((each) => typeof each === "string"));

const isNamedList = (value: unknown): boolean =>
  isAbsent(value) ||
  (Array.isArray(value) &&
    value.every((each) => isRecord(each) && (isAbsent(each["name"]) || text(each["name"]) !== "")));

const isContainer = (value: unknown): value is ContainerObject =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  isNamedList(value["env"]) &&
  isNamedList(value["volumeMounts"]);

const isContainerList = (value: unknown): boolean => Array.isArray(value) && value.every(isContainer);

/** What is wrong with a pod, as far as it is looked at. */
function podProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return "the object is no pod";
  const { metadata, spec } = value;
  if (!isAbsent(metadata)) {
    if (!isRecord(metadata)) return "metadata is no object";
    if (!isTextMap(metadata["labels"])) return "metadata.labels holds something that is no text";
    if (!isTextMap(metadata["annotations"])) return "metadata.annotations holds something that is no text";
  }
  if (!isRecord(spec)) return "the pod has no spec";
  if (!isContainerList(spec["containers"])) return "spec.containers is no list of containers";
  if (!isAbsent(spec["initContainers"]) && !isContainerList(spec["initContainers"]))
    return "spec.initContainers is no list of containers";
  if (!isNamedList(spec["volumes"])) return "spec.volumes is no list of volumes";
  if (!isTextMap(spec["nodeSelector"])) return "spec.nodeSelector holds something that is no text";
  if (!isAbsent(spec["os"]) && !isRecord(spec["os"])) return "spec.os is no object";
  if (!isAbsent(spec["serviceAccountName"]) && typeof spec["serviceAccountName"] !== "string")
    return "spec.serviceAccountName is no text";
  return undefined;
}

function parsed(body: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(body) };
  } catch (error) {
    return { problem: `the body is no JSON: ${(error as Error).message.slice(0, 200)}` };
  }
}

/** Reads a request's body. */
export function readPodReview(body: string): ReadReview {
  const nobody: ReviewHead = { apiVersion: `${group}/v1`, kind: "AdmissionReview", uid: "" };
  const read = parsed(body);
  if ("problem" in read) return { kind: "bad", head: nobody, problem: read.problem };
  const { value } = read;
  if (!isRecord(value)) return { kind: "bad", head: nobody, problem: "bad content: no AdmissionReview" };
  const version = text(value["apiVersion"]);
  const head: ReviewHead = {
    ...nobody,
    ...(version === `${group}/v1beta1` || version === `${group}/v1` ? { apiVersion: version } : {}),
  };
  const request = value["request"];
  if (!isRecord(request)) return { kind: "bad", head, problem: "bad content: the review has no request" };
  head.uid = text(request["uid"]);
  const asked = request["kind"];
  // Anything that is registered for this webhook by mistake goes on as it is; a pod's containers can't be changed later.
  if (isRecord(asked) && text(asked["kind"]) !== "" && asked["kind"] !== "Pod") return { kind: "other", head };
  const operation = text(request["operation"]);
  if (operation !== "" && operation !== "CREATE") return { kind: "other", head };
  const problem = podProblem(request["object"]);
  if (problem !== undefined) return { kind: "bad", head, problem: `bad content: ${problem}` };
  const pod = request["object"] as PodObject;
  if (Object.hasOwn(pod.metadata?.labels ?? {}, skipLabel)) return { kind: "other", head };
  return {
    kind: "pod",
    review: {
      ...head,
      // The object's own namespace may be empty; the request's never is.
      namespace: text(request["namespace"]),
      serviceAccount: pod.spec.serviceAccountName || "default",
      pod,
      dryRun: request["dryRun"] === true,
    },
  };
}

const answer = ({ apiVersion, kind, uid }: ReviewHead, response: object): string =>
  JSON.stringify({ kind, apiVersion, response: { uid, ...response } });

/** Lets the pod pass as it is. */
export function passed(head: ReviewHead): string {
  return answer(head, { allowed: true });
}

/** Lets the pod pass with changes. */
export function patched(head: ReviewHead, patch: readonly PatchOperation[]): string {
  const base64 = Buffer.from(JSON.stringify(patch)).toString("base64");
  return answer(head, { allowed: true, patch: base64, patchType: "JSONPatch" });
}

/** Says that the question was none. */
export function notUnderstood(head: ReviewHead, problem: string): string {
  return answer(head, { allowed: false, status: { metadata: {}, status: "Failure", message: problem, code: 400 } });
}
