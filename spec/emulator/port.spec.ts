import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { VirtualTimeScheduler } from "rxjs";
import { WebSocket } from "ws";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "./port-client.js";
import { PLAIN } from "./virtual-service.js";

let emulator: WebPubSubEmulator;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
});
afterEach(() => emulator.stop());

const url = (): string => emulator.clientAccessUrl({ hub: "chat" });

/** A WebSocket by hand, for what no library would send; resolves after the handshake. */
async function bareSocket(): Promise<Socket> {
  const socket = connect(emulator.port, "127.0.0.1");
  socket.on("error", () => undefined);
  const { pathname, search } = new URL(url());
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1:${emulator.port}\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n` +
      `Sec-WebSocket-Protocol: ${PLAIN}\r\n\r\n`,
  );
  await once(socket, "data");
  return socket;
}

/** The service still serves. */
async function expectAlive(): Promise<void> {
  const client = new PortClient(url());
  await client.next();
  expect(await client.ask({ type: "ping" })).toEqual({ type: "pong" });
  client.socket.terminate();
}

it("speaks from end to end: connected, join, echo, ack, recovery after a dropped socket", async () => {
  const client = new PortClient(url());
  const { connectionId, reconnectionToken } = await client.next();
  expect(await client.ask({ type: "joinGroup", group: "g", ackId: 1 })).toEqual({
    type: "ack",
    ackId: 1,
    success: true,
  });
  emulator.faults.drop(String(connectionId));
  expect(await client.ended).toBe("1006");
  emulator.hub("chat").sendToGroup("g", "missed");
  const again = new PortClient(
    `${url()}&awps_connection_id=${String(connectionId)}&awps_reconnection_token=${String(reconnectionToken)}`,
  );
  expect(await again.next()).toMatchObject({ event: "connected", connectionId });
  expect(await again.next()).toMatchObject({ data: "missed", sequenceId: 1 });
  again.socket.close(1_000);
  expect(await again.ended).toBe("1000");
  expect(emulator.hub("chat").connections).toEqual([]);
});

it("takes a token with as many roles as there may be, and the longest", async () => {
  const groups = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(1_024, "g"));
  const roles = ["joinLeaveGroup", "sendToGroup"].flatMap((permission) =>
    groups.map((group) => `webpubsub.${permission}.${group}`),
  );
  const client = await new PortClient(emulator.clientAccessUrl({ hub: "chat", roles })).opened();
  expect(await client.next()).toMatchObject({ event: "connected" });
  const ask = { type: "sendToGroup", group: groups[999], dataType: "text", data: "x", ackId: 1 };
  expect(await client.ask(ask)).toMatchObject({ success: true });
  client.socket.terminate();
});

it.each<[string, (socket: WebSocket) => void, string]>([
  ["text over 1 MiB", (socket) => socket.send("x".repeat(1_048_577)), "1009 The client message is too large."],
  [
    "text that is no UTF-8",
    (socket) => socket.send(Buffer.from([0xff]), { binary: false }),
    "1007 The client message is not a valid JSON protocol message.",
  ],
])("closes for %s, ends the session and serves the others", async (_what, send, ending) => {
  const client = new PortClient(url());
  await client.next();
  send(client.socket);
  expect(await client.ended).toBe(ending);
  expect(emulator.hub("chat").connections).toEqual([]);
  await expectAlive();
});

it("closes with 1002 for a frame that is none", async () => {
  const socket = await bareSocket();
  socket.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]));
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  await once(socket, "end");
  const bytes = Buffer.concat(received);
  const close = bytes.subarray(bytes.indexOf(Buffer.from([0x03, 0xea])));
  expect(close.subarray(2).toString()).toBe("The client frame is invalid.");
  socket.destroy();
  expect(emulator.hub("chat").connections).toEqual([]);
  await expectAlive();
});

it("cuts off a client that takes nothing, when 16 MiB and more wait for it and nothing is kept", async () => {
  const slow = new PortClient(url(), PLAIN);
  await slow.next();
  const quick = new PortClient(url(), PLAIN);
  await quick.next();
  slow.socket.pause();
  const { connectionId } = emulator.hub("chat").connections[0]!;
  const mebibyte = "x".repeat(1_048_576);
  const isThere = (): boolean => emulator.hub("chat").connections.some((one) => one.connectionId === connectionId);
  // What the network takes on its own account differs from system to system.
  let sent = 0;
  for (; isThere() && sent < 200; sent++) {
    emulator.hub("chat").sendToAll(mebibyte);
    await quick.next();
  }
  expect(sent).toBeGreaterThan(16);
  expect(isThere()).toBe(false);
  slow.socket.resume();
  expect(await slow.ended).toMatch(/1006$/);
  quick.socket.terminate();
});

it("sends any number of messages in one go to a client that takes them", async () => {
  const client = new PortClient(url(), PLAIN);
  await client.next();
  for (let i = 0; i < 3_000; i++) emulator.hub("chat").sendToAll(i);
  for (let i = 0; i < 3_000; i++) expect((await client.next())["data"]).toBe(i);
  client.socket.terminate();
});

it("survives sockets that die in the middle of everything", async () => {
  const established = await bareSocket();
  established.resetAndDestroy();
  const { pathname, search } = new URL(url());
  for (const text of [
    "GET /client/hubs/chat HT",
    "nonsense\r\n\r\n",
    `GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ]) {
    const socket = connect(emulator.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(text, resolve));
    socket.resetAndDestroy();
  }
  await expectAlive();
});

