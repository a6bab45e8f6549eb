// LT-S006: Volumes of EBS without the driver.
import { rolesOfAccounts } from "../../objects/service-accounts.ts";
import type { Check } from "../../check.ts";
import { defineCheck } from "../../check.ts";
import { ofCluster } from "../../sight.ts";

/** Volumes of EBS without the driver. */
export const ebsDriverMissing: Check = defineCheck({
  id: "LT-S006",
  title: "Volumes of EBS without the driver, or a driver without a role",
  area: "storage",
  severity: "error",
  why: "Since 1.23 only the EBS CSI driver makes and attaches volumes; EKS doesn't install it by itself.",
  docs: "https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html",
  remedy: "Install the add-on aws-ebs-csi-driver with a role.",
  together: async (account, cluster) => {
    const [{ computeConfig }, addons, classes, deployments] = await Promise.all([
      account.read("cluster"),
      account.read("addons"),
      cluster.list("storageClasses"),
      cluster.list("deployments"),
    ]);
    const used = classes.some(
      ({ provisioner }) => provisioner === "ebs.csi.aws.com" || provisioner === "kubernetes.io/aws-ebs",
    );
    const there =
      addons.some(({ addonName }) => addonName === "aws-ebs-csi-driver") ||
      deployments.some(({ metadata }) => metadata.name === "ebs-csi-controller");
    const [claims, associations, annotated, roles] = await Promise.all([
      cluster.list("persistentVolumeClaims"),
      account.read("associations"),
      rolesOfAccounts(cluster),
      account.read("roles"),
    ]);
    const name = "ebs-csi-controller-sa";
    const hasRole =
      addons.some((each) => each.addonName === "aws-ebs-csi-driver" && each.serviceAccountRoleArn !== undefined) ||
      associations.some(({ serviceAccount }) => serviceAccount === name) ||
      annotated.some((each) => each.account.metadata.name === name) ||
      roles.some(({ attached }) => attached.some((arn) => arn.includes("EBSCSIDriverPolicy")));
    if (used && claims.length > 0 && there && !hasRole && computeConfig?.enabled !== true)
      return ofCluster(account, `${claims.length} claims, and the driver (${name}) has no role: it may make no volume`);
    return ofCluster(
      account,
      used &&
        claims.length > 0 &&
        !there &&
        computeConfig?.enabled !== true &&
        `${claims.length} claims, and nobody makes volumes of EBS`,
    );
  },
});
