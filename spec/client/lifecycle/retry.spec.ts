import { inspect } from "node:util";
import { of } from "rxjs";
import type { ConnectionCause, WebPubSubClient, WebPubSubClientOptions } from "../../../lib/index.js";
import { closing, failing, hung, refusing, unreachable, type Peer } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const REFUSALS = [400, 401, 403, 404];

/** The waits that a client announces while every attempt fails, in milliseconds. */
function waits(options: WebPubSubClientOptions, count: number): number[] {
  const service = new VirtualClients();
  service.next(...Array.from({ length: count }, () => unreachable));
  const client = service.client(options);
  const announced: number[] = [];
  client.state$.subscribe((state) => {
    if (state.status === "disconnected") announced.push(state.retryAt - service.scheduler.now());
  });
  void client.start();
  service.advance(600_000);
  expect(client.state.status).toBe("connected");
  return announced;
}

const providing = (service: VirtualClients) => () => of(service.url());

function started(peers: readonly Peer[], options: WebPubSubClientOptions = {}, isProvided = false) {
  const service = new VirtualClients();
  service.next(...peers);
  const client = service.client(options, isProvided ? providing(service) : service.url());
  void client.start();
  service.advance(600_000);
  return { service, client };
}

const gaveUpAfter = ({ service, client }: { service: VirtualClients; client: WebPubSubClient }): number | string =>
  client.state.status === "stopped" ? service.sockets.length : client.state.status;

describe("The pace of attempts at a new session", () => {
  it("is at once first, then a random part of a delay that doubles from 1 s to 30 s", () => {
    expect(waits({ random: () => 1 }, 8)).toEqual([1, 2, 4, 8, 16, 30, 30, 30].map((s) => s * 1_000));
    expect(waits({ random: () => 0.25 }, 3)).toEqual([250, 500, 1_000]);
    expect(waits({ random: () => 0 }, 3)).toEqual([0, 0, 0]);
  });

  it("asks chance anew for every wait, so that clients who lost their sessions together come back apart", () => {
    const chances = [0.1, 0.9, 0.5];
    expect(waits({ random: () => chances.shift() ?? 0 }, 3)).toEqual([100, 1_800, 2_000]);
  });

  it("is what reconnectRetryOptions say", () => {
    const reconnectRetryOptions = { retryDelayInMs: 300, maxRetryDelayInMs: 1_000, jitter: "none" } as const;
    expect(waits({ reconnectRetryOptions }, 4)).toEqual([300, 600, 1_000, 1_000]);
    expect(waits({ reconnectRetryOptions: { ...reconnectRetryOptions, mode: "Fixed" } }, 3)).toEqual([300, 300, 300]);
  });

  it("goes on slowing down when links open and die at once", () => {
    const service = new VirtualClients();
    service.next(closing(1006), closing(1006), closing(1006), closing(1006), hung);
    const client = service.connected({ random: () => 1 });
    service.advance(15_000);
    expect(client.state).toMatchObject({ status: "connecting", attempt: 5 });
  });

  it("is slow also for the first retry after a loss, which would otherwise bring all clients back together", () => {
    const service = new VirtualClients();
    const client = service.connected();
    service.advance(60_000);
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.settle();
    expect(client.state).toMatchObject({ status: "disconnected", attempt: 1, retryAt: 60_500 });
  });

  it("spreads a thousand clients evenly", () => {
    const service = new VirtualClients();
    let seed = 1;
    // A small generator with a period far above a thousand.
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const url = service.url();
    const buckets = new Map<number, number>();
    for (let i = 0; i < 1_000; i++) {
      service.next(unreachable);
      const client = service.client({ random }, url);
      void client.start();
      service.settle();
      if (client.state.status !== "disconnected") throw new Error(client.state.status);
      const bucket = Math.floor((client.state.retryAt - service.scheduler.now()) / 100);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      void client.stop();
    }
    expect(buckets.size).toBe(10);
    // A tenth each, give or take what chance may.
    expect(Math.max(...buckets.values())).toBeLessThan(150);
  });
});

