// Puts the judges that sit before every call together: credentials and policies, faults, the trail.
import type { Guards } from "./core/index.ts";

/**
 * One guard out of several. Each question goes to all that answer it, in order: a refusal of any stands, and the
 * first credential or resource fault that is found counts.
 */
export function composeGuards(parts: readonly Guards[]): Guards {
  return {
    credential(accessKeyId, ctx) {
      for (const part of parts) {
        const found = part.credential?.(accessKeyId, ctx);
        if (found) return found;
      }
      return undefined;
    },
    authorize(ctx, service, call, permissions) {
      for (const part of parts) part.authorize?.(ctx, service, call, permissions);
    },
    allowed: (ctx, permission) => parts.every((part) => part.allowed?.(ctx, permission) ?? true),
    faultCall(call, now) {
      for (const part of parts) part.faultCall?.(call, now);
    },
    faultResource(kind, facts, now) {
      for (const part of parts) {
        const fault = part.faultResource?.(kind, facts, now);
        if (fault) return fault;
      }
      return undefined;
    },
    record(call, ctx, outcome) {
      for (const part of parts) part.record?.(call, ctx, outcome);
    },
  };
}
