import { JOIN_LEAVE, PLAIN, RELIABLE } from "../service.js";
import type { State } from "../suite.js";

export const handshake = (state: State): void => {
  state("begins with a connected frame that names the connection and the user (§2.4, §5.1)", async (service) => {
    const { connected } = await service.connect({ userId: "ann" });
    expect(connected).toMatchObject({ type: "system", event: "connected", userId: "ann" });
    expect(connected["connectionId"]).toMatch(/./);
  });

  state("names no user for a token without one (§5.1)", async (service) => {
    const { connected } = await service.connect();
    expect([undefined, null, ""]).toContain(connected["userId"]);
  });

  state("gives a reconnection token on a reliable subprotocol only (§5.1)", async (service) => {
    const reliable = await service.connect({}, RELIABLE);
    const plain = await service.connect({}, PLAIN);
    expect(reliable.connected["reconnectionToken"]).toEqual(expect.any(String));
    expect(plain.connected).not.toHaveProperty("reconnectionToken");
  });

  state("gives every connection an id of its own (§2.4)", async (service) => {
    const [one, other] = [await service.connect({ userId: "ann" }), await service.connect({ userId: "ann" })];
    expect(one.connected["connectionId"]).not.toBe(other.connected["connectionId"]);
  });

  state("has joined the groups of the token before the connected frame (§2.4)", async (service) => {
    const [a, b] = [service.name(), service.name()];
    const member = await service.connect({ groups: [a, b, a], roles: [] });
    const sender = await service.connect();
    await sender.ask({ type: "sendToGroup", group: a, data: 1 }, { type: "sendToGroup", group: b, data: 2 });
    expect(await member.next()).toMatchObject({ group: a, data: 1 });
    expect(await member.next()).toMatchObject({ group: b, data: 2 });
  });

  state("takes the hub from the path or from the query (§2.1)", async (service) => {
    const token = service.token();
    const bare = `${service.webSocketEndpoint}/client`;
    expect(await service.open(`${bare}/hubs/${service.hub}?access_token=${token}`).outcome()).toBe("connected");
    expect(await service.open(`${bare}/?hub=${service.hub}&access_token=${token}`).outcome()).toBe("connected");
  });

  state("takes names of hubs and of parameters in any case (§2.2)", async (service) => {
    const hub = service.hub.toUpperCase();
    const bare = `${service.webSocketEndpoint}/client`;
    const token = service.token();
    expect(await service.open(`${bare}/hubs/${hub}?Access_Token=${token}`).outcome()).toBe("connected");
    expect(await service.open(`${bare}/?HUB=${hub}&ACCESS_TOKEN=${token}`).outcome()).toBe("connected");
  });

  state("takes hubs whose names differ in case for one (§18)", async (service) => {
    const group = service.name();
    const url = service.url({ groups: [group] }).replace(`hubs/${service.hub}`, `hubs/${service.hub.toUpperCase()}`);
    const member = await service.open(url).opened();
    expect(await member.next()).toMatchObject({ event: "connected" });
    await (await service.connect()).ask({ type: "sendToGroup", group, data: 1 });
    expect(await member.next()).toMatchObject({ group, data: 1 });
  });

  const refused: [string, string, number][] = [
    ["a path without hub", "/client/hubs/", 400],
    ["a query without hub", "/client/", 400],
    ["an impossible hub in the path", "/client/hubs/1bad", 400],
    ["an impossible hub in the query", "/client/?hub=1bad", 400],
    ["no token", "/client/hubs/chat", 401],
    ["an empty token", "/client/hubs/chat?access_token=", 401],
  ];
  for (const [what, path, status] of refused) {
    state(`refuses ${what} with ${status}, before the upgrade (§2.4)`, async (service) => {
      expect(await service.open(service.webSocketEndpoint + path).outcome()).toBe(`refused with ${status}`);
    });
  }

  const chosen: [readonly string[], string, boolean][] = [
    [[PLAIN, RELIABLE], PLAIN, false],
    [["mqtt", RELIABLE, PLAIN], RELIABLE, true],
    [["JSON.Reliable.webpubsub.azure.V1"], "JSON.Reliable.webpubsub.azure.V1", true],
  ];
  for (const [offered, answer, reliable] of chosen) {
    state(`answers ${answer} when ${offered.join(" and ")} are offered (§2.3)`, async (service) => {
      const client = await service.connect({}, offered);
      expect(client.socket.protocol).toBe(answer);
      expect("reconnectionToken" in client.connected).toBe(reliable);
    });
  }

  state("answers no subprotocol when it speaks none of those offered (§2.3)", async (service) => {
    // Which client libraries take for a failure.
    expect(await service.open(service.url(), "mqtt").outcome()).toBe("Server sent no subprotocol");
  });

  state("takes a token from a header, and rather one from the query (§2.2)", headers, "headers");

  state("connects anew when there is a reconnection token but no connection id (§2.2)", async (service) => {
    for (const query of ["awps_reconnection_token=x", "awps_reconnection_token=x&awps_connection_id="]) {
      expect(await service.open(service.url({ query })).outcome()).toBe("connected");
    }
  });

  state("takes no notice of parameters that it does not know (§2.2)", async (service) => {
    const group = service.name();
    const client = await service.connect({ roles: [JOIN_LEAVE], query: "tag=a&tag=b&empty=" });
    expect(await client.ask({ type: "joinGroup", group, ackId: 1 })).toMatchObject([{ success: true }]);
  });
};

async function headers(service: Parameters<Parameters<State>[1]>[0]): Promise<void> {
  const bare = `${service.webSocketEndpoint}/client/hubs/${service.hub}`;
  const outcome = (url: string, Authorization: string): Promise<unknown> =>
    service.open(url, RELIABLE, { Authorization }).outcome();
  const bearer = `Bearer ${service.token()}`;
  expect(await outcome(bare, bearer)).toBe("connected");
  expect(await outcome(bare, "Basic x")).toBe("refused with 401");
  expect(await outcome(`${bare}?access_token=wrong`, bearer)).toBe("refused with 401");
}
