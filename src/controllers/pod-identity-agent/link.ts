// The link-local addresses that SDKs ask at, on a dummy interface of the node.
import { execFile } from "node:child_process";
import { errorMessage, LotseError } from "../../base/index.ts";

const link = "pod-id-link0";

function ip(...words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("ip", words, { timeout: 10_000 }, (error, _, stderr) => {
      if (!error || /File exists|already assigned/.test(stderr)) return resolve();
      reject(
        new LotseError(
          "controllers/no-link",
          {
            title: `The node doesn't get the agent's address: ip ${words.join(" ")}: ${stderr.trim() || errorMessage(error)}`,
            remedy:
              "Making a link needs iproute2, the node's network and NET_ADMIN; addresses that are there need no --initialize.",
          },
          { cause: error },
        ),
      );
    });
  });
}

/** Makes the interface with the addresses; nothing is changed where it is there. */
export async function makeLink(addresses: readonly string[]): Promise<void> {
  await ip("link", "add", link, "type", "dummy");
  await ip("link", "set", link, "up");
  for (const address of addresses) {
    const isV6 = address.includes(":");
    await ip(
      ...(isV6 ? ["-6"] : []),
      "addr",
      "add",
      `${address}/${isV6 ? 128 : 32}`,
      "dev",
      link,
      ...(isV6 ? ["nodad"] : []),
    );
  }
}
