import { INVALID } from "../service.js";
import type { State } from "../suite.js";

const pairs = (count: number, length: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "x".repeat(length - 2)]));

const valid: Record<string, Record<string, string>> = {
  "letters, digits and the marks that are allowed": { "aZ9!#$%&'*+-.^_`|~": "v" },
  "names that differ in case": { a: "1", A: "2" },
  "an empty value": { a: "" },
  "a key of 256 bytes and a value of 1,024": { ["k".repeat(256)]: "v".repeat(1_024) },
  "8,192 bytes in all": pairs(8, 1_024),
};

const invalid: Record<string, string> = {
  "that is no object": "[]",
  "whose value is no text": '{"a":1}',
  "with a blank in a key": '{"a b":"1"}',
  "with an empty key": '{"":"1"}',
  "with a value beyond ASCII": '{"a":"é"}',
  "with the same key twice": '{"a":"1","a":"2"}',
  "with a key of 257 bytes": JSON.stringify({ ["k".repeat(257)]: "" }),
  "with a value of 1,025 bytes": JSON.stringify({ a: "v".repeat(1_025) }),
  "of 8,193 bytes in all": JSON.stringify({ ...pairs(8, 1_024), z: "" }),
};

export const metadata = (state: State): void => {
  for (const [what, given] of Object.entries(valid)) {
    state(`travels with its message: ${what} (§12.3)`, async (service) => {
      const group = service.name();
      const client = await service.connect({ groups: [group] });
      const [message] = await client.ask({ type: "sendToGroup", group, data: 1, metadata: given });
      expect(message).toMatchObject({ data: 1, metadata: given });
    });
  }

  for (const [what, text] of Object.entries(invalid)) {
    state(`closes with 1007 ${what} (§12.3)`, async (service) => {
      const client = await service.connect();
      client.send(`{"type":"sendToGroup","group":"g","data":1,"metadata":${text}}`);
      expect(await client.ended()).toBe(INVALID);
    });
  }

  state("is a message by itself, with an empty text (§4.2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "sendToGroup", group, metadata: { a: "1" } })).toMatchObject([
      { dataType: "text", data: "", metadata: { a: "1" } },
    ]);
  });

  state("belongs to one message only (§12.3)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const send = { type: "sendToGroup", group, data: 1 };
    const [first, second] = await client.ask({ ...send, metadata: { a: "1" } }, send);
    expect(first).toHaveProperty("metadata");
    expect(second).not.toHaveProperty("metadata");
  });

  state("is kept for the replay (§12.3)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    await client.ask({ type: "sendToGroup", group, data: 1, metadata: { a: "1" } });
    const recovered = await service.reconnect(client);
    expect(await recovered.messages()).toMatchObject([{ data: 1, metadata: { a: "1" } }]);
  });
};
