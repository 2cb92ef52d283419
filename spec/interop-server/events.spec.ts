import type { WebPubSubEventHandlerOptions } from "@azure/web-pubsub-express";
import { WebPubSubEmulator, type ClientAccessUrlOptions } from "../../lib/emulator/index.js";
import { PortClient } from "../emulator/port-client.js";
import { PLAIN, RELIABLE } from "../emulator/virtual-service.js";
import { EventServer } from "./event-server.js";

/*
 * @azure/web-pubsub-express on express, which nobody here wrote, behind the emulator (service-surface §4, §5).
 */

let emulator: WebPubSubEmulator;
let server: EventServer | undefined;
let happened: string[];
let told: () => void;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  happened = [];
  told = () => undefined;
});
afterEach(async () => {
  await emulator.stop();
  await server?.stop();
  server = undefined;
});

function note(what: string): void {
  happened.push(what);
  told();
}

/** What the handlers have noted, once there is so much of it. */
async function soMuch(count: number): Promise<string[]> {
  while (happened.length < count) await new Promise<void>((resolve) => (told = resolve));
  return happened;
}

async function serve(options: WebPubSubEventHandlerOptions): Promise<void> {
  server = await EventServer.start("chat", options);
  emulator.hub("chat").upstream({ url: server.url, presence: ["joined", "left"] });
}

const client = (options: Partial<ClientAccessUrlOptions> = {}, protocols: string | string[] = PLAIN): PortClient =>
  new PortClient(emulator.clientAccessUrl({ hub: "chat", ...options }), protocols);

it("hears of a connection's whole life, in order", async () => {
  await serve({
    onConnected: ({ context }) => note(`connected ${context.userId} ${context.hub}`),
    onDisconnected: ({ reason, context }) => note(`disconnected ${context.userId} ${reason}`),
    onGroupJoined: ({ group, context }) => note(`joined ${context.userId} ${group}`),
    onGroupLeft: ({ group, context }) => note(`left ${context.userId} ${group}`),
    handleUserEvent: ({ context, data }, response) => {
      note(`event ${context.eventName} ${String(data)}`);
      response.success();
    },
  });
  const ann = client({ userId: "ann", groups: ["lobby"] });
  await ann.next();
  await ann.ask({ type: "joinGroup", group: "room", ackId: 1 });
  await ann.ask({ type: "joinGroup", group: "room", ackId: 2 });
  await ann.ask({ type: "event", event: "hello", dataType: "text", data: "hi", ackId: 3 });
  await ann.ask({ type: "leaveGroup", group: "lobby", ackId: 4 });
  ann.socket.close(1_000, "bye");
  // What is told and what is answered do not wait for each other, but the end waits for both.
  const all = await soMuch(7);
  expect(all.slice(0, 6)).toContain("event hello hi");
  expect(all.filter((each) => each !== "event hello hi")).toEqual([
    "connected ann chat",
    "joined ann lobby",
    "joined ann room",
    "left ann lobby",
    "left ann room",
    "disconnected ann bye",
  ]);
});

it("lets clients in as it likes, and is told who they are", async () => {
  await serve({
    handleConnect: ({ claims, queries, subprotocols, headers, context }, response) => {
      note([claims?.["sub"], queries?.["tag"], subprotocols, context.userId, Object.keys(headers ?? {})].join(" "));
      response.setState("visits", 1);
      response.success({ userId: "bob", groups: ["lobby"], roles: ["webpubsub.sendToGroup"], subprotocol: PLAIN });
    },
  });
  const url = `${emulator.clientAccessUrl({ hub: "chat", userId: "ann" })}&tag=a`;
  const bob = new PortClient(url, [RELIABLE, PLAIN], { "X-Trace": "t", Authorization: "Basic secret" });
  expect(await bob.next()).toMatchObject({ event: "connected", userId: "bob" });
  expect(bob.socket.protocol).toBe(PLAIN);
  expect(happened[0]).toMatch(`ann a ${RELIABLE},${PLAIN} ann `);
  expect(happened[0]).toContain("X-Trace");
  expect(happened[0]).not.toContain("Authorization");
  expect(emulator.hub("chat").connections).toMatchObject([{ userId: "bob", groups: ["lobby"] }]);
  expect(await bob.ask({ type: "joinGroup", group: "g", ackId: 1 })).toMatchObject({ error: { name: "Forbidden" } });
});

