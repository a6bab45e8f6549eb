// The way of a request: an ordered list of links, each doing one thing to the exchange.
import { unframe } from "./aws-chunked.ts";
import type { Cloud, Credential, Principal } from "./core/index.ts";
import { AwsError, NotEmulatedError } from "./core/index.ts";
import { dialectOf } from "./dialects.ts";
import type { Identity } from "./identify.ts";
import { identify } from "./identify.ts";
import type { OperationSchema, ServiceSchema } from "./schema/index.ts";
import { serviceSchema } from "./schema/index.ts";
import type { Authorization, SigningKeys } from "./sigv4.ts";
import { readAuthorization, signatureMatches, signatureTime } from "./sigv4.ts";
import { isSignedTwice, unsignedHeader } from "./signed-parts.ts";
import type { AuthenticationFailure, Dialect, WireRequest, WireResponse } from "./wire/index.ts";
import { protocols } from "./wire/index.ts";

/** What the chain needs of its surroundings. */
export interface ChainHost {
  cloud: Cloud;
  /** Account and region of requests that say nothing about these. */
  account: string;
  region: string;
  administrator: { accessKeyId: string; credential: Credential };
  /** Access keys that nobody has made act as the administrator, whatever they are signed with. */
  anyKey: boolean;
  keys: SigningKeys;
}

/** One request on its way. Links fill it from top to bottom. */
export interface Exchange {
  request: WireRequest;
  readonly requestId: string;
  authorization?: Authorization | "malformed" | undefined;
  identity?: Identity;
  schema?: ServiceSchema;
  dialect?: Dialect;
  operation?: OperationSchema;
  region: string;
  principal?: Principal;
  input?: object;
  response?: WireResponse;
  /** Injected: wall-clock milliseconds to wait before the answer, or no answer. */
  delay?: number;
  drop?: boolean;
}

export interface Link {
  name: string;
  run(exchange: Exchange, host: ChainHost): void;
}

