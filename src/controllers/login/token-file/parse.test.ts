// The token file: what Kubernetes and guard read, and what they refuse.
import { describe, it } from "vitest";
import { parseTokenFile } from "./parse.ts";

const problem = (text: string): string | undefined => {
  const read = parseTokenFile(text);
  return "problem" in read ? read.problem : undefined;
};

describe("the token file", () => {
  it("has three or four columns, groups in quotes", ({ expect }) => {
    const text = 'tok1,ann,1\ntok2 , bob , 2 ,"dev, ops,dev"\r\n\n"tok,3","c ""the boss"" d",3,single\n';
    expect(parseTokenFile(text)).toEqual({
      entries: [
        { token: "tok1", username: "ann", uid: "1", groups: [] },
        { token: "tok2", username: "bob", uid: "2", groups: ["dev", "ops"] },
        { token: "tok,3", username: 'c "the boss" d', uid: "3", groups: ["single"] },
      ],
    });
    expect(parseTokenFile("")).toEqual({ entries: [] });
  });

  it("says which line is wrong and why, in guard's words", ({ expect }) => {
    expect(problem("tok,ann")).toBe("line #1 of token auth file is ill formatted");
    expect(problem("a,b,c,d,e")).toBe("line #1 of token auth file is ill formatted");
    expect(problem('tok,ann,1,"dev')).toBe("line #1 of token auth file is ill formatted");
    expect(problem('tok,ann,1,"dev"x')).toBe("line #1 of token auth file is ill formatted");
    expect(problem("a,b,c\n,ann,1")).toBe("line #2 of token auth file has empty token");
    expect(problem("tok,,1")).toBe("line #1 of token auth file has empty user name");
    expect(problem("tok,ann, ")).toBe("line #1 of token auth file has empty uid");
    expect(problem("tok,ann,1\ntok,bob,2")).toBe("line #2 of token auth file reuses token");
  });
});
