// Words the whole house uses.
export type { Blame, Diagnostic, Severity, SourceLocation } from "./diagnostic.ts";
export { formatLocation, hasErrors } from "./diagnostic.ts";
export type { ErrorFacts } from "./error.ts";
export { errorMessage, isLotseError, LotseError } from "./error.ts";
export type { Host, Message, MessageLevel, Question, RecordingHost } from "./host.ts";
export { recordingHost } from "./host.ts";
export type { Cidr } from "./cidr.ts";
export {
  cidrContains,
  cidrOverlaps,
  cidrSize,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  splitCidr,
} from "./cidr.ts";
export { packageFile } from "./package-file.ts";
export { formatDuration } from "./duration.ts";
export { quantity } from "./quantity.ts";
export { replaceFile } from "./replace-file.ts";
export { sleep } from "./sleep.ts";
export { version } from "./version.ts";
export type { WorkQueueOptions } from "./work-queue.ts";
export { WorkQueue } from "./work-queue.ts";
export type { KeyedCertificate, LeafRequest } from "./x509.ts";
export { issueCertificate, newAuthority, selfSignedCertificate } from "./x509.ts";
