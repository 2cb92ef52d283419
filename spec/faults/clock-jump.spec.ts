import { Subject, type SchedulerAction, type SchedulerLike } from "rxjs";
import type { WebPubSubClientOptions } from "../../lib/index.js";
import { historyOf, untimed } from "../support/history.js";
import { unreachable, type Peer } from "../support/peers.js";
import { connectionIdOf, VirtualClients } from "../support/virtual-clients.js";

/** A client on a machine that may sleep: then its timers stand still and the time of day goes on. */
function onLaptop(options: WebPubSubClientOptions = {}, ...peers: Peer[]) {
  const service = new VirtualClients();
  const { scheduler } = service;
  let slept = 0;
  const clock: SchedulerLike = {
    now: () => scheduler.now() + slept,
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
      scheduler.schedule(work, delay, state),
  };
  service.next(...peers);
  const wake$ = new Subject<void>();
  const client = service.connected({ wake$, ...options, scheduler: clock });
  const history = historyOf(client, scheduler);
  history.take();
  const pings = () => service.socket.sent.filter(({ type }) => type === "ping").length;
  return { service, client, history, wake$, pings, sleep: (ms: number) => (slept += ms) };
}

describe.each([
  ["with the keepalive as it is by default", {}],
  ["without any keepalive", { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 }],
])("A jump of the clock, %s", (_how, keepAlive) => {
  it.each([3_000, 60_000, 3_600_000])(
    "of %d ms makes the client ask a live link once, and kills no healthy one",
    (ms) => {
      const { service, history, pings, sleep } = onLaptop({ ...keepAlive, proofOfLifeInMs: 1_000 });
      service.advance(5_000);
      sleep(ms);
      service.advance(1_000);
      expect(pings()).toBe(1);
      // Past the tick that was waiting while the machine slept, and short of the next one.
      service.advance(18_000);
      expect(pings()).toBe(1);
      expect(history.lines).toEqual([]);
    },
  );

  it("finds a dead link within a second and proofOfLifeInMs", () => {
    const { service, client, history, sleep } = onLaptop(keepAlive);
    service.emulator.faults.freeze(connectionIdOf(client));
    service.advance(5_000);
    sleep(600_000);
    service.advance(5_000);
    expect(untimed(history.lines)[0]).toBe("state$ recovering A 1 (live)");
  });

  it("together with all other signs of a wake-up within 50 ms is one probe", () => {
    const { service, wake$, pings, sleep } = onLaptop(keepAlive);
    service.advance(4_990);
    sleep(600_000);
    for (let i = 0; i < 4; i++) {
      wake$.next();
      service.advance(10);
    }
    expect(pings()).toBe(1);
  });

  it("backwards is a jump as well", () => {
    const { service, history, pings, sleep } = onLaptop(keepAlive);
    service.advance(5_000);
    sleep(-3_600_000);
    service.advance(1_000);
    expect(pings()).toBe(1);
    service.advance(3_600_000);
    expect(history.lines).toEqual([]);
  });

  it("ends a wait for a new session", () => {
    const { service, client, sleep } = onLaptop(
      { ...keepAlive, reconnectRetryOptions: { mode: "Fixed", retryDelayInMs: 30_000, jitter: "none" } },
      unreachable,
    );
    expect(client.state).toMatchObject({ status: "disconnected", retryAt: 30_000 });
    sleep(600_000);
    service.advance(1_000);
    expect(client.state.status).toBe("connected");
    expect(service.sockets).toHaveLength(2);
  });

  it("longer than the service keeps a session ends a wait for its recovery with a new one", () => {
    const { service, client, history, sleep } = onLaptop(keepAlive);
    const lost = connectionIdOf(client);
    service.next(...Array.from({ length: 9 }, () => unreachable));
    service.emulator.faults.drop(lost);
    service.advance(2_500);
    sleep(600_000);
    const { length } = service.sockets;
    service.advance(5_000);
    expect(untimed(history.lines).slice(-3)).toEqual([
      "gap$ A→B since 0",
      "state$ connected B",
      "connected$ B after A",
    ]);
    expect(service.recoveries.slice(length)).not.toContain(lost);
  });
});

it("a sleep in the middle of a probe is no verdict: the link is asked again", () => {
  const { service, client, history, wake$, sleep } = onLaptop();
  const id = connectionIdOf(client);
  service.emulator.faults.freeze(id);
  service.advance(1_000);
  wake$.next();
  service.advance(1_500);
  sleep(600_000);
  // The probe's time is over by the clock, and by the timer at 5 s.
  service.advance(3_000);
  service.emulator.faults.thaw(id);
  service.advance(10_000);
  expect(history.lines).toEqual([]);
});

it("a probe that was answered does not stand in the way of the next", () => {
  const { service, client, history, wake$, pings } = onLaptop();
  wake$.next();
  service.advance(1_000);
  service.emulator.faults.freeze(connectionIdOf(client));
  wake$.next();
  expect(pings()).toBe(2);
  service.advance(4_000);
  expect(history.lines[0]).toBe("5000 state$ recovering A 1 (live)");
});

it("nothing looks at the clock before the start and after the stop", () => {
  const { service, client } = onLaptop({ keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
  void client.stop();
  service.advance(0);
  expect(service.pendingActions).toBe(0);
});
