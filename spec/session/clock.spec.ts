import { Subscription, VirtualTimeScheduler, type SchedulerAction, type SchedulerLike } from "rxjs";
import { clockOf, hasJumped } from "../../lib/session/clock.js";
import { historyOf } from "../support/history.js";
import { unreachable } from "../support/peers.js";
import { connectionIdOf, VirtualClients } from "../support/virtual-clients.js";

/** The clock of a machine that may sleep: then timers stand still and the time of day goes on. */
function sleeperOn(scheduler: VirtualTimeScheduler) {
  let slept = 0;
  const sleeper: SchedulerLike = {
    now: () => scheduler.now() + slept,
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
      scheduler.schedule(work, delay, state),
  };
  const sleep = (ms: number) => (slept += ms);
  return { sleeper, sleep };
}

describe("A clock", () => {
  /** Listens until unsubscribed. */
  function listenTo(scheduler: SchedulerLike, next: () => void): Subscription {
    const clock = clockOf(scheduler);
    const listener = { next };
    clock.add(listener);
    return new Subscription(() => clock.delete(listener));
  }

  it("that goes as it should is nothing to tell", () => {
    const scheduler = new VirtualTimeScheduler();
    let jumps = 0;
    listenTo(scheduler, () => jumps++);
    scheduler.maxFrames = 3_600_000;
    scheduler.flush();
    expect(jumps).toBe(0);
  });

  it.each([600_000, -600_000])("that jumps by %d ms is noticed once, within a second", (ms) => {
    const scheduler = new VirtualTimeScheduler();
    const { sleeper, sleep } = sleeperOn(scheduler);
    const jumps: number[] = [];
    listenTo(sleeper, () => jumps.push(scheduler.now()));
    scheduler.schedule(() => sleep(ms), 10_500);
    scheduler.maxFrames = 60_000;
    scheduler.flush();
    expect(jumps).toEqual([11_000]);
  });

  it("may be a little late: a busy machine has not slept", () => {
    expect(hasJumped(10_000, 11_999)).toBe(false);
    expect(hasJumped(10_000, 12_000)).toBe(true);
  });

  it("has no timer left when nobody listens", () => {
    const scheduler = new VirtualTimeScheduler();
    listenTo(scheduler, () => undefined).unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
  });

  it("takes one timer for all who listen, until the last has left", () => {
    const scheduler = new VirtualTimeScheduler();
    const { sleeper, sleep } = sleeperOn(scheduler);
    const told: string[] = [];
    const listeners = ["ann", "bob", "eve"].map((name) => listenTo(sleeper, () => told.push(name)));
    expect(scheduler.actions).toHaveLength(1);
    listeners[0]?.unsubscribe();
    sleep(600_000);
    scheduler.maxFrames = 1_500;
    scheduler.flush();
    expect(told).toEqual(["bob", "eve"]);
    expect(scheduler.actions).toHaveLength(1);
    listeners.forEach((listener) => listener.unsubscribe());
    expect(scheduler.actions).toHaveLength(0);
  });

  it("is watched again by who comes when all others leave on its jump", () => {
    const scheduler = new VirtualTimeScheduler();
    const { sleeper, sleep } = sleeperOn(scheduler);
    const told: number[] = [];
    const first = listenTo(sleeper, () => {
      first.unsubscribe();
      listenTo(sleeper, () => told.push(scheduler.now()));
    });
    sleep(600_000);
    scheduler.schedule(() => sleep(600_000), 1_500);
    scheduler.maxFrames = 3_000;
    scheduler.flush();
    expect(told).toEqual([2_000]);
  });
});

describe("A client whose machine has slept", () => {
  function sleepyClient() {
    const service = new VirtualClients();
    const { sleeper, sleep } = sleeperOn(service.scheduler);
    const client = service.connected({ scheduler: sleeper });
    const history = historyOf(client, service.scheduler);
    service.advance(10_500);
    history.take();
    return { service, client, history, sleep };
  }

  it("asks the link for proof of life, and keeps it when that comes", () => {
    const { service, history, sleep } = sleepyClient();
    sleep(15 * 60_000);
    service.advance(500);
    expect(service.socket.sent).toEqual([{ type: "ping" }]);
    service.advance(10_000);
    expect(history.lines).toEqual([]);
    expect(service.sockets).toHaveLength(1);
  });

  it("finds out within proofOfLifeInMs that the link has died meanwhile", () => {
    const { service, client, history, sleep } = sleepyClient();
    const id = connectionIdOf(client);
    service.socket.freeze();
    sleep(15 * 60_000);
    service.advance(500 + 4_000);
    expect(history.lines[0]).toBe("15000 state$ recovering A 1 (live)");
    expect(service.recoveries).toEqual([undefined, id]);
  });

  it("does not ask for a session that the service has forgotten meanwhile", () => {
    const { service, client, sleep } = sleepyClient();
    const id = connectionIdOf(client);
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.settle();
    expect(client.state).toMatchObject({ status: "recovering", attempt: 2 });
    sleep(15 * 60_000);
    service.advance(3_000);
    expect(service.recoveries).toEqual([undefined, id, undefined]);
    expect(client.state.status).toBe("connected");
  });
});
