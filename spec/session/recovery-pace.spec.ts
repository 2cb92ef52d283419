import { VirtualTimeScheduler } from "rxjs";
import { RecoveryPace } from "../../lib/session/recovery-pace.js";

function setUp(random = 1) {
  const scheduler = new VirtualTimeScheduler();
  const pace = new RecoveryPace(scheduler, () => random);
  const at = (time: number) => void (scheduler.frame = time);
  /** One outage that is over with its first attempt; how long it waited. */
  const outage = (): number => {
    const delay = pace.delayBefore(1);
    at(scheduler.now() + delay);
    pace.attempted(1);
    return delay;
  };
  return { pace, at, outage };
}

describe("The pace of recovery", () => {
  it("makes the first attempt of an outage at once", () => {
    expect(setUp().pace.delayBefore(1)).toBe(0);
  });

  it("waits a random time under a ceiling that doubles from 100 ms to 1 s before the next ones", () => {
    const delays = (random: number) => [2, 3, 4, 5, 6, 7, 50, 5_000].map((n) => setUp(random).pace.delayBefore(n));
    expect(delays(1)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
    expect(delays(0.25)).toEqual([25, 50, 100, 200, 250, 250, 250, 250]);
    expect(delays(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("keeps attempts at once 50 ms apart when a link dies as soon as it lives", () => {
    const { pace, at, outage } = setUp();
    expect(outage()).toBe(0);
    at(20);
    expect(pace.delayBefore(1)).toBe(30);
    at(50);
    expect(pace.delayBefore(1)).toBe(0);
  });

  it("waits no longer for that when the clock has been set back", () => {
    const { pace, at, outage } = setUp();
    at(100_000);
    outage();
    at(40_000);
    expect(pace.delayBefore(1)).toBe(50);
  });

  it("makes no more than 20 attempts at once in 10 s, then those wait a random time too", () => {
    const { pace, at, outage } = setUp(0.5);
    const delays = Array.from({ length: 20 }, () => outage());
    expect(delays).toEqual([0, ...Array.from({ length: 19 }, () => 50)]);
    at(2_000);
    expect(pace.delayBefore(1)).toBe(50);
    at(9_999);
    expect(pace.delayBefore(1)).toBe(50);
    // The oldest of them has left the window.
    at(10_000);
    expect(pace.delayBefore(1)).toBe(0);
  });

  it("slows a link down that goes on flapping, under a ceiling that doubles as for later attempts", () => {
    const { outage } = setUp();
    const delays = Array.from({ length: 26 }, () => outage());
    expect(delays.slice(20)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("keeps 50 ms between attempts whatever chance says", () => {
    const { pace } = setUp(0);
    pace.attempted(1);
    expect([2, 3, 10].map((attempt) => pace.delayBefore(attempt))).toEqual([50, 50, 50]);
  });

  it("does not count later attempts of an outage as attempts at once", () => {
    const { pace, at } = setUp();
    for (let i = 0; i < 100; i++) pace.attempted(2);
    at(1_000);
    expect(pace.delayBefore(1)).toBe(0);
  });
});
