// Every command of lotse, in the order of help.
import type { CommandDefinition } from "../command.ts";

export const commands: readonly CommandDefinition[] = [];
