import { INVALID, NOT_RECOVERED, ok, PLAIN, RELIABLE } from "../service.js";
import type { State } from "../suite.js";

const send = { type: "sendToGroup", group: "g", data: 1 };
const event = { type: "event", event: "e", data: 1 };

const invalid: Record<string, string | Record<string, unknown>> = {
  "no JSON": "nonsense",
  "an empty text": "",
  "an array": "[]",
  "a batch": '[{"type":"ping"}]',
  null: "null",
  "a text": '"ping"',
  "no type": {},
  "a type that is no text": { type: 1 },
  "an unknown type": { type: "hello", ackId: 1 },
  "two objects": '{"type":"ping"}{"type":"ping"}',
  "a join without group": { type: "joinGroup", ackId: 1 },
  "a join of a group that is no text": { type: "joinGroup", group: 7 },
  "a join of a blank group": { type: "joinGroup", group: " \t" },
  "a leave of too long a group": { type: "leaveGroup", group: "g".repeat(1_025) },
  "an ackId in a text": { type: "joinGroup", group: "g", ackId: "1" },
  "a negative ackId": { type: "joinGroup", group: "g", ackId: -1 },
  "a fractional ackId": '{"type":"joinGroup","group":"g","ackId":1.5}',
  "a whole ackId with a fraction of nothing": '{"type":"joinGroup","group":"g","ackId":1.0}',
  "an ackId above 64 bits": '{"type":"joinGroup","group":"g","ackId":18446744073709551616}',
  "a send without group": { type: "sendToGroup", data: 1 },
  "a send without data": { type: "sendToGroup", group: "g" },
  "a send without data, with empty metadata": { type: "sendToGroup", group: "g", metadata: {} },
  "an unknown dataType": { ...send, dataType: "xml" },
  "a dataType that is null": { ...send, dataType: null },
  "JSON data that is null": { ...send, data: null },
  "text data that is no text": { ...send, dataType: "text" },
  "binary data that is no base64": { ...send, dataType: "binary", data: "abc" },
  "binary data that is no text": { ...send, dataType: "binary", data: 5 },
  "protobuf data that is no base64": { ...send, dataType: "protobuf", data: "?" },
  "noEcho in a text": { ...send, noEcho: "true" },
  "noEcho that is null": { ...send, noEcho: null },
  "ttlSeconds above 300": { ...send, ttlSeconds: 301 },
  "ttlSeconds below 0": { ...send, ttlSeconds: -1 },
  "fractional ttlSeconds": { ...send, ttlSeconds: 1.5 },
  "ttlSeconds in a text": { ...send, ttlSeconds: "1" },
  "an event without name": { type: "event", data: 1 },
  "an event that begins with a digit": { ...event, event: "1event" },
  "an event with a slash": { ...event, event: "bad/event" },
  "an event with a blank": { ...event, event: "bad event" },
  "an event of 129 characters": { ...event, event: "e".repeat(129) },
  "an event without data": { type: "event", event: "e" },
  "a sequenceAck without id": { type: "sequenceAck" },
  "a sequenceAck of null": { type: "sequenceAck", sequenceId: null },
  "a sequenceAck in a text": { type: "sequenceAck", sequenceId: "1" },
};

export const frames = (state: State): void => {
  for (const [what, frame] of Object.entries(invalid)) {
    state(`closes with 1007 when it is ${what} (§3, §4)`, async (service) => {
      for (const protocol of [RELIABLE, PLAIN]) {
        const client = await service.connect({}, protocol);
        client.send(frame);
        expect(await client.ended()).toBe(INVALID);
        expect(client.received).toHaveLength(1);
      }
    });
  }

  state("closes with 1003 when it is binary (§3 rule 2)", async (service) => {
    for (const protocol of [RELIABLE, PLAIN]) {
      const client = await service.connect({}, protocol);
      client.send(new TextEncoder().encode('{"type":"ping"}'));
      expect(await client.ended()).toBe("1003 The JSON subprotocol requires text messages.");
    }
  });

  const pingOf = (bytes: number): string => {
    const head = '{"type":"ping","x":"';
    return `${head}${"é".repeat((bytes - head.length - 2) / 2)}"}`;
  };

  state("may have 1 MiB, counted in bytes (§1)", async (service) => {
    const client = await service.connect();
    client.send(pingOf(1_048_576));
    expect(await client.next()).toEqual({ type: "pong" });
  });

  state("closes with 1009 when it is larger than 1 MiB (§9.1)", async (service) => {
    const client = await service.connect();
    client.send(pingOf(1_048_578));
    expect(await client.ended()).toBe("1009 The client message is too large.");
  });

  state("has no effect at all when any part of it is wrong (§3 rule 3)", async (service) => {
    const group = service.name();
    const [client, member] = [await service.connect(), await service.connect({ groups: [group] })];
    client.send({ ...send, group, ackId: 1, ttlSeconds: 999 });
    expect(await client.ended()).toBe(INVALID);
    expect(await member.ask()).toEqual([]);
  });

  state("that is wrong ends a reliable session, too (§3 rule 3)", async (service) => {
    const client = await service.connect();
    client.send("nonsense");
    await client.ended();
    expect(await (await service.recover(client)).ended()).toBe(NOT_RECOVERED);
  });

  state("that is wrong takes no other client down (§3)", async (service) => {
    const [client, other] = [await service.connect(), await service.connect()];
    client.send("nonsense");
    await client.ended();
    expect(await other.ask()).toEqual([]);
  });

  state("is read whatever the case of type and dataType (§3 rule 5)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "SENDTOGROUP", group, dataType: "Text", data: "x" })).toMatchObject([
      { dataType: "text", data: "x" },
    ]);
  });

  state("may have properties that nobody knows (§3 rule 4)", async (service) => {
    const client = await service.connect();
    expect(await client.ask({ type: "joinGroup", group: service.name(), ackId: 1, extra: { deep: [1] } })).toEqual([
      ok(1),
    ]);
  });

  state("counts null as absent for ackId, metadata and ttlSeconds (§3 rule 7)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const answers = await client.ask({ ...send, group, ackId: null, metadata: null, ttlSeconds: null });
    expect(answers.map(({ type }) => type)).toEqual(["message"]);
  });
};
