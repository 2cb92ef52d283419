import { concat, defer, EMPTY, map, NEVER, Observable, of, Subject, take, tap, throwError, timer } from "rxjs";
import { retryBackoff, type RetryBackoffPolicy, type RetryWait } from "../../lib/operators/index.js";
import { marbles, recording, waiting } from "./marbles.js";

const failure = new Error("failure");

/** 2 ms, 4 ms, 8 ms, 8 ms, …: short enough to draw. */
const steady: RetryBackoffPolicy = { retryDelayInMs: 2, maxRetryDelayInMs: 8, jitter: "none" };

describe("retryBackoff", () => {
  describe("the standing checklist", () => {
    it("completes with an empty source", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("  |");
        expectObservable(source$.pipe(retryBackoff(steady))).toBe("|");
        expectSubscriptions(source$.subscriptions).toBe("(^!)");
      });
    });

    it("stays silent with a source that never emits, without any timer", () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
        const source$ = cold("  -");
        expectObservable(source$.pipe(retryBackoff(steady))).toBe("-");
        expectSubscriptions(source$.subscriptions).toBe("^");
        flush();
        expect(waiting(scheduler)).toBe(0);
      });
    });

    it("passes values and completion on, and subscribes once", () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -a-b-|");
        const subscribed = "    ^----!";
        const expected = "      -a-b-|";
        expectObservable(source$.pipe(retryBackoff(steady))).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscribed);
      });
    });

    it("lets go of the source on an early unsubscription, also behind other operators", () => {
      marbles(({ hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -a-b-c-");
        const unsubscribe = "   ---!---";
        expectObservable(source$.pipe(retryBackoff(steady)), unsubscribe).toBe("-a-----");
        expectSubscriptions(source$.subscriptions).toBe("^--!---");
      });
    });

    it("stops a synchronous source that nobody wants any longer", () => {
      const produced: number[] = [];
      const endless$ = new Observable<number>((subscriber) => {
        for (let i = 0; !subscriber.closed && i < 10; i++) {
          produced.push(i);
          subscriber.next(i);
        }
      });
      const seen: number[] = [];
      endless$.pipe(retryBackoff(steady), take(3)).subscribe((value) => seen.push(value));
      expect([produced, seen]).toEqual([
        [0, 1, 2],
        [0, 1, 2],
      ]);
    });

    it("retries a source that fails synchronously", () => {
      marbles(({ expectObservable }) => {
        const source$ = concat(
          of("a"),
          throwError(() => failure),
        );
        expectObservable(source$.pipe(retryBackoff({ ...steady, maxRetries: 2 }))).toBe(
          "a-a---(a#)",
          undefined,
          failure,
        );
      });
    });

    it("is re-entrant: a subscriber may make the source emit and fail", () => {
      marbles(({ expectObservable }) => {
        let source$ = new Subject<number>();
        const result$ = defer(() => (source$ = new Subject())).pipe(retryBackoff({ ...steady, maxRetries: 1 }));
        const seen: (number | string)[] = [];
        result$.subscribe({
          next: (value) => {
            seen.push(value);
            if (value < 3) source$.next(value + 1);
            else source$.error(failure);
          },
          error: () => seen.push("error"),
        });
        source$.next(1);
        expect(seen).toEqual([1, 2, 3]);
        const later$ = timer(2).pipe(
          tap(() => {
            source$.next(2);
          }),
          map(() => seen),
        );
        expectObservable(later$).toBe("--(a|)", { a: [1, 2, 3, 2, 3, "error"] });
      });
    });

    it("counts for each subscription by itself", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("     -#");
        const result$ = source$.pipe(retryBackoff({ ...steady, maxRetries: 1 }));
        expectObservable(result$).toBe("----#");
        expectObservable(result$, "-^").toBe("-----#");
        expectSubscriptions(source$.subscriptions).toBe(["^!---", "-^!--", "---^!", "----^!"]);
      });
    });
  });

  describe("waiting", () => {
    it("grows from retry to retry", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("  -#");
        const unsubscribe = "   ------------------------------!";
        expectObservable(source$.pipe(retryBackoff(steady)), unsubscribe).toBe("-");
        // after each failure 2, 4, 8 and again 8 ms
        expectSubscriptions(source$.subscriptions).toBe([
          "^!",
          "---^!",
          "--------^!",
          "-----------------^!",
          "--------------------------^!",
        ]);
      });
    });

    it("stays the same when fixed", () => {
      marbles(({ cold, expectSubscriptions, expectObservable }) => {
        const source$ = cold("#");
        expectObservable(source$.pipe(retryBackoff({ ...steady, mode: "Fixed", maxRetries: 3 }))).toBe("------#");
        expectSubscriptions(source$.subscriptions).toBe(["(^!)", "--(^!)", "----(^!)", "------(^!)"]);
      });
    });

    it("jitters with the chance it is given, over the whole grown delay", () => {
      marbles(({ cold, expectSubscriptions, expectObservable }) => {
        const chances = [0.5, 0.25, 0.75];
        const random = (): number => chances.shift()!;
        const source$ = cold("#");
        const result$ = source$.pipe(retryBackoff({ retryDelayInMs: 8, maxRetryDelayInMs: 16, random, maxRetries: 3 }));
        expectObservable(result$).toBe("4ms 4ms 12ms #"); // 0.5·8, 0.25·16, 0.75·16
        expectSubscriptions(source$.subscriptions).toBe(["(^!)", "4ms (^!)", "8ms (^!)", "20ms (^!)"]);
      });
    });

    it("waits 1 s, 2 s, 4 s and so on up to 30 s by default", () => {
      marbles(({ cold, expectObservable, flush }) => {
        const delays: number[] = [];
        const onWait = ({ delayInMs }: RetryWait): void => void delays.push(delayInMs);
        expectObservable(cold("#").pipe(retryBackoff({ jitter: "none", maxRetries: 7, onWait }))).toBe("91s #");
        flush();
        expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
      });
    });

    it("ends at once on unsubscription, and leaves no timer", () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
        const source$ = cold("a#");
        expectObservable(source$.pipe(retryBackoff()), "---!").toBe("a");
        expectSubscriptions(source$.subscriptions).toBe("^!");
        flush();
        expect(scheduler.frame).toBeLessThan(10);
        expect(waiting(scheduler)).toBe(0);
      });
    });

    it("runs on the scheduler that it is given", () => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const recorder = recording(scheduler);
        const result$ = cold("(a#)").pipe(retryBackoff({ ...steady, maxRetries: 2, scheduler: recorder }));
        expectObservable(result$).toBe("a-a---(a#)");
        flush();
        expect(recorder.delays).toEqual([2, 4]);
      });
    });
  });

  describe("giving up", () => {
    it("passes the last error on when the retries are spent", () => {
      marbles(({ cold, expectObservable }) => {
        const errors = [new Error("first"), new Error("second"), new Error("third")];
        let failures = 0;
        const result$ = defer(() => cold("-#", undefined, errors[failures++])).pipe(
          retryBackoff({ ...steady, maxRetries: 2 }),
        );
        expectObservable(result$).toBe("---------#", undefined, errors[2]); // 1 + 2 + 1 + 4 + 1
      });
    });

    it("does not retry at all with maxRetries 0", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("-a#");
        const onWait = jest.fn();
        expectObservable(source$.pipe(retryBackoff({ maxRetries: 0, onWait, stableAfterInMs: 0 }))).toBe("-a#");
        expectSubscriptions(source$.subscriptions).toBe("^-!");
        expect(onWait).not.toHaveBeenCalled();
      });
    });

    it("passes the error on when shouldRetry says no, telling it the number of the attempt", () => {
      marbles(({ cold, expectObservable, flush }) => {
        const shouldRetry = jest.fn((_error: unknown, attempt: number) => attempt < 3);
        const onWait = jest.fn();
        expectObservable(cold("#").pipe(retryBackoff({ ...steady, shouldRetry, onWait }))).toBe("------#");
        flush();
        expect(shouldRetry.mock.calls).toEqual([
          ["error", 1],
          ["error", 2],
          ["error", 3],
        ]);
        expect(onWait).toHaveBeenCalledTimes(2);
      });
    });

    it.each([undefined, null, 0, ""])("takes %j from shouldRetry for a no, as any condition would", (answer) => {
      marbles(({ cold, expectObservable }) => {
        const shouldRetry = () => answer as unknown as boolean;
        expectObservable(cold("--#").pipe(retryBackoff({ ...steady, shouldRetry }))).toBe("--#");
      });
    });

    it.each([true, false])(
      "goes no further when one unsubscribes inside of shouldRetry, which answers %j",
      (answer) => {
        const source$ = new Subject<never>();
        const onWait = jest.fn();
        const ended = jest.fn();
        const shouldRetry = () => {
          subscription.unsubscribe();
          return answer;
        };
        const subscription = source$.pipe(retryBackoff({ shouldRetry, onWait })).subscribe({ error: ended });
        source$.error(failure);
        expect(onWait).not.toHaveBeenCalled();
        expect(ended).not.toHaveBeenCalled();
      },
    );

    it("does not ask shouldRetry when the retries are spent", () => {
      const shouldRetry = jest.fn(() => true);
      throwError(() => failure)
        .pipe(retryBackoff({ maxRetries: 0, shouldRetry }))
        .subscribe({ error: () => {} });
      expect(shouldRetry).not.toHaveBeenCalled();
    });

    it.each(["shouldRetry", "onWait"])("passes on what %s throws, instead of the source's error", (name) => {
      marbles(({ cold, expectObservable }) => {
        const thrown = new Error(`${name} is broken`);
        const broken = (): never => {
          throw thrown;
        };
        expectObservable(cold("-#").pipe(retryBackoff({ [name]: broken }))).toBe("-#", undefined, thrown);
      });
    });
  });

  describe("stability", () => {
    it("starts afresh once an attempt has lived long enough since its first value", () => {
      marbles(({ cold, expectObservable, flush }) => {
        const runs = ["#", "#", "--a-----#", "#", "--a---#", "-"].map((marble) => cold(marble));
        const waits: [attempt: number, retry: number, delayInMs: number][] = [];
        const onWait = ({ attempt, retry, delayInMs }: RetryWait): void => void waits.push([attempt, retry, delayInMs]);
        const result$ = defer(() => runs.shift()!).pipe(retryBackoff({ ...steady, stableAfterInMs: 5, onWait }));
        expectObservable(result$, "60ms !").toBe("8ms a 13ms a"); // 2 + 4 + 2, then 6 + 2 + 4 + 2 later
        flush();
        expect(waits).toEqual([
          [2, 1, 2],
          [3, 2, 4],
          [1, 1, 2], // lived 6 ms after its first value
          [2, 2, 4],
          [3, 3, 8], // lived only 4 ms after its first value, though 6 in all
        ]);
      });
    });

    it("counts for the first attempt too, which then waits for attempt 1", () => {
      marbles(({ cold, expectObservable, flush }) => {
        const waits: RetryWait[] = [];
        const onWait = (wait: RetryWait): void => void waits.push(wait);
        const shouldRetry = jest.fn(() => true);
        const policy = { ...steady, stableAfterInMs: 5, maxRetries: 1, onWait, shouldRetry };
        const result$ = cold("a-----#").pipe(retryBackoff(policy));
        expectObservable(result$, "20ms !").toBe("a-------a-------a---"); // never spends its one retry
        flush();
        expect(waits).toMatchObject([
          { attempt: 1, retry: 1, delayInMs: 2 },
          { attempt: 1, retry: 1, delayInMs: 2 },
        ]);
        expect(shouldRetry.mock.calls).toEqual([
          ["error", 0],
          ["error", 0],
        ]);
      });
    });

    it("takes the whole time: an attempt that dies a frame earlier has spent a retry", () => {
      marbles(({ cold, expectObservable }) => {
        const result$ = cold("a---#").pipe(retryBackoff({ ...steady, stableAfterInMs: 5, maxRetries: 1 }));
        expectObservable(result$).toBe("a-----a---#");
      });
    });

    it("is not proved by an attempt that brings no value, however long it lives", () => {
      marbles(({ cold, expectObservable }) => {
        const result$ = cold("20ms #").pipe(retryBackoff({ ...steady, stableAfterInMs: 5, maxRetries: 1 }));
        expectObservable(result$).toBe("42ms #");
      });
    });

    it("is proved by any value when 0, without a timer", () => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const runs = ["#", "#", "(a#)", "#", "-"].map((marble) => cold(marble));
        const recorder = recording(scheduler);
        const result$ = defer(() => runs.shift()!).pipe(
          retryBackoff({ ...steady, stableAfterInMs: 0, scheduler: recorder }),
        );
        expectObservable(result$, "20ms !").toBe("6ms a");
        flush();
        expect(recorder.delays).toEqual([2, 4, 2, 4]);
      });
    });

    it("is never proved when Infinity", () => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const recorder = recording(scheduler);
        const result$ = cold("a 99s #").pipe(
          retryBackoff({ ...steady, stableAfterInMs: Infinity, maxRetries: 1, scheduler: recorder }),
        );
        expectObservable(result$).toBe("a 99s 2ms a 99s #");
        flush();
        expect(recorder.delays).toEqual([2]);
      });
    });

    it("costs no timer, however many values come", () => {
      marbles(({ hot, expectObservable, flush }, scheduler) => {
        const recorder = recording(scheduler);
        const result$ = hot("-abcdefgh|").pipe(retryBackoff({ scheduler: recorder, stableAfterInMs: 3 }));
        expectObservable(result$).toBe("-abcdefgh|");
        flush();
        expect(recorder.delays).toEqual([]);
      });
    });

    it.each([
      ["completion", "-a-|", "-a-|", undefined],
      ["an error", "-a-#", "-a-#", undefined],
      ["unsubscription", "-a--", "-a--", "---!"],
    ])("leaves no timer after %s", (_ending, source, expected, unsubscribe) => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        expectObservable(cold(source).pipe(retryBackoff({ maxRetries: 0 })), unsubscribe).toBe(expected);
        flush();
        expect(scheduler.frame).toBeLessThan(10);
        expect(waiting(scheduler)).toBe(0);
      });
    });

    it("is not proved during a wait: the timer of an attempt ends with it", () => {
      marbles(({ cold, expectObservable }) => {
        const result$ = cold("a#").pipe(
          retryBackoff({ ...steady, retryDelayInMs: 8, stableAfterInMs: 5, maxRetries: 1 }),
        );
        expectObservable(result$).toBe("a--------a#");
      });
    });
  });

  describe("onWait", () => {
    it("tells the error, the attempt waited for, the retry, the delay and the time of the retry", () => {
      marbles(({ cold, expectObservable, flush }) => {
        const onWait = jest.fn();
        expectObservable(cold("---#").pipe(retryBackoff({ ...steady, maxRetries: 2, onWait }))).toBe("15ms #");
        flush();
        expect(onWait.mock.calls).toEqual([
          [{ error: "error", attempt: 2, retry: 1, delayInMs: 2, retryAt: 5 }],
          [{ error: "error", attempt: 3, retry: 2, delayInMs: 4, retryAt: 12 }],
        ]);
      });
    });

    it("ends the wait at the first value of what it returns, and then lets go of it", () => {
      marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source$ = cold("  -#");
        const now$ = hot("      ----x---x");
        const result$ = source$.pipe(
          retryBackoff({ retryDelayInMs: 20, jitter: "none", maxRetries: 1, onWait: () => now$ }),
        );
        expectObservable(result$).toBe("-----#");
        expectSubscriptions(source$.subscriptions).toBe(["^!", "----^!"]);
        expectSubscriptions(now$.subscriptions).toBe("-^--!");
      });
    });

    it("goes on waiting when what it returns completes without a value", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("-#");
        const result$ = source$.pipe(retryBackoff({ ...steady, maxRetries: 1, onWait: () => EMPTY }));
        expectObservable(result$).toBe("----#");
        expectSubscriptions(source$.subscriptions).toBe(["^!", "---^!"]);
      });
    });

    it("ends everything with the error of what it returns", () => {
      marbles(({ cold, expectObservable, flush }, scheduler) => {
        const stop$ = cold("--#", undefined, "stopped");
        expectObservable(cold("-#").pipe(retryBackoff({ onWait: () => stop$ }))).toBe("---#", undefined, "stopped");
        flush();
        expect(waiting(scheduler)).toBe(0);
      });
    });

    it("lets go of what it returned when the wait is over and on unsubscription", () => {
      marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const now$ = hot("-");
        const result$ = cold("-#").pipe(retryBackoff({ ...steady, onWait: () => now$ }));
        expectObservable(result$, "-----!").toBe("-");
        expectSubscriptions(now$.subscriptions).toBe(["-^-!", "----^!"]);
      });
    });

    it("may say so synchronously: the source is subscribed again without a timer", () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
        const source$ = cold("-#");
        const recorder = recording(scheduler);
        const result$ = source$.pipe(retryBackoff({ maxRetries: 2, onWait: () => of(1), scheduler: recorder }));
        expectObservable(result$).toBe("---#");
        expectSubscriptions(source$.subscriptions).toBe(["^!", "-^!", "--^!"]);
        flush();
        expect(recorder.delays).toEqual([]);
      });
    });

    it("may say so synchronously to a source that fails synchronously", () => {
      let subscriptions = 0;
      const source$ = defer(() => (++subscriptions < 4 ? throwError(() => failure) : of("well")));
      const seen: string[] = [];
      source$.pipe(retryBackoff({ onWait: () => of(1) })).subscribe((value) => seen.push(value));
      expect([subscriptions, seen]).toEqual([4, ["well"]]);
    });

    it("takes a promise", async () => {
      let subscriptions = 0;
      const source$ = defer(() => (++subscriptions < 2 ? throwError(() => failure) : NEVER));
      const subscription = source$.pipe(retryBackoff({ onWait: () => Promise.resolve() })).subscribe();
      await Promise.resolve();
      await Promise.resolve();
      expect(subscriptions).toBe(2);
      subscription.unsubscribe();
    });
  });

  it.each([
    [{ maxRetries: -1 }, "retryBackoff: maxRetries must be at least 0, not -1"],
    [{ stableAfterInMs: NaN }, "retryBackoff: stableAfterInMs must be at least 0, not NaN"],
    [{ retryDelayInMs: -5 }, "retryBackoff: retryDelayInMs must be at least 0, not -5"],
    [{ maxRetryDelayInMs: -5 }, "retryBackoff: maxRetryDelayInMs must be at least 0, not -5"],
  ])("refuses %p", (policy, message) => {
    expect(() => retryBackoff(policy)).toThrow(new RangeError(message));
  });
});
