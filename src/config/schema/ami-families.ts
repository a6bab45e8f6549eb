// AMI families: names as in eksctl's configuration.

export const amiFamilies: readonly string[] = [
  "AmazonLinux2023",
  "AmazonLinux2",
  "UbuntuPro2604",
  "Ubuntu2604",
  "UbuntuPro2404",
  "Ubuntu2404",
  "UbuntuPro2204",
  "Ubuntu2204",
  "UbuntuPro2004",
  "Ubuntu2004",
  "Bottlerocket",
  "BottlerocketFips",
  "WindowsServer2019CoreContainer",
  "WindowsServer2019FullContainer",
  "WindowsServer2022CoreContainer",
  "WindowsServer2022FullContainer",
  "WindowsServer2025CoreContainer",
  "WindowsServer2025FullContainer",
];

export const isBottlerocket = (family: string | undefined): boolean => family?.startsWith("Bottlerocket") ?? false;
/** A family of Windows Server. */
export const isWindows = (family: string | undefined): boolean => family?.startsWith("WindowsServer") ?? false;
export const isUbuntu = (family: string | undefined): boolean => family?.startsWith("Ubuntu") ?? false;