describe("Whether a failed attempt is worth another, by default", () => {
  it.each(REFUSALS)("HTTP %d: no, for a fixed URL at once", (status) => {
    expect(gaveUpAfter(started([refusing(status)]))).toBe(1);
  });

  it.each(REFUSALS)("HTTP %d: no, with a provider at the third in a row", (status) => {
    expect(
      gaveUpAfter(
        started(
          [1, 2, 3].map(() => refusing(status)),
          {},
          true,
        ),
      ),
    ).toBe(3);
  });

  it("refusals with something else between are not in a row", () => {
    const peers = [401, 403, 503, 401, 404, 500].map(refusing);
    expect(gaveUpAfter(started([...peers, refusing(401), unreachable], {}, true))).toBe("connected");
  });

  it("refusals with a session between are not in a row", () => {
    const service = new VirtualClients();
    service.next(refusing(401), refusing(401));
    const client = service.client({}, providing(service));
    void client.start();
    service.advance(60_000);
    service.next(refusing(401), refusing(401));
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
  });

  it.each<readonly [string, Peer]>([
    ["HTTP 408", refusing(408)],
    ["HTTP 429", refusing(429)],
    ["HTTP 500", refusing(500)],
    ["HTTP 503", refusing(503)],
    ["nobody there", unreachable],
    ["a close before the handshake", closing(1011)],
    ["a clean close before the handshake", closing(1000)],
    ["close 1008 before the handshake", closing(1008)],
    ["no answer", hung],
  ])("%s: yes", (_what, peer) => {
    expect(gaveUpAfter(started([peer, peer, peer, peer]))).toBe("connected");
  });

  it("a subprotocol that is not accepted: no", () => {
    const { service, client } = started([failing("Server sent no subprotocol")]);
    expect(gaveUpAfter({ service, client })).toBe(1);
    expect(client.state).toMatchObject({ reason: "gaveUp", cause: { phase: "open" } });
  });

  it("an expired token in a fixed URL: no, with the hint to pass a function", async () => {
    const service = new VirtualClients();
    const client = service.client({}, service.url({ expiresInMinutes: 1 }));
    // Longer than clocks are allowed to differ.
    service.advance(600_000);
    const started = client.start();
    service.advance(1_000);
    await expect(started).rejects.toMatchObject({ code: "GaveUp", httpStatus: 401 });
    await expect(started).rejects.toThrow(/pass a function/);
  });

  it("an expired token where the platform does not tell the status: the hint comes all the same", () => {
    const service = new VirtualClients();
    const url = service.url({ expiresInMinutes: 1 });
    service.advance(120_000);
    service.next(failing(""));
    const client = service.connected({}, url);
    expect(client.state).toMatchObject({ status: "disconnected" });
    const { cause } = client.state as { readonly cause: ConnectionCause };
    expect(String(cause.error)).toMatch(/pass a function/);
  });
});

describe("A shouldRetry of the user's", () => {
  it("is asked with the cause and the number of each attempt that failed, and decides", () => {
    const asked: unknown[] = [];
    const shouldRetry = (cause: ConnectionCause, attempt: number) => {
      asked.push([cause.phase, cause.code, attempt]);
      return attempt < 3;
    };
    const { service, client } = started([unreachable, closing(1011), refusing(503)], { shouldRetry });
    expect(asked).toEqual([
      ["open", 1006, 1],
      ["handshake", 1011, 2],
      ["open", 1006, 3],
    ]);
    expect(gaveUpAfter({ service, client })).toBe(3);
  });

  it("may go on where the default would not", () => {
    expect(gaveUpAfter(started([refusing(401), refusing(403)], { shouldRetry: () => true }))).toBe("connected");
  });

  it("is not asked about the loss of a session, only about attempts", () => {
    const service = new VirtualClients();
    const client = service.connected({ shouldRetry: () => false });
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.advance(10_000);
    expect(client.state.status).toBe("connected");
  });

  it("is not asked when maxRetries are spent", () => {
    let asked = 0;
    const shouldRetry = () => ++asked > 0;
    started([unreachable, unreachable], { shouldRetry, reconnectRetryOptions: { maxRetries: 1 } });
    expect(asked).toBe(1);
  });

  it("that throws makes the client give up with that error behind it", async () => {
    const service = new VirtualClients();
    service.next(unreachable);
    const broken = new Error("a bug in shouldRetry");
    const client = service.client({
      shouldRetry: () => {
        throw broken;
      },
    });
    const start = client.start();
    service.advance(60_000);
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp" });
    await expect(start).rejects.toMatchObject({ code: "GaveUp", cause: broken });
  });

  it("that throws an error with a token in it tells the error without", async () => {
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.client({
      shouldRetry: () => {
        throw new Error("no luck with wss://example.test/?access_token=5ecret");
      },
    });
    const start = client.start();
    service.advance(60_000);
    const error: unknown = await start.catch((failure: unknown) => failure);
    const texts = [inspect(client.state, { depth: 9 }), inspect(error, { depth: 9 })];
    for (const text of texts) {
      expect(text).toContain("no luck with");
      expect(text).not.toContain("5ecret");
    }
  });
});
