import jwt from "jsonwebtoken";
import { TestScheduler } from "rxjs/testing";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PLAIN, RELIABLE, VirtualService, type VirtualClient } from "./virtual-service.js";

const REFUSED = "close 1008 The connection could not be recovered.";

/** A session that has lost its link. */
function dropped(service: VirtualService, client = service.connect({ userId: "ann" })): VirtualClient {
  service.emulator.faults.drop(client.connectionId);
  service.settle();
  return client;
}

it("begins a recovered link with a connected frame of the same id and a token that works again", () => {
  const service = new VirtualService();
  const client = dropped(service);
  const recovered = service.recover(client);
  expect(recovered.frames).toEqual([
    {
      type: "system",
      event: "connected",
      userId: "ann",
      connectionId: client.connectionId,
      reconnectionToken: expect.any(String) as string,
    },
  ]);
  dropped(service, recovered);
  expect(service.recover(recovered).events).toEqual(["open", "message"]);
  // The first token stays good.
  expect(service.recover(client).events).toEqual(["open", "message"]);
});

it("begins with the replay where connectedOnRecovery is off", () => {
  const service = new VirtualService({ connectedOnRecovery: false });
  const client = service.connect();
  service.hub.sendToAll("one");
  dropped(service, client);
  expect(service.recover(client).frames).toMatchObject([{ data: "one", sequenceId: 1 }]);
});

it("counts the same limit while the link is down", () => {
  const service = new VirtualService();
  const client = dropped(service);
  for (let i = 0; i < 1_000; i++) service.hub.sendToAll(i);
  expect(service.hub.connections).toHaveLength(1);
  service.hub.sendToAll("too much");
  expect(service.hub.connections).toEqual([]);
  expect(service.recover(client).ending).toBe(REFUSED);
  expect(service.pendingActions).toBe(0);
});

it("holds exactly 16 MiB of encoded frames, counted in bytes, and has room again after an acknowledgement", () => {
  const service = new VirtualService();
  const client = service.connect();
  const mebibyte = 1_048_576;
  const sendMebibyte = (sequenceId: number, letter: string): void => {
    const envelope = `{"type":"message","from":"server","dataType":"text","data":"","sequenceId":${sequenceId}}`;
    const room = mebibyte - envelope.length;
    const width = Buffer.byteLength(letter);
    service.hub.sendToAll(letter.repeat(Math.floor(room / width)) + "x".repeat(room % width));
    service.settle();
    expect(Buffer.byteLength(client.texts.at(-1)!)).toBe(mebibyte);
  };
  for (let id = 1; id <= 15; id++) sendMebibyte(id, "x");
  sendMebibyte(16, "é");
  expect(service.hub.connections[0]!.unacknowledged).toBe(16);
  client.send({ type: "sequenceAck", sequenceId: 1 });
  sendMebibyte(17, "x");
  expect(client.ending).toBeUndefined();
  service.hub.sendToAll("");
  service.settle();
  expect(client.ending).toBe("close 1008 The reliable message buffer is full.");
});

it("never fills a buffer for a session without numbers", () => {
  const service = new VirtualService();
  const client = service.connect({}, PLAIN);
  for (let i = 0; i < 1_500; i++) service.hub.sendToAll(i);
  service.settle();
  expect(client.ending).toBeUndefined();
  expect(client.frames.at(-1)).toEqual({ type: "message", from: "server", dataType: "json", data: 1_499 });
  expect(service.hub.connections[0]!.unacknowledged).toBe(0);
});

it("keeps a dropped session for 30 seconds, anew at each drop", () => {
  const service = new VirtualService();
  const client = dropped(service);
  service.advance(29_999);
  expect(service.hub.connections).toMatchObject([{ attached: false }]);
  const recovered = service.recover(client);
  service.advance(60_000);
  expect(service.hub.connections).toMatchObject([{ attached: true }]);
  dropped(service, recovered);
  service.advance(29_999);
  expect(service.hub.connections).toHaveLength(1);
  service.advance(1);
  expect(service.hub.connections).toEqual([]);
  expect(service.recover(client).events).toEqual(["open", REFUSED]);
});

it("ends a session without numbers at any drop", () => {
  const service = new VirtualService();
  const client = service.connect({}, PLAIN);
  expect(client.frames[0]).not.toHaveProperty("reconnectionToken");
  dropped(service, client);
  expect(client.ending).toBe("close 1006");
  expect(service.hub.connections).toEqual([]);
  expect(service.pendingActions).toBe(0);
});

