import { concatMap, firstValueFrom, from, lastValueFrom, ReplaySubject, skip, toArray } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import {
  WebPubSubClient,
  type GroupDataMessage,
  type ServerDataMessage,
  type SubprotocolName,
} from "../../lib/index.js";
import { firstData, firstOf, OfficialClient, PLAIN, range, RELIABLE } from "./official-client.js";

/* Our client and the official one in one group: neither may notice that the other is another. */

let emulator: WebPubSubEmulator;
let ours: WebPubSubClient;
let theirs: OfficialClient;
let ourMessages$: ReplaySubject<GroupDataMessage>;
let ourServerMessages$: ReplaySubject<ServerDataMessage>;
let ourId = "";
let theirId = "";

async function meet(
  ourProtocol: SubprotocolName,
  theirProtocol: SubprotocolName,
  theirRetries?: { maxRetries: number; retryDelayInMs: number },
): Promise<void> {
  emulator = await WebPubSubEmulator.start();
  const urlFor = (userId: string) => emulator.clientAccessUrl({ hub: "chat", userId });
  ours = new WebPubSubClient(urlFor("ours"), {
    protocol: ourProtocol,
    reconnectRetryOptions: { retryDelayInMs: 10 },
  });
  theirs = new OfficialClient(() => urlFor("theirs"), theirProtocol, theirRetries);
  ourMessages$ = new ReplaySubject();
  ours.group("g").messages$.subscribe(ourMessages$);
  ourServerMessages$ = new ReplaySubject();
  ours.serverMessages$.subscribe(ourServerMessages$);
  ({ connectionId: ourId } = await ours.start());
  ({ connectionId: theirId } = await theirs.start());
  await theirs.client.joinGroup("g");
}

afterEach(async () => {
  await theirs.stop();
  await ours.dispose();
  await emulator.stop();
});

const pairs = [RELIABLE, PLAIN].flatMap((a) => [RELIABLE, PLAIN].map((b) => [a, b] as const));

const COUNT = 50;

interface Received {
  readonly dataType: string;
  readonly data: unknown;
}

describe.each(pairs)("ours over %s, theirs over %s", (ourProtocol, theirProtocol) => {
  it("exchange messages in one group: both see the same ones in the same order", async () => {
    await meet(ourProtocol, theirProtocol);
    const ourSends = lastValueFrom(
      from(range(0, COUNT)).pipe(
        concatMap((i) => ours.sendToGroup("g", { from: "ours", i })),
        toArray(),
      ),
    );
    for (const i of range(0, COUNT)) await theirs.client.sendToGroup("g", { from: "theirs", i }, "json");
    await ourSends;

    const seenByUs = await firstData(ourMessages$, 2 * COUNT);
    const seenByThem = await firstData(theirs.groupMessages$, 2 * COUNT);
    expect(seenByUs).toEqual(seenByThem);
    for (const sender of ["ours", "theirs"]) {
      const fromSender = (seenByUs as { from: string; i: number }[]).filter(({ from }) => from === sender);
      expect(fromSender.map(({ i }) => i)).toEqual(range(0, COUNT));
    }
    expect((await firstValueFrom(ourMessages$)).fromUserId).toMatch(/^(ours|theirs)$/);
  });

  it("understand each other's text, JSON and bytes, and leave out their own echo", async () => {
    await meet(ourProtocol, theirProtocol);
    const bytes = new Uint8Array([0, 128, 255]);
    const noEcho = { noEcho: true };
    const values: readonly (readonly ["text" | "json" | "binary", string | object])[] = [
      ["text", "✓"],
      ["json", { deep: { list: [1, "2", null, false] } }],
      ["binary", bytes],
    ];
    for (const [dataType, data] of values) {
      await lastValueFrom(ours.sendToGroup("g", data, dataType, noEcho));
      await theirs.client.sendToGroup("g", data === bytes ? bytes.buffer : data, dataType, noEcho);
    }
    const legible = ({ dataType, data, ...message }: Received) => ({
      ...message,
      dataType,
      data: dataType === "binary" ? [...new Uint8Array(data as ArrayBuffer)] : data,
    });
    const sentBy = (fromUserId: string) =>
      values.map(([dataType, data]) => ({
        dataType,
        data: data === bytes ? [...bytes] : data,
        group: "g",
        fromUserId,
      }));
    expect((await firstOf(ourMessages$, 3)).map(legible)).toMatchObject(sentBy("theirs"));
    expect((await firstOf(theirs.groupMessages$, 3)).map(legible)).toMatchObject(sentBy("ours"));
  });

  it("hear the same of the server", async () => {
    await meet(ourProtocol, theirProtocol);
    const chat = emulator.hub("chat");
    chat.onEvent("ask", ({ userId }) => `hello ${String(userId)}`);
    chat.sendToAll({ n: 1 });
    await lastValueFrom(ours.sendEvent("ask", "?"));
    await theirs.client.sendEvent("ask", "?", "text");
    expect(await firstData(ourServerMessages$, 2)).toEqual([{ n: 1 }, "hello ours"]);
    expect(await firstData(theirs.serverMessages$, 2)).toEqual([{ n: 1 }, "hello theirs"]);
  });
});

describe("over the reliable subprotocol", () => {
  it("lose nothing to each other while both links drop again and again", async () => {
    await meet(RELIABLE, RELIABLE, { maxRetries: 1_000, retryDelayInMs: 5 });
    for (const i of range(0, 30)) {
      if (i % 10 === 3) emulator.faults.drop(theirId);
      if (i % 10 === 6) emulator.faults.drop(ourId);
      await lastValueFrom(ours.sendToGroup("g", { from: "ours", i }));
      // What the official client has sent when its link drops it reports as failed and sends again under a new ackId, so
      // that it may arrive twice. An ackId of the caller's own it keeps, and the service recognises the repeat.
      await theirs.client.sendToGroup("g", { from: "theirs", i }, "json", { ackId: 1_000 + i });
    }
    const seenByUs = await firstData(ourMessages$, 60);
    expect(await firstData(theirs.groupMessages$, 60)).toEqual(seenByUs);
    const both = range(0, 30).flatMap((i) => [
      { from: "ours", i },
      { from: "theirs", i },
    ]);
    expect(seenByUs).toEqual(both);
    expect(
      emulator
        .hub("chat")
        .connections.map(({ connectionId }) => connectionId)
        .sort(),
    ).toEqual([ourId, theirId].sort());
  });

  it("meet again after both sessions were lost for good", async () => {
    await meet(RELIABLE, RELIABLE);
    const backAgain = Promise.all([firstValueFrom(ours.connected$), firstValueFrom(theirs.connected$.pipe(skip(1)))]);
    for (const id of [ourId, theirId]) {
      emulator.faults.refuseRecovery(id);
      emulator.faults.drop(id);
    }
    const [{ previousConnectionId }] = await backAgain;
    expect(previousConnectionId).toBe(ourId);
    await lastValueFrom(ours.sendToGroup("g", "from ours"));
    await theirs.client.sendToGroup("g", "from theirs", "text");
    expect(await firstData(ourMessages$, 2)).toEqual(["from ours", "from theirs"]);
    expect(await firstData(theirs.groupMessages$, 2)).toEqual(["from ours", "from theirs"]);
  });
});
