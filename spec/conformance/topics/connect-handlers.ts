import type { ConnectAnswer, ConnectRequest } from "../../../lib/emulator/index.js";
import { JOIN_LEAVE, ok, PLAIN, RELIABLE, SEND, type Service } from "../service.js";
import type { State } from "../suite.js";

export const connectHandlers = (state: State): void => {
  const here = (title: string, check: (service: Service) => Promise<void>): void => state(title, check, "application");

  here("are told who wants to connect, and how (service-surface §4.4)", async (service) => {
    const requests: ConnectRequest[] = [];
    service.onConnect((request) => void requests.push(request));
    const client = await service.connect({ userId: "ann", roles: [JOIN_LEAVE, SEND], query: "tag=a&tag=b&Other=1" }, [
      "custom",
      RELIABLE,
    ]);
    expect(requests).toEqual([
      {
        connectionId: client.connected["connectionId"],
        userId: "ann",
        claims: expect.objectContaining({ sub: ["ann"], role: [JOIN_LEAVE, SEND] }) as object,
        query: { tag: ["a", "b"], Other: ["1"] },
        subprotocols: ["custom", RELIABLE],
      },
    ]);
  });

  here("let in by saying nothing, at once or later (service-surface §5.1)", async (service) => {
    for (const answer of [undefined, {}, Promise.resolve(undefined), Promise.resolve({ groups: [] })]) {
      const group = service.name();
      service.onConnect(() => answer);
      const client = await service.connect({ userId: "ann", groups: [group] });
      expect(client.connected).toMatchObject({ userId: "ann" });
      expect(await client.ask({ type: "sendToGroup", group, data: 1, ackId: 1 })).toMatchObject([{ group }, ok(1)]);
      await service.release();
    }
  });

  for (const [when, wrap] of [
    ["at once", (answer: ConnectAnswer) => answer],
    ["later", (answer: ConnectAnswer) => Promise.resolve(answer)],
  ] as const) {
    here(`replace user, roles and groups ${when} (service-surface §5.1)`, async (service) => {
      const [theirs, ours] = [service.name(), service.name()];
      service.onConnect(() => wrap({ userId: "bob", roles: [SEND], groups: [ours] }));
      const client = await service.connect({ userId: "ann", roles: [JOIN_LEAVE], groups: [theirs] });
      expect(client.connected).toMatchObject({ userId: "bob" });
      const frames = await client.ask(
        { type: "sendToGroup", group: ours, data: 1, ackId: 1 },
        { type: "sendToGroup", group: theirs, data: 1, ackId: 2 },
        { type: "joinGroup", group: ours, ackId: 3 },
      );
      expect(frames).toMatchObject([{ group: ours, fromUserId: "bob" }, ok(1), ok(2), { ackId: 3, success: false }]);
    });

    here(`refuse with a status ${when} (§2.4)`, async (service) => {
      service.onConnect(() => wrap({ reject: 403 }));
      expect(await service.open(service.url()).outcome()).toBe("refused with 403");
    });
  }

  here("take all roles away with an empty list, but no groups (service-surface §5.1)", async (service) => {
    const group = service.name();
    service.onConnect(() => ({ roles: [], groups: [] }));
    const client = await service.connect({ groups: [group] });
    expect(await client.ask({ type: "joinGroup", group: "x", ackId: 1 })).toMatchObject([{ success: false }]);
    service.application.sendToGroup(group, 1);
    expect(await client.next()).toMatchObject({ group });
  });

  here(
    "keep what the token says with null, and make an empty user anonymous (service-surface §5.1)",
    async (service) => {
      let answer: ConnectAnswer = { userId: null, roles: null, groups: null, subprotocol: null };
      service.onConnect(() => answer);
      const kept = await service.connect({ userId: "ann" });
      expect(kept.connected).toMatchObject({ userId: "ann" });
      expect(await kept.ask({ type: "joinGroup", group: "x", ackId: 1 })).toEqual([ok(1)]);
      answer = { userId: "" };
      expect((await service.connect({ userId: "ann" })).connected).not.toHaveProperty("userId");
    },
  );

  here("choose among the subprotocols that are offered (§2.3)", async (service) => {
    service.onConnect(() => ({ subprotocol: PLAIN.toUpperCase() }));
    const client = await service.connect({}, [RELIABLE, PLAIN]);
    expect(client.socket.protocol).toBe(PLAIN);
    expect(client.connected).not.toHaveProperty("reconnectionToken");
  });

  here("make a raw client by choosing a subprotocol that the service does not speak (§2.3)", async (service) => {
    const group = service.name();
    service.onConnect(() => ({ subprotocol: "Custom", groups: [group] }));
    const raw = await service
      .open(service.url({ query: `webpubsub_mode=sendToGroup&group=${group}` }), ["custom", RELIABLE])
      .opened();
    expect(raw.socket.protocol).toBe("custom");
    raw.send("hello");
    expect(await raw.nextRaw()).toBe("hello");
    expect(raw.received).toHaveLength(1);
  });

  const broken: Record<string, unknown> = {
    "a group without a name": { groups: ["ok", " "] },
    "groups that are no list": { groups: "g" },
    "a blank role": { roles: [" "] },
    "a role that is no text": { roles: [null] },
    "a user that is no text": { userId: 7 },
    "a subprotocol that was not offered": { subprotocol: "custom" },
    "a status of success": { reject: 200 },
    "a status that is none": { reject: "no" },
    "no object": "yes",
    "a list": [],
  };
  for (const [what, answer] of Object.entries(broken)) {
    here(`refuse with 500 when they answer ${what} (service-surface §5.1)`, async (service) => {
      service.onConnect(() => answer as ConnectAnswer);
      expect(await service.open(service.url()).outcome()).toBe("refused with 500");
    });
  }

  here("refuse with 500 when they throw or reject (§2.4)", async (service) => {
    let fail: () => Promise<undefined> = () => Promise.reject(new Error("secret"));
    service.onConnect(() => fail());
    expect(await service.open(service.url()).outcome()).toBe("refused with 500");
    fail = () => {
      throw new Error("secret");
    };
    expect(await service.open(service.url()).outcome()).toBe("refused with 500");
  });

  here("are not asked about a token that is no good, nor about a recovery (§2.2, §8.2)", async (service) => {
    const client = await service.connect();
    let asked = 0;
    service.onConnect(() => {
      asked++;
      return { reject: 403 };
    });
    expect(await service.open(service.urlWith("nonsense")).outcome()).toBe("refused with 401");
    expect(await (await service.recover(client)).messages()).toEqual([]);
    expect(asked).toBe(0);
  });
};
