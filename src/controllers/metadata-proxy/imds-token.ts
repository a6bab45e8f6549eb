// Session tokens of IMDSv2 (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html), with
// one difference: a token is one pod's, at one address, and is of no use to anybody else. Nothing is kept; a token carries its
// end and its pod, and a keyed hash of them.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Seconds that a token may live. */
export const shortestLife = 1;
export const longestLife = 21_600;

/** Who a token was given to. */
export interface TokenHolder {
  uid: string;
  address: string;
}

export interface ImdsTokens {
  issue(holder: TokenHolder, seconds: number): string;
  /** UID of the pod that holds it; undefined when it is forged, over, or from another address. */
  holder(token: string, address: string): string | undefined;
}

const macLength = 16;

/** Tokens of one process: those of another one, also of the one before, aren't taken. */
export function openImdsTokens(now: () => number = Date.now): ImdsTokens {
  const key = randomBytes(32);
  const mac = (end: Buffer, uid: string, address: string): Buffer =>
    createHmac("sha256", key).update(end).update(`${uid} ${address}`).digest().subarray(0, macLength);
  return {
    issue({ uid, address }, seconds) {
      const end = Buffer.alloc(8);
      end.writeDoubleBE(now() + seconds * 1000);
      return Buffer.concat([end, mac(end, uid, address), Buffer.from(uid)]).toString("base64url");
    },
    holder(token, address) {
      if (token.length > 256) return undefined;
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length <= 8 + macLength) return undefined;
      const end = bytes.subarray(0, 8);
      const uid = bytes.subarray(8 + macLength).toString();
      const right = timingSafeEqual(bytes.subarray(8, 8 + macLength), mac(end, uid, address));
      return right && end.readDoubleBE() > now() ? uid : undefined;
    },
  };
}
