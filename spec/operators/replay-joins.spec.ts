import { concat, EMPTY, map, NEVER, Observable, of, Subject, take, throwError, type ObservableInput } from "rxjs";
import { replayJoins, type ReplayJoinsOptions } from "../../lib/operators/index.js";
import { collectUnhandled, marbles, waiting } from "./marbles.js";

/** Upper case starts a session. */
const sessionStart = (value: string): boolean => /^[A-Z]$/.test(value);

/** Joins that are settled by hand, with a log of what happens, in order. */
function bench(options: Partial<ReplayJoinsOptions<string>> = {}) {
  const source$ = new Subject<string>();
  const log: string[] = [];
  const joins: Record<string, Subject<unknown>> = {};
  const operator = replayJoins<string>({
    sessionStart,
    wanted: () => ["a", "b", "c"],
    join: (group) =>
      new Observable((subscriber) => {
        log.push(`join ${group}`);
        subscriber.add(() => log.push(`end ${group}`));
        (joins[group] = new Subject()).subscribe(subscriber);
      }),
    onFailed: (group, error) => log.push(`failed ${group}: ${String(error)}`),
    onSettled: (value) => log.push(`settled ${value}`),
    ...options,
  });
  const subscription = source$.pipe(operator).subscribe({
    next: (value) => log.push(value),
    error: (error: unknown) => log.push(`error: ${String(error)}`),
    complete: () => log.push("complete"),
  });
  /** What has been logged since the last look. */
  const fresh = (): string[] => log.splice(0);
  return { source$, operator, joins, log, fresh, subscription };
}

