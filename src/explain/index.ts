// Why somebody may or may not do something: pods on AWS, people in a cluster; and who can become what.
export { explainCodes } from "./errors.ts";
export type { Change, Explanation, Known, Outcome, Remedy, Step, Verdict } from "./explanation.ts";
export { isRead, read, unread, valueOf } from "./explanation.ts";
export type { GivenPolicy } from "./iam/given-policy.ts";
export type { PolicyText, ProviderFacts, ResourceFacts, RoleFacts } from "./iam/world.ts";
export type { PodExplanation } from "./pod/explain-pod.ts";
export { explainPod } from "./pod/explain-pod.ts";
export { admitted } from "./pod/admission.ts";
export type {
  AssociationFacts,
  ClusterFacts,
  NodeFacts,
  PodFacts,
  PodQuestion,
  PodWorld,
  ProxyFacts,
} from "./pod/world.ts";
export type { ClusterHalf } from "./read/pod-world.ts";
export { readClusterFacts, readPodWorld } from "./read/pod-world.ts";
export type { PrincipalExplanation } from "./principal/explain-principal.ts";
export { explainPrincipal, mappedUserOf } from "./principal/explain-principal.ts";
export type { KindFacts, Narrowing } from "./principal/kinds.ts";
export { readWanted, wantedText } from "./principal/kinds.ts";
export type { EntryFacts, PrincipalQuestion, PrincipalWorld, Wanted } from "./principal/world.ts";
export { findPod, readClusterHalf } from "./read/kube-pod.ts";
export { readKinds, readPrincipalWorld, review } from "./read/principal.ts";
export type { AskedPrincipal } from "./read/ask.ts";
export { askPod, askPrincipal } from "./read/ask.ts";
export { readOverview } from "./read/overview.ts";
export type { AccessOverview, Entrant, Graph, PodRole } from "./graph/model.ts";
export { graphsOf } from "./graph/build.ts";
export { dotOf } from "./graph/dot.ts";
export { htmlOf } from "./graph/html.ts";
export { svgOf } from "./graph/svg.ts";
export type { Files } from "./offline/answer.ts";
export { overviewFromFiles, podFromFiles, principalFromFiles } from "./offline/answer.ts";
