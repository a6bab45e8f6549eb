// What the sandbox's CloudFormation remembers. Rows are small on purpose: a stack's operation changes many of them, and
// every change is written to the journal.
import type { Principal, TableDefinition } from "../../core/index.ts";
import { defineTable } from "../../core/index.ts";
import type { ParameterValue } from "./template/parameters.ts";
import type { DeletionPolicy } from "./template/model.ts";

export interface Tag {
  Key: string;
  Value: string;
}

export interface OutputRow {
  key: string;
  value: string;
  description?: string;
  exportName?: string;
}

/** What a stack is made from; kept twice while an update may still be rolled back. */
export interface StackInput {
  body: string;
  parameters: Record<string, ParameterValue>;
  tags: Tag[];
  capabilities: string[];
  notificationArns: string[];
}

export interface StackRow {
  id: string;
  name: string;
  status: string;
  statusReason?: string;
  createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  description?: string;
  /** Values shown by DescribeStacks; the rest of the input is in {@link inputs}. */
  outputs: OutputRow[];
  /** Names of the exports that this stack's resources and outputs use. */
  imports: string[];
  disableRollback: boolean;
  onFailure: "ROLLBACK" | "DELETE" | "DO_NOTHING";
  terminationProtection: boolean;
  timeoutInMinutes?: number;
  roleArn?: string;
  changeSetId?: string;
  parentId?: string;
  rootId?: string;
  policyBody?: string;
  rollbackConfiguration?: object;
  drift?: { status: string; at: number };
  /** As DescribeStacks shows it since 2025. */
  lastOperation?: { id: string; type: string };
}

export interface ResourceRow {
  stackId: string;
  logicalId: string;
  type: string;
  physicalId?: string;
  status: string;
  statusReason?: string;
  at: number;
  /** Properties as resolved when they were last applied, stack tags included. */
  properties: Record<string, unknown>;
  /** Values for Fn::GetAtt. */
  attributes: Record<string, unknown>;
  dependsOn: string[];
  deletionPolicy?: DeletionPolicy;
  updateReplacePolicy?: DeletionPolicy;
  metadata?: string;
  updatePolicy?: object;
  drift?: { status: string; at: number };
}

export interface EventRow {
  id: string;
  stackId: string;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string;
  at: number;
  properties?: string;
  token?: string;
}

/** What a stack is doing now. */
export interface OperationRow {
  stackId: string;
  kind: "create" | "update" | "delete" | "import";
  phase: "forward" | "cleanup" | "rollback" | "rollbackCleanup";
  /** Whoever asked, or the stack's role: resources are made in this name. */
  principal: Principal;
  token?: string;
  deadline?: number;
  /** Input before an update. */
  previous?: StackInput;
  previousImports?: string[];
  failed: { logicalId: string; reason: string }[];
  /** Said when the failure isn't a resource's: timeouts, cancelled updates, outputs. */
  reason?: string;
  retain: string[];
  skip: string[];
  disableRollback?: boolean;
  /** The stack policy of this update alone. */
  policy?: string;
  /** What can't be deleted is left behind. */
  force?: boolean;
  /** Resources that a rolled back operation made go, although their policy would retain them. */
  retainExceptOnCreate?: boolean;
}

/** `apply` creates, changes or replaces, whatever the template asks for by then. */
export type StepAction = "apply" | "delete" | "revert" | "import";

/** One resource's part of the phase that is under way. */
export interface StepRow {
  stackId: string;
  key: string;
  logicalId: string;
  action: StepAction;
  state: "waiting" | "running" | "done" | "failed" | "skipped";
  dependsOn: string[];
  attempt: number;
  startedAt?: number;
  /** The row before this step changed it; absent when the resource is new or nothing was changed. */
  before?: ResourceRow;
  /** The step made a new physical resource beside the old one. */
  replaced?: boolean;
  /** What a delete step removes: rows of replaced resources are no longer in the resources table. */
  target?: ResourceRow;
  /** The operation was sent; the step waits for the resource to be stable. */
  sent?: boolean;
  memo?: unknown;
  fault?: { message: string; at: number } | { stuck: true };
}

export interface ExportRow {
  name: string;
  value: string;
  stackId: string;
}

export interface ChangeSetRow {
  id: string;
  name: string;
  stackId: string;
  stackName: string;
  type: "CREATE" | "UPDATE" | "IMPORT";
  description?: string;
  status: string;
  statusReason?: string;
  executionStatus: string;
  createdAt: number;
  input: StackInput;
  roleArn?: string;
  onStackFailure?: string;
  includeNestedStacks?: boolean;
  changes: object[];
  resourcesToImport?: { type: string; logicalId: string; identifier: Record<string, string> }[];
}

export interface DriftDetectionRow {
  id: string;
  stackId: string;
  at: number;
  status: "DETECTION_IN_PROGRESS" | "DETECTION_COMPLETE";
  driftStatus?: string;
  drifted?: number;
}

export interface ResourceDriftRow {
  stackId: string;
  logicalId: string;
  type: string;
  physicalId: string;
  status: "IN_SYNC" | "MODIFIED" | "DELETED" | "NOT_CHECKED";
  expected?: string;
  actual?: string;
  differences: { PropertyPath: string; ExpectedValue: string; ActualValue: string; DifferenceType: string }[];
  at: number;
}

export interface SignalRow {
  stackId: string;
  logicalId: string;
  uniqueId: string;
  status: string;
}

const byStack = { stack: (row: { stackId: string }): string => row.stackId };

export const stacks: TableDefinition<StackRow> = defineTable<StackRow>("cloudformation/stacks", {
  indexes: { name: (row) => row.name, imports: (row) => row.imports, parent: (row) => row.parentId },
});
/** By stack id. */
export const inputs: TableDefinition<StackInput> = defineTable<StackInput>("cloudformation/inputs");
/** By `stack id|logical id`. */
export const resources: TableDefinition<ResourceRow> = defineTable<ResourceRow>("cloudformation/resources", {
  indexes: { ...byStack, physical: (row) => row.physicalId },
});
export const events: TableDefinition<EventRow> = defineTable<EventRow>("cloudformation/events", { indexes: byStack });
/** By stack id: at most one at a time. */
export const operations: TableDefinition<OperationRow> = defineTable<OperationRow>("cloudformation/operations");
/** By `stack id|key`. */
export const steps: TableDefinition<StepRow> = defineTable<StepRow>("cloudformation/steps", { indexes: byStack });
/** By export name. */
export const exportsTable: TableDefinition<ExportRow> = defineTable<ExportRow>("cloudformation/exports", {
  indexes: byStack,
});
export const changeSets: TableDefinition<ChangeSetRow> = defineTable<ChangeSetRow>("cloudformation/change-sets", {
  indexes: byStack,
});
export const driftDetections: TableDefinition<DriftDetectionRow> = defineTable<DriftDetectionRow>(
  "cloudformation/drift-detections",
  { indexes: byStack },
);
export const resourceDrifts: TableDefinition<ResourceDriftRow> = defineTable<ResourceDriftRow>(
  "cloudformation/resource-drifts",
  { indexes: byStack },
);
export const signals: TableDefinition<SignalRow> = defineTable<SignalRow>("cloudformation/signals", {
  indexes: { ...byStack, resource: (row) => `${row.stackId}|${row.logicalId}` },
});

/** Key of a row that belongs to a stack. */
export function keyOf(stackId: string, part: string): string {
  return `${stackId}|${part}`;
}
