// Every command of lotse, in the order of help.
import type { CommandDefinition } from "../command.ts";
import { accessCommands } from "./access.ts";
import { accessEntryCommands } from "./access-entries.ts";
import { apply } from "./apply.ts";
import { capacityCommands } from "./capacity.ts";
import { configCommands } from "./config.ts";
import { controllerCommands } from "./controller.ts";
import { demo } from "./demo.ts";
import { destroy } from "./destroy.ts";
import { doctorCommands } from "./doctor.ts";
import { drain } from "./drain.ts";
import { explainCommands } from "./explain.ts";
import { get } from "./get.ts";
import { identityCommands } from "./identity.ts";
import { identityProviderCommands } from "./identity-providers.ts";
import { identityMappingCommands } from "./identity-mappings.ts";
import { init } from "./init.ts";
import { kubeconfigCommands } from "./kubeconfig.ts";
import { loginCommands } from "./login.ts";
import { plan } from "./plan.ts";
import { rehearse } from "./rehearse.ts";
import { sandboxKubernetesCommands } from "./sandbox-kubernetes.ts";
import { sandboxCommands } from "./sandbox.ts";
import { serviceAccountCommands } from "./service-accounts.ts";
import { stacks } from "./stacks.ts";
import { status } from "./status.ts";
import { token } from "./token.ts";
import { trustPolicy } from "./trust-policy.ts";
import { upgradeCommands } from "./upgrade.ts";
import { versions } from "./versions.ts";
import { whoami } from "./whoami.ts";

export const commands: readonly CommandDefinition[] = [
  demo,
  init,
  ...configCommands,
  rehearse,
  stacks,
  plan,
  apply,
  status,
  ...get,
  drain,
  ...upgradeCommands,
  versions,
  destroy,
  ...capacityCommands,
  ...doctorCommands,
  ...kubeconfigCommands,
  ...loginCommands,
  whoami,
  ...explainCommands,
  ...accessCommands,
  token,
  ...identityMappingCommands,
  ...accessEntryCommands,
  ...serviceAccountCommands,
  trustPolicy,
  ...identityProviderCommands,
  ...identityCommands,
  ...controllerCommands,
  ...sandboxCommands,
  ...sandboxKubernetesCommands,
];
