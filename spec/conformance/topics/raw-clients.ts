import { EventReply } from "../../../lib/emulator/index.js";
import { SEND } from "../service.js";
import type { State } from "../suite.js";

const toGroup = (group: string, more = ""): string =>
  `webpubsub_mode=sendToGroup&group=${encodeURIComponent(group)}${more}`;

const UNAUTHORIZED = "1008 The connection is not authorized for raw sendToGroup mode.";

export const rawClients = (state: State): void => {
  state("gets content only, and no connected frame (§11)", async (service) => {
    const group = service.name();
    const raw = await service.connectRaw({ groups: [group] });
    const sender = await service.connect();
    const send = { type: "sendToGroup", group, metadata: { a: "1" } };
    await sender.ask(
      { ...send, dataType: "text", data: "héllo" },
      `{"type":"sendToGroup","group":"${group}","data":{ "a":1.0 }}`,
      { ...send, dataType: "binary", data: "AQID" },
      { ...send, dataType: "protobuf", data: "CgNmb28=" },
    );
    expect(await raw.nextRaw()).toBe("héllo");
    expect(await raw.nextRaw()).toBe('{ "a":1.0 }');
    expect(await raw.nextRaw()).toEqual([1, 2, 3]);
    expect(await raw.nextRaw()).toEqual([...Buffer.from("CgNmb28=", "base64")]);
  });

  state("is closed with 1011 when its frame is an event that nobody handles (§9.1)", async (service) => {
    for (const query of [undefined, "webpubsub_mode=", "webpubsub_mode=SendEvent"]) {
      const raw = await service.connectRaw({ ...(query !== undefined && { query }), roles: [] });
      raw.send("hello");
      expect(await raw.ended()).toBe("1011 Internal server error");
    }
  });

  state(
    "sends the event message, as text or as bytes, without any role (§11)",
    async (service) => {
      const seen: unknown[] = [];
      service.onEvent("message", ({ userId, dataType, data }) => {
        seen.push([userId, dataType, typeof data === "string" ? data : [...new Uint8Array(data as ArrayBuffer)]]);
        return "heard";
      });
      const raw = await service.connectRaw({ userId: "ann", roles: [] });
      raw.send('{"type":"ping"}', new Uint8Array([1, 2]), "");
      for (let i = 0; i < 3; i++) expect(await raw.nextRaw()).toBe("heard");
      expect(seen).toEqual([
        ["ann", "text", '{"type":"ping"}'],
        ["ann", "binary", [1, 2]],
        ["ann", "text", ""],
      ]);
    },
    "application",
  );

  const answers: [string, unknown, unknown][] = [
    ["a text", "hi", "hi"],
    ["JSON", { a: 1 }, '{"a":1}'],
    ["bytes", new Uint8Array([1, 2]), [1, 2]],
    ["metadata alone, as an empty text", new EventReply("", { metadata: { k: "v" } }), ""],
  ];
  for (const [what, answer, frame] of answers) {
    state(
      `is answered by ${what} (service-surface §5.2)`,
      async (service) => {
        service.onEvent("message", () => answer);
        const raw = await service.connectRaw();
        raw.send("x");
        expect(await raw.nextRaw()).toEqual(frame);
      },
      "application",
    );
  }

  state(
    "gets nothing for an empty answer (service-surface §5.2)",
    async (service) => {
      service.onEvent("message", ({ data }) => (data === "last" ? "end" : data === "bytes" ? new Uint8Array() : ""));
      const raw = await service.connectRaw();
      raw.send("x", "bytes", "last");
      expect(await raw.nextRaw()).toBe("end");
    },
    "application",
  );

  state(
    "is closed with 1011 when its event fails (§9.1)",
    async (service) => {
      service.onEvent("message", () => Promise.reject(new Error("secret")));
      const raw = await service.connectRaw();
      raw.send("x");
      expect(await raw.ended()).toBe("1011 Internal server error");
    },
    "application",
  );

  state(
    "is closed by the application with 1000, and no frame (§9.1)",
    async (service) => {
      const ids: string[] = [];
      service.onConnect(({ connectionId }) => void ids.push(connectionId));
      const raw = await service.connectRaw();
      service.application.closeConnection(ids[0]!, "enough");
      expect(await raw.ended()).toBe("1000");
      expect(raw.received).toEqual([]);
    },
    "application",
  );

  state("publishes its frames to the group of its mode, as text or as bytes (§11)", async (service) => {
    const group = service.name();
    const member = await service.connect({ groups: [group] });
    const raw = await service.connectRaw({ userId: "ann", query: toGroup(group) });
    raw.send('{"a":1}', new Uint8Array([1, 2]));
    const message = { type: "message", from: "group", group, fromUserId: "ann" };
    expect(await member.next()).toEqual({ ...message, dataType: "text", data: '{"a":1}', sequenceId: 1 });
    expect(await member.next()).toEqual({ ...message, dataType: "binary", data: "AQI=", sequenceId: 2 });
  });

  state("is no member of the group of its mode by itself (§11)", async (service) => {
    const [group, own] = [service.name(), service.name()];
    const raw = await service.connectRaw({ query: toGroup(group), groups: [own] });
    raw.send("not for me");
    const sender = await service.connect({ groups: [group] });
    await sender.ask({ type: "sendToGroup", group: own, dataType: "text", data: "for me" });
    expect(await raw.nextRaw()).toBe("for me");
  });

  state("hears its own frames as a member, unless it says noEcho (§2.2)", async (service) => {
    const group = service.name();
    const observer = await service.connect({ groups: [group] });
    const echoing: [string, boolean][] = [
      ["", true],
      ["&noEcho=", true],
      ["&noEcho=False", true],
      ["&noEcho=true", false],
      ["&NOECHO=TRUE", false],
      ["&noEcho=false&noEcho=true", false],
    ];
    for (const [more, echoes] of echoing) {
      const raw = await service.connectRaw({ groups: [group], query: toGroup(group, more) });
      raw.send("mine");
      expect(await observer.next()).toMatchObject({ data: "mine" });
      await observer.ask({ type: "sendToGroup", group, dataType: "text", data: "yours", noEcho: true });
      expect(await raw.nextRaw()).toBe(echoes ? "mine" : "yours");
      raw.socket.close(1_000);
      await raw.ended();
    }
  });

  state("needs the permission to send, asked for each frame: 1008 without (§9.1, §11)", async (service) => {
    const group = service.name();
    for (const roles of [[], [`${SEND}.other`]]) {
      const raw = await service.connectRaw({ roles, query: toGroup(group) });
      raw.send("x");
      expect(await raw.ended()).toBe(UNAUTHORIZED);
    }
    const member = await service.connect({ groups: [group] });
    const raw = await service.connectRaw({ roles: [`${SEND}.${group}`], query: toGroup(group) });
    raw.send("x");
    expect(await member.next()).toMatchObject({ data: "x" });
  });

  const refused = [
    "webpubsub_mode=other",
    "webpubsub_mode=sendToGroup",
    "webpubsub_mode=sendToGroup&group=",
    "webpubsub_mode=sendToGroup&group=%20",
    `webpubsub_mode=sendToGroup&group=${"g".repeat(1_025)}`,
    "webpubsub_mode=sendToGroup&group=ok&group=",
    "webpubsub_mode=sendEvent&webpubsub_mode=other",
    "webpubsub_mode=sendToGroup&group=g&noEcho=yes",
    "noEcho=1",
  ];
  for (const query of refused) {
    const shown = query.length > 80 ? `${query.slice(0, 40)}… of ${query.length} characters` : query;
    state(`is refused with 400 for ${shown} (§2.2, §2.4)`, async (service) => {
      expect(await service.open(service.url({ query }), []).outcome()).toBe("refused with 400");
    });
  }

  state("takes the last mode and the last group, in any case of names and modes (§2.2)", async (service) => {
    const group = service.name();
    const member = await service.connect({ groups: [group] });
    const query = `webpubsub_mode=other&WebPubSub_Mode=SENDTOGROUP&group=%20&GROUP=${group}`;
    (await service.connectRaw({ query })).send("x");
    expect(await member.next()).toMatchObject({ data: "x" });
  });

  state("alone has a mode: on a subprotocol it is looked at, and changes nothing (§2.2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ query: toGroup(group), groups: [group] });
    expect(await client.ask()).toEqual([]);
    expect(await service.open(service.url({ query: "webpubsub_mode=other" })).outcome()).toBe("refused with 400");
  });
};
