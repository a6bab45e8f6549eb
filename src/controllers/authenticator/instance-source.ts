// EC2 as the server asks it: in its own region, with a role of its own where the configuration names one.
import { errorMessage } from "../../base/index.ts";
import type { Counter, RoleContext } from "../frame/index.ts";
import type { Configuration } from "./configuration.ts";
import type { Instances } from "./instances.ts";
import { openInstances } from "./instances.ts";

/** A role is assumed for an hour, and anew before it ends. */
const sessionSeconds = 3600;
const renewBefore = 300_000;

type Door = ReturnType<RoleContext["aws"]>;

/** A door that assumes a role, and does it again before the session ends. */
function assuming(context: RoleContext, RoleArn: string): Pick<Door, "call"> {
  let current: { door: Promise<Door>; until: number } | undefined;
  let own: Door | undefined;
  const assume = async (): Promise<Door> => {
    own ??= context.aws();
    const { Credentials } = await own.call("sts", "AssumeRole", {
      RoleArn,
      RoleSessionName: "lotse-authenticator",
      DurationSeconds: sessionSeconds,
    });
    return context.aws({
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
      },
    });
  };
  return {
    async call(service, operation, input) {
      if (!current || current.until < Date.now()) {
        const door = assume();
        current = { door, until: Date.now() + sessionSeconds * 1000 - renewBefore };
        // A failure isn't kept.
        door.catch(() => (current = undefined));
      }
      return (await current.door).call(service, operation, input);
    },
  };
}

/** Opens the look-up of instances; nothing is asked until somebody's name needs one. */
export function openInstanceSource(context: RoleContext, configuration: Configuration, calls: Counter): Instances {
  const { log } = context;
  let door: Pick<Door, "call"> | undefined;
  const open = (): Pick<Door, "call"> =>
    (door ??= configuration.ec2RoleArn === undefined ? context.aws() : assuming(context, configuration.ec2RoleArn));
  const roles = new Map<string, string | undefined>();
  const roleOf = async (profile: string): Promise<string | undefined> => {
    if (roles.has(profile)) return roles.get(profile);
    try {
      const InstanceProfileName = profile.slice(profile.lastIndexOf("/") + 1);
      const { InstanceProfile } = await open().call("iam", "GetInstanceProfile", { InstanceProfileName });
      const arn = InstanceProfile?.Roles?.[0]?.Arn;
      roles.set(profile, arn);
      return arn;
    } catch (error) {
      // aws-iam-authenticator's own policy doesn't allow it: then a session's name is believed, as there.
      log.warn("roles of instances can't be compared with those of sessions", { profile, error: errorMessage(error) });
      roles.set(profile, undefined);
      return undefined;
    }
  };
  return openInstances({
    ec2: { call: (service, operation, input) => open().call(service, operation, input) },
    roleOf,
    qps: configuration.ec2Qps,
    burst: Math.max(1, configuration.ec2Burst),
    calls,
    log,
  });
}
