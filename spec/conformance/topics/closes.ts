import { NOT_RECOVERED, PLAIN, RELIABLE } from "../service.js";
import type { State } from "../suite.js";

export const closes = (state: State): void => {
  state(
    "tell the reason in a disconnected frame, then close with 1000 (§5.2, §9.1)",
    async (service) => {
      for (const protocol of [RELIABLE, PLAIN]) {
        const client = await service.connect({}, protocol);
        service.application.closeConnection(String(client.connected["connectionId"]), "shift over");
        expect(await client.next()).toEqual({
          type: "system",
          event: "disconnected",
          message: "Application server closed the connection. Reason: shift over",
        });
        expect(await client.ended()).toBe("1000");
      }
    },
    "application",
  );

  state(
    "need no reason (§9.1, §22 Q12)",
    async (service) => {
      const client = await service.connect();
      service.application.closeConnection(String(client.connected["connectionId"]));
      expect(await client.next()).toMatchObject({ message: "Application server closed the connection." });
      expect(await client.ended()).toBe("1000");
    },
    "application",
  );

  state(
    "by the application end the session (§8.1)",
    async (service) => {
      const client = await service.connect();
      service.application.closeConnection(String(client.connected["connectionId"]));
      await client.ended();
      expect(await (await service.recover(client)).ended()).toBe(NOT_RECOVERED);
    },
    "application",
  );

  state("of a client are answered with its code (§9.2)", async (service) => {
    for (const [code, reason, ending] of [
      [1_000, "bye", /^1000/],
      [4_001, "later", /^4001/],
    ] as const) {
      const client = await service.connect();
      client.socket.close(code, reason);
      expect(await client.ended()).toMatch(ending);
    }
  });

  state("of one client leave the others alone (§9)", async (service) => {
    const group = service.name();
    const [leaver, stayer] = [await service.connect({ groups: [group] }), await service.connect({ groups: [group] })];
    leaver.socket.close(1_000);
    await leaver.ended();
    expect(await stayer.ask({ type: "sendToGroup", group, data: 1 })).toMatchObject([{ data: 1 }]);
  });
};
