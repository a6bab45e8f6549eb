/** The version of lotse; the build and a test keep it equal to package.json's. */
export const version = "0.1.0";
