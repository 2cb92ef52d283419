import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { platformWebSocket } from "../../lib/socket/platform-web-socket.js";

describe("the WebSocket of Node", () => {
  let server: WebSocketServer;
  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
  });
  afterEach(() => server.close());

  /** A client, open, and its frames as the server gets them: the texts of each arrival. */
  async function open() {
    const client = new (platformWebSocket())(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [peer] = (await once(server, "connection")) as [WebSocket];
    const received: string[] = [];
    peer.on("message", (data: Buffer) => received.push(data.toString()));
    await new Promise((resolve) => (client.onopen = resolve));
    return { client, peer, received };
  }

  it("hands on what is sent in one moment, in order, and then what comes later", async () => {
    const { client, peer, received } = await open();
    for (const text of ["a", "b", "c"]) client.send(text);
    await Promise.resolve();
    client.send("d");
    await once(peer, "message");
    while (received.length < 4) await once(peer, "message");
    expect(received).toEqual(["a", "b", "c", "d"]);
    client.close();
  });

  it("gathers the frames of a moment until it ends", async () => {
    const { client } = await open();
    client.send("first");
    const first = client.bufferedAmount;
    expect(first).toBeGreaterThan(0);
    client.send("second");
    expect(client.bufferedAmount).toBeGreaterThan(first);
    await Promise.resolve();
    expect(client.bufferedAmount).toBe(0);
    client.close();
  });

  it("sends while a test's fake timers hold up everything else", async () => {
    const { client, peer } = await open();
    const arrived = once(peer, "message");
    jest.useFakeTimers();
    client.send("now");
    jest.useRealTimers();
    expect(String((await arrived)[0])).toBe("now");
    client.close();
  });

  it("lets a long row of frames go before the moment ends, so that the peer can begin", async () => {
    const { client, peer, received } = await open();
    const sent = Array.from({ length: 100 }, (_, i) => String(i));
    let most = 0;
    for (const text of sent) {
      client.send(text);
      most = Math.max(most, client.bufferedAmount);
    }
    expect(most).toBeGreaterThan(client.bufferedAmount);
    while (received.length < sent.length) await once(peer, "message");
    expect(received).toEqual(sent);
    client.close();
  });

  it("hands on text and bytes as they came", async () => {
    const { client, peer } = await open();
    const got: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      client.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
        got.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
        if (got.length === 3) resolve();
      };
    });
    peer.send("plain");
    // The second is what decoding makes of bytes that are no UTF-8; here somebody wrote it.
    peer.send("ü 🚀 \uFFFD");
    peer.send(Uint8Array.of(1, 2, 255));
    await all;
    expect(got).toEqual(["plain", "ü 🚀 \uFFFD", [1, 2, 255]]);
    client.close();
  });

  it("closes with 1007 on text that is not UTF-8, and hands none of it on", async () => {
    const { client, peer } = await open();
    const got: unknown[] = [];
    client.onmessage = ({ data }: { data: unknown }) => got.push(data);
    peer.send(Buffer.of(0x61, 0xff), { binary: false });
    const [code] = (await once(peer, "close")) as [number];
    expect({ code, got }).toEqual({ code: 1007, got: [] });
  });

  it("tells how it was closed", async () => {
    const { client, peer } = await open();
    const closed = new Promise((resolve) => (client.onclose = resolve));
    peer.close(1001, "moving");
    expect(await closed).toEqual({ code: 1001, reason: "moving", wasClean: true });
  });

  it("tells that it was cut", async () => {
    const { client, peer } = await open();
    const closed = new Promise((resolve) => (client.onclose = resolve));
    peer.terminate();
    expect(await closed).toMatchObject({ code: 1006, wasClean: false });
  });

  it("closes after what was sent in the same moment", async () => {
    const { client, peer, received } = await open();
    for (const text of ["a", "b", "c"]) client.send(text);
    client.close(1000);
    const [code] = (await once(peer, "close")) as [number];
    expect({ code, received }).toEqual({ code: 1000, received: ["a", "b", "c"] });
  });
});
