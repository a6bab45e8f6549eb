// What a rule is: a check that looks at more than one field, or knows more than a type.
import type { ClusterConfig } from "../model/index.ts";

export interface RuleContext {
  /** With defaults. */
  config: ClusterConfig;
  /** As the person wrote it. */
  written: ClusterConfig;
  /** `YYYY-MM-DD`. */
  today: string;
}
