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

  it("sends the first frame of a moment at once and gathers the others until it ends", async () => {
    const { client } = await open();
    client.send("first");
    expect(client.bufferedAmount).toBe(0);
    client.send("second");
    expect(client.bufferedAmount).toBeGreaterThan(0);
    await Promise.resolve();
    expect(client.bufferedAmount).toBe(0);
    client.close();
  });

  it("closes after what was sent in the same moment", async () => {
    const { client, peer, received } = await open();
    for (const text of ["a", "b", "c"]) client.send(text);
    client.close(1000);
    const [code] = (await once(peer, "close")) as [number];
    expect({ code, received }).toEqual({ code: 1000, received: ["a", "b", "c"] });
  });
});
