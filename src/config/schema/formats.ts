// Formats of text fields: what a value must look like, with a sample for documentation and messages.
import { parseAddress, parseCidr } from "../../base/index.ts";

export interface Format {
  /** Ends the sentence "must be …". */
  description: string;
  example: string;
  test(value: string): boolean;
}

/** Six parts, as the AWS SDK for Go parses them; eksctl looks no closer. */
const arn: Format = {
  description: "an ARN (arn:partition:service:region:account:resource)",
  example: "arn:aws:iam::111122223333:role/example",
  test: (value) => /^arn:([^:]*:){4}./s.test(value),
};

// Go's time.ParseDuration: numbers with a unit, one after the other.
const duration: Format = {
  description: "a duration such as 30m or 1h30m",
  example: "1h",
  test: (value) => /^((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(value),
};

export const formats = {
  arn,
  duration,
  cidr: {
    description: "an address block such as 10.0.0.0/16",
    example: "10.0.0.0/16",
    test: (value) => parseCidr(value) !== undefined,
  },
  cidr6: {
    description: "an IPv6 block such as 2001:db8::/56",
    example: "2001:db8::/56",
    test: (value) => parseCidr(value)?.family === 6,
  },
  address: {
    description: "an IP address",
    example: "169.254.20.10",
    test: (value) => parseAddress(value) !== undefined,
  },
  https: {
    description: "an https:// address",
    example: "https://login.example.com",
    test: (value) => /^https:\/\/[^\s/?#]+/.test(value),
  },
  day: {
    description: "a day such as 2027-03-31",
    example: "2027-03-31",
    // A day that no month has turns into another one.
    test: (value) =>
      /^\d{4}-\d{2}-\d{2}$/.test(value) &&
      !Number.isNaN(Date.parse(value)) &&
      new Date(value).toISOString().startsWith(value),
  },
  check: {
    description: "the id of a check such as LT-N017",
    example: "LT-N017",
    test: (value) => /^LT-[A-Z]\d{3}$/.test(value),
  },
} satisfies Record<string, Format> as Record<
  "arn" | "duration" | "cidr" | "cidr6" | "address" | "https" | "day" | "check",
  Format
>;

export type FormatName = keyof typeof formats;
