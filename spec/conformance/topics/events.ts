import { EventReply } from "../../../lib/emulator/index.js";
import { duplicate, internalError, ok, PLAIN } from "../service.js";
import type { State } from "../suite.js";

const event = (name: string, more = {}) => ({ type: "event", event: name, data: 1, ackId: 1, ...more });

export const events = (state: State): void => {
  state("that nobody handles fail, and the connection stays (§4.3)", async (service) => {
    const client = await service.connect({ roles: [] });
    expect(await client.ask(event("unheard"), { type: "event", event: "unheard", data: 1 })).toEqual([
      internalError(1),
    ]);
  });

  state(
    "need no role, and are answered before the ack (§4.3)",
    async (service) => {
      service.onEvent("echo", ({ data }) => ({ heard: data }));
      const client = await service.connect({ roles: [] });
      expect(await client.ask(event("echo", { data: [1] }))).toEqual([
        { type: "message", from: "server", dataType: "json", data: { heard: [1] }, sequenceId: 1 },
        ok(1),
      ]);
    },
    "application",
  );

  state(
    "answer without an ack when none was asked for (§4.3)",
    async (service) => {
      service.onEvent("echo", ({ data }) => data);
      const client = await service.connect({}, PLAIN);
      const answers = await client.ask({ type: "event", event: "echo", dataType: "text", data: "hi" });
      expect(answers).toEqual([{ type: "message", from: "server", dataType: "text", data: "hi" }]);
    },
    "application",
  );

  const answers: [string, unknown, object][] = [
    ["a text", "hi", { dataType: "text", data: "hi" }],
    ["JSON", { a: 1 }, { dataType: "json", data: { a: 1 } }],
    ["null", null, { dataType: "json", data: null }],
    ["bytes", new Uint8Array([1, 2]), { dataType: "binary", data: "AQI=" }],
    ["a text as JSON", new EventReply("", { dataType: "json" }), { dataType: "json", data: "" }],
    ["metadata", new EventReply("x", { metadata: { k: "v" } }), { dataType: "text", data: "x", metadata: { k: "v" } }],
    [
      "metadata alone",
      new EventReply("", { metadata: { k: "v" } }),
      { dataType: "text", data: "", metadata: { k: "v" } },
    ],
  ];
  for (const [what, answer, message] of answers) {
    state(
      `may be answered by ${what} (service-surface §5.2)`,
      async (service) => {
        service.onEvent("echo", () => answer);
        const client = await service.connect({}, PLAIN);
        expect(await client.ask(event("echo"))).toEqual([{ type: "message", from: "server", ...message }, ok(1)]);
      },
      "application",
    );
  }

  const silent: [string, unknown][] = [
    ["nothing", undefined],
    ["an empty text", ""],
    ["no bytes", new Uint8Array()],
    ["an empty answer", new EventReply()],
  ];
  for (const [what, answer] of silent) {
    state(
      `that are answered by ${what} bring the ack alone (service-surface §5.2)`,
      async (service) => {
        service.onEvent("echo", () => answer);
        expect(await (await service.connect()).ask(event("echo"))).toEqual([ok(1)]);
      },
      "application",
    );
  }

  const failures: [string, () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
    ["answers what cannot be sent", () => ({ big: 1n })],
    ["answers with metadata outside the limits", () => new EventReply("x", { metadata: { "a b": "" } })],
  ];
  for (const [what, handler] of failures) {
    state(
      `fail when their handler ${what}, and the error stays inside (service-surface §5.2)`,
      async (service) => {
        service.onEvent("echo", handler);
        const client = await service.connect();
        expect(await client.ask(event("echo"), { type: "joinGroup", group: "g", ackId: 2 })).toEqual([
          internalError(1),
          ok(2),
        ]);
      },
      "application",
    );
  }

  state(
    "hold back later frames of their connection, and of no other, while a handler is at work (§3 rule 9)",
    async (service) => {
      let answer: (value: string) => void = () => undefined;
      service.onEvent("slow", () => new Promise((resolve) => (answer = resolve)));
      const [client, other] = [await service.connect(), await service.connect()];
      client.send(event("slow"), { type: "ping" }, { type: "joinGroup", group: "g", ackId: 2 });
      expect(await other.ask()).toEqual([]);
      expect(client.received).toHaveLength(1);
      answer("done");
      expect(await client.next()).toMatchObject({ data: "done", sequenceId: 1 });
      expect(await client.next()).toEqual(ok(1));
      expect(await client.next()).toEqual({ type: "pong" });
      expect(await client.next()).toEqual(ok(2));
    },
    "application",
  );

  state(
    "are answered over the next link when theirs is gone, and handled once (§6, service-surface §5.2)",
    async (service) => {
      let answer: () => void = () => undefined;
      let runs = 0;
      service.onEvent("slow", () => {
        runs++;
        return new Promise<string>((resolve) => (answer = () => resolve("late")));
      });
      const client = await service.connect();
      client.send(event("slow"));
      const recovered = await service.reconnect(client);
      recovered.send(event("slow"));
      answer();
      const frames = (await recovered.ask()).filter(({ type }) => type !== "system");
      expect(frames).toMatchObject([{ data: "late", sequenceId: 1 }, ok(1), duplicate(1)]);
      expect(runs).toBe(1);
    },
    "application",
  );
};
