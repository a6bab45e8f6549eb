// LT-C008: A stack was changed past CloudFormation.
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { inList } from "../../sight.ts";

/** A stack was changed past CloudFormation. */
export const stackDrift: Check = defineCheck({
  id: "LT-C008",
  title: "A stack was changed past CloudFormation",
  area: "cost",
  severity: "warning",
  why: "The next update of the stack undoes what was changed by hand, or fails over it. What counts is the last drift detection: the doctor starts none, for that is a call that writes.",
  docs: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html",
  remedy: "Write the change into the file and apply it, or take it back; then detect drift anew.",
  account: async (account) =>
    inList(
      "Stack",
      await account.read("stacks"),
      ({ StackName }) => StackName,
      ({ StackName, DriftInformation: drift }) =>
        drift?.StackDriftStatus === "DRIFTED" && {
          text: `It has drifted${drift.LastCheckTimestamp ? `, as of ${drift.LastCheckTimestamp.toISOString().slice(0, 10)}` : ""}`,
          command: `aws cloudformation describe-stack-resource-drifts --stack-name ${StackName} --stack-resource-drift-status-filters MODIFIED DELETED`,
        },
    ),
});
