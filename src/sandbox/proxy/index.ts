// The proxy form: tools that know AWS by its host names alone meet the sandbox there.
export type { ProxyAuthority } from "./authority.ts";
export { proxyAuthority } from "./authority.ts";
export { issuerRegion } from "./hosts.ts";
export type { Tunnel } from "./tunnel.ts";
export { openTunnel } from "./tunnel.ts";
