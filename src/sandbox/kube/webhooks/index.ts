// Who is who and who may what in emulated clusters, as their API servers ask it.
export type { Authenticator, AuthenticatorOptions } from "./authenticator.ts";
export { authenticatorLine, createAuthenticator } from "./authenticator.ts";
export type { WebhookServer } from "./server.ts";
export { openWebhookServer } from "./server.ts";
