import { spawn } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import { WebSocketServer } from "ws";
import { WebPubSubEmulator } from "../../../lib/emulator/index.js";
import { WebPubSubClient, type ConnectionCause, type ConnectionError } from "../../../lib/index.js";

const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function emulatorUrl(): Promise<string> {
  const emulator = await WebPubSubEmulator.start();
  closings.push(() => emulator.stop());
  return emulator.clientAccessUrl({ hub: "chat" });
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closings.push(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/client/hubs/chat?access_token=secret`;
}

/** A port where nobody listens. */
async function refusedUrl(): Promise<string> {
  const server = createServer();
  const url = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

/** Accepts connections and never says a word. */
const mute = () =>
  listening(
    createServer((socket) => {
      socket.on("error", () => undefined);
      closings.push(() => socket.destroy());
    }),
  );

const answering = (status: number) =>
  listening(
    createHttpServer().on("upgrade", (_request, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
    ),
  );

/** Shakes hands and then reads no more, so that a close is never answered. */
async function deafUrl(): Promise<string> {
  const http = createHttpServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: ([first = ""]) => first });
  sockets.on("connection", (socket) => {
    const connected = { type: "system", event: "connected", connectionId: "A", reconnectionToken: "t" };
    socket.send(JSON.stringify(connected));
    socket.pause();
    closings.unshift(() => socket.terminate());
  });
  return listening(http);
}

/** A client that has failed once, why it failed, and nothing of it left. */
async function firstFailure(url: string, startTimeoutInMs = 30_000): Promise<ConnectionCause> {
  const client = new WebPubSubClient(url, { startTimeoutInMs });
  const failed = firstValueFrom(client.state$.pipe(filter((state) => state.status === "disconnected")));
  void client.start();
  const { cause } = await failed;
  await client.stop();
  return cause;
}

describe("A client over the network", () => {
  it("that nobody answers says so, and tries again", async () => {
    const cause = await firstFailure(await refusedUrl());
    expect(cause.phase).toBe("open");
    expect((cause.error as ConnectionError).message).toContain("ECONNREFUSED");
    expect((cause.error as ConnectionError).code).toBe("OpenFailed");
  });

  it("that is refused with HTTP 503 knows the status, and tries again", async () => {
    const cause = await firstFailure(await answering(503));
    expect(cause).toMatchObject({ phase: "open", error: { httpStatus: 503, code: "OpenFailed" } });
  });

  it("that is refused with HTTP 404 gives up, with the status in the error and no token", async () => {
    const client = new WebPubSubClient(await answering(404));
    const error: unknown = await client.start().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "GaveUp", httpStatus: 404 });
    expect(JSON.stringify(error) + String(error)).not.toContain("secret");
  });

  it("whose upgrade is never answered is let go after startTimeoutInMs", async () => {
    const cause = await firstFailure(await mute(), 200);
    expect(cause).toMatchObject({ phase: "open", error: { code: "StartTimeout" } });
  });

  it("stops within the time of a closing handshake when its peer does not answer", async () => {
    const client = new WebPubSubClient(await deafUrl());
    await client.start();
    const before = performance.now();
    await client.stop();
    const took = performance.now() - before;
    expect(took).toBeGreaterThan(400);
    expect(took).toBeLessThan(1_500);
  });
});

/** Runs a scenario of child-process.ts: what it told, how it exited, and how long that took after it had stopped. */
async function runChild(scenario: string, url: string) {
  const child = spawn(
    process.execPath,
    ["--unhandled-rejections=strict", "--import", "tsx", join(__dirname, "child-process.ts"), scenario, url],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const lines: string[] = [];
  let errors = "";
  let stoppingAt = Infinity;
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    lines.push(...chunk.toString().trim().split("\n"));
    if (lines.includes("stopping")) stoppingAt = Math.min(stoppingAt, performance.now());
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  return { code, told: lines.at(-1), errors, msToExit: performance.now() - stoppingAt };
}

describe("A process that uses a client", () => {
  it.each<readonly [string, () => Promise<string>, string]>([
    ["a whole life", emulatorUrl, "done hello"],
    ["stop at once", emulatorUrl, "done stopped"],
    ["stop while it connects", mute, "done connecting"],
    ["stop while it waits", refusedUrl, "done stopped"],
    ["stop when it is connected", deafUrl, "done stopped"],
    ["go idle", emulatorUrl, "done stopped"],
  ])("ends within a second by itself: %s", async (scenario, url, expected) => {
    const { code, told, errors, msToExit } = await runChild(scenario, await url());
    expect({ code, told, errors }).toEqual({ code: 0, told: expected, errors: "" });
    // A peer that does not answer the close has half a second of it.
    expect(msToExit).toBeLessThan(url === deafUrl ? 1_500 : 1_000);
  });

  it.each<readonly [string, () => Promise<string>]>([
    ["refused", () => answering(401)],
    ["not there", refusedUrl],
  ])("is not ended by a start() that rejects unseen, when the service is %s", async (_what, url) => {
    const { code, told, errors, msToExit } = await runChild("give up", await url());
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(told).toMatch(/^done the client gave up/);
    expect(msToExit).toBeLessThan(1_000);
  });
});
