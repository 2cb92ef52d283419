import { request } from "node:http";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "./port-client.js";
import { RELIABLE, VirtualService } from "./virtual-service.js";

let emulator: WebPubSubEmulator;
beforeAll(async () => {
  emulator = await WebPubSubEmulator.start();
});
afterAll(() => emulator.stop());

const wsEndpoint = (): string => emulator.endpoint.replace("http", "ws");

/** `connected`, or how the attempt ended. */
async function outcome(url: string): Promise<string> {
  const client = new PortClient(url, RELIABLE);
  const frame = client.next().then(({ event }) => String(event));
  const first = await Promise.race([frame, client.ended]);
  client.socket.close(1_000);
  await client.ended;
  return first;
}

const refused = (status: number): string => `Unexpected server response: ${status}; 1006`;

it("keeps to the scheduler's time for tokens", () => {
  const service = new VirtualService();
  const url = service.url({ expiresInMinutes: 10 });
  service.advance(14 * 60_000);
  expect(service.open(url).events).toEqual(["open", "message"]);
  service.advance(60_000);
  expect(service.open(url).events).toEqual(["error Unexpected server response: 401", "close 1006"]);
});

it.each([
  ["/client/hubs/%E0%A4%A", 400],
  ["/client/hubs/chat/more", 404],
  ["/clients/mqtt/hubs/chat", 404],
  ["/", 404],
  ["//client/hubs/chat", 400],
])("refuses an upgrade at %s with %d", async (path, status) => {
  expect(await outcome(`${wsEndpoint()}${path}`)).toBe(refused(status));
});

describe("plain HTTP", () => {
  const ask = (method: string, path: string, headers = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request(`${emulator.endpoint}${path}`, { method, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on("error", reject).end();
    });

  it.each([
    ["HEAD", "/api/health", 200],
    ["GET", "/api/health", 200],
    ["POST", "/api/health", 404],
    ["GET", "/client/hubs/chat", 400],
    ["GET", "/client", 400],
    ["GET", "/nowhere", 404],
  ])("is answered: %s %s %d", async (method, path, status) => {
    expect(await ask(method, path)).toBe(status);
  });

  it("is refused with 400 when it asks for another upgrade, or for a broken one", async () => {
    expect(await ask("GET", "/client/hubs/chat", { Connection: "Upgrade", Upgrade: "h2c" })).toBe(400);
    const path = emulator.clientAccessUrl({ hub: "chat" }).replace(wsEndpoint(), "");
    expect(await ask("GET", path, { Connection: "Upgrade", Upgrade: "websocket" })).toBe(400);
    expect(await outcome(emulator.clientAccessUrl({ hub: "chat" }))).toBe("connected");
  });
});

describe("clientAccessUrl", () => {
  it("refuses what cannot be, and names it", () => {
    expect(() => emulator.clientAccessUrl({ hub: "1bad" })).toThrow(/hub name/);
    expect(() => emulator.clientAccessUrl({ hub: "chat", groups: [""] })).toThrow(/group name/);
    expect(() => emulator.clientAccessUrl({ hub: "chat", expiresInMinutes: 0 })).toThrow(/expiresInMinutes .* not 0/);
  });

  it("makes an empty user anonymous", async () => {
    const client = new PortClient(emulator.clientAccessUrl({ hub: "chat", userId: "" }));
    expect(await client.next()).not.toHaveProperty("userId");
    client.socket.close(1_000);
    await client.ended;
  });

  it("names hubs with any legal character", async () => {
    expect(await outcome(emulator.clientAccessUrl({ hub: "a_`,.[]9" }))).toBe("connected");
  });
});
