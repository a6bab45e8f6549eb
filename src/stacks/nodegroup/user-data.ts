// User data of Amazon Linux 2023 nodes: a MIME message of shell scripts and NodeConfig documents (RFC 2046).
import type { Binder } from "../binder.ts";
import type { Group } from "./group.ts";
import { joinConfig, maxPodsConfig, ownConfig } from "./node-config.ts";
import { yamlText } from "./yaml-text.ts";

interface Part {
  /** Header lines of the part. */
  readonly headers: readonly string[];
  readonly body: string;
}

const script = (command: string): Part => ({
  // The second line is what eksctl sends for the charset; cloud-init reads the first.
  headers: ["Content-Type: text/x-shellscript", 'Content-Type: charset="us-ascii"'],
  body: `#!/bin/bash\n${command}`,
});

/** A boundary that no part contains; fixed, so that equal input gives equal user data. */
function boundaryFor(parts: readonly Part[]): string {
  let boundary = "BOUNDARY";
  while (parts.some((part) => part.body.includes(`--${boundary}`))) boundary += "X";
  return boundary;
}

function mimeMessage(parts: readonly Part[]): string {
  const boundary = boundaryFor(parts);
  const text = parts.map(({ headers, body }) => `--${boundary}\n${headers.join("\n")}\n\n${body}\n`);
  const head = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=${boundary}\n\n`;
  return `${head}${text.join("")}--${boundary}--\n`;
}

/**
 * User data of a group in base64, or undefined where it needs none (managed nodes without wishes of their own).
 */
export function userData(group: Group, clusterName: string, binder: Binder): string | undefined {
  const { maxPodsPerNode = 0, preBootstrapCommands = [], overrideBootstrapCommand } = group.spec;
  const configs = [
    ...(group.managed ? [] : [joinConfig(group, clusterName, binder)]),
    ...(maxPodsPerNode > 0 ? [maxPodsConfig(maxPodsPerNode)] : []),
    ...(overrideBootstrapCommand ? [ownConfig(overrideBootstrapCommand)] : []),
  ];
  const parts = [
    ...preBootstrapCommands.map(script),
    ...configs.map((config) => ({ headers: ["Content-Type: application/node.eks.aws"], body: yamlText(config) })),
  ];
  return parts.length === 0 ? undefined : Buffer.from(mimeMessage(parts)).toString("base64");
}
