import { setTimeout } from "node:timers/promises";
import * as fc from "fast-check";
import { config, from, map, Observable, of, Subject, take, throwError, type MonoTypeOperatorFunction } from "rxjs";
import type { RunHelpers, TestScheduler } from "rxjs/testing";
import { sequenceAck, type Sequenced, type SequenceAckOptions } from "../../lib/operators/index.js";
import { collectUnhandled, marbles, recording, waiting } from "./marbles.js";

interface Message {
  readonly sequenceId?: number;
  readonly size?: number;
}
const id = (sequenceId: number): Message => ({ sequenceId });

/** Values of marbles: digits are ids, "x" has none. */
const messages: Record<string, Message> = { x: {} };
for (let i = 1; i <= 9; i++) messages[i] = id(i);

/** Marbles with `acks`, which notes every acknowledgement and its frame as `[frame, id]`. */
const acking = (
  test: (
    helpers: RunHelpers & {
      acks: [frame: number, id: number][];
      acknowledged: (options?: Partial<SequenceAckOptions<Message>>) => MonoTypeOperatorFunction<Message>;
    },
    scheduler: TestScheduler,
  ) => void,
): void => {
  marbles((helpers, scheduler) => {
    const acks: [number, number][] = [];
    const send = (largest: number): void => void acks.push([scheduler.now(), largest]);
    test({ ...helpers, acks, acknowledged: (options) => sequenceAck({ send, ...options }) }, scheduler);
  });
};

/** What `sequenceAck` does with a synchronous row of values: each value passed and each acknowledgement, in order. */
const log = (values: readonly Message[], options: Partial<SequenceAckOptions<Message>>): string[] => {
  const seen: string[] = [];
  const send = (largest: number): void => void seen.push(`ack ${largest}`);
  from(values)
    .pipe(sequenceAck({ send, ...options }))
    .subscribe({ next: ({ sequenceId }) => seen.push(`${sequenceId ?? "x"}`), complete: () => seen.push("end") });
  return seen;
};

