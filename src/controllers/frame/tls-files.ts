// A certificate in files that somebody else renews: read again when they change.
import { readFileSync, statSync } from "node:fs";
import { errorMessage, LotseError } from "../../base/index.ts";
import type { Logger } from "./log.ts";
import type { ServingCertificate } from "./server/listener.ts";

/** Kubelets replace mounted Secrets by a link: polling sees that on every file system, and inotify doesn't. */
const pause = 5_000;

const stampOf = (file: string): string => {
  const { mtimeMs, size, ino } = statSync(file);
  return `${mtimeMs} ${size} ${ino}`;
};

/** The authority of client certificates. @throws LotseError `controllers/no-certificate` */
export function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LotseError(
      "controllers/no-certificate",
      { title: `The authority ${file} of client certificates can't be read`, detail: errorMessage(cause) },
      { cause },
    );
  }
}

/**
 * Reads a certificate, and again whenever its files change until the signal is aborted.
 *
 * @throws LotseError `controllers/no-certificate` when it can't be read at first; later the last one stays
 */
export function watchCertificateFiles(
  files: { certificate: string; privateKey: string },
  options: { log: Logger; signal: AbortSignal; onChange(certificate: ServingCertificate): void; pause?: number },
): ServingCertificate {
  const { log, signal, onChange } = options;
  const read = (): ServingCertificate => ({
    certificate: readFileSync(files.certificate, "utf8"),
    privateKey: readFileSync(files.privateKey, "utf8"),
  });
  const stamp = (): string => `${stampOf(files.certificate)} ${stampOf(files.privateKey)}`;
  let first: ServingCertificate;
  let last: string;
  try {
    last = stamp();
    first = read();
  } catch (cause) {
    throw new LotseError(
      "controllers/no-certificate",
      {
        title: `The certificate ${files.certificate} can't be read`,
        detail: errorMessage(cause),
        remedy: "Mount it there, or leave --tls-cert-file out: the role then makes its own.",
      },
      { cause },
    );
  }
  const timer = setInterval(() => {
    try {
      const now = stamp();
      if (now === last) return;
      onChange(read());
      last = now;
      log.info("the certificate was read anew", { file: files.certificate });
    } catch (error) {
      // Half-written, or a key that doesn't fit yet: the next look will tell.
      log.warn("the certificate can't be read anew", { file: files.certificate, error });
    }
  }, options.pause ?? pause);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return first;
}
