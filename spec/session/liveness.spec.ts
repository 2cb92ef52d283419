import { Subject, VirtualTimeScheduler, type SchedulerAction, type SchedulerLike } from "rxjs";
import { Watch, type LivenessOptions, type Watched } from "../../lib/session/liveness.js";

/** One link under watch: what was noted of it, with the time. Pings every 20 s, dead after 120 s, proof within 4 s. */
function watched({
  probeAtOnce = false,
  canAnswer = () => true,
  isBusy = () => false,
  ...options
}: Partial<LivenessOptions> & {
  readonly probeAtOnce?: boolean;
  readonly canAnswer?: () => boolean;
  readonly isBusy?: () => boolean;
} = {}) {
  const scheduler = new VirtualTimeScheduler();
  let slept = 0;
  /** The clock of a machine that may sleep: then timers stand still and the time of day goes on. */
  const sleeper: SchedulerLike = {
    now: () => scheduler.now() + slept,
    schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
      scheduler.schedule(work, delay, state),
  };
  const noted: string[] = [];
  const note = (what: string) => noted.push(`${scheduler.now()} ${what}`);
  const probe$ = new Subject<void>();
  let lastFrameAt = 0;
  let frameCount = 0;
  const link: Watched = {
    get lastFrameAt() {
      return lastFrameAt;
    },
    get frameCount() {
      return frameCount;
    },
    get canAnswer() {
      return canAnswer();
    },
    get isBusy() {
      return isBusy();
    },
    ping: () => note("ping"),
    ended: ({ silentForMs }) => {
      note(`silent for ${silentForMs}`);
      subscription.unsubscribe();
    },
  };
  const times = { keepAliveIntervalInMs: 20_000, keepAliveTimeoutInMs: 120_000, proofOfLifeInMs: 4_000 };
  const subscription = new Watch(link, { ...times, scheduler: sleeper, ...options });
  probe$.subscribe(() => subscription.probe());
  if (probeAtOnce) subscription.probe();
  const at = (time: number, action: () => void) => scheduler.schedule(action, time);
  const frameAt = (time: number) =>
    at(time, () => {
      note("frame");
      lastFrameAt = sleeper.now();
      frameCount++;
    });
  const runUntil = (time: number) => {
    scheduler.maxFrames = time;
    scheduler.flush();
    return noted;
  };
  const sleep = (ms: number) => (slept += ms);
  return { scheduler, probe$, subscription, noted, at, frameAt, sleep, runUntil };
}

describe("Watching over one link", () => {
  it("pings after silence, again and again, and calls the link dead when nothing ever answers", () => {
    expect(watched({ keepAliveTimeoutInMs: 50_000 }).runUntil(200_000)).toEqual([
      "20000 ping",
      "40000 ping",
      "50000 silent for 50000",
    ]);
  });

  it("sends no ping while frames come", () => {
    const { frameAt, runUntil } = watched();
    for (const time of [15_000, 30_000, 45_000]) frameAt(time);
    expect(runUntil(60_000)).toEqual(["15000 frame", "30000 frame", "45000 frame"]);
  });

  it("counts the time to the next ping, and to death, from the last frame", () => {
    const { frameAt, runUntil } = watched({ keepAliveTimeoutInMs: 30_000 });
    frameAt(5_000);
    expect(runUntil(200_000)).toEqual(["5000 frame", "25000 ping", "35000 silent for 30000"]);
  });

  it("sends no pings with an interval of 0, and waits for ever with a time-out of 0", () => {
    expect(watched({ keepAliveIntervalInMs: 0 }).runUntil(500_000)).toEqual(["120000 silent for 120000"]);
    const { scheduler } = watched({ keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
    expect(scheduler.actions).toHaveLength(0);
  });

  it("probes with a ping at once, and any frame is proof of life", () => {
    const { frameAt, probe$, at, runUntil } = watched();
    at(1_000, () => probe$.next());
    frameAt(4_999);
    expect(runUntil(20_000)).toEqual(["1000 ping", "4999 frame"]);
  });

  it("calls a probed link dead when it stays silent", () => {
    const { probe$, at, runUntil } = watched();
    at(1_000, () => probe$.next());
    expect(runUntil(200_000)).toEqual(["1000 ping", "5000 silent for 5000"]);
  });

  it("has one probe under way at a time", () => {
    const { probe$, at, runUntil } = watched();
    for (const time of [1_000, 1_010, 4_000]) at(time, () => probe$.next());
    expect(runUntil(200_000)).toEqual(["1000 ping", "5000 silent for 5000"]);
  });

  it("can be probed again after it has proved alive", () => {
    const { frameAt, probe$, at, runUntil } = watched();
    at(1_000, () => probe$.next());
    frameAt(2_000);
    at(9_000, () => probe$.next());
    expect(runUntil(200_000)).toEqual(["1000 ping", "2000 frame", "9000 ping", "13000 silent for 11000"]);
  });

  it("asks a recovered link for proof at once, keepalive or not", () => {
    const options = { probeAtOnce: true, keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 };
    expect(watched(options).runUntil(200_000)).toEqual(["0 ping", "4000 silent for 4000"]);
  });

  it("gives a service that may be busy with an event the time of the keepalive instead", () => {
    const options = { probeAtOnce: true, isBusy: () => true, keepAliveIntervalInMs: 0 };
    expect(watched({ ...options, keepAliveTimeoutInMs: 30_000 }).runUntil(200_000)).toEqual([
      "0 ping",
      "30000 silent for 30000",
    ]);
    expect(watched({ ...options, keepAliveTimeoutInMs: 0 }).runUntil(200_000)).toEqual(["0 ping"]);
  });

  it("leaves no timer when it is unsubscribed in the middle of a probe", () => {
    const { scheduler, probe$, subscription, noted } = watched();
    probe$.next();
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    // Nor does it ask once more.
    const asked = [...noted];
    probe$.next();
    expect(noted).toEqual(asked);
  });

  it("asks before it judges when it has been asleep: a clock that jumps kills no healthy link", () => {
    const { frameAt, sleep, runUntil } = watched();
    sleep(600_000);
    frameAt(21_000);
    expect(runUntil(60_000)).toEqual(["20000 ping", "21000 frame", "41000 ping"]);
  });

  it("calls a link that stays silent after a sleep dead within the time of a probe", () => {
    const { sleep, runUntil } = watched();
    sleep(600_000);
    expect(runUntil(60_000)).toEqual(["20000 ping", "24000 silent for 4000"]);
  });
});
