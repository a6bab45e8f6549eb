import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request as ask } from "node:http";
import { request as askSecurely } from "node:https";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as secure } from "node:tls";
import { it } from "vitest";
import { issueCertificate, newAuthority } from "../../../base/index.ts";
import { kubeletAnswer } from "./answers.ts";
import { openClusterNetwork } from "./network.ts";

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

it("says to `kubectl port-forward` and to a webhook's caller what isn't emulated", async ({ expect }) => {
  const folder = mkdtempSync(join(tmpdir(), "lotse-network-"));
  const socketPath = join(folder, "network");
  const leaf = issueCertificate(
    newAuthority("kubernetes", Date.now()),
    { commonName: "kubelet", names: ["localhost"], usage: "server" },
    Date.now(),
  );
  const network = await openClusterNetwork({
    socket: socketPath,
    certificate: { certificate: leaf.certificate, key: leaf.privateKey },
    isNode: (address) => address === "10.0.0.4",
    answer: (_method, url) => kubeletAnswer(url, () => undefined),
  });
  const tunnel = async (target: string): Promise<[IncomingMessage, Socket]> => {
    const request = ask({ socketPath, method: "CONNECT", path: target });
    request.end();
    return (await once(request, "connect")) as [IncomingMessage, Socket];
  };

  const [refused, nowhere] = await tunnel("10.100.0.7:443");
  expect(`${refused.statusCode} ${refused.statusMessage}`).toMatch(
    /^502 .*lotse's sandbox: webhooks .* aren't emulated$/,
  );
  nowhere.destroy();

  const [granted, socket] = await tunnel("10.0.0.4:10250");
  expect(granted.statusCode).toBe(200);
  const forward = askSecurely({
    createConnection: () => secure({ socket, ca: leaf.certificate, rejectUnauthorized: false }),
    method: "POST",
    path: "/portForward/default/web",
    headers: { connection: "Upgrade", upgrade: "SPDY/3.1" },
  });
  forward.end();
  const [response] = (await once(forward, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(501);
  // A Status: kubectl shows its message, and of other text nothing.
  expect(JSON.parse(await textOf(response))).toMatchObject({
    kind: "Status",
    message: expect.stringMatching(/^forwarding ports to a pod isn't emulated: /) as string,
  });
  socket.destroy();
  await network.close();
  rmSync(folder, { recursive: true });
});
