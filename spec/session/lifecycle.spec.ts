import fc from "fast-check";
import {
  connectionStateOf,
  initialLifecycle,
  transition,
  type Lifecycle,
  type LifecycleEvent,
} from "../../lib/session/lifecycle.js";
import { legalTransitions } from "../support/legal-transitions.js";

const cause = fc.constantFrom({ phase: "open" as const }, { phase: "live" as const, code: 1006 });
const time = fc.nat({ max: 1_000_000 });
const attempt = fc.integer({ min: 1, max: 9 });

/** Any event at any time, sensible or not; those that lead on come more often, so that every state is reached. */
const event: fc.Arbitrary<LifecycleEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<LifecycleEvent[]>({ type: "opened" }, { type: "attempted" }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("handshaken" as const),
      connectionId: fc.uuid(),
      userId: fc.option(fc.string(), { nil: undefined }),
    }),
  },
  { weight: 6, arbitrary: fc.constantFrom<LifecycleEvent[]>({ type: "settled" }, { type: "recovered" }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("linkLost" as const), at: time, cause }) },
  fc.record({ type: fc.constant("recovering" as const), attempt, retryAt: fc.option(time, { nil: undefined }) }),
  fc.record({ type: fc.constant("failed" as const), cause, attempt, retryAt: time, lastFrameAt: time }),
  fc.record({ type: fc.constant("gaveUp" as const), cause, lastFrameAt: time }),
  fc.record({ type: fc.constant("renewed" as const), lastFrameAt: time }),
  fc.record({ type: fc.constant("stopped" as const), reason: fc.constantFrom("stop" as const, "idle" as const) }),
);

const after = (...events: LifecycleEvent[]): Lifecycle => events.reduce(transition, initialLifecycle);

const handshaken = { type: "handshaken", connectionId: "A", userId: "ann" } as const;
const connected = [{ type: "opened" }, handshaken, { type: "settled" }] as const;
const lost = { type: "linkLost", at: 100, cause: { phase: "live", code: 1006 } } as const;
const failed = { type: "failed", cause: { phase: "open" }, attempt: 2, retryAt: 500, lastFrameAt: 90 } as const;

describe("The lifecycle of a connection", () => {
  it("takes only legal steps, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = initialLifecycle;
        for (const one of events) {
          const next = transition(state, one);
          if (next !== state) expect(legalTransitions[state.phase]).toContain(next.phase);
          state = next;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never leaves disposed, whatever happens afterwards", () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, afterwards) => {
        const disposed = after(...before, { type: "stopped", reason: "disposed" });
        expect(disposed).toMatchObject({ phase: "stopped", reason: "disposed" });
        expect(afterwards.reduce(transition, disposed)).toBe(disposed);
      }),
    );
  });

  it("can be stopped, and opened again, after anything", () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const stopped = after(...events, { type: "stopped", reason: "stop" });
        expect(connectionStateOf(stopped)).toEqual({ status: "stopped", reason: "stop" });
        expect(connectionStateOf(transition(stopped, { type: "opened" }))).toEqual({
          status: "connecting",
          attempt: 1,
        });
      }),
    );
  });

  it("can take every step that its table allows", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        events.reduce((state, one) => {
          const next = transition(state, one);
          if (next !== state) seen.add(`${state.phase} → ${next.phase}`);
          return next;
        }, initialLifecycle);
      }),
      { numRuns: 3_000, seed: 1 },
    );
    const allowed = Object.entries(legalTransitions).flatMap(([from, targets]) =>
      targets.map((to) => `${from} → ${to}`),
    );
    expect([...seen].sort()).toEqual(allowed.sort());
  });
});

describe("The state that the public sees", () => {
  it("stays connecting while rejoins are under way, also when the link is lost meanwhile", () => {
    expect(connectionStateOf(after({ type: "opened" }, handshaken))).toEqual({ status: "connecting", attempt: 1 });
    expect(connectionStateOf(after({ type: "opened" }, handshaken, lost))).toEqual({
      status: "connecting",
      attempt: 1,
    });
    expect(connectionStateOf(after({ type: "opened" }, handshaken, lost, { type: "settled" }))).toEqual({
      status: "connecting",
      attempt: 1,
    });
  });

  it("is connected once rejoins have settled and the link is back", () => {
    const ready = after({ type: "opened" }, handshaken, lost, { type: "settled" }, { type: "recovered" });
    expect(connectionStateOf(ready)).toEqual({ status: "connected", connectionId: "A", userId: "ann" });
  });

  it("tells of a recovery since when, why, which attempt and until when it waits", () => {
    const recovering = after(...connected, lost, { type: "recovering", attempt: 2, retryAt: 150 });
    expect(connectionStateOf(recovering)).toEqual({
      status: "recovering",
      connectionId: "A",
      userId: "ann",
      since: 100,
      attempt: 2,
      retryAt: 150,
      cause: { phase: "live", code: 1006 },
    });
  });

  it("keeps the first cause through attempts at a recovery", () => {
    const again = after(...connected, lost, { type: "recovering", attempt: 2 }, { ...lost, cause: { phase: "open" } });
    expect(connectionStateOf(again)).toMatchObject({ cause: { phase: "live", code: 1006 } });
  });

  it("counts attempts on while one follows the other, and afresh when the caller wants it now", () => {
    const waiting = after({ type: "opened" }, failed);
    expect(connectionStateOf(waiting)).toEqual({
      status: "disconnected",
      attempt: 2,
      retryAt: 500,
      cause: { phase: "open" },
    });
    expect(connectionStateOf(transition(waiting, { type: "attempted" }))).toMatchObject({ attempt: 2 });
    expect(connectionStateOf(transition(waiting, { type: "opened" }))).toMatchObject({ attempt: 1 });
  });

  it("has the reason of the last stop that meant something", () => {
    const idle = after(...connected, { type: "stopped", reason: "idle" });
    expect(connectionStateOf(idle)).toMatchObject({ reason: "idle" });
    expect(connectionStateOf(transition(idle, { type: "stopped", reason: "stop" }))).toMatchObject({ reason: "stop" });
    const stopped = after(...connected, { type: "stopped", reason: "stop" });
    expect(transition(stopped, { type: "stopped", reason: "idle" })).toBe(stopped);
  });
});
