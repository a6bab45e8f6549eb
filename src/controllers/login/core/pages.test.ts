// Lists in pages, those of honest servers and those of others.
import { describe, it } from "vitest";
import { allItems, linkedPage, mostPages, nextLink } from "./pages.ts";

const at = (path: string): URL => new URL(path, "https://api.github.com");

describe("the next page", () => {
  it("is the link that says so, wherever it stands", ({ expect }) => {
    const published =
      '<https://api.github.com/user/teams?page=2>; rel="next", <https://api.github.com/user/teams?page=5>; rel="last"';
    expect(nextLink(published)).toBe("https://api.github.com/user/teams?page=2");
    expect(nextLink('<https://x/?a=1,2;3>; title="a, b"; rel="prev next"')).toBe("https://x/?a=1,2;3");
    expect(nextLink("<https://x/2>; REL=next")).toBe("https://x/2");
    expect(nextLink('<https://x/1>; rel="first"')).toBeUndefined();
    expect(nextLink('<https://x/1>; rel="nextish"')).toBeUndefined();
    expect(nextLink(undefined)).toBeUndefined();
    expect(nextLink("nonsense")).toBeUndefined();
  });

  it("must not be plain HTTP", ({ expect }) => {
    expect(() => linkedPage('<http://api.github.com/user/teams?page=2>; rel="next"', at("/user/teams"))).toThrow(
      "https",
    );
  });
});

describe("all pages", () => {
  const follow = (next: (url: URL) => URL | undefined): Promise<number[]> =>
    allItems(at("/1"), (url) => Promise.resolve({ items: [Number(url.pathname.slice(1))], next: next(url) }));

  it("are read to the last one", async ({ expect }) => {
    const next = (url: URL): URL | undefined =>
      url.pathname === "/3" ? undefined : at(`/${Number(url.pathname.slice(1)) + 1}`);
    expect(await follow(next)).toEqual([1, 2, 3]);
  });

  it("that lead in a circle, on for ever or to another host end with an error", async ({ expect }) => {
    await expect(follow(() => at("/1"))).rejects.toThrow("back to an earlier one");
    await expect(follow((url) => at(`/${Number(url.pathname.slice(1)) + 1}`))).rejects.toThrow(`${mostPages} pages`);
    await expect(follow(() => new URL("https://elsewhere.example/2"))).rejects.toThrow("another host");
  });
});
