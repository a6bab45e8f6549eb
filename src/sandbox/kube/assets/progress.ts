// Progress for people: a new step at once, what happens within it once a second at most.
import type { AssetProgress } from "./assets.ts";

const interval = 1000;

/** A receiver that passes on what is worth showing. */
export function throttled(receive: (message: AssetProgress) => void): (message: AssetProgress) => void {
  let step = "";
  let last = Number.NEGATIVE_INFINITY;
  return (message) => {
    const now = performance.now();
    if (message.step === step && !message.failed && now - last < interval) return;
    step = message.step;
    last = now;
    receive(message);
  };
}