describe("sequenceAck", () => {
  describe("the standing checklist", () => {
    it("completes with an empty source, and sends nothing", () => {
      acking(({ cold, expectObservable, expectSubscriptions, flush, acks, acknowledged }) => {
        const source$ = cold<Message>("|");
        expectObservable(source$.pipe(acknowledged())).toBe("|");
        expectSubscriptions(source$.subscriptions).toBe("(^!)");
        flush();
        expect(acks).toEqual([]);
      });
    });

    it("stays silent with a source that never emits, without any timer", () => {
      acking(({ cold, expectObservable, expectSubscriptions, flush, acks, acknowledged }, scheduler) => {
        const source$ = cold<Message>("-");
        expectObservable(source$.pipe(acknowledged())).toBe("-");
        expectSubscriptions(source$.subscriptions).toBe("^");
        flush();
        expect(waiting(scheduler)).toBe(0);
        expect(acks).toEqual([]);
      });
    });

    it("passes an error on after the last acknowledgement", () => {
      acking(({ cold, expectObservable, expectSubscriptions, flush, acks, acknowledged }, scheduler) => {
        const source$ = cold("  -1-2#", messages);
        expectObservable(source$.pipe(acknowledged())).toBe("-1-2#", messages);
        expectSubscriptions(source$.subscriptions).toBe("^---!");
        flush();
        expect(acks).toEqual([[4, 2]]);
        expect(scheduler.frame).toBeLessThan(10);
      });
    });

    it("acknowledges nothing on an early unsubscription, and leaves neither source nor timer", () => {
      acking(({ hot, expectObservable, expectSubscriptions, flush, acks, acknowledged }, scheduler) => {
        const source$ = hot("   -1-2-3-", messages);
        const unsubscribe = "   ----!--";
        const result$ = source$.pipe(
          acknowledged(),
          map((value) => value),
        );
        expectObservable(result$, unsubscribe).toBe("-1-2", messages);
        expectSubscriptions(source$.subscriptions).toBe("^---!");
        flush();
        expect(acks).toEqual([]);
        expect(waiting(scheduler)).toBe(0);
        expect(scheduler.frame).toBeLessThan(10);
      });
    });

    it("stops a synchronous source that nobody wants any longer", () => {
      let produced = 0;
      const endless$ = new Observable<Message>((subscriber) => {
        while (!subscriber.closed && produced < 10) subscriber.next(id(++produced));
      });
      const send = jest.fn();
      endless$.pipe(sequenceAck({ send, count: 1 }), take(3)).subscribe();
      expect(produced).toBe(3);
      expect(send).toHaveBeenCalledTimes(3);
    });

    it("takes a subscriber that is closed already, and does nothing", async () => {
      const stray: string[] = [];
      config.onStoppedNotification = ({ kind }) => stray.push(kind);
      const send = jest.fn();
      new Observable<Message>((subscriber) => {
        subscriber.unsubscribe();
        of(id(1))
          .pipe(sequenceAck({ send, count: 1 }))
          .subscribe(subscriber);
      }).subscribe();
      await setTimeout(1); // RxJS reports in a macrotask
      config.onStoppedNotification = null;
      expect(stray).not.toContain("E");
      expect(send).not.toHaveBeenCalled();
    });

    it("lets go of every source that was subscribed for one subscriber", () => {
      const sources = [new Subject<Message>(), new Subject<Message>()];
      const send = jest.fn();
      const both$ = new Observable<Message>((subscriber) => {
        for (const source of sources) source.pipe(sequenceAck({ send })).subscribe(subscriber);
      });
      const subscription = both$.pipe(sequenceAck({ send })).subscribe();
      expect(sources.map(({ observed }) => observed)).toEqual([true, true]);
      subscription.unsubscribe();
      expect(sources.map(({ observed }) => observed)).toEqual([false, false]);
    });

    it("is re-entrant: a subscriber may make the source emit", () => {
      const source$ = new Subject<Message>();
      const seen: string[] = [];
      const send = (largest: number): void => void seen.push(`ack ${largest}`);
      source$.pipe(sequenceAck({ send, count: 2 })).subscribe(({ sequenceId = 0 }) => {
        seen.push(`${sequenceId}`);
        if (sequenceId < 4) source$.next(id(sequenceId + 1));
      });
      source$.next(id(1));
      expect(seen).toEqual(["1", "ack 2", "2", "3", "ack 4", "4"]);
      source$.complete();
      expect(seen).toHaveLength(6);
    });

    it("keeps ids, counts and timers for each subscription by itself", () => {
      acking(({ cold, expectObservable, flush, acks, acknowledged }) => {
        const source$ = cold("-1-2------|", messages);
        const result$ = source$.pipe(acknowledged({ timeInMs: 4 }));
        expectObservable(result$).toBe("-1-2------|", messages);
        expectObservable(result$, "-^").toBe("--1-2------|", messages);
        flush();
        expect(acks).toEqual([
          [5, 2],
          [6, 2],
        ]);
      });
    });
  });

  describe("passing on", () => {
    it("drops repeats, passes gaps, and passes values without an id", () => {
      acking(({ hot, expectObservable, acknowledged }) => {
        const source$ = hot("   -1-2-x-2-1-5-4-5-x-6-|", messages);
        const expected = "      -1-2-x-----5-----x-6-|";
        expectObservable(source$.pipe(acknowledged())).toBe(expected, messages);
      });
    });

    it("acknowledges before it passes the value on", () => {
      expect(log([id(1), id(2), id(3)], { count: 2 })).toEqual(["1", "ack 2", "2", "3", "ack 3", "end"]);
    });

    it("acknowledges although a subscriber throws", () => {
      const send = jest.fn();
      const unhandled = collectUnhandled(() => {
        of(id(1), id(2))
          .pipe(sequenceAck({ send, count: 1 }))
          .subscribe(() => {
            throw new Error("subscriber");
          });
      });
      expect(send.mock.calls).toEqual([[1], [2]]);
      expect(unhandled).toHaveLength(2);
    });
  });

  describe("by count", () => {
    it("counts ids since the last acknowledgement", () => {
      expect(log([1, 2, 3, 4, 5, 6, 7].map(id), { count: 3 })).toEqual(
        ["1", "2", "ack 3", "3", "4", "5", "ack 6", "6", "7", "ack 7", "end"], //
      );
    });

    it("counts a jump in full, and the first id from 0", () => {
      expect(log([id(2), id(5), id(8), id(9)], { count: 4 })).toEqual(
        ["2", "ack 5", "5", "8", "ack 9", "9", "end"], //
      );
      expect(log([id(4)], { count: 4 })).toEqual(["ack 4", "4", "end"]);
    });

    it("counts each repeat as one, and acknowledges the largest id again", () => {
      expect(log([id(3), id(1), id(2), id(3), id(2)], { count: 3 })).toEqual(["ack 3", "3", "ack 3", "ack 3", "end"]);
    });

    it("does not count values without an id", () => {
      expect(log([{}, {}, {}], { count: 2 })).toEqual(["x", "x", "x", "end"]);
    });

    it("acknowledges every 200 ids by default", () => {
      const send = jest.fn();
      const source$ = new Subject<Message>();
      source$.pipe(sequenceAck({ send })).subscribe();
      for (let i = 1; i <= 500; i++) source$.next(id(i));
      expect(send.mock.calls).toEqual([[200], [400]]);
      source$.complete();
      expect(send).toHaveBeenLastCalledWith(500);
    });
  });

  describe("by bytes", () => {
    const sizeOf = ({ size = 0 }: Message): number => size;

    it("adds up the sizes since the last acknowledgement, those of repeats too", () => {
      const sized = [
        { sequenceId: 1, size: 60 },
        { sequenceId: 2, size: 40 },
        { sequenceId: 3, size: 99 },
        { sequenceId: 3, size: 1 },
        { sequenceId: 4, size: 250 },
      ];
      expect(log(sized, { sizeOf, bytes: 100 })).toEqual(["1", "ack 2", "2", "3", "ack 3", "ack 4", "4", "end"]);
    });

    it("does not measure values without an id, and measures the others once", () => {
      const measure = jest.fn(() => 1);
      log([{}, id(1), id(1), {}], { sizeOf: measure });
      expect(measure.mock.calls).toEqual([[id(1)], [id(1)]]);
    });

    it("has no effect without sizeOf", () => {
      expect(log([{ sequenceId: 1, size: 9 }], { bytes: 1 })).toEqual(["1", "ack 1", "end"]);
    });

    it("acknowledges every 2 MiB by default", () => {
      const mebibyte = [1, 2, 3].map((sequenceId) => ({ sequenceId, size: 1_048_576 }));
      expect(log(mebibyte, { sizeOf })).toEqual(["1", "ack 2", "2", "3", "ack 3", "end"]);
    });

    it("passes on what sizeOf throws, after acknowledging what came before", () => {
      const seen: unknown[] = [];
      const broken = ({ sequenceId }: Message): number => {
        if (sequenceId === 2) throw new Error("sizeOf");
        return 1;
      };
      from([id(1), id(2)])
        .pipe(sequenceAck({ send: (largest) => seen.push(largest), sizeOf: broken }))
        .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error) });
      expect(seen).toEqual([id(1), 1, new Error("sizeOf")]);
    });
  });

  describe("by time", () => {
    it("acknowledges the given time after the first unacknowledged value", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }) => {
        const source$ = hot("   -1-2-3-----4---", messages);
        expectObservable(source$.pipe(acknowledged({ timeInMs: 5 }))).toBe("-1-2-3-----4---", messages);
        flush();
        expect(acks).toEqual([
          [6, 3], // 1 + 5
          [16, 4], // 11 + 5
        ]);
      });
    });

    it("starts anew after an acknowledgement by count", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }) => {
        const source$ = hot("   -1-2-3---------", messages);
        expectObservable(source$.pipe(acknowledged({ timeInMs: 5, count: 2 }))).toBe("-1-2-3", messages);
        flush();
        expect(acks).toEqual([
          [3, 2],
          [10, 3], // 5 + 5, not 1 + 5
        ]);
      });
    });

    it("runs for a repeat too", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }) => {
        const source$ = hot("   -1-------1-----", messages);
        expectObservable(source$.pipe(acknowledged({ timeInMs: 5 }))).toBe("-1", messages);
        flush();
        expect(acks).toEqual([
          [6, 1],
          [14, 1],
        ]);
      });
    });

    it("is one second by default", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }) => {
        expectObservable(hot("-1", messages).pipe(acknowledged())).toBe("-1", messages);
        flush();
        expect(acks).toEqual([[1_001, 1]]);
      });
    });

    it("never comes when Infinity, without a timer", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }, scheduler) => {
        const recorder = recording(scheduler);
        const result$ = hot("-1", messages).pipe(acknowledged({ timeInMs: Infinity, scheduler: recorder }));
        expectObservable(result$).toBe("-1", messages);
        flush();
        expect([acks, recorder.delays]).toEqual([[], []]);
      });
    });

    it("starts one timer for what is unacknowledged, not one per value", () => {
      acking(({ hot, expectObservable, flush, acknowledged }, scheduler) => {
        const recorder = recording(scheduler);
        const source$ = hot("-123456789-|", messages);
        expectObservable(source$.pipe(acknowledged({ count: 5, timeInMs: 7, scheduler: recorder }))).toBe(
          "-123456789-|",
          messages,
        );
        flush();
        expect(recorder.delays).toEqual([7, 7]); // for 1 to 5, and from 6 on
      });
    });

    it("needs no timer when every value is acknowledged at once, nor for values without an id", () => {
      acking(({ hot, expectObservable, flush, acknowledged }, scheduler) => {
        const recorder = recording(scheduler);
        expectObservable(hot("-1x2x|", messages).pipe(acknowledged({ count: 1, scheduler: recorder }))).toBe(
          "-1x2x|",
          messages,
        );
        flush();
        expect(recorder.delays).toEqual([]);
      });
    });

    it("leaves no timer while nothing is unacknowledged", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }, scheduler) => {
        expectObservable(hot("-1-2--", messages).pipe(acknowledged({ count: 2 }))).toBe("-1-2--", messages);
        flush();
        expect(acks).toEqual([[3, 2]]);
        expect(scheduler.frame).toBeLessThan(10); // not at 1 001, when the timer of the first would have fired
      });
    });
  });

  describe("the end", () => {
    it("acknowledges what is left on completion, and then completes", () => {
      acking(({ hot, expectObservable, flush, acks, acknowledged }, scheduler) => {
        expectObservable(hot("-1-2-|", messages).pipe(acknowledged())).toBe("-1-2-|", messages);
        flush();
        expect(acks).toEqual([[5, 2]]);
        expect(scheduler.frame).toBeLessThan(10);
      });
      expect(log([id(1)], {})).toEqual(["1", "ack 1", "end"]);
    });

    it("acknowledges a repeat that is left", () => {
      expect(log([id(1), id(2), id(2)], { count: 2 })).toEqual(["1", "ack 2", "2", "ack 2", "end"]);
    });

    it("sends nothing when nothing is left", () => {
      expect(log([id(1), id(2)], { count: 2 })).toEqual(["1", "ack 2", "2", "end"]);
    });
  });

  describe("when send throws", () => {
    const failure = new Error("socket is gone");
    const send = (): never => {
      throw failure;
    };

    it("errors at the threshold", () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -1-2-3-", messages);
        expectObservable(source$.pipe(sequenceAck({ send, count: 2 }))).toBe("-1-#", messages, failure);
        expectSubscriptions(source$.subscriptions).toBe("^--!");
      });
    });

    it("errors when it is time, and lets go of the source", () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -1-----3-", messages);
        expectObservable(source$.pipe(sequenceAck({ send, timeInMs: 3 }))).toBe("-1--#", messages, failure);
        expectSubscriptions(source$.subscriptions).toBe("^---!");
      });
    });

    it("errors instead of completing", () => {
      marbles(({ hot, expectObservable }) => {
        expectObservable(hot("-1-|", messages).pipe(sequenceAck({ send }))).toBe("-1-#", messages, failure);
      });
    });

    it("keeps an error of the source that is on its way", () => {
      marbles(({ hot, expectObservable }) => {
        expectObservable(hot("-1-#", messages).pipe(sequenceAck({ send }))).toBe("-1-#", messages, "error");
      });
      const seen = jest.fn();
      throwError(() => failure)
        .pipe(sequenceAck<Sequenced>({ send }))
        .subscribe({ error: seen });
      expect(seen).toHaveBeenCalledWith(failure);
    });
  });

  it.each([
    [{ count: -1 }, "sequenceAck: count must be at least 0, not -1"],
    [{ bytes: NaN }, "sequenceAck: bytes must be at least 0, not NaN"],
    [{ timeInMs: -1 }, "sequenceAck: timeInMs must be at least 0, not -1"],
  ])("refuses %p", (options, message) => {
    expect(() => sequenceAck({ send: () => {}, ...options })).toThrow(new RangeError(message));
  });

  it("passes increasing ids once each and never leaves `count` ids unacknowledged, whatever comes", () => {
    const step = fc.oneof(fc.constant(1), fc.integer({ min: -5, max: 300 }), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 250 }), (steps, count) => {
        let last = 1;
        const values = steps.map((by): Message => (by === undefined ? {} : id((last = Math.max(1, last + by)))));
        const ids = values.flatMap(({ sequenceId }) => sequenceId ?? []);

        const acks: number[] = [];
        const passed: Message[] = [];
        let pending = 0; // repeats and ids that have come since the last acknowledgement, counted by the rule
        let largest = 0;
        const source$ = new Subject<Message>();
        const send = (upTo: number): void => {
          acks.push(upTo);
          pending = 0;
        };
        source$.pipe(sequenceAck({ send, count, timeInMs: Infinity })).subscribe((value) => passed.push(value));
        for (const value of values) {
          const { sequenceId } = value;
          if (sequenceId !== undefined) {
            pending += sequenceId > largest ? sequenceId - largest : 1;
            largest = Math.max(largest, sequenceId);
            const due = pending >= count;
            const before = acks.length;
            source$.next(value);
            expect(acks.length - before).toBe(due ? 1 : 0);
            expect(largest - (acks.at(-1) ?? 0)).toBeLessThan(count);
          } else source$.next(value);
          expect(pending).toBeLessThan(count);
        }
        const left = pending > 0;
        const before = acks.length;
        source$.complete();

        expect(acks.length - before).toBe(left ? 1 : 0);
        expect(acks.at(-1) ?? 0).toBe(largest);
        expect(acks).toEqual([...acks].sort((a, b) => a - b));
        const increasing = ids.filter((value, index) => ids.slice(0, index).every((earlier) => earlier < value));
        expect(passed.flatMap(({ sequenceId }) => sequenceId ?? [])).toEqual(increasing);
        expect(passed.filter(({ sequenceId }) => sequenceId === undefined)).toHaveLength(values.length - ids.length);
      }),
    );
  });
});

it("one who is unsubscribed by another subscriber of the same value neither acknowledges it nor leaves a timer", () => {
  marbles((_helpers, scheduler) => {
    const acks: number[] = [];
    const source$ = new Subject<Message>();
    source$.subscribe(() => acknowledged.unsubscribe());
    const passed: Message[] = [];
    const send = (largest: number) => void acks.push(largest);
    const acknowledged = source$.pipe(sequenceAck({ send, scheduler })).subscribe((value) => passed.push(value));
    source$.next(id(1));
    expect(waiting(scheduler)).toBe(0);
    scheduler.flush();
    expect([passed, acks]).toEqual([[], []]);
  });
});

it("takes 0 for an id like any other, once", () => {
  expect(log([id(0), id(0), id(1), id(2)], { count: 3 })).toEqual(["0", "ack 1", "1", "2", "ack 2", "end"]);
});
