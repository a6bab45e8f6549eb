// A port that nobody listens on at this moment, for programs that have to be told theirs.
import { createServer } from "node:net";

/** Asks the system for one, and gives it back at once. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}
