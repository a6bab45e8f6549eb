// The roles `login` and `login-proxy`: guard's job, before API servers that ask a webhook and before those that don't.
import { LotseError, sleep } from "../../base/index.ts";
import type {
  FlagDefinition,
  RbacRule,
  RoleContext,
  RoleDefinition,
  RouteDefinition,
  ServingCertificate,
  VolumeDefinition,
} from "../frame/index.ts";
import { chooseCluster, defineRole, noCluster, watchCertificateFiles } from "../frame/index.ts";
import type { Desk, LoginReport } from "./core/desk.ts";
import { deskFigures, openDesk } from "./core/desk.ts";
import type { Provider } from "./core/provider.ts";
import { badFlag, settingsOf } from "./core/settings.ts";
import { providerFlags, providerNamed, providers } from "./providers.ts";
import type { ProxyProvider } from "./proxy/choose.ts";
import { openProxy } from "./proxy/server.ts";
import { openUpstream } from "./proxy/upstream.ts";
import { reviewRoute } from "./server/review-route.ts";

/** What both roles share once they are started. */
interface LoginState {
  desk: Desk;
  open: ReadonlyMap<string, Provider>;
}

const names = providers.map(({ id }) => id).join(", ");

const common: readonly FlagDefinition[] = [
  { kind: "list", name: "auth-providers", description: `providers in use, with commas: ${names}`, required: true },
  { kind: "duration", name: "login-timeout", description: "for all questions of one login together", default: "8s" },
  {
    kind: "duration",
    name: "cache-ttl",
    description: "how long somebody who was let in is remembered, within the life of the token; 0 for not at all",
    default: "1m",
  },
  { kind: "number", name: "source-qps", description: "logins a second from one address; 0 for any", default: 50 },
  { kind: "number", name: "provider-qps", description: "questions a second to one provider; 0 for any", default: 50 },
  {
    kind: "number",
    name: "breaker-failures",
    description: "outages in a row after which a provider isn't asked",
    default: 5,
  },
  { kind: "duration", name: "breaker-pause", description: "until it is asked again", default: "15s" },
  {
    kind: "switch",
    name: "prefix-names",
    description: "put the provider's name and a colon before names and groups: where several are in use",
  },
  ...providerFlags,
];

function openProviders({ flags, log }: RoleContext): Map<string, Provider> {
  const settings = settingsOf(flags, Date.now, (text) => log.warn(text));
  const open = new Map<string, Provider>();
  for (const name of flags.list("auth-providers")) {
    const definition = providerNamed(name);
    if (!definition) throw badFlag("auth-providers", `${name} isn't known`, `There are ${names}.`);
    if (!open.has(definition.id)) open.set(definition.id, definition.open(settings));
  }
  return open;
}

/** Tells logs and metrics of a login; users' names stay out of the metrics. */
function reporter({ log, metrics }: RoleContext): (report: LoginReport) => void {
  const total = metrics.counter("lotse_login_total", "Logins, by provider and how they ended.");
  const time = metrics.histogram("lotse_login_duration_seconds", "Time that a login took.");
  return ({ provider, organization, source, result, from, username, reason, milliseconds }) => {
    total.inc({ provider, result, from });
    time.observe(milliseconds / 1000, { provider });
    const facts = { provider, organization, source, ...(username ? { username } : {}), ...(reason ? { reason } : {}) };
    if (result === "success") log.debug("somebody logged in", facts);
    else if (result === "decided") log.info("a login was refused", facts);
    else log.warn("a login failed", { ...facts, result });
  };
}

const breakerStates = { closed: 0, "half-open": 1, open: 2 } as const;