it("offers the WebSocket class of ws, and what a server SDK needs", async () => {
  expect(emulator.webSocketCtor).toBe(WebSocket);
  expect(emulator.endpoint).toBe(`http://127.0.0.1:${emulator.port}`);
  expect(emulator.connectionString).toMatch(/^Endpoint=http:\/\/127\.0\.0\.1:\d+;AccessKey=[^;]{32,};Version=1\.0;$/);
});

describe("stop", () => {
  it("says goodbye, closes with 1001 and frees the port", async () => {
    const client = new PortClient(url());
    await client.next();
    const { port } = emulator;
    await Promise.all([emulator.stop(), emulator.stop()]);
    expect(await client.next()).toMatchObject({ type: "system", event: "disconnected" });
    expect(await client.ended).toBe("1001");
    expect(emulator.hub("chat").connections).toEqual([]);
    const successor = await WebPubSubEmulator.start({ port });
    expect(successor.port).toBe(port);
    await successor.stop();
  });

  it("leaves nothing behind of detached sessions, idle sockets and half handshakes", async () => {
    const client = new PortClient(url());
    const { connectionId } = await client.next();
    emulator.faults.drop(String(connectionId));
    const idle = connect(emulator.port, "127.0.0.1");
    idle.on("error", () => undefined);
    await once(idle, "connect");
    const half = connect(emulator.port, "127.0.0.1");
    half.on("error", () => undefined);
    half.write("GET / HTTP/1.1\r\nHost:");
    await once(half, "connect");
    // A cut-off socket may end with an error or in peace: either way it closes.
    const gone = Promise.all([idle, half].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    await emulator.stop();
    await gone;
    expect(emulator.hub("chat").connections).toEqual([]);
  });

  it("cuts off a client that does not answer", async () => {
    const mute = await bareSocket();
    const gone = once(mute, "close");
    mute.pause();
    await emulator.stop();
    mute.resume();
    await gone;
  });

  it("is what disposing means", async () => {
    await emulator[Symbol.asyncDispose]();
    const client = new PortClient(url());
    expect(await client.ended).toMatch(/ECONNREFUSED/);
  });
});

describe("start", () => {
  it("rejects when the port is taken, and says which", async () => {
    await expect(WebPubSubEmulator.start({ port: emulator.port })).rejects.toThrow(
      `cannot listen on 127.0.0.1 port ${emulator.port}: `,
    );
  });

  it.each([
    ["too short", "has 9"],
    ["with;semicolon-and-more-than-32-bytes", '";"'],
    ["with\nnew-line-and-more-than-thirty-two-bytes", "control"],
    [" blank-at-the-start-and-more-than-32-bytes", "blank"],
  ])("refuses the access key %j without repeating it", async (accessKey, why) => {
    const error = (await WebPubSubEmulator.start({ accessKey }).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toContain(why);
    expect(error.message).not.toContain(accessKey);
    expect(() => WebPubSubEmulator.inMemory({ accessKey })).toThrow(RangeError);
  });

  it("counts the bytes of a key, not its characters", () => {
    expect(() => WebPubSubEmulator.inMemory({ accessKey: "é".repeat(16) })).not.toThrow();
  });
});

it("names no protocol to a client that speaks none", async () => {
  const client = new PortClient(url(), []);
  await client.opened();
  client.socket.send(Buffer.from([0xff]), { binary: false });
  expect(await client.ended).toBe("1007 The client frame is invalid.");
});

it("leaves this process its own Request and Response", async () => {
  const response = await fetch(`${emulator.endpoint}/api/health`);
  expect(response).toBeInstanceOf(Response);
  expect(Response.name).toBe("Response");
  expect(Request.name).toBe("Request");
});

it("stops in real time, whatever its own time is", async () => {
  const timeless = await WebPubSubEmulator.start({ scheduler: new VirtualTimeScheduler() });
  const client = await new PortClient(timeless.clientAccessUrl({ hub: "chat" })).opened();
  client.socket.pause();
  await timeless.stop();
  client.socket.terminate();
});
