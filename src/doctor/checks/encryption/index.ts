// Secrets and their key.
import type { Check } from "../../check.ts";
import { keyRotation } from "./key-rotation.ts";
import { noSecretStore } from "./no-secret-store.ts";
import { secretsKey } from "./secrets-key.ts";

/** Checks of the area, by id. */
export const encryptionChecks: readonly Check[] = [secretsKey, keyRotation, noSecretStore];