function prepare(context: RoleContext): Promise<LoginState> {
  const { flags, metrics } = context;
  const open = openProviders(context);
  const rate = (flag: string): { perSecond: number; burst: number } => ({
    perSecond: flags.number(flag),
    burst: flags.number(flag) * 4,
  });
  const desk = openDesk(open, {
    ...deskFigures,
    patience: flags.duration("login-timeout"),
    memory: flags.duration("cache-ttl"),
    perSource: rate("source-qps"),
    perProvider: rate("provider-qps"),
    breaker: { failures: flags.number("breaker-failures"), pause: flags.duration("breaker-pause") },
    prefixNames: flags.switch("prefix-names"),
    now: Date.now,
    report: reporter(context),
  });
  metrics.collect("lotse_login_remembered", "People who are remembered.", () => desk.remembered());
  metrics.collect("lotse_login_breaker", "Whether a provider is asked: 0 yes, 1 by one request, 2 no.", () =>
    desk.breakers().map(([provider, state]) => [{ provider }, breakerStates[state]] as const),
  );
  context.signal.addEventListener("abort", () => {
    for (const provider of open.values()) provider.close?.();
  });
  return Promise.resolve({ desk, open });
}

function serve({ state, flags }: RoleContext): Promise<readonly RouteDefinition[]> {
  const { desk, open } = state as LoginState;
  const peerStatusCodes = flags.switch("peer-status-codes");
  return Promise.resolve([reviewRoute({ desk, open, peerStatusCodes })]);
}

/** `github:acme`, `gitlab`: who the proxy asks. All that are in use, where none is given. */
function offeredBy({ flags }: RoleContext, open: ReadonlyMap<string, Provider>): ProxyProvider[] {
  const given = flags.list("proxy-organization").map((text) => {
    const at = text.indexOf(":");
    return { id: (at < 0 ? text : text.slice(0, at)).toLowerCase(), organization: at < 0 ? "" : text.slice(at + 1) };
  });
  const unknown = given.find(({ id }) => !open.has(id));
  if (unknown) throw badFlag("proxy-organization", `${unknown.id} isn't among --auth-providers`);
  const all = [...open.keys()].flatMap((id) => {
    const found = given.filter((each) => each.id === id);
    return found.length > 0 ? found : [{ id, organization: "" }];
  });
  for (const { id, organization } of all) {
    const needed = providerNamed(id)?.organization;
    if (needed !== undefined && organization === "")
      throw badFlag("proxy-organization", `names no ${needed}`, `Give --proxy-organization ${id}:NAME.`);
  }
  return all;
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });

async function runProxy(context: RoleContext): Promise<void> {
  const { flags, log, metrics, signal, env, role } = context;
  const { desk, open } = context.state as LoginState;
  const cluster = chooseCluster(flags, env);
  if (!cluster) throw noCluster(role);
  const [certificate, privateKey] = [flags.optional("tls-cert-file"), flags.optional("tls-private-key-file")];
  if (certificate === undefined || privateKey === undefined)
    throw new LotseError("controllers/no-certificate", {
      title: "The login proxy has no certificate",
      remedy:
        "Give --tls-cert-file and --tls-private-key-file; `lotse login init ca` and `lotse login init server` make them.",
    });
  let reload: (next: ServingCertificate) => void = () => undefined;
  const onChange = (next: ServingCertificate): void => reload(next);
  const host = flags.optional("proxy-address");
  const proxy = await openProxy({
    ...(host === undefined ? {} : { host }),
    port: flags.number("proxy-port"),
    certificate: watchCertificateFiles({ certificate, privateKey }, { log, signal, onChange }),
    upstream: openUpstream(cluster.target, Date.now),
    desk,
    offered: offeredBy(context, open),
    open,
    log,
    metrics,
  });
  reload = (next) => proxy.reload(next);
  log.info("the login proxy listens", { port: proxy.port, server: cluster.target.server });
  await stopped(signal);
  await sleep(flags.duration("shutdown-delay"));
  await proxy.close(flags.duration("grace-period"));
}

const proxyPort = 8444;

