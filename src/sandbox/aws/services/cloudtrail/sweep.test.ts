// CloudTrail's one emulated operation: what it shows, and its own refusal.
import { describeSweep, row } from "../../sweeping.ts";
import { cloudtrail } from "./index.ts";

describeSweep(cloudtrail, {
  events: [
    row(
      "LookupEvents",
      (w) => {
        w.on("iam", "CreateUser", { UserName: "ann" });
        return w.call("LookupEvents", {
          LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateUser" }],
        });
      },
      { Events: [{ EventName: "CreateUser", Username: "administrator", ReadOnly: "false" }] },
      () => ({ LookupAttributes: [{ AttributeKey: "Colour", AttributeValue: "blue" }] }),
      "InvalidLookupAttributesException: Lookup attribute Colour is not valid.",
    ),
  ],
});
