import fc from "fast-check";
import { ConnectionError } from "../../lib/index.js";
import { initialLifecycle, transition, type Lifecycle, type LifecycleEvent } from "../../lib/session/lifecycle.js";
import { noticesOf, type Notice } from "../../lib/session/notices.js";

const cause = { phase: "live", code: 1006 } as const;
const opened: LifecycleEvent = { type: "opened" };
const attempted: LifecycleEvent = { type: "attempted" };
const handshaken = (connectionId: string): LifecycleEvent => ({ type: "handshaken", connectionId });
const settled: LifecycleEvent = { type: "settled" };
const linkLost: LifecycleEvent = { type: "linkLost", at: 100, cause };
const recovering: LifecycleEvent = { type: "recovering", attempt: 1 };
const recovered: LifecycleEvent = { type: "recovered" };
const failed: LifecycleEvent = { type: "failed", cause, attempt: 1, retryAt: 200, lastFrameAt: 90 };
const gaveUp: LifecycleEvent = { type: "gaveUp", cause, lastFrameAt: 90 };
const renewed: LifecycleEvent = { type: "renewed", lastFrameAt: 90 };
const stopped = (reason: "stop" | "idle" | "disposed"): LifecycleEvent => ({ type: "stopped", reason });

/** Everything that is told of a history, step by step. */
function told(events: readonly LifecycleEvent[], from: Lifecycle = initialLifecycle): Notice[][] {
  const steps: Notice[][] = [];
  events.reduce((state, event) => {
    const next = transition(state, event);
    steps.push([...noticesOf(state, next, 150)]);
    return next;
  }, from);
  return steps;
}

const names = (notices: readonly Notice[]): string[] => notices.map(({ to }) => to);
const last = (...events: LifecycleEvent[]): Notice[] => told(events).at(-1) ?? [];

describe("What is told of a change", () => {
  it("a new session: its state, then connected$", () => {
    expect(last(opened, handshaken("A"), settled)).toEqual([
      { to: "state$", value: { status: "connected", connectionId: "A" } },
      { to: "connected$", value: { connectionId: "A" } },
    ]);
  });

  it("a recovery: connected, then recovered$ with how long it took", () => {
    expect(last(opened, handshaken("A"), settled, linkLost, recovered)).toEqual([
      { to: "state$", value: { status: "connected", connectionId: "A" } },
      { to: "recovered$", value: { connectionId: "A", downForMs: 50 } },
    ]);
  });

  it("a lost session: disconnected, then disconnected$ with the cause", () => {
    expect(last(opened, handshaken("A"), settled, failed)).toEqual([
      { to: "state$", value: { status: "disconnected", attempt: 1, retryAt: 200, cause } },
      { to: "disconnected$", value: { connectionId: "A", cause } },
    ]);
  });

  it("the session after a lost one: the gap as soon as it has shaken hands, its old id with connected$", () => {
    const steps = told([opened, handshaken("A"), settled, failed, attempted, handshaken("B"), settled]);
    expect(steps[5]).toEqual([{ to: "gap$", value: { previousConnectionId: "A", connectionId: "B", since: 90 } }]);
    expect(steps[6]).toContainEqual({ to: "connected$", value: { connectionId: "B", previousConnectionId: "A" } });
  });

  it.each([
    ["a stop", stopped("stop"), ["state$", "disconnected$", "stopped$"]],
    ["dispose", stopped("disposed"), ["state$", "disconnected$", "stopped$"]],
    ["giving up", gaveUp, ["state$", "disconnected$", "stopped$"]],
    ["an idle close", stopped("idle"), ["state$", "disconnected$"]],
    ["a replacement", renewed, ["state$", "disconnected$"]],
  ])("%s of a connected client, in order", (_what, event, expected) => {
    expect(names(last(opened, handshaken("A"), settled, event))).toEqual(expected);
  });

  it("nothing of a session that ended before it was ready but the state", () => {
    expect(names(last(opened, handshaken("A"), failed))).toEqual(["state$"]);
  });

  it.each([
    ["a stop", stopped("stop")],
    ["an idle close", stopped("idle")],
  ])("no gap after %s of a live session", (_what, event) => {
    const steps = told([opened, handshaken("A"), settled, event, opened, handshaken("B"), settled]);
    expect(steps.flat().map(({ to }) => to)).not.toContain("gap$");
  });

  it.each([
    ["giving up", [gaveUp, opened]],
    ["a loss and a stop", [failed, stopped("stop"), opened]],
    ["a loss and an idle close", [failed, stopped("idle"), opened]],
    ["a loss and futile attempts", [failed, attempted, failed, attempted]],
    ["a replacement", [renewed]],
  ])("a gap after %s", (_what, events) => {
    expect(last(opened, handshaken("A"), settled, ...events, handshaken("B"))).toEqual([
      { to: "gap$", value: { previousConnectionId: "A", connectionId: "B", since: 90 } },
    ]);
  });

  it("the error with which a client gave up goes out with stopped$", () => {
    const error = new ConnectionError("no more", { code: "GaveUp", phase: "open" });
    const state = [opened].reduce(transition, initialLifecycle);
    expect(noticesOf(state, transition(state, gaveUp), 0, error).at(-1)).toEqual({ to: "stopped$", value: { error } });
  });

  it("stopping a client that is not running changes its state without stopped$", () => {
    expect(names(last(stopped("stop")))).toEqual(["state$"]);
  });
});

