import type { Service } from "../service.js";
import type { State } from "../suite.js";

const OTHER_KEY = "another-key-for-these-tests-of-32-bytes-or-more";

export const tokens = (state: State): void => {
  const outcome = (service: Service, token: string): Promise<unknown> => service.open(service.urlWith(token)).outcome();

  state("is good with audience and expiry alone (service-surface §1.2)", async (service) => {
    expect(await outcome(service, service.sign(service.claims()))).toBe("connected");
  });

  const bad: Record<string, (service: Service) => string> = {
    "signed with another key": (service) => service.sign(service.claims(), OTHER_KEY),
    "signed with another algorithm": (service) =>
      service.sign(service.claims(), service.target.accessKey, { algorithm: "HS512" }),
    "not signed": (service) => service.sign(service.claims(), "", { algorithm: "none" }),
    "for another hub": (service) =>
      service.sign(service.claims({ aud: `${service.target.endpoint}/client/hubs/another` })),
    "for another host": (service) =>
      service.sign(service.claims({ aud: `http://127.0.0.1:1/client/hubs/${service.hub}` })),
    "for a place without http": (service) =>
      service.sign(service.claims({ aud: `${new URL(service.target.endpoint).host}/client/hubs/${service.hub}` })),
    "for another path": (service) => service.sign(service.claims({ aud: service.target.endpoint })),
    "without audience": (service) => service.sign({ exp: service.seconds(60) }),
    "without expiry": (service) => service.sign({ aud: `${service.target.endpoint}/client/hubs/${service.hub}` }),
    "expired for more than five minutes": (service) => service.sign(service.claims({ expiresIn: -310 })),
    "of more than five minutes ahead": (service) => service.sign(service.claims({ nbf: service.seconds(310) })),
    // As a text, since the library would not sign such an object.
    "with a user that is no text": (service) => service.sign(JSON.stringify(service.claims({ sub: 7 }))),
    "that is no token": () => "nonsense",
  };
  for (const [what, token] of Object.entries(bad)) {
    state(`is refused with 401 ${what} (§2.4, service-surface §1.2)`, async (service) => {
      expect(await outcome(service, token(service))).toBe("refused with 401");
    });
  }

  state("may be five minutes off (service-surface §1.2)", async (service) => {
    expect(await outcome(service, service.sign(service.claims({ expiresIn: -290 })))).toBe("connected");
    expect(await outcome(service, service.sign(service.claims({ nbf: service.seconds(290) })))).toBe("connected");
  });

  state("may name http or https, and the hub in any case (service-surface §1.2)", async (service) => {
    const place = service.target.endpoint.replace(/^https?/, "");
    for (const aud of [
      `HTTPS${place}/CLIENT/hubs/${service.hub}`,
      `http${place}/client/hubs/${service.hub.toUpperCase()}`,
    ]) {
      expect(await outcome(service, service.sign(service.claims({ aud })))).toBe("connected");
    }
  });

  state("is refused with 400 when it names an impossible group (§2.4)", async (service) => {
    const impossible = [["ok", " "], "", ["g".repeat(1_025)], 7];
    for (const group of impossible) {
      const token = service.sign(service.claims({ "webpubsub.group": group }));
      expect(await outcome(service, token)).toBe("refused with 400");
    }
  });

  state("names one role and one group as a text, too (service-surface §1.2)", async (service) => {
    const group = service.name();
    const token = service.sign(service.claims({ role: `webpubsub.sendToGroup.${group}`, "webpubsub.group": group }));
    const client = await service.open(service.urlWith(token)).opened();
    expect(await client.next()).toMatchObject({ event: "connected" });
    expect(await client.ask({ type: "sendToGroup", group, data: 1 })).toMatchObject([{ group, data: 1 }]);
  });

  state("is looked at when connecting only: a connection outlives it (§2.4)", async (service) => {
    // Within the five minutes' grace, so that it can be used and is over.
    const token = service.sign(service.claims({ expiresIn: -297 }));
    const client = await service.open(service.urlWith(token)).opened();
    expect(await client.next()).toMatchObject({ event: "connected" });
    await service.wait(4_000);
    expect(await client.ask()).toEqual([]);
    expect(await outcome(service, token)).toBe("refused with 401");
  });
};