it.each<[string, (client: VirtualClient) => void]>([
  ["frame", (client) => client.socket.send('{"type":"joinGroup","group":"late"}')],
  ["close", (client) => client.socket.close(1_000)],
  ["abort", (client) => client.socket.terminate()],
])("hears no late %s of a link that was replaced", (_what, late) => {
  const service = new VirtualService();
  const client = service.connect();
  const { connectionId, reconnectionToken } = client;
  const query = `&awps_connection_id=${connectionId}&awps_reconnection_token=${reconnectionToken}`;
  // Both are on their way at once; the recovery reaches the service first.
  new service.emulator.webSocketCtor(client.url + query, RELIABLE);
  late(client);
  service.advance(60_000);
  expect(service.hub.connections).toMatchObject([{ connectionId, attached: true, groups: [] }]);
});

it("refuses to recover a session without numbers, whatever the token", () => {
  const accessKey = "a-key-for-these-tests-of-32-bytes-or-more";
  const service = new VirtualService({ accessKey });
  const client = service.connect({}, PLAIN);
  const issuer = { iss: "https://webpubsub.azure.com", nbf: 0, exp: 60 };
  const token = jwt.sign({ ...issuer, aud: client.connectionId }, accessKey);
  expect(service.recover(client, token, PLAIN).events).toEqual(["open", REFUSED]);
  expect(client.ending).toBeUndefined();
});

it.each([
  ["of another issuer", { iss: "https://example.com" }],
  ["that has expired", { exp: 0 }],
  ["that is not good yet", { nbf: 1 }],
])("refuses a reconnection token %s", (_what, claims) => {
  const accessKey = "a-key-for-these-tests-of-32-bytes-or-more";
  const service = new VirtualService({ accessKey });
  const client = service.connect();
  const good = { iss: "https://webpubsub.azure.com", aud: client.connectionId, nbf: 0, exp: 60 };
  expect(service.recover(client, jwt.sign({ ...good, ...claims }, accessKey)).events).toEqual(["open", REFUSED]);
  expect(service.recover(client, jwt.sign(good, accessKey)).events).toEqual(["open", "message"]);
});

it("keeps a reconnection token good for seven days", () => {
  const service = new VirtualService();
  const client = service.connect();
  service.advance(7 * 24 * 60 * 60_000 - 1);
  expect(service.recover(client).events).toEqual(["open", "message"]);
  service.advance(1);
  expect(service.recover(client).events).toEqual(["open", REFUSED]);
});

it("leaves out of the replay what has outlived its time, and keeps the numbers of the rest", () => {
  const service = new VirtualService();
  const client = service.connect({ groups: ["g"] });
  service.hub.sendToAll("short", { ttlSeconds: 5 });
  service.hub.sendToAll("long");
  client.send({ type: "sendToGroup", group: "g", data: "mid", dataType: "text", ttlSeconds: 10 });
  dropped(service, client);
  service.advance(5_000);
  const second = service.recover(client);
  expect(second.frames.slice(1).map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3]);
  dropped(service, second);
  service.advance(5_001);
  expect(service.recover(client).frames.slice(1)).toMatchObject([{ data: "long", sequenceId: 2 }]);
});

it("runs inside one TestScheduler.run: message, drop, recovery, next message, and nothing left over", () => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const seen: string[] = [];
  scheduler.run(() => {
    const emulator = WebPubSubEmulator.inMemory({ scheduler });
    const hub = emulator.hub("chat");
    const url = emulator.clientAccessUrl({ hub: "chat" });
    const open = (more = ""): void => {
      const socket = new emulator.webSocketCtor(url + more, RELIABLE);
      let recovery = "";
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data as string) as Record<string, string>;
        seen.push(`${scheduler.now()} ${frame["event"] ?? frame["data"]}`);
        recovery ||= `&awps_connection_id=${frame["connectionId"]}&awps_reconnection_token=${frame["reconnectionToken"]}`;
        if (frame["data"] === "last") socket.close(1_000);
      };
      socket.onclose = ({ code }) => {
        seen.push(`${scheduler.now()} ${code}`);
        if (code === 1_006) scheduler.schedule(() => open(recovery), 100);
      };
    };
    open();
    scheduler.schedule(() => hub.sendToAll("first"), 10);
    scheduler.schedule(() => emulator.faults.drop(hub.connections[0]!.connectionId), 20);
    scheduler.schedule(() => hub.sendToAll("missed"), 30);
    scheduler.schedule(() => hub.sendToAll("last"), 200);
  });
  expect(seen).toEqual([
    "0 connected",
    "10 first",
    "20 1006",
    "120 connected",
    "120 first",
    "120 missed",
    "200 last",
    "200 1000",
  ]);
  expect(scheduler.now()).toBe(200);
});
