// `lotse explain pod|principal`
import { LotseError } from "../../base/index.ts";
import type { AskedPrincipal, Explanation, PodQuestion } from "../../lotse.ts";
import { explain } from "../../lotse.ts";
import { clusterNameOf } from "../cluster-input.ts";
import type { Action, Invocation } from "../command.ts";
import { exitCode } from "../command.ts";
import { withAws } from "../connection.ts";
import { answerLines } from "../render/answer.ts";
import { renderData } from "../render/data.ts";
import { filesOf, textFile, textOption } from "./files.ts";

const exits = { allow: exitCode.done, deny: exitCode.failed, unknown: exitCode.findings } as const;

async function render(invocation: Invocation, answer: Explanation, title: string): Promise<number> {
  const { terminal, options, env } = invocation;
  const format = options["output"];
  if (format === "json" || format === "yaml") terminal.stdout.write(await renderData(answer, format));
  else terminal.stdout.write(`${answerLines(answer, title, terminal.stdout, env).join("\n")}\n`);
  return exits[answer.verdict];
}

const argument = ({ arguments: given }: Invocation, at: number): string => {
  const value = given[at];
  return typeof value === "string" ? value : "";
};

function podOf(text: string): { namespace: string; name: string } {
  const [namespace = "", name = "", ...more] = text.split("/");
  if (namespace !== "" && name !== "" && more.length === 0) return { namespace, name };
  throw new LotseError("cli/usage", {
    title: `${JSON.stringify(text)} names no pod`,
    remedy: "Write NAMESPACE/NAME.",
  });
}

async function questionOf(invocation: Invocation): Promise<PodQuestion> {
  const [action, resource] = [argument(invocation, 1), argument(invocation, 2)];
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw new LotseError("cli/usage", {
      title: `${JSON.stringify(action)} is no action of IAM`,
      remedy: "Write SERVICE:Action, as s3:GetObject.",
    });
  }
  if (resource !== "*" && !/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(resource)) {
    throw new LotseError("cli/usage", {
      title: `${JSON.stringify(resource)} is no ARN`,
      remedy: "Write the whole ARN, as arn:aws:s3:::bucket/key, or * for actions that are about no resource.",
    });
  }
  const given = (invocation.options["context"] as readonly string[] | undefined) ?? [];
  const context: Record<string, string[]> = {};
  for (const text of given) {
    const at = text.indexOf("=");
    if (at <= 0) {
      throw new LotseError("cli/usage", {
        title: `--context ${JSON.stringify(text)} is no condition key with a value`,
        remedy: "Write it as aws:SourceIp=10.0.0.1.",
      });
    }
    const key = text.slice(0, at);
    context[key] = [...(context[key] ?? []), text.slice(at + 1)];
  }
  const container = textOption(invocation, "container");
  const policy = textOption(invocation, "resourcePolicy");
  return {
    action,
    resource,
    now: Date.now(),
    context,
    ...(container === undefined ? {} : { container }),
    ...(policy === undefined ? {} : { resourcePolicy: policy === "none" ? policy : await textFile(policy) }),
  };
}

/** `explain pod` */
export const pod: Action = async (invocation) => {
  const asked = podOf(argument(invocation, 0));
  const question = await questionOf(invocation);
  const title = `May ${asked.namespace}/${asked.name} ${question.action} on ${question.resource}?`;
  const files = await filesOf(invocation);
  if (files) return render(invocation, await explain.podFromFiles(files, asked, question), title);
  const { name, region } = await clusterNameOf(invocation, "name");
  return withAws(invocation, region, async (aws) =>
    render(invocation, await explain.pod(aws, name, asked, question), title),
  );
};

/** `explain principal` */
export const principal: Action = async (invocation) => {
  const { options } = invocation;
  const session = textOption(invocation, "sessionName");
  const asked: AskedPrincipal = {
    arn: argument(invocation, 0),
    verb: argument(invocation, 1),
    resource: argument(invocation, 2),
    namespace: textOption(invocation, "namespace"),
    allNamespaces: options["allNamespaces"] === true,
    subresource: textOption(invocation, "subresource"),
    ...(session === undefined ? {} : { sessionName: session }),
  };
  const files = await filesOf(invocation);
  if (files) {
    const answer = await explain.principalFromFiles(files, asked);
    return render(invocation, answer, `May ${asked.arn} ${answer.wanted}?`);
  }
  const { name, region } = await clusterNameOf(invocation, "name");
  return withAws(invocation, region, async (aws) => {
    const answer = await explain.principal(aws, name, asked);
    return render(invocation, answer, `May ${asked.arn} ${answer.wanted}?`);
  });
};
