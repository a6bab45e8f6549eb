// Service-linked roles: made for a service, with AWS's policy, and only deleted by a task that asks the service.
import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse,
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse,
} from "@aws-sdk/client-iam";
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getRole } from "../entities.ts";
import { invalidInput, noSuchEntity } from "../errors.ts";
import { serviceLinkedRoles } from "../managed/service-linked.ts";
import { createdRole } from "../shapes.ts";
import { roleDeletions, roles } from "../state.ts";
import { encodeDocument } from "../values.ts";
import { putRole } from "./roles.ts";

export const serviceLinkedRoleOperations: Readonly<Record<string, Operation>> = {
  CreateServiceLinkedRole: operation<CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse>((input, ctx) => {
    const service = input.AWSServiceName ?? "";
    const known = serviceLinkedRoles[service];
    if (!known) throw invalidInput(`Service ${service} is not a valid service for service-linked roles.`);
    const suffix = input.CustomSuffix;
    if (suffix !== undefined && !known.suffix) {
      throw invalidInput(`Custom suffix is not allowed for ${service}`);
    }
    const name = suffix === undefined ? known.role : `${known.role}_${suffix}`;
    if (ctx.table(roles).has(name.toLowerCase())) {
      throw invalidInput(`Service role name ${name} has been taken in this account, please try a different suffix.`);
    }
    const trust = (Action: unknown, Service: unknown): string =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Action, Effect: "Allow", Principal: { Service } }] });
    // What a service makes for itself comes with its words; what a caller makes has theirs, or none.
    const description = input.Description ?? (ctx.principal.type === "AWSService" ? known.description : undefined);
    const row = putRole(ctx, {
      name,
      path: `/aws-service-role/${service}/`,
      trust: trust("sts:AssumeRole", service),
      ...(description === undefined ? {} : { description }),
      linkedTo: service,
    });
    const attached = [`arn:${ctx.partition}:iam::aws:policy/aws-service-role/${known.policy}`];
    ctx.table(roles).update(name.toLowerCase(), { attached });
    // The answer writes lists where what is kept, and GetRole, have single values.
    const AssumeRolePolicyDocument = encodeDocument(trust(["sts:AssumeRole"], [service]));
    return { Role: { ...createdRole(ctx, row), AssumeRolePolicyDocument } };
  }),

  DeleteServiceLinkedRole: operation<DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse>((input, ctx) => {
    const role = getRole(ctx, input.RoleName);
    if (role.linkedTo === undefined) throw invalidInput(`Role ${role.name} is not a service-linked role.`);
    const task = `task${role.path}${role.name}/${ctx.ids.uuid()}`;
    ctx.table(roleDeletions).put(task, { role: role.name, status: "SUCCEEDED" });
    ctx.table(roles).delete(role.name.toLowerCase());
    return { DeletionTaskId: task };
  }),

  GetServiceLinkedRoleDeletionStatus: operation<
    GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse
  >((input, ctx) => {
    const task = ctx.table(roleDeletions).get(input.DeletionTaskId ?? "");
    if (!task) throw noSuchEntity(`Deletion task ${input.DeletionTaskId} cannot be found.`);
    return { Status: task.status as never };
  }),
};