const proxyFlags: readonly FlagDefinition[] = [
  { kind: "number", name: "proxy-port", description: "port of the proxy", default: proxyPort },
  { kind: "text", name: "proxy-address", description: "address of the proxy; all by default" },
  {
    kind: "list",
    name: "proxy-organization",
    description: "who counts at a provider: github:ORG, google:DOMAIN; several with commas",
  },
];

/** To say to the API server who somebody is. `uids` and the one `extra` that providers give. */
const impersonating: readonly RbacRule[] = [
  { apiGroups: [""], resources: ["users", "groups"], verbs: ["impersonate"] },
  { apiGroups: ["authentication.k8s.io"], resources: ["uids", "userextras/oid"], verbs: ["impersonate"] },
];

/** Certificates as `lotse login init` makes them, and whatever files providers need, from two Secrets. */
const mounted = (secretName: string): readonly VolumeDefinition[] => [
  { name: "pki", mountPath: "/etc/lotse/pki", source: { secret: { secretName } } },
  { name: "login", mountPath: "/etc/lotse/login", source: { secret: { secretName: "lotse-login", optional: true } } },
];
const certified = ["--tls-cert-file=/etc/lotse/pki/tls.crt", "--tls-private-key-file=/etc/lotse/pki/tls.key"] as const;
const resources = { cpu: "50m", memory: "96Mi", memoryLimit: "192Mi" } as const;

/** The Service that people's kubeconfigs lead to, by a load balancer or an ingress that passes TLS on. */
const proxyService = ({ namespace }: { namespace: string }): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "lotse-login-proxy", namespace },
  spec: {
    selector: { "app.kubernetes.io/name": "lotse", "app.kubernetes.io/component": "login-proxy" },
    ports: [{ name: "proxy", port: 443, targetPort: proxyPort, protocol: "TCP" }],
  },
});

/** The webhook, and with `--proxy` the proxy beside it. */
export const login: RoleDefinition = defineRole({
  name: "login",
  title:
    "Logs people in by GitHub, GitLab, Google, Entra, OIDC, LDAP or a token file: a TokenReview webhook as guard's",
  flags: [
    ...common,
    {
      kind: "switch",
      name: "peer-status-codes",
      description: "answer refusals with 401 as guard does; the reason is lost",
    },
    { kind: "switch", name: "proxy", description: "also open the impersonating proxy" },
    ...proxyFlags,
  ],
  watches: [],
  rbac: [],
  needsCluster: false,
  listener: { port: 8443, certificate: "own", clientCertificates: true },
  probePort: 8_445,
  // Each API server asks its own node, which needs neither DNS nor a Service of the cluster that it lets people into.
  workload: {
    kind: "DaemonSet",
    hostNetwork: true,
    controlPlane: true,
    priorityClass: "system-node-critical",
    arguments: [...certified, "--tls-ca-file=/etc/lotse/pki/ca.crt", "--address=127.0.0.1"],
    volumes: mounted("lotse-login-pki"),
    resources,
  },
  prepare,
  serve,
  run: async (context) => (context.flags.switch("proxy") ? runProxy(context) : stopped(context.signal)),
});

/** The proxy alone. It may impersonate anybody, which the webhook has no need to. */
export const loginProxy: RoleDefinition = defineRole({
  name: "login-proxy",
  title:
    "Logs people in before an API server that takes no webhook, and says to it who they are: an impersonating proxy",
  flags: [
    ...common,
    ...proxyFlags,
    { kind: "text", name: "tls-cert-file", description: "certificate (PEM), read anew when it changes" },
    { kind: "text", name: "tls-private-key-file", description: "key (PEM) of --tls-cert-file" },
  ],
  watches: [],
  rbac: impersonating,
  workload: {
    kind: "Deployment",
    replicas: 2,
    // Its Service sends it connections for a moment longer.
    arguments: [...certified, "--shutdown-delay=5s"],
    volumes: mounted("lotse-login-proxy-pki"),
    resources,
  },
  extraObjects: (options) => [proxyService(options)],
  prepare,
  run: runProxy,
});
