import { request } from "node:http";
import jwt from "jsonwebtoken";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "./port-client.js";
import { PLAIN, RELIABLE, VirtualService } from "./virtual-service.js";

const KEY = "a-key-for-these-tests-of-32-bytes-or-more";
const OTHER_KEY = "another-key-for-these-tests-of-32-bytes-or-more";

let emulator: WebPubSubEmulator;
beforeAll(async () => {
  emulator = await WebPubSubEmulator.start({ accessKey: KEY });
});
afterAll(() => emulator.stop());

const now = (): number => Math.floor(new Date().getTime() / 1_000);
const wsEndpoint = (): string => emulator.endpoint.replace("http", "ws");
const claims = (more: object = {}): object => ({
  aud: `${emulator.endpoint}/client/hubs/chat`,
  exp: now() + 60,
  ...more,
});
const sign = (content: object | string, key = KEY, options: jwt.SignOptions = {}): string =>
  jwt.sign(content, key, options);
const urlWith = (token: string): string => `${wsEndpoint()}/client/hubs/chat?access_token=${token}`;

/** `connected`, or how the attempt ended. */
async function outcome(url: string, protocols: string | string[] = RELIABLE, headers = {}): Promise<string> {
  const client = new PortClient(url, protocols, headers);
  const frame = client.next().then(({ event }) => String(event));
  const first = await Promise.race([frame, client.ended]);
  client.socket.close(1_000);
  await client.ended;
  return first;
}

const refused = (status: number): string => `Unexpected server response: ${status}; 1006`;

describe("an access token", () => {
  it("is good with audience and expiry alone", async () => {
    expect(await outcome(urlWith(sign(claims())))).toBe("connected");
  });

  it.each<[string, () => string]>([
    ["signed with another key", () => sign(claims(), OTHER_KEY)],
    ["signed with another algorithm", () => sign(claims(), KEY, { algorithm: "HS512" })],
    ["not signed", () => sign(claims(), "", { algorithm: "none" })],
    ["for another hub", () => sign(claims({ aud: `${emulator.endpoint}/client/hubs/other` }))],
    ["for another host", () => sign(claims({ aud: "http://127.0.0.1:1/client/hubs/chat" }))],
    ["for another path", () => sign(claims({ aud: emulator.endpoint }))],
    ["without audience", () => sign({ exp: now() + 60 })],
    ["without expiry", () => sign({ aud: `${emulator.endpoint}/client/hubs/chat` })],
    ["expired for more than five minutes", () => sign(claims({ exp: now() - 310 }))],
    ["of more than five minutes ahead", () => sign(claims({ nbf: now() + 310 }))],
    // As a text, since the library would not sign such an object.
    ["with a user that is no text", () => sign(JSON.stringify(claims({ sub: 7 })))],
    ["that is no token", () => "nonsense"],
    ["that is empty", () => ""],
  ])("is refused with 401 %s", async (_what, token) => {
    expect(await outcome(urlWith(token()))).toBe(refused(401));
  });

  it("may be five minutes off, and for https as well as http, in any case", async () => {
    expect(await outcome(urlWith(sign(claims({ exp: now() - 290 }))))).toBe("connected");
    expect(await outcome(urlWith(sign(claims({ nbf: now() + 290 }))))).toBe("connected");
    const aud = `${emulator.endpoint.replace("http", "HTTPS")}/CLIENT/hubs/Chat`;
    expect(await outcome(urlWith(sign(claims({ aud }))))).toBe("connected");
  });

  it("is refused with 400 when it names an impossible group", async () => {
    expect(await outcome(urlWith(sign(claims({ "webpubsub.group": ["ok", " "] }))))).toBe(refused(400));
    expect(await outcome(urlWith(sign(claims({ "webpubsub.group": 7 }))))).toBe(refused(400));
  });

  it("names user, groups and roles, one or several", async () => {
    const token = sign(claims({ sub: "ann", "webpubsub.group": "solo", role: "webpubsub.joinLeaveGroup.a" }));
    const client = new PortClient(urlWith(token));
    const { connectionId, userId } = await client.next();
    expect(userId).toBe("ann");
    const found = emulator.hub("chat").connections.find((one) => one.connectionId === connectionId);
    expect(found).toMatchObject({ userId: "ann", groups: ["solo"] });
    expect(await client.ask({ type: "joinGroup", group: "a", ackId: 1 })).toMatchObject({ success: true });
    expect(await client.ask({ type: "joinGroup", group: "b", ackId: 2 })).toMatchObject({ success: false });
    client.socket.close(1_000);
    await client.ended;
  });

  it("may come in a header, and the query wins", async () => {
    const bare = `${wsEndpoint()}/client/hubs/chat`;
    const headers = { Authorization: `Bearer ${sign(claims())}` };
    expect(await outcome(bare)).toBe(refused(401));
    expect(await outcome(bare, RELIABLE, headers)).toBe("connected");
    expect(await outcome(`${bare}?access_token=wrong`, RELIABLE, headers)).toBe(refused(401));
    expect(await outcome(bare, RELIABLE, { Authorization: "Basic x" })).toBe(refused(401));
  });
});

it("keeps to the scheduler's time for tokens", () => {
  const service = new VirtualService();
  const url = service.url({ expiresInMinutes: 10 });
  service.advance(14 * 60_000);
  expect(service.open(url).events).toEqual(["open", "message"]);
  service.advance(60_000);
  expect(service.open(url).events).toEqual(["error Unexpected server response: 401", "close 1006"]);
});

it("takes the hub from the path or the query, parameter names in any case", async () => {
  const token = sign(claims());
  expect(await outcome(`${wsEndpoint()}/client/?hub=chat&access_token=${token}`)).toBe("connected");
  expect(await outcome(`${wsEndpoint()}/client?HUB=CHAT&Access_Token=${token}`)).toBe("connected");
  expect(await outcome(`${wsEndpoint()}/client/hubs/CHAT?access_token=${token}`)).toBe("connected");
  expect(await outcome(`${wsEndpoint()}/client/?hub=other&access_token=${token}`)).toBe(refused(401));
});

it.each([
  ["/client/hubs/", 400],
  ["/client/", 400],
  ["/client/?hub=1bad", 400],
  ["/client/hubs/1bad", 400],
  ["/client/hubs/%E0%A4%A", 400],
  ["/client/hubs/chat/more", 404],
  ["/clients/mqtt/hubs/chat", 404],
  ["/", 404],
  ["//client/hubs/chat", 400],
])("refuses an upgrade at %s with %d", async (path, status) => {
  expect(await outcome(`${wsEndpoint()}${path}`)).toBe(refused(status));
});

it.each<[string[], string, boolean]>([
  [[PLAIN, RELIABLE], PLAIN, false],
  [["mqtt", RELIABLE, PLAIN], RELIABLE, true],
  [["JSON.Reliable.webpubsub.azure.V1"], "JSON.Reliable.webpubsub.azure.V1", true],
])(
  "chooses the first subprotocol it speaks of %j and answers in the client's spelling",
  async (offered, chosen, reliable) => {
    const client = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), offered);
    const connected = await client.next();
    expect(client.socket.protocol).toBe(chosen);
    expect("reconnectionToken" in connected).toBe(reliable);
    client.socket.close(1_000);
    await client.ended;
  },
);

it("answers no subprotocol when it speaks none of those offered", async () => {
  const outcomeOf = await outcome(emulator.clientAccessUrl({ hub: "chat" }), "mqtt");
  expect(outcomeOf).toBe("Server sent no subprotocol; 1006");
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
