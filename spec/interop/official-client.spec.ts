import { firstValueFrom, skip } from "rxjs";
import { WebPubSubEmulator, type ClientAccessUrlOptions, type ConnectionInfo } from "../../lib/emulator/index.js";
import type { SubprotocolName } from "../../lib/index.js";
import { firstData, OfficialClient, PLAIN, range, RELIABLE, SendMessageError } from "./official-client.js";

/* A client that nobody here wrote, against our service: what it takes for granted, the service must do. */

let emulator: WebPubSubEmulator;
let clients: OfficialClient[] = [];
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
});
afterEach(async () => {
  // First the clients: one that loses its service reconnects for ever, and `stop()` does not end that.
  await Promise.all(clients.map((client) => client.stop()));
  clients = [];
  await emulator.stop();
});

const chat = () => emulator.hub("chat");

function official(protocol: SubprotocolName, options: Partial<ClientAccessUrlOptions> = {}): OfficialClient {
  const client = new OfficialClient(() => emulator.clientAccessUrl({ hub: "chat", ...options }), protocol);
  clients.push(client);
  return client;
}

/** A started client and its connection id. */
async function connect(
  protocol: SubprotocolName,
  options?: Partial<ClientAccessUrlOptions>,
): Promise<{ client: OfficialClient["client"]; events: OfficialClient; connectionId: string }> {
  const events = official(protocol, options);
  const { connectionId } = await events.start();
  return { client: events.client, events, connectionId };
}

const session = (connectionId: string): ConnectionInfo | undefined =>
  chat().connections.find((connection) => connection.connectionId === connectionId);

const bytesOf = (data: unknown): number[] => [...new Uint8Array(data as ArrayBuffer)];

describe.each([RELIABLE, PLAIN])("the official client over %s", (protocol) => {
  it("connects, and both sides agree who it is", async () => {
    const identity = await official(protocol, { userId: "ann" }).start();
    expect(identity.userId).toBe("ann");
    expect(chat().connections).toMatchObject([
      { connectionId: identity.connectionId, userId: "ann", protocol, attached: true },
    ]);
  });

  it("joins, sends text, JSON and bytes, and has each of them back", async () => {
    const { client, events, connectionId } = await connect(protocol, { userId: "ann" });
    expect(await client.joinGroup("g")).toEqual({ ackId: 1, isDuplicated: false });
    expect(session(connectionId)?.groups).toEqual(["g"]);

    await client.sendToGroup("g", "héllo", "text");
    await client.sendToGroup("g", { a: [1, null] }, "json");
    await client.sendToGroup("g", new Uint8Array([0, 127, 255]).buffer, "binary");
    const [text, json, bytes] = await firstData(events.groupMessages$, 3);
    expect([text, json, bytesOf(bytes)]).toEqual(["héllo", { a: [1, null] }, [0, 127, 255]]);
    expect(await firstValueFrom(events.groupMessages$)).toMatchObject({
      group: "g",
      fromUserId: "ann",
      dataType: "text",
    });
  });

  it("gets no echo when it wants none, and all the same nothing else is lost", async () => {
    const { client, events } = await connect(protocol);
    await client.joinGroup("g");
    await client.sendToGroup("g", "unheard", "text", { noEcho: true });
    await client.sendToGroup("g", "unacknowledged", "text", { fireAndForget: true });
    await client.sendToGroup("g", "heard", "text");
    expect(await firstData(events.groupMessages$, 2)).toEqual(["unacknowledged", "heard"]);
  });

  it("is told of a repeat under the same ackId, which is applied once", async () => {
    const { client, events } = await connect(protocol);
    await client.joinGroup("g");
    expect(await client.sendToGroup("g", "once", "text", { ackId: 77 })).toEqual({ ackId: 77, isDuplicated: false });
    expect(await client.sendToGroup("g", "once", "text", { ackId: 77 })).toEqual({ ackId: 77, isDuplicated: true });
    await client.sendToGroup("g", "end", "text");
    expect(await firstData(events.groupMessages$, 2)).toEqual(["once", "end"]);
  });

  it("hears of a group no more once it has left", async () => {
    const { client, events } = await connect(protocol);
    await client.joinGroup("left");
    await client.joinGroup("kept");
    await client.leaveGroup("left");
    chat().sendToGroup("left", "unheard");
    chat().sendToGroup("kept", "heard");
    expect(await firstData(events.groupMessages$, 1)).toEqual(["heard"]);
  });

  it("gets what the server sends to all, a user, a connection, a group", async () => {
    const { events, connectionId } = await connect(protocol, { userId: "ann", groups: ["g"] });
    chat().sendToAll("to all");
    chat().sendToUser("ann", { to: "ann" });
    chat().sendToConnection(connectionId, new Uint8Array([1, 2]));
    chat().sendToGroup("g", "to the group");
    const [toAll, toUser, toConnection] = await firstData(events.serverMessages$, 3);
    expect([toAll, toUser, bytesOf(toConnection)]).toEqual(["to all", { to: "ann" }, [1, 2]]);
    expect(await firstData(events.groupMessages$, 1)).toEqual(["to the group"]);
  });

  it("sends an event and gets the handler's answer", async () => {
    chat().onEvent("double", async ({ data, userId }) => ({ doubled: Number(data) * 2, for: userId }));
    const { client, events } = await connect(protocol, { userId: "ann" });
    await client.sendEvent("double", 21, "json");
    expect(await firstData(events.serverMessages$, 1)).toEqual([{ doubled: 42, for: "ann" }]);
  });

  it("is told that nobody handles an event", async () => {
    const { client } = await connect(protocol);
    const error: unknown = await client.sendEvent("unknown", "x", "text").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SendMessageError);
    expect(error).toMatchObject({ errorDetail: { name: "InternalServerError" } });
  });

  it("is refused what its token does not allow, and goes on", async () => {
    const { client, events, connectionId } = await connect(protocol, { roles: ["webpubsub.sendToGroup.open"] });
    for (const refused of [client.joinGroup("open"), client.sendToGroup("closed", "x", "text")]) {
      const error: unknown = await refused.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "SendMessageError", errorDetail: { name: "Forbidden" } });
    }
    chat().addToGroup(connectionId, "open");
    await client.sendToGroup("open", "allowed", "text");
    expect(await firstData(events.groupMessages$, 1)).toEqual(["allowed"]);
  });

  it("is told why when the server closes its connection, and comes back by itself", async () => {
    const { events, connectionId } = await connect(protocol);
    chat().closeConnection(connectionId, "time to go");
    const farewell = await firstValueFrom(events.disconnected$);
    expect(farewell.connectionId).toBe(connectionId);
    expect(farewell.message?.message).toContain("time to go");
    // Over the reliable subprotocol it first tries to recover what was closed for good: the service answers 1008.
    const next = await firstValueFrom(events.connected$.pipe(skip(1)));
    expect(next.connectionId).not.toBe(connectionId);
  });

  it("has its groups again after a session that was lost for good", async () => {
    const { client, events, connectionId } = await connect(protocol);
    await client.joinGroup("g");
    emulator.faults.refuseRecovery(connectionId);
    emulator.faults.drop(connectionId);
    expect((await firstValueFrom(events.disconnected$)).connectionId).toBe(connectionId);
    const next = await firstValueFrom(events.connected$.pipe(skip(1)));
    expect(next.connectionId).not.toBe(connectionId);
    // Its `connected` event comes after the rejoins.
    expect(session(next.connectionId)?.groups).toEqual(["g"]);
    chat().sendToGroup("g", "welcome back");
    expect(await firstData(events.groupMessages$, 1)).toEqual(["welcome back"]);
  });

  it("hears that it may not rejoin", async () => {
    const roles = ["webpubsub.joinLeaveGroup"];
    const { client, events, connectionId } = await connect(protocol, { roles });
    await client.joinGroup("g");
    roles.pop();
    emulator.faults.refuseRecovery(connectionId);
    emulator.faults.drop(connectionId);
    expect(await firstValueFrom(events.rejoinFailed$)).toMatchObject({
      group: "g",
      error: { errorDetail: { name: "Forbidden" } },
    });
  });
});