/** A service that the sandbox has no schema for. */
export class UnknownServiceError extends NotEmulatedError {}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the chain has no ${what} yet`);
  return value;
}

const unframeLink: Link = {
  name: "unframe",
  run(exchange) {
    exchange.request = unframe(exchange.request);
  },
};

const validRegion = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;

const identifyLink: Link = {
  name: "identify",
  run(exchange) {
    const authorization = readAuthorization(exchange.request);
    exchange.authorization = authorization;
    const signed = authorization === "malformed" ? undefined : authorization;
    const identity = identify(exchange.request, signed);
    if ("service" in identity) {
      throw new UnknownServiceError(
        identity.service ? `service ${identity.service} (${identity.asked})` : identity.asked,
      );
    }
    exchange.identity = identity;
    exchange.schema = serviceSchema(identity.entry.id);
    exchange.dialect = dialectOf(identity.entry.id, identity.entry.protocol);
    if (signed) exchange.region = signed.region;
    if (identity.operation === undefined) {
      const { code, status } = exchange.dialect.unknownOperation;
      const { serviceId, version } = identity.entry;
      throw new AwsError(code, `Could not find operation ${identity.asked} for ${serviceId} version ${version}`, {
        status,
      });
    }
    exchange.operation = need(exchange.schema.operation(identity.operation), "operation");
  },
};

/** Signatures are good for so long on either side of the server's clock; AWS's own figure. */
const clockSkew = 15 * 60_000;

const authenticateLink: Link = {
  name: "authenticate",
  run(exchange, host) {
    const dialect = need(exchange.dialect, "dialect");
    const refuse = (failure: AuthenticationFailure, detail = ""): AwsError => {
      const { code, message, status } = dialect.authentication(failure, detail);
      return new AwsError(code, message, { status });
    };
    const { authorization, schema, operation } = exchange;
    if (authorization === "malformed") throw refuse("incomplete");
    if (!authorization) {
      const service = host.cloud.services().find((each) => each.id === schema?.id);
      if (service?.operations[operation?.name ?? ""]?.anonymous !== true) throw refuse("missing");
      exchange.principal = anonymous(host.account);
      return;
    }
    if (isSignedTwice(exchange.request, authorization)) throw refuse("signed-twice");
    if (!validRegion.test(authorization.region)) {
      throw refuse("wrong-signature", "Credential should be scoped to a valid region.");
    }
    const credential = findCredential(authorization, host);
    if (credential === undefined && host.anyKey) {
      // There is no secret to check the signature by, so its age doesn't matter either.
      exchange.principal = stranger(authorization.accessKeyId, host);
      return;
    }
    if (credential === undefined || credential.inactive) throw refuse("unknown-key");
    if (credential.sessionToken !== authorization.sessionToken) throw refuse("wrong-token");
    if (unsignedHeader(exchange.request, authorization) !== undefined) throw refuse("unsigned-header");
    if (!signatureMatches(exchange.request, authorization, credential.secretAccessKey, host.keys)) {
      throw refuse("wrong-signature");
    }
    // Wall time on purpose: the signing client's clock is real, whatever the virtual clock says.
    const now = Date.now();
    const signedAt = signatureTime(authorization.time);
    if (Number.isNaN(signedAt) || !authorization.time.startsWith(authorization.date)) throw refuse("incomplete");
    // STS ignores X-Amz-Expires: an address of it is good for a quarter of an hour, whatever it says (facts of EKS tokens).
    const expires = authorization.service === "sts" ? undefined : authorization.expires;
    const until = expires === undefined ? signedAt + clockSkew : signedAt + expires * 1000;
    if (now > until || signedAt > now + clockSkew) {
      const limit = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
      const failure = expires === undefined ? "expired-signature" : "expired-address";
      throw refuse(failure, `Signature expired: ${authorization.time} is now too far from ${limit}`);
    }
    if (credential.expires !== undefined && now >= credential.expires) throw refuse("expired-token");
    exchange.principal = credential.principal;
  },
};

function findCredential(authorization: Authorization, host: ChainHost): Credential | undefined {
  const { accessKeyId, region } = authorization;
  if (accessKeyId === host.administrator.accessKeyId) return host.administrator.credential;
  const { cloud, account } = host;
  return cloud.guards.credential?.(accessKeyId, cloud.context({ account, region, principal: anonymous(account) }));
}

/** The administrator, under the key that the caller came with. */
function stranger(accessKeyId: string, host: ChainHost): Principal {
  return { ...host.administrator.credential.principal, accessKeyId };
}

function anonymous(account: string): Principal {
  return { type: "Anonymous", account, arn: "*", principalId: "ANONYMOUS", name: "anonymous" };
}

const parseLink: Link = {
  name: "parse",
  run(exchange) {
    const { request } = exchange;
    const schema = need(exchange.schema, "schema");
    const operation = need(exchange.operation, "operation");
    const dialect = need(exchange.dialect, "dialect");
    const { parameters, form, labels } = need(exchange.identity, "identity");
    exchange.input = protocols[schema.protocol].parse({
      request,
      schema,
      operation,
      dialect,
      parameters,
      form,
      labels,
    });
  },
};

/** Authorise, faults, the operation itself and the trail: the cloud does these for calls from anywhere. */
const carryOutLink: Link = {
  name: "carry out",
  run(exchange, host) {
    const schema = need(exchange.schema, "schema");
    const operation = need(exchange.operation, "operation");
    const dialect = need(exchange.dialect, "dialect");
    const principal = need(exchange.principal, "principal");
    const { request, requestId, region } = exchange;
    const output = host.cloud.invoke<object | undefined>({
      service: schema.id,
      operation: operation.name,
      input: need(exchange.input, "input"),
      account: principal.account,
      region,
      principal,
      requestId,
      sourceIp: request.sourceIp,
      userAgent: request.headers["user-agent"] ?? "",
      wire: {
        delay: (milliseconds) => (exchange.delay = milliseconds),
        drop: () => (exchange.drop = true),
      },
    });
    exchange.response = protocols[schema.protocol].success(operation, output ?? {}, {
      schema,
      dialect,
      requestId,
      method: request.method,
      wantsJson: wantsJson(request),
    });
  },
};

/** Authenticators ask for GetCallerIdentity with GET and want JSON. */
export function wantsJson(request: WireRequest): boolean {
  return (request.headers["accept"] ?? "").startsWith("application/json");
}

/** The links in their order. */
export const chain: readonly Link[] = [unframeLink, identifyLink, authenticateLink, parseLink, carryOutLink];
