// Lists of what can't be made here: certificates, SSH keys, MFA devices, SAML. Tools that clean up or look around ask
// for them before everything else, and the truth is that there are none.
import type { Operation } from "../../../core/index.ts";
import { operation } from "../../../core/index.ts";
import { getUser } from "../entities.ts";

const lists: Readonly<Record<string, string>> = {
  ListMFADevices: "MFADevices",
  ListSAMLProviders: "SAMLProviderList",
  ListServerCertificates: "ServerCertificateMetadataList",
  ListServiceSpecificCredentials: "ServiceSpecificCredentials",
  ListSigningCertificates: "Certificates",
  ListSSHPublicKeys: "SSHPublicKeys",
  ListVirtualMFADevices: "VirtualMFADevices",
};

export const emptyListOperations: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(lists).map(([name, member]) => [
    name,
    operation<{ UserName?: string }, object>((input, ctx) => {
      if (input.UserName !== undefined) getUser(ctx, input.UserName);
      return { [member]: [], IsTruncated: false };
    }),
  ]),
);