describe("the official client over the reliable subprotocol", () => {
  it.each([true, false])(
    "recovers from dropped sockets without loss, doubling or disorder (connected frame after recovery: %s)",
    async (connectedOnRecovery) => {
      await emulator.stop();
      emulator = await WebPubSubEmulator.start({ connectedOnRecovery });
      const { client, events, connectionId } = await connect(RELIABLE);
      await client.joinGroup("g");
      for (const drop of range(0, 3)) {
        // Some it has, some are on their way when the socket dies, some come while it is away.
        range(0, 10).forEach((i) => chat().sendToGroup("g", drop * 30 + i));
        await firstData(events.groupMessages$, drop * 30 + 10);
        range(10, 20).forEach((i) => chat().sendToGroup("g", drop * 30 + i));
        emulator.faults.drop(connectionId);
        range(20, 30).forEach((i) => chat().sendToGroup("g", drop * 30 + i));
        await firstData(events.groupMessages$, (drop + 1) * 30);
      }
      await client.sendToGroup("g", "still a member", "text");
      expect(await firstData(events.groupMessages$, 91)).toEqual([...range(0, 90), "still a member"]);
      expect(session(connectionId)?.attached).toBe(true);
      expect(chat().connections).toHaveLength(1);
    },
  );

  it("acknowledges what it has, so that the service need not keep it", async () => {
    const { client, events, connectionId } = await connect(RELIABLE, { groups: ["g"] });
    range(0, 400).forEach((i) => chat().sendToGroup("g", i));
    expect(session(connectionId)?.unacknowledged).toBe(400);
    await firstData(events.groupMessages$, 400);
    // It acknowledges by timer, once a second; whatever is asked of it is answered in order, so ask until that has been.
    while (session(connectionId)?.unacknowledged !== 0) await client.joinGroup("other");
    expect(session(connectionId)?.attached).toBe(true);
  });

  it("recovers after any close that is not 1008, and not after that", async () => {
    const { events, connectionId } = await connect(RELIABLE, { groups: ["g"] });
    emulator.faults.close(connectionId, 1001, "the node restarts");
    chat().sendToGroup("g", "kept");
    expect(await firstData(events.groupMessages$, 1)).toEqual(["kept"]);
    emulator.faults.close(connectionId, 1008, "not any more");
    expect((await firstValueFrom(events.disconnected$)).connectionId).toBe(connectionId);
    expect((await firstValueFrom(events.connected$.pipe(skip(1)))).connectionId).not.toBe(connectionId);
  });
});
