// Preloaded into a program (NODE_OPTIONS=--require=…): on SIGUSR2 it collects garbage and says how large what is left is.
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`${JSON.stringify({ message: "heap", bytes: heapUsed + external })}\n`);
});
