// Every code of this room: what is wrong with a call of the command, and the questions and messages it has of its own.

/** What each code stands for; the text of an occurrence says more. */
export const cliCodes: Readonly<Record<string, string>> = {
  "cli/apply": "Question: is the plan to be carried out?",
  "cli/change-access": "Question: is somebody's access to be changed?",
  "cli/changed-meanwhile": "A file that was to be written has been changed since it was read",
  "cli/declined": "The question was answered with no",
  "cli/defect": "A defect: something threw that shouldn't",
  "cli/demo-interrupted": "The demo was ended from outside",
  "cli/demo-unexpected": "A defect: a stage of the demo didn't do what it should",
  "cli/destroy": "Question: is the cluster to be deleted?",
  "cli/file-warning": "Message: a warning about the cluster file",
  "cli/go-on": "Question: are the steps to be carried out?",
  "cli/needs-confirmation": "A question has to be answered, and nobody is there",
  "cli/no-public-key": "Message: a file with an SSH public key can't be read; it is taken for a key pair's name",
  "cli/not-found": "There is no such thing in the list",
  "cli/not-shown": "Message: steps that have become due aren't carried out, for nobody was shown them",
  "cli/open-scope": "A policy could be narrower, had something been given",
  "cli/overwrite-certificate": "Question: is a certificate to be replaced?",
  "cli/policy-too-long": "A policy is longer than a managed policy may be",
  "cli/refused-migration": "The way to access entries is barred",
  "cli/sandbox-started": "Message: a sandbox was started for the command",
  "cli/unreadable": "A file that was named can't be read",
  "cli/unwritable": "A file that was named can't be written",
  "cli/usage": "The arguments make no sense together, or one is missing",
};
