// Every code of this room.

/** What each code stands for; the text of an occurrence says more. */
export const controllerCodes: Readonly<Record<string, string>> = {
  "controllers/authenticator-config": "The configuration of the authenticator isn't what it should be",
  "controllers/authenticator-files": "Certificate or kubeconfig of the authenticator can't be written",
  "controllers/bad-flag": "A flag of a role isn't known, or its value isn't what it takes",
  "controllers/login-file": "A file that logins need can't be read, or doesn't hold what it should",
  "controllers/cannot-listen": "A role can't listen on its port",
  "controllers/login-refused": "A login in the browser came to nothing",
  "controllers/lost-lease": "Another instance leads now",
  "controllers/no-certificate": "The certificate of a role can't be read",
  "controllers/no-link": "A node does not get the addresses that a role answers at",
  "controllers/no-cluster": "A role needs a cluster and knows none",
  "controllers/unknown-role": "There is no such role",
  "controllers/role-ended": "A role ended though nobody asked it to",
};
