// Controllers whose pods the API server doesn't take: quotas, Pod Security, limits, missing accounts, webhooks.
import type { ControllerCause } from "./cause.ts";
import { defineControllerCause } from "./cause.ts";

export const creationCauses: readonly ControllerCause[] = [
  defineControllerCause({
    code: "rehearse/quota",
    pattern: /exceeded quota: ([^,]+), requested: ([^,]+(?:,[^:]+=[^,]+)*), used: (.+?), limited: (.+)$/m,
    explain: ([, quota = "", requested = "", used = "", limited = ""]) => ({
      code: "rehearse/quota",
      title: `the quota ${quota} doesn't leave room for its pods`,
      detail: `A pod asks for ${requested}; used are ${used}, the limit is ${limited}.`,
      remedy: "Raise the ResourceQuota, run fewer replicas, or ask for less.",
      data: { quota, requested, used, limited },
    }),
  }),
  defineControllerCause({
    code: "rehearse/quota",
    pattern: /failed quota: ([^:]+): must specify (.+)$/m,
    explain: ([, quota = "", fields = ""]) => ({
      code: "rehearse/quota",
      title: `the quota ${quota} takes only pods that say ${fields.replaceAll("; ", ", ")}`,
      remedy: "Give every container requests and limits, or the namespace a LimitRange with defaults.",
      data: { quota },
    }),
  }),
  defineControllerCause({
    code: "rehearse/quota",
    pattern: /status unknown for quota: ([^,]+)/,
    explain: ([, quota = ""]) => ({
      code: "rehearse/quota",
      title: `nobody has counted yet what the quota ${quota} holds`,
      remedy: "Wait until the quota controller has.",
      passes: true,
    }),
  }),
  defineControllerCause({
    code: "rehearse/pod-security",
    pattern: /violates PodSecurity "([^"]+)": (.+)$/m,
    explain: ([, level = "", what = ""]) => ({
      code: "rehearse/pod-security",
      title: `its pods violate the Pod Security level ${level}`,
      detail: what,
      remedy: "Fit the pod's securityContext, or change the namespace's pod-security.kubernetes.io/enforce label.",
    }),
  }),
  defineControllerCause({
    code: "rehearse/limit-range",
    pattern: /(?:maximum|minimum) (\S+) usage per (\S+) is [^\n]+/,
    explain: ([whole]) => ({
      code: "rehearse/limit-range",
      title: "a LimitRange of the namespace forbids its pods",
      detail: whole,
      remedy: "Change the LimitRange, or what the containers ask for.",
    }),
  }),
  defineControllerCause({
    code: "rehearse/no-service-account",
    pattern: /serviceaccount "([^"]+)" not found/,
    explain: ([, name = ""]) => ({
      code: "rehearse/no-service-account",
      title: `its service account ${name} doesn't exist`,
      remedy: "Add the ServiceAccount to the manifests, or to iam.serviceAccounts of the cluster file.",
      data: { serviceAccount: name },
      // Every namespace gets this one from a controller, a moment after it was made.
      ...(name === "default" ? { passes: true } : {}),
    }),
  }),
  defineControllerCause({
    code: "rehearse/webhook",
    pattern: /failed calling webhook "([^"]+)"/,
    explain: ([, name = ""], message) => ({
      code: "rehearse/webhook",
      title: `the webhook ${name} doesn't answer, so its pods can't be made`,
      detail: message,
      remedy:
        "Simulated pods answer no webhooks: leave its configuration out of the rehearsal, or set failurePolicy: Ignore.",
    }),
  }),
  defineControllerCause({
    code: "rehearse/pods-refused",
    pattern: /.+/s,
    explain: (_match, message) => ({
      code: "rehearse/pods-refused",
      title: "the API server refuses its pods",
      detail: message,
      remedy: "Correct what the API server names.",
    }),
  }),
];
