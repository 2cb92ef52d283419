import { NEVER, Subject, VirtualTimeScheduler, type SchedulerAction, type SchedulerLike } from "rxjs";
import { liveness, LinkSilent, type LivenessOptions } from "../../lib/session/liveness.js";

/** One link under watch: what was noted of it, with the time. Pings every 20, dead after 120, proof within 4. */
function watched(options: Partial<LivenessOptions> = {}) {
  const scheduler = new VirtualTimeScheduler();
  const noted: string[] = [];
  const note = (what: string) => noted.push(`${scheduler.now()} ${what}`);
  const frames$ = new Subject<string>();
  const probe$ = new Subject<void>();
  const link$ = frames$.pipe(
    liveness({
      keepAliveIntervalInMs: 20_000,
      keepAliveTimeoutInMs: 120_000,
      proofOfLifeInMs: 4_000,
      probe$,
      probeAtOnce: false,
      ping: () => note("ping"),
      maySilentlyWork: () => false,
      scheduler,
      ...options,
    }),
  );
  const subscription = link$.subscribe({
    next: (frame) => note(frame),
    error: (error: unknown) => note(error instanceof LinkSilent ? `silent for ${error.silentForMs}` : String(error)),
    complete: () => note("complete"),
  });
  const at = (time: number, action: () => void) => scheduler.schedule(action, time);
  const runUntil = (time: number) => {
    scheduler.maxFrames = time;
    scheduler.flush();
    return noted;
  };
  return { scheduler, frames$, probe$, subscription, at, runUntil };
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
    const { frames$, at, runUntil } = watched();
    for (const time of [15_000, 30_000, 45_000]) at(time, () => frames$.next("frame"));
    expect(runUntil(60_000)).toEqual(["15000 frame", "30000 frame", "45000 frame"]);
  });

  it("counts the time to the next ping, and to death, from the last frame", () => {
    const { frames$, at, runUntil } = watched({ keepAliveTimeoutInMs: 30_000 });
    at(5_000, () => frames$.next("frame"));
    expect(runUntil(200_000)).toEqual(["5000 frame", "25000 ping", "35000 silent for 30000"]);
  });

  it("sends no pings with an interval of 0, and waits for ever with a time-out of 0", () => {
    expect(watched({ keepAliveIntervalInMs: 0 }).runUntil(500_000)).toEqual(["120000 silent for 120000"]);
    const { scheduler } = watched({ keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
    expect(scheduler.actions).toHaveLength(0);
  });

  it("probes with a ping at once, and any frame is proof of life", () => {
    const { frames$, probe$, at, runUntil } = watched();
    at(1_000, () => probe$.next());
    at(4_999, () => frames$.next("frame"));
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
    const { frames$, probe$, at, runUntil } = watched();
    at(1_000, () => probe$.next());
    at(2_000, () => frames$.next("frame"));
    at(9_000, () => probe$.next());
    expect(runUntil(200_000)).toEqual(["1000 ping", "2000 frame", "9000 ping", "13000 silent for 11000"]);
  });

  it("asks a recovered link for proof at once, keepalive or not", () => {
    const options = { probeAtOnce: true, keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 };
    expect(watched(options).runUntil(200_000)).toEqual(["0 ping", "4000 silent for 4000"]);
  });

  it("gives a service that may be busy with an event the time of the keepalive instead", () => {
    const options = { probeAtOnce: true, maySilentlyWork: () => true, keepAliveIntervalInMs: 0 };
    expect(watched({ ...options, keepAliveTimeoutInMs: 30_000 }).runUntil(200_000)).toEqual([
      "0 ping",
      "30000 silent for 30000",
    ]);
    expect(watched({ ...options, keepAliveTimeoutInMs: 0 }).runUntil(200_000)).toEqual(["0 ping"]);
  });

  it.each([
    ["an error", (frames$: Subject<string>) => frames$.error("broken"), "0 broken"],
    ["completion", (frames$: Subject<string>) => frames$.complete(), "0 complete"],
  ])("passes %s of the link and leaves no timer", (_what, end, expected) => {
    const { scheduler, frames$, runUntil } = watched();
    end(frames$);
    expect(scheduler.actions).toHaveLength(0);
    expect(runUntil(200_000)).toEqual([expected]);
  });

  it("leaves no timer when it is unsubscribed in the middle of a probe", () => {
    const { scheduler, probe$, subscription } = watched();
    probe$.next();
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    expect(probe$.observed).toBe(false);
  });

  it("asks before it judges when it has been asleep: a clock that jumps kills no healthy link", () => {
    const clock = new VirtualTimeScheduler();
    let slept = 0;
    const scheduler: SchedulerLike = {
      now: () => clock.now() + slept,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
        clock.schedule(work, delay, state),
    };
    const noted: string[] = [];
    const frames$ = new Subject<string>();
    frames$
      .pipe(
        liveness({
          keepAliveIntervalInMs: 20_000,
          keepAliveTimeoutInMs: 120_000,
          proofOfLifeInMs: 4_000,
          probe$: NEVER,
          probeAtOnce: false,
          ping: () => noted.push(`${clock.now()} ping`),
          maySilentlyWork: () => false,
          scheduler,
        }),
      )
      .subscribe({
        next: (frame) => noted.push(`${clock.now()} ${frame}`),
        error: () => noted.push(`${clock.now()} dead`),
      });
    slept = 600_000;
    clock.schedule(() => frames$.next("pong"), 21_000);
    clock.maxFrames = 60_000;
    clock.flush();
    expect(noted).toEqual(["20000 ping", "21000 pong", "41000 ping"]);
  });
});
