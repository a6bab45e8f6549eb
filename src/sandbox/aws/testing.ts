// What tests of the emulated account share. (The caller is `administratorOf`; a whole account is `createSandbox`.)
import { AwsError } from "./core/index.ts";

/** `Code: message` of a refused call, or `nothing` when it goes through; a defect is thrown on. */
export function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof AwsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing";
}

/** The same of a call by an SDK client, whose errors are named by AWS's code. */
export async function sdkRefusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    throw error;
  }
  return "nothing";
}
