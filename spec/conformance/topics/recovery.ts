import type { RawClient } from "../raw-client.js";
import { NOT_RECOVERED, ok, PLAIN, RELIABLE, SEND, type Service } from "../service.js";
import type { State } from "../suite.js";

export const recovery = (state: State): void => {
  state("goes on with the same connection, its groups, its roles and its numbers (§8.1)", async (service) => {
    const group = service.name();
    const client = await service.connect({ userId: "ann", groups: [group], roles: [SEND] });
    const sender = await service.connect();
    await sender.ask({ type: "sendToGroup", group, data: "before" });
    await client.next();
    await service.drop(client);
    await sender.ask({ type: "sendToGroup", group, data: "meanwhile" });
    const recovered = await service.recover(client);
    expect(await recovered.messages()).toMatchObject([
      { data: "before", sequenceId: 1 },
      { data: "meanwhile", sequenceId: 2 },
    ]);
    expect(await recovered.ask({ type: "sendToGroup", group, data: "after", ackId: 1 })).toMatchObject([
      { data: "after", sequenceId: 3, fromUserId: "ann" },
      ok(1),
    ]);
  });

  state("may begin with a connected frame, of the same connection and with a token (§8.2, §22 Q1)", async (service) => {
    const client = await service.connect({ userId: "ann" });
    const recovered = await service.reconnect(client);
    for (const connected of (await recovered.ask()).filter((frame) => frame["event"] === "connected")) {
      expect(connected).toMatchObject({ userId: "ann", connectionId: client.connected["connectionId"] });
      expect(connected["reconnectionToken"]).toEqual(expect.any(String));
    }
  });

  state("works again and again with the first token (§8.2)", async (service) => {
    const client = await service.connect();
    for (let i = 0; i < 3; i++) {
      const recovered = await service.reconnect(client);
      expect(await recovered.messages()).toEqual([]);
    }
  });

  state("needs no access token (§2.2)", async (service) => {
    const client = await service.connect();
    await service.drop(client);
    const base = `${service.webSocketEndpoint}/client/hubs/${service.hub}?access_token=stale`;
    const recovered = await service.open(service.recoveryUrl(client, { base })).opened();
    expect(await recovered.messages()).toEqual([]);
  });

  state("takes over a link that still looks alive, which is aborted: 1006 (§8.2, §22 Q15)", async (service) => {
    const group = service.name();
    const client = await service.connect({ groups: [group] });
    const recovered = await service.recover(client);
    expect(await client.ended()).toBe("1006");
    expect((await recovered.ask({ type: "sendToGroup", group, data: 1 })).at(-1)).toMatchObject({ data: 1 });
  });

  state("goes on with the subprotocol of the session, whatever is offered first (§2.3)", async (service) => {
    const client = await service.connect();
    await service.drop(client);
    const recovered = await service.recover(client, [PLAIN, RELIABLE]);
    expect(recovered.socket.protocol).toBe(RELIABLE);
  });

  const lost: [string, (client: RawClient) => void][] = [
    ["closes without a code", (client) => client.socket.close()],
    ["closes with 4000", (client) => client.socket.close(4_000, "later")],
    ["is cut off", (client) => client.socket.terminate()],
  ];
  for (const [what, end] of lost) {
    state(`is possible when the client ${what} (§8.1)`, async (service) => {
      const client = await service.connect();
      end(client);
      await client.ended();
      expect(await (await service.recover(client)).messages()).toEqual([]);
    });
  }

  state("is refused when the client has closed with 1000 (§8.1)", async (service) => {
    const client = await service.connect();
    client.socket.close(1_000, "bye");
    expect(await client.ended()).toMatch(/^1000/);
    expect(await (await service.recover(client)).ended()).toBe(NOT_RECOVERED);
  });

  const refused: [string, (service: Service, client: RawClient) => Promise<string> | string][] = [
    ["with a wrong token", (service, client) => service.recoveryUrl(client, { token: "wrong" })],
    [
      "without a token",
      (_service, client) => `${client.url}&awps_connection_id=${String(client.connected["connectionId"])}`,
    ],
    [
      "with the token of another connection",
      async (service, client) =>
        service.recoveryUrl(client, { token: (await service.connect()).connected["reconnectionToken"] }),
    ],
    [
      "in another hub",
      (service, client) =>
        service.recoveryUrl(client, { base: `${service.webSocketEndpoint}/client/hubs/another?x=1` }),
    ],
  ];
  for (const [how, urlOf] of refused) {
    state(`is refused ${how}: opened, then closed with 1008; the session stays (§2.4)`, async (service) => {
      const client = await service.connect();
      await service.drop(client);
      expect(await (await service.open(await urlOf(service, client)).opened()).ended()).toBe(NOT_RECOVERED);
      expect(await (await service.recover(client)).messages()).toEqual([]);
    });
  }

  state("is refused for a connection that nobody knows (§2.4)", async (service) => {
    const url = `${service.url()}&awps_connection_id=nobody&awps_reconnection_token=x`;
    expect(await service.open(url).outcome()).toBe(`closed ${NOT_RECOVERED}`);
  });

  state("is refused where the subprotocol is not reliable, which ends with its link (§8.1)", async (service) => {
    const client = await service.connect({}, PLAIN);
    await service.drop(client);
    const token = (await service.connect()).connected["reconnectionToken"];
    expect(await service.open(service.recoveryUrl(client, { token }), PLAIN).outcome()).toBe(`closed ${NOT_RECOVERED}`);
  });

  state("is possible for 30 seconds, and refused afterwards (§8.1)", async (service) => {
    const client = await service.connect();
    await service.drop(client);
    await service.wait(25_000);
    const recovered = await service.recover(client);
    expect(await recovered.messages()).toEqual([]);
    await service.drop(recovered);
    await service.wait(25_000);
    // The clock starts anew at each drop.
    const again = await service.recover(client);
    expect(await again.messages()).toEqual([]);
    await service.drop(again);
    await service.wait(35_000);
    expect(await (await service.recover(client)).ended()).toBe(NOT_RECOVERED);
  });
};
