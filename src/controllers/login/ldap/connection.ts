// One connection to an LDAP server for one login: opened, secured, used, closed. Requests go one after the other.
import type { Socket } from "node:net";
import { connect as connectPlain, isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { connect as connectTls } from "node:tls";
import { LoginRefusal, outage } from "../core/refusal.ts";
import type { LdapAnswer, LdapEntry, LdapResult, SearchRequest } from "./messages.ts";
import {
  answers,
  bindRequest,
  codes,
  entryOf,
  resultOf,
  searchRequest,
  startTlsRequest,
  takeAnswers,
  unbindRequest,
} from "./messages.ts";

/** How the connection is secured: from the first byte, by StartTLS, or not at all. */
export type LdapSecurity = "ldaps" | "start-tls" | "none";

/** Where the server is. */
export interface LdapPlace {
  host: string;
  port: number;
  security: LdapSecurity;
  /** PEM; the public authorities by default. */
  authority: string | undefined;
  /** False: any certificate will do. */
  verify: boolean;
}

/** An open connection. */
export interface LdapConnection {
  bind(dn: string, password: string): Promise<LdapResult>;
  /** What is found, up to the limit; references to other servers aren't followed. */
  search(request: SearchRequest): Promise<{ entries: LdapEntry[]; result: LdapResult }>;
  close(): void;
}

/** A search that finds more is not one of a login. */
const mostEntries = 10_000;

type Waiter = { id: number; take(answer: LdapAnswer): boolean; fail(error: Error): void };

/** Cuts what comes into messages and hands them to whoever waits. */
function exchange(
  place: LdapPlace,
  signal: AbortSignal,
): {
  use(socket: Socket): void;
  request(make: (id: number) => Buffer, take: (answer: LdapAnswer) => boolean): Promise<void>;
  socket(): Socket;
} {
  let socket: Socket | undefined;
  let buffered: Buffer = Buffer.alloc(0);
  let waiter: Waiter | undefined;
  let lastId = 0;
  const where = `${place.host}:${place.port}`;
  const fail = (error: Error): void => {
    const waiting = waiter;
    waiter = undefined;
    waiting?.fail(error);
    socket?.destroy();
  };
  const onData = (chunk: Buffer): void => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    try {
      const { answers: whole, taken } = takeAnswers(buffered);
      buffered = buffered.subarray(taken);
      for (const answer of whole) {
        // Id 0 is a notice of disconnection; anything else that nobody asked for is a fault.
        if (!waiter || answer.id !== waiter.id) throw new Error("an answer to nothing that was asked");
        if (waiter.take(answer)) waiter = undefined;
      }
    } catch (error) {
      fail(outage(`${where} doesn't speak LDAP: ${(error as Error).message}`));
    }
  };
  signal.addEventListener("abort", () => fail(outage(`${where} didn't answer in time`)), { once: true });
  return {
    use(next) {
      socket?.removeAllListeners("data");
      socket = next;
      // What came in clear before the handshake isn't believed afterwards.
      buffered = Buffer.alloc(0);
      next.on("data", onData);
      next.on("error", (error) => fail(outage(`${where} can't be reached: ${error.message}`)));
      next.on("close", () => fail(outage(`${where} closed the connection`)));
    },
    request: (make, take) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(outage(`${where} didn't answer in time`));
        if (!socket || socket.destroyed) return reject(outage(`${where} closed the connection`));
        const id = (lastId += 1);
        waiter = {
          id,
          fail: reject,
          take: (answer) => {
            const last = take(answer);
            if (last) resolve();
            return last;
          },
        };
        socket.write(make(id));
      }),
    socket: () => socket as Socket,
  };
}

function opened(
  socket: Socket,
  event: "connect" | "secureConnect",
  place: LdapPlace,
  signal: AbortSignal,
): Promise<void> {
  const where = `${place.host}:${place.port}`;
  return new Promise((resolve, reject) => {
    const late = (): void => {
      socket.destroy();
      reject(outage(`${where} didn't answer in time`));
    };
    if (signal.aborted) return late();
    signal.addEventListener("abort", late, { once: true });
    socket.once("error", (error) => reject(outage(`${where} can't be reached: ${error.message}`)));
    socket.once("close", () => reject(outage(`${where} closed the connection`)));
    socket.once(event, () => resolve());
  });
}

/** Opens a connection and secures it. @throws LoginRefusal `unavailable` */
export async function openLdap(place: LdapPlace, signal: AbortSignal): Promise<LdapConnection> {
  const { host, port, security, authority, verify } = place;
  const tls: ConnectionOptions = {
    minVersion: "TLSv1.2",
    rejectUnauthorized: verify,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(authority === undefined ? {} : { ca: authority }),
  };
  const line = exchange(place, signal);
  const socket = security === "ldaps" ? connectTls({ ...tls, host, port }) : connectPlain({ host, port });
  await opened(socket, security === "ldaps" ? "secureConnect" : "connect", place, signal);
  line.use(socket);
  const simple = async (make: (id: number) => Buffer, tag: number): Promise<LdapResult> => {
    let result: LdapResult | undefined;
    await line.request(make, (answer) => {
      if (answer.tag !== tag) throw new Error("an answer of another kind");
      result = resultOf(answer);
      return true;
    });
    return result as LdapResult;
  };
  if (security === "start-tls") {
    const { code, message } = await simple(startTlsRequest, answers.extended);
    if (code !== codes.success) {
      socket.destroy();
      throw outage(`${host}:${port} refuses StartTLS (${code}): ${message}`);
    }
    socket.removeAllListeners("data");
    const secured = connectTls({ ...tls, host, socket });
    await opened(secured, "secureConnect", place, signal);
    line.use(secured);
  }
  return {
    bind: (dn, password) => simple((id) => bindRequest(id, dn, password), answers.bind),
    async search(request) {
      const entries: LdapEntry[] = [];
      let result: LdapResult | undefined;
      await line.request(
        (id) => searchRequest(id, request),
        (answer) => {
          if (answer.tag === answers.entry) {
            if (entries.length >= mostEntries) throw new Error(`more than ${mostEntries} entries`);
            entries.push(entryOf(answer));
          } else if (answer.tag === answers.done) result = resultOf(answer);
          else if (answer.tag !== answers.reference) throw new Error("an answer of another kind");
          return result !== undefined;
        },
      );
      return { entries, result: result as LdapResult };
    },
    close() {
      const last = line.socket();
      if (!last.destroyed) last.end(unbindRequest(1 << 20));
    },
  };
}

/** A result that stops a login for reasons that aren't the user's. @throws LoginRefusal `unavailable` */
export function requireSuccess({ code, message }: LdapResult, what: string): void {
  if (code !== codes.success) throw new LoginRefusal("unavailable", `${what}: LDAP result ${code} ${message}`.trim());
}
