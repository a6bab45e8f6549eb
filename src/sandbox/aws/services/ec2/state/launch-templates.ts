// Launch templates and their versions.
import type { TableDefinition } from "../../../core/index.ts";
import { defineTable } from "../../../core/index.ts";
import type { Tags } from "./tags.ts";

export interface LaunchTemplate {
  id: string;
  name: string;
  createdAt: number;
  createdBy: string;
  defaultVersion: number;
  latestVersion: number;
  tags: Tags;
}

export interface LaunchTemplateVersion {
  templateId: string;
  version: number;
  description?: string;
  createdAt: number;
  createdBy: string;
  /** RequestLaunchTemplateData as sent, dates as ISO 8601. */
  data: Readonly<Record<string, unknown>>;
}

export const launchTemplates: TableDefinition<LaunchTemplate> = defineTable<LaunchTemplate>("ec2/launch-templates", {
  indexes: { name: (row) => row.name },
});
/** Rows by `lt-…/3`. */
export const launchTemplateVersions: TableDefinition<LaunchTemplateVersion> = defineTable<LaunchTemplateVersion>(
  "ec2/launch-template-versions",
  { indexes: { template: (row) => row.templateId } },
);
