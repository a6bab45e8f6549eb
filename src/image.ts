#!/usr/bin/env node
// What the container image runs: roles, in one bundled file. Nothing of the rest of lotse is loaded.
import { imageMain } from "./cli/image/main.ts";
import { knownRoles, runRoles } from "./controllers/index.ts";

void imageMain(process.argv.slice(2), (names, options) => runRoles({ ...options, roles: knownRoles(names) }));