describe("replayJoins", () => {
  describe("the standing checklist", () => {
    const wanted = (): string[] => ["a"];

    it("completes with an empty source", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("|");
        const join = jest.fn(() => NEVER);
        expectObservable(source$.pipe(replayJoins({ sessionStart, wanted, join }))).toBe("|");
        expectSubscriptions(source$.subscriptions).toBe("(^!)");
        expect(join).not.toHaveBeenCalled();
      });
    });

    it("stays silent with a source that never emits", () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
        const source$ = cold("-");
        expectObservable(source$.pipe(replayJoins({ sessionStart, wanted, join: () => NEVER }))).toBe("-");
        expectSubscriptions(source$.subscriptions).toBe("^");
        flush();
        expect(waiting(scheduler)).toBe(0);
      });
    });

    it("passes values on as they come, and completes at once, letting go of joins", () => {
      marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -x-A-y-|");
        const join$ = cold("       ------|");
        const expected = "      -x-A-y-|";
        expectObservable(source$.pipe(replayJoins({ sessionStart, wanted, join: () => join$ }))).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe("^------!");
        expectSubscriptions(join$.subscriptions).toBe("---^---!");
      });
    });

    it("passes an error on at once, letting go of joins", () => {
      marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -A-#");
        const join$ = cold("     ------|");
        expectObservable(source$.pipe(replayJoins({ sessionStart, wanted, join: () => join$ }))).toBe("-A-#");
        expectSubscriptions(source$.subscriptions).toBe("^--!");
        expectSubscriptions(join$.subscriptions).toBe("-^-!");
      });
    });

    it("lets go of source and joins on an early unsubscription", () => {
      marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
        const source$ = hot("   -A-x-x");
        const join$ = cold("     ------|");
        const result$ = source$.pipe(
          replayJoins({ sessionStart, wanted, join: () => join$ }),
          map((value) => value),
        );
        expectObservable(result$, "----!").toBe("-A-x");
        expectSubscriptions(source$.subscriptions).toBe("^---!");
        expectSubscriptions(join$.subscriptions).toBe("-^--!");
      });
    });

    it("stops a synchronous source that nobody wants any longer, and does not join for it", () => {
      let produced = 0;
      const endless$ = new Observable<string>((subscriber) => {
        while (!subscriber.closed && produced++ < 10) subscriber.next("A");
      });
      const join = jest.fn(() => NEVER);
      endless$.pipe(replayJoins({ sessionStart, wanted, join }), take(2)).subscribe();
      expect(produced).toBe(2);
      expect(join).toHaveBeenCalledTimes(1);
    });

    it("keeps the sessions of each subscription by itself", () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold("-A-----");
        const join$ = cold("   --|");
        const result$ = source$.pipe(replayJoins({ sessionStart, wanted, join: () => join$ }));
        expectObservable(result$).toBe("-A");
        expectObservable(result$, "-^").toBe("--A");
        expectSubscriptions(join$.subscriptions).toBe(["-^-!", "--^-!"]);
      });
    });
  });

  describe("joining", () => {
    it("begins after the value that starts the session was passed on, with what is wanted by then", () => {
      const groups = new Set(["a"]);
      const log: string[] = [];
      const join = (group: string): Observable<never> => {
        log.push(`join ${group}`);
        return EMPTY;
      };
      of("x", "A")
        .pipe(replayJoins({ sessionStart, wanted: () => groups, join }))
        .subscribe((value) => {
          log.push(value);
          if (value === "A") groups.add("late");
        });
      expect(log).toEqual(["x", "A", "join a", "join late"]);
    });

    it("asks for what is wanted once per session, and not before one starts", () => {
      const wanted = jest.fn(() => ["a"]);
      const { source$ } = bench({ wanted });
      source$.next("x");
      expect(wanted).not.toHaveBeenCalled();
      source$.next("A");
      source$.next("y");
      source$.next("B");
      expect(wanted).toHaveBeenCalledTimes(2);
    });

    it("is not disturbed by what joins do to the collection of groups", () => {
      const groups = new Set(["a", "b"]);
      const { source$, fresh } = bench({
        wanted: () => groups,
        join: (group) => {
          groups.delete("b");
          groups.add(`${group}!`);
          return EMPTY;
        },
        onFailed: () => {},
      });
      source$.next("A");
      expect(fresh()).toEqual(["A", "settled A"]);
      expect([...groups]).toEqual(["a", "a!", "b!"]);
    });

    it("tells that all have settled, by completion or failure, once", () => {
      const { source$, joins, fresh } = bench();
      source$.next("A");
      joins.a!.next("a value settles nothing");
      joins.c!.complete();
      joins.a!.complete();
      expect(fresh()).toEqual(["A", "join a", "join b", "join c", "end c", "end a"]);
      joins.b!.error(new Error("no"));
      expect(fresh()).toEqual(["failed b: Error: no", "settled A", "end b"]);
      source$.next("x");
      source$.complete();
      expect(fresh()).toEqual(["x", "complete"]);
    });

    it("tells so synchronously when there is nothing to join", () => {
      const { source$, fresh } = bench({ wanted: () => [] });
      source$.next("A");
      expect(fresh()).toEqual(["A", "settled A"]);
    });

    it("tells so synchronously when all joins settle synchronously", () => {
      const { source$, fresh } = bench({
        join: (group) => (group === "b" ? throwError(() => new Error("no")) : of("ack")),
      });
      source$.next("A");
      expect(fresh()).toEqual(["A", "failed b: Error: no", "settled A"]);
    });

    it("takes any input for a join", async () => {
      const join = (group: string): ObservableInput<unknown> =>
        group === "a" ? Promise.resolve() : group === "b" ? [] : Promise.reject(new Error("no"));
      const { source$, log } = bench({ join });
      source$.next("A");
      await new Promise((resolve) => setImmediate(resolve));
      expect(log).toEqual(["A", "failed c: Error: no", "settled A"]);
    });

    it("works without onFailed and onSettled", () => {
      const { source$, fresh } = bench({
        join: () => throwError(() => new Error("no")),
        onFailed: undefined,
        onSettled: undefined,
      });
      source$.next("A");
      source$.next("x");
      expect(fresh()).toEqual(["A", "x"]);
    });
  });

  describe("concurrency", () => {
    it("has at most so many joins under way, in order", () => {
      const { source$, joins, fresh } = bench({ concurrency: 2, wanted: () => ["a", "b", "c", "d"] });
      source$.next("A");
      expect(fresh()).toEqual(["A", "join a", "join b"]);
      joins.b!.complete();
      expect(fresh()).toEqual(["join c", "end b"]);
      joins.a!.error(new Error("no"));
      expect(fresh()).toEqual(["failed a: Error: no", "join d", "end a"]);
      joins.c!.complete();
      joins.d!.complete();
      expect(fresh()).toEqual(["end c", "settled A", "end d"]);
    });

    it("is 100 by default", () => {
      const join = jest.fn(() => NEVER);
      const { source$ } = bench({ join, wanted: () => Array.from({ length: 150 }, (_, i) => `g${i}`) });
      source$.next("A");
      expect(join).toHaveBeenCalledTimes(100);
    });

    it("draws frames as expected", () => {
      marbles(({ hot, cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
        const groups = { a: cold("---|"), b: cold("-#"), c: cold("----|"), d: cold("-|") };
        const settled: [frame: number, value: string][] = [];
        const result$ = hot("--A---------|").pipe(
          replayJoins({
            sessionStart,
            wanted: () => Object.keys(groups),
            join: (group) => groups[group as "a"],
            concurrency: 2,
            onSettled: (value) => settled.push([scheduler.now(), value]),
          }),
        );
        expectObservable(result$).toBe("--A---------|");
        expectSubscriptions(groups.a.subscriptions).toBe("--^--!");
        expectSubscriptions(groups.b.subscriptions).toBe("--^!");
        expectSubscriptions(groups.c.subscriptions).toBe("---^---!");
        expectSubscriptions(groups.d.subscriptions).toBe("-----^!");
        flush();
        expect(settled).toEqual([[7, "A"]]);
      });
    });

    it("survives any number of joins that settle at once, while others are under way", () => {
      let begun = 0;
      let failed = 0;
      const first$ = new Subject<never>();
      const { source$, log } = bench({
        wanted: () => Array.from({ length: 30_000 }, (_, i) => `g${i}`),
        join: () => (begun++ < 100 ? first$ : begun % 2 ? EMPTY : throwError(() => new Error("link is gone"))),
        onFailed: () => failed++,
      });
      source$.next("A");
      first$.complete();
      expect([begun, failed, log]).toEqual([30_000, 14_950, ["A", "settled A"]]);
    });

    it.each([0, -1, NaN])("refuses %p", (concurrency) => {
      expect(() => replayJoins({ sessionStart, wanted: () => [], join: () => EMPTY, concurrency })).toThrow(
        new RangeError(`replayJoins: concurrency must be at least 1, not ${concurrency}`),
      );
    });
  });

  describe("failures", () => {
    it("go to onFailed, also when join throws, and block no other join", () => {
      const { source$, fresh } = bench({
        concurrency: 1,
        join: (group) => {
          if (group === "a") throw new Error("broken");
          return group === "b" ? throwError(() => new Error("refused")) : EMPTY;
        },
      });
      source$.next("A");
      expect(fresh()).toEqual(["A", "failed a: Error: broken", "failed b: Error: refused", "settled A"]);
    });

    it.each(["sessionStart", "wanted"] as const)("of %s go downstream", (name) => {
      const broken = (): never => {
        throw new Error(`${name} is broken`);
      };
      const { source$, fresh } = bench({ [name]: broken });
      source$.next("A");
      expect(fresh().at(-1)).toBe(`error: Error: ${name} is broken`);
      expect(source$.observed).toBe(false);
    });

    it("of onFailed and onSettled are reported like those of a subscriber, and everything goes on", () => {
      const broken = (name: string) => () => {
        throw new Error(`${name} is broken`);
      };
      const { source$, log } = bench({
        join: (group) => (group === "b" ? EMPTY : throwError(() => new Error("no"))),
        onFailed: broken("onFailed"),
        onSettled: broken("onSettled"),
      });
      const unhandled = collectUnhandled(() => {
        source$.next("A");
        source$.next("x");
      });
      expect(unhandled.map(String)).toEqual([
        "Error: onFailed is broken",
        "Error: onFailed is broken",
        "Error: onSettled is broken",
      ]);
      expect(log).toEqual(["A", "x"]);
    });
  });

  describe("a new session", () => {
    it("cancels what is left of the one before, ahead of being passed on, and that one never settles", () => {
      const { source$, joins, fresh } = bench({ concurrency: 2 });
      source$.next("A");
      joins.a!.complete();
      expect(fresh()).toEqual(["A", "join a", "join b", "join c", "end a"]);
      source$.next("B");
      expect(fresh()).toEqual(["end b", "end c", "B", "join a", "join b"]);
      for (const group of ["a", "b", "c"]) joins[group]!.complete();
      expect(fresh()).toEqual(["join c", "end a", "end b", "settled B", "end c"]);
    });

    it("may be brought about by the subscriber: the newer one joins, the older one never does", () => {
      const source$ = new Subject<string>();
      const log: string[] = [];
      source$
        .pipe(
          replayJoins({
            sessionStart,
            wanted: () => ["a"],
            join: () => {
              log.push("join");
              return NEVER;
            },
            onSettled: (value) => log.push(`settled ${value}`),
          }),
        )
        .subscribe((value) => {
          log.push(value);
          if (value === "A") source$.next("B");
        });
      source$.next("A");
      expect(log).toEqual(["A", "B", "join"]);
    });

    it("may be brought about by a join: the rest of the older one is left out", () => {
      const log: string[] = [];
      const source$ = new Subject<string>();
      let first = true;
      source$
        .pipe(
          replayJoins({
            sessionStart,
            wanted: () => ["a", "b"],
            join: (group) => {
              log.push(`join ${group}`);
              if (first) {
                first = false;
                source$.next("B");
              }
              return EMPTY;
            },
            onSettled: (value) => log.push(`settled ${value}`),
          }),
        )
        .subscribe((value) => log.push(value));
      source$.next("A");
      expect(log).toEqual(["A", "join a", "B", "join a", "join b", "settled B"]);
    });

    it("may be brought about by onSettled", () => {
      const { source$, fresh, log } = bench({
        wanted: () => [],
        onSettled: (value) => {
          log.push(`settled ${value}`);
          if (value === "A") source$.next("B");
        },
      });
      source$.next("A");
      expect(fresh()).toEqual(["A", "settled A", "B", "settled B"]);
    });

    it("asks nothing of a value that comes after the end", () => {
      const asked: number[] = [];
      new Observable<number>((subscriber) => {
        for (const value of [1, 2]) subscriber.next(value);
      })
        .pipe(
          replayJoins({ sessionStart: (value) => asked.push(value) < 0, wanted: () => [], join: () => EMPTY }),
          take(1),
        )
        .subscribe();
      expect(asked).toEqual([1]);
    });

    it("needs no source that goes on: a completed one has let go of everything", () => {
      const { joins, fresh, operator } = bench();
      const seen: string[] = [];
      concat(of("A"), EMPTY)
        .pipe(operator)
        .subscribe((value) => seen.push(value));
      expect(seen).toEqual(["A"]);
      expect(fresh()).toEqual(["join a", "join b", "join c", "end a", "end b", "end c"]);
      expect(joins.a!.observed).toBe(false);
    });
  });
});
