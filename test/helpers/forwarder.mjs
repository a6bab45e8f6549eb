// Leads ports of a network namespace to sockets in the file system, which all namespaces share: `forwarder.mjs port=path …`.
import { connect, createServer } from "node:net";

for (const pair of process.argv.slice(2)) {
  const [port, path] = pair.split("=");
  createServer((near) => {
    const far = connect(path);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    near.pipe(far).pipe(near);
  }).listen(Number(port), "127.0.0.1");
}
