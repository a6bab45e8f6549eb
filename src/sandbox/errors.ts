// Every code of this room: what the sandbox refuses as a thing on this machine. What it answers as AWS carries AWS's codes.

/** What each code stands for; the text of an occurrence says more. */
export const sandboxCodes: Readonly<Record<string, string>> = {
  "sandbox/bad-account": "An account id isn't 12 digits",
  "sandbox/bad-fault": "A fault to inject makes no sense",
  "sandbox/bad-quota": "A quota isn't known, or isn't a whole number",
  "sandbox/cannot-listen": "The address or port can't be listened on",
  "sandbox/not-listening": "A sandbox without an HTTP endpoint was asked for its address",
  "sandbox/not-running": "A command needs a running sandbox, and none runs",
  "sandbox/refused": "The running sandbox took an administrative request for wrong",
  "sandbox/start-failed": "The sandbox's process didn't come up",
  "sandbox/state-damaged": "The saved state can't be read",
  "sandbox/state-folder": "The folder for the state can't be made or written",
  "sandbox/state-in-use": "Another process holds the state",
  "sandbox/state-version": "The state was saved by a newer lotse",
  "sandbox/unreachable": "The sandbox's process doesn't answer",
};
