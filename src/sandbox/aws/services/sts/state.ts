// STS's table: sessions, with what must be known of them when their credentials come back.
import type { Principal, TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";

export interface SessionRow {
  accessKeyId: string;
  secret: string;
  token: string;
  /** Wall time, epoch ms: clients check it against their own clocks. */
  issued: number;
  /** Wall time, epoch ms. */
  expires: number;
  principal: Principal;
  /** Session tags that are handed on when the session assumes another role. */
  transitiveTagKeys: readonly string[];
  sourceIdentity?: string;
  /** ARN of the identity provider that the session came from. */
  provider?: string;
}

/** Sessions of all accounts by access key: kept in one place, for the key is known before the account is. */
export const sessions: TableDefinition<SessionRow> = defineTable("sts/sessions", { scope: "global" });
