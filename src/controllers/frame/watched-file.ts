// A file that is replaced while the server runs.
import { readFileSync, statSync } from "node:fs";

/** Polling sees what inotify doesn't: links that kubelets turn, and files that aren't there yet. */
const pause = 1_000;

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    // It isn't there: that is a state as well.
    return "";
  }
}

/** Tells the file's text now, and again when it changes, until the signal is aborted; empty when it isn't there. */
export function watchFile(file: string, signal: AbortSignal, heard: (text: string) => void): void {
  let last: string | undefined;
  const look = (): void => {
    const stamp = stampOf(file);
    if (stamp === last) return;
    let text = "";
    try {
      text = stamp === "" ? "" : readFileSync(file, "utf8");
    } catch {
      // Gone between the two looks: the next one sees it.
      return;
    }
    last = stamp;
    heard(text);
  };
  look();
  const timer = setInterval(look, pause);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