it.each([401, 403] as const)("turns clients away with its own status %d", async (status) => {
  await serve({
    handleConnect: (_request, response) => response.fail(status as 401, "denied"),
    onDisconnected: () => note("disconnected"),
  });
  expect(await client().ended).toBe(`Unexpected server response: ${status}; 1006`);
  expect(emulator.hub("chat").connections).toEqual([]);
  expect(happened).toEqual([]);
});

it("lets everyone in who handles no connect", async () => {
  await serve({});
  expect(await client({ userId: "ann" }).next()).toMatchObject({ event: "connected", userId: "ann" });
});

it("answers events before their ack, by type, and keeps state", async () => {
  await serve({
    handleConnect: (_request, response) => {
      response.setState("count", 1);
      response.success();
    },
    handleUserEvent: (request, response) => {
      const count = (request.context.states["count"] as number) + 1;
      response.setState("count", count);
      const { dataType } = request;
      if (request.context.eventName === "fail") response.fail(400, "bad");
      else if (dataType === "json") response.success(JSON.stringify({ got: request.data, count }), "json");
      else if (dataType === "text") response.success(`got ${request.data} ${count}`, "text");
      else response.success(request.data);
    },
  });
  const ann = client({}, RELIABLE);
  await ann.next();
  const events = [
    { type: "event", event: "a", dataType: "json", data: { x: "ä" }, ackId: 1 },
    { type: "event", event: "b", dataType: "text", data: "hi", ackId: 2 },
    { type: "event", event: "fail", dataType: "text", data: "x", ackId: 3 },
    { type: "event", event: "c", dataType: "binary", data: "AQI=", ackId: 4 },
    { type: "event", event: "d", data: 1, ackId: 5 },
  ];
  for (const event of events) ann.socket.send(JSON.stringify(event));
  const frames = [];
  for (let i = 0; i < 9; i++) frames.push(await ann.next());
  expect(frames).toEqual([
    { type: "message", from: "server", dataType: "json", data: { got: { x: "ä" }, count: 2 }, sequenceId: 1 },
    { type: "ack", ackId: 1, success: true },
    { type: "message", from: "server", dataType: "text", data: "got hi 3", sequenceId: 2 },
    { type: "ack", ackId: 2, success: true },
    {
      type: "ack",
      ackId: 3,
      success: false,
      error: { name: "InternalServerError", message: "Internal server error" },
    },
    { type: "message", from: "server", dataType: "binary", data: "AQI=", sequenceId: 3 },
    { type: "ack", ackId: 4, success: true },
    // What failed has changed nothing.
    { type: "message", from: "server", dataType: "json", data: { got: 1, count: 5 }, sequenceId: 4 },
    { type: "ack", ackId: 5, success: true },
  ]);
});

it("serves raw clients", async () => {
  await serve({
    handleUserEvent: ({ context, data }, response) =>
      response.success(JSON.stringify({ [context.eventName]: data }), "text"),
  });
  const raw = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), []);
  await raw.opened();
  const answer = new Promise((resolve) => raw.socket.once("message", (bytes: Buffer) => resolve(bytes.toString())));
  raw.socket.send("hi");
  expect(await answer).toBe('{"message":"hi"}');
});

it("is validated first, and gets nothing when it allows only others", async () => {
  await serve({
    allowedEndpoints: ["https://elsewhere.example"],
    handleConnect: (_request, response) => response.success(),
    onConnected: () => note("connected"),
  });
  expect(await client().ended).toBe("Unexpected server response: 500; 1006");
  expect(happened).toEqual([]);
});

it("is validated first, and allows the emulator", async () => {
  await serve({ allowedEndpoints: [emulator.endpoint], onConnected: () => note("connected") });
  await client().next();
  expect(await soMuch(1)).toEqual(["connected"]);
});
