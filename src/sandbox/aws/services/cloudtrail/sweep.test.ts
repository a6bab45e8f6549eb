// CloudTrail's emulated operations: what each shows, and its own refusal.
import type { SweepWorld } from "../../sweeping.ts";
import { describeSweep, row } from "../../sweeping.ts";
import { cloudtrail } from "./index.ts";

const S3BucketName = "harbour-trail";

/** A trail for all regions, and its bucket. */
function makeTrail(w: SweepWorld): void {
  w.on("s3", "CreateBucket", { Bucket: S3BucketName, CreateBucketConfiguration: { LocationConstraint: w.region } });
  w.call("CreateTrail", { Name: "all", S3BucketName, IsMultiRegionTrail: true });
}
const unknown = (): object => ({ Name: "none" });
const notFound = "TrailNotFoundException: Unknown trail: none for the user: 123456789012";

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
  trails: [
    row(
      "CreateTrail",
      (w) => {
        makeTrail(w);
        return w.call("DescribeTrails", { trailNameList: ["all"] });
      },
      { trailList: [{ Name: "all", IsMultiRegionTrail: true, HomeRegion: "eu-central-1" }] },
      () => ({ Name: "all", S3BucketName: "nowhere-to-be-found" }),
      "S3BucketDoesNotExistException: S3 bucket nowhere-to-be-found does not exist!",
    ),
    row(
      "DescribeTrails",
      (w) => {
        makeTrail(w);
        return w.call("DescribeTrails", { includeShadowTrails: false });
      },
      { trailList: [{ Name: "all" }] },
      () => ({ trailNameList: ["a:trail/"] }),
      "InvalidTrailNameException: Trail name must have a minimum length of 3 characters.",
    ),
    row(
      "GetTrailStatus",
      (w) => {
        makeTrail(w);
        return w.call("GetTrailStatus", { Name: "all" });
      },
      { IsLogging: false },
      unknown,
      notFound,
    ),
    row(
      "StartLogging",
      (w) => {
        makeTrail(w);
        w.call("StartLogging", { Name: "all" });
        return w.call("GetTrailStatus", { Name: "all" });
      },
      { IsLogging: true },
      unknown,
      notFound,
    ),
    row(
      "StopLogging",
      (w) => {
        makeTrail(w);
        w.call("StartLogging", { Name: "all" });
        w.call("StopLogging", { Name: "all" });
        return w.call("GetTrailStatus", { Name: "all" });
      },
      { IsLogging: false },
      unknown,
      notFound,
    ),
    row(
      "UpdateTrail",
      (w) => {
        makeTrail(w);
        w.call("UpdateTrail", { Name: "all", IsMultiRegionTrail: false, EnableLogFileValidation: true });
        return w.call("DescribeTrails");
      },
      { trailList: [{ Name: "all", S3BucketName, IsMultiRegionTrail: false, LogFileValidationEnabled: true }] },
      unknown,
      notFound,
    ),
    row(
      "DeleteTrail",
      (w) => {
        makeTrail(w);
        w.call("DeleteTrail", { Name: "all" });
        return w.call("DescribeTrails");
      },
      { trailList: [] },
      unknown,
      notFound,
    ),
  ],
});
