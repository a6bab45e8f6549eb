// Every command of lotse, in the order of help.
import type { CommandDefinition } from "../command.ts";
import { sandboxCommands } from "./sandbox.ts";

export const commands: readonly CommandDefinition[] = [...sandboxCommands];
