import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { download } from "./download.ts";
import { archive, scratchFolder, site, sum } from "./testing.ts";
import { extract } from "./untar.ts";

const content = Buffer.from("kube-apiserver ".repeat(20_000));

describe("a download", () => {
  it("arrives whole, tells how far it is, and leaves nothing else", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": content });
    const file = join(scratch.path, "file");
    const heard: number[] = [];
    await download(`${web.url}/file`, file, sum(content), { onBytes: (done) => heard.push(done) });
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(heard.at(-1)).toBe(content.length);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it("goes on where an earlier process stopped", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": content });
    const file = join(scratch.path, "file");
    writeFileSync(`${file}.part`, content.subarray(0, 100_000));
    await download(`${web.url}/file`, file, sum(content), {});
    expect(web.asked).toEqual(["/file bytes=100000-"]);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it("takes what is complete already without fetching it again", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": content });
    const file = join(scratch.path, "file");
    writeFileSync(`${file}.part`, content);
    await download(`${web.url}/file`, file, sum(content), {});
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it("goes on after the connection broke in the middle", async ({ expect }) => {
    using scratch = scratchFolder();
    let broken = 0;
    await using web = await site({
      "/file": (request, response) => {
        const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
        response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from });
        if (from > 0) return void response.end(content.subarray(from));
        broken += 1;
        response.write(content.subarray(0, 120_000), () => setTimeout(() => response.destroy(), 50));
      },
    });
    const file = join(scratch.path, "file");
    await download(`${web.url}/file`, file, sum(content), {});
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(broken).toBe(1);
    expect(web.asked.at(-1)).toBe("/file bytes=120000-");
  });

  it("begins anew with a server that knows no ranges", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": (_, response) => void response.writeHead(200).end(content) });
    const file = join(scratch.path, "file");
    writeFileSync(`${file}.part`, content.subarray(0, 100_000));
    await download(`${web.url}/file`, file, sum(content), {});
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  it("throws away a beginning that was of another file", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": content });
    const file = join(scratch.path, "file");
    writeFileSync(`${file}.part`, "something else");
    await download(`${web.url}/file`, file, sum(content), {});
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(web.asked).toEqual(["/file bytes=14-", "/file"]);
  });

  it("refuses what its publisher didn't make, and keeps none of it", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({ "/file": "changed on the way" });
    const file = join(scratch.path, "file");
    await expect(download(`${web.url}/file`, file, sum(content), {})).rejects.toMatchObject({ code: "kube/checksum" });
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  });

  it("says at once that there is no such file", async ({ expect }) => {
    using scratch = scratchFolder();
    await using web = await site({});
    const wanted = download(`${web.url}/v1.35.99`, join(scratch.path, "file"), sum(""), {});
    await expect(wanted).rejects.toThrow(`${web.url}/v1.35.99 can't be downloaded: HTTP 404`);
    expect(web.asked).toHaveLength(1);
  });

  it("waits for a slow server as long as something comes, and leaves one that has fallen silent", async ({
    expect,
  }) => {
    using scratch = scratchFolder();
    let silences = 0;
    await using web = await site({
      "/slow": (_, response) => {
        response.writeHead(200, { "content-length": 8 });
        let sent = 0;
        const timer = setInterval(() => {
          response.write("x");
          sent += 1;
          if (sent < 8) return;
          clearInterval(timer);
          response.end();
        }, 150);
      },
      "/silent": (request, response) => {
        const from = request.headers.range ? 4 : 0;
        response.writeHead(from > 0 ? 206 : 200, { "content-length": 8 - from });
        if (from > 0) return void response.end("yyyy");
        silences += 1;
        response.write("xxxx");
      },
    });
    const options = { stallMilliseconds: 800 };
    await download(`${web.url}/slow`, join(scratch.path, "slow"), sum("xxxxxxxx"), options);
    await download(`${web.url}/silent`, join(scratch.path, "silent"), sum("xxxxyyyy"), options);
    expect(web.asked).toEqual(["/slow", "/silent", "/silent bytes=4-"]);
    expect(silences).toBe(1);
  });

  it("ends when asked to, and keeps what it has for the next time", async ({ expect }) => {
    using scratch = scratchFolder();
    const stop = new AbortController();
    await using web = await site({
      "/file": (_, response) => {
        response.writeHead(200, { "content-length": 1000 });
        response.write("x".repeat(10));
      },
    });
    const file = join(scratch.path, "file");
    const wanted = download(`${web.url}/file`, file, sum(""), {
      signal: stop.signal,
      onBytes: () => stop.abort(new Error("enough")),
    });
    await expect(wanted).rejects.toThrow("enough");
    expect(readFileSync(`${file}.part`, "utf8")).toBe("x".repeat(10));
  });
});

describe("an archive", () => {
  it("gives one of its files, byte for byte, whatever its size", async ({ expect }) => {
    using scratch = scratchFolder();
    for (const size of [0, 1, 511, 512, 513, 200_000]) {
      const file = join(scratch.path, "a.tar.gz");
      writeFileSync(file, archive("etcd-v3", { a: "before", etcd: "e".repeat(size), z: "after" }));
      await extract(file, "etcd-v3/etcd", join(scratch.path, "etcd"));
      expect(readFileSync(join(scratch.path, "etcd"), "utf8")).toBe("e".repeat(size));
    }
  });

  it("says what is wrong when the file isn't in it, or when it is damaged", async ({ expect }) => {
    using scratch = scratchFolder();
    const file = join(scratch.path, "a.tar.gz");
    const whole = archive("etcd-v3", { etcdctl: "x".repeat(5000) });
    writeFileSync(file, whole);
    const out = join(scratch.path, "etcd");
    await expect(extract(file, "etcd-v3/etcd", out)).rejects.toThrow("there is no such file in it");
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    await expect(extract(file, "etcd-v3/etcdctl", out)).rejects.toThrow("doesn't hold etcd-v3/etcdctl");
  });
});