describe("Whatever happens, in whatever order", () => {
  // Those that lead on come more often, so that every state is reached.
  const onward = fc.constantFrom("handshaken" as const, opened, attempted, settled, settled, linkLost, recovered);
  const other = fc.constantFrom(recovering, failed, gaveUp, renewed, stopped("stop"), stopped("idle"));
  const history = fc
    .array(fc.oneof({ weight: 3, arbitrary: onward }, other), { maxLength: 60 })
    .map((events) => events.map((event, i) => (event === "handshaken" ? handshaken(`c${i}`) : event)));

  const always = (check: (notices: Notice[]) => void) => {
    fc.assert(
      fc.property(history, (events) => {
        check(told(events).flat());
      }),
      { numRuns: 500 },
    );
  };

  it("no state is told twice in a row", () => {
    always((notices) => {
      const states = notices.filter(({ to }) => to === "state$").map(({ value }) => JSON.stringify(value));
      states.forEach((state, i) => expect(state).not.toBe(states[i - 1]));
    });
  });

  it("sessions are announced and end in turn, each once", () => {
    always((notices) => {
      let present: string | undefined;
      for (const { to, value } of notices) {
        if (to === "connected$") {
          expect(present).toBeUndefined();
          present = value.connectionId;
        } else if (to === "recovered$") {
          expect(value.connectionId).toBe(present);
        } else if (to === "disconnected$") {
          expect(value.connectionId).toBe(present);
          present = undefined;
        }
      }
    });
  });

  it("connected$ names a previous session exactly when a gap was told of this one", () => {
    always((notices) => {
      const gaps = new Map<string, string>();
      for (const { to, value } of notices) {
        if (to === "gap$") {
          expect(gaps.has(value.connectionId)).toBe(false);
          gaps.set(value.connectionId, value.previousConnectionId);
        } else if (to === "connected$") {
          expect(value.previousConnectionId).toBe(gaps.get(value.connectionId));
        }
      }
    });
  });

  it("a run ends with stopped$ at most once, and a new one begins with connecting", () => {
    always((notices) => {
      let isRunning = false;
      for (const { to, value } of notices) {
        if (to === "state$" && value.status !== "stopped") isRunning = true;
        if (to !== "stopped$") continue;
        expect(isRunning).toBe(true);
        isRunning = false;
      }
    });
  });
});
