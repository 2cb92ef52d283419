import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build, type BuildResult } from "esbuild";
import { chromium, type Browser, type Page } from "playwright-core";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";

const root = path.resolve(__dirname, "../..");
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

let bundle: BuildResult<{ write: false; metafile: true }>;
let site: Server;
let browser: Browser;
let emulator: WebPubSubEmulator;
let page: Page;
const complaints: string[] = [];

const buildPage = () =>
  build({
    absWorkingDir: root,
    entryPoints: [path.join(__dirname, "page.js")],
    bundle: true,
    platform: "browser",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });

async function serve(script: string): Promise<Server> {
  const html = await readFile(path.join(__dirname, "page.html"), "utf8");
  const files: Record<string, [type: string, text: string]> = {
    "/": ["text/html", html],
    "/page.js": ["text/javascript", script],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? "", "http://host").pathname];
    // A favicon is what a browser asks for unasked.
    if (file) response.setHeader("content-type", file[0]).end(file[1]);
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

beforeAll(async () => {
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: apt-get install chromium`);
  bundle = await buildPage();
  [site, browser] = await Promise.all([serve(bundle.outputFiles[0]!.text), chromium.launch({ executablePath })]);
}, 60_000);

afterAll(async () => {
  await browser.close();
  site.close();
});

beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  page = await browser.newPage();
  page.setDefaultTimeout(5_000);
  complaints.length = 0;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});

afterEach(async () => {
  await page.close();
  await emulator.stop();
});

async function visit(query: Record<string, string> = {}): Promise<void> {
  const access = emulator.clientAccessUrl({ hub: "chat", userId: "ann" });
  const { port } = site.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/?${new URLSearchParams({ access, ...query }).toString()}`);
  await until("#status", "connected");
  await eventually(() => emulator.hub("chat").connections[0]?.groups.includes("room"));
}

const until = async (selector: string, text: string): Promise<void> => {
  await page.locator(`${selector}:text-is("${text}")`).waitFor();
};

async function eventually(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const messages = (): Promise<string[]> => page.locator("#messages li").allTextContents();
const onlyConnection = () => {
  const [connection, ...others] = emulator.hub("chat").connections;
  expect(others).toEqual([]);
  return connection!.connectionId;
};
const send = (data: unknown): void => emulator.hub("chat").sendToGroup("room", data);

describe("the bundle", () => {
  it("holds the build for browsers, rxjs and the log; no ws, no emulator, nothing of Node", () => {
    const inputs = Object.keys(bundle.metafile.inputs);
    const parts = inputs.map(
      (file) => /(?:^|\/)(node_modules\/(?:@[^/]+\/)?[^/]+|dist\/[^/]+|spec)\//.exec(file)?.[1] ?? file,
    );
    expect([...new Set(parts)].sort()).toEqual([
      "dist/browser",
      "node_modules/@azure/logger",
      "node_modules/@typespec/ts-http-runtime",
      "node_modules/rxjs",
      "node_modules/tslib",
      "spec",
    ]);
    const imports = Object.values(bundle.metafile.inputs).flatMap((input) => input.imports);
    expect(imports.filter((each) => each.external)).toEqual([]);
    expect(bundle.outputFiles[0]!.text).not.toMatch(/["'`]node:|\brequire\(/);
  });
});

describe("a page in Chromium", () => {
  it("connects, joins, receives and sends", async () => {
    await visit();
    send("from the server");
    send({ json: [1] });
    emulator.hub("chat").sendToGroup("room", new Uint8Array([1, 2, 3]), { dataType: "binary" });
    await page.getByLabel("Message").fill("from the page");
    await page.getByRole("button", { name: "Send" }).click();
    await page
      .locator("output")
      .getByText(/^sent as \d+$/)
      .waitFor();
    await page.getByText("from the page").waitFor();
    expect(await messages()).toEqual(['"from the server"', '{"json":[1]}', "bytes 1 2 3", '"from the page"']);
    expect(await page.locator("#count").textContent()).toBe("4");
    if (process.env["SCREENSHOT"]) await page.screenshot({ path: process.env["SCREENSHOT"] });
    expect(complaints).toEqual([]);
  });

  it("is dropped again and again, recovers the same session, and misses nothing", async () => {
    await visit();
    const connectionId = onlyConnection();
    const sent: string[] = [];
    for (let round = 1; round <= 3; round++) {
      const before = `${round}: before the drop`;
      const after = `${round}: while away`;
      send(before);
      emulator.faults.drop(connectionId);
      send(after);
      sent.push(before, after);
      await page.getByText(after).waitFor();
      expect(onlyConnection()).toBe(connectionId);
    }
    expect(await messages()).toEqual(sent.map((text) => JSON.stringify(text)));
    await until(
      "#history",
      "stopped connecting connected recovering connected recovering connected recovering connected",
    );
    expect(await page.locator("#gaps").textContent()).toBe("");
    expect(complaints).toEqual([]);
  });

  it("is told when its session was lost, joins again and goes on", async () => {
    await visit();
    const lost = onlyConnection();
    emulator.faults.refuseRecovery(lost);
    emulator.faults.drop(lost);
    await until("#gaps", "messages of room may be missing");
    await until("#status", "connected");
    expect(onlyConnection()).not.toBe(lost);
    send("again");
    await page.getByText("again").waitFor();
    expect(complaints).toEqual([]);
  });

  it("tries at once when the page comes back online", async () => {
    await visit({ delay: "30000" });
    const { port } = emulator;
    await emulator.stop();
    await until("#status", "disconnected");
    emulator = await WebPubSubEmulator.start({ port });
    await page.evaluate("dispatchEvent(new Event('online'))");
    await until("#status", "connected");
  });

  it("closes its session when it is done, and leaves nothing behind", async () => {
    await visit();
    await page.getByRole("button", { name: "Leave" }).click();
    await until("#status", "stopped");
    await eventually(() => emulator.hub("chat").connections.length === 0);
    expect(complaints).toEqual([]);
  });
});
