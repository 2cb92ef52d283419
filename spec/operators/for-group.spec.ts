import { map, Observable, of, Subject, take } from "rxjs";
import { forGroup } from "../../lib/operators/index.js";
import { marbles } from "./marbles.js";

interface Message {
  readonly group?: string;
  readonly data: unknown;
}
const a: Message = { group: "a", data: 1 };
const b: Message = { group: "b", data: 2 };
const s: Message = { data: 3 };
const values = { a, b, s, A: { group: "A", data: 4 }, e: { group: "", data: 5 } };

describe("forGroup", () => {
  it("keeps the messages of that group only, as they are", () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot("   -a-b-s-A-e-a-|", values);
      const expected = "      -a---------a-|";
      expectObservable(source$.pipe(forGroup("a"))).toBe(expected, values);
      expectSubscriptions(source$.subscriptions).toBe("^------------!");
    });
    const seen: unknown[] = [];
    of(a)
      .pipe(forGroup("a"))
      .subscribe((message) => seen.push(message));
    expect(seen[0]).toBe(a);
  });

  it("takes the empty name for a name: messages without a group are not in it", () => {
    marbles(({ hot, expectObservable }) => {
      expectObservable(hot("-s-e-|", values).pipe(forGroup(""))).toBe("---e-|", values);
    });
  });

  it("completes with an empty source", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<Message>("|");
      expectObservable(source$.pipe(forGroup("a"))).toBe("|");
      expectSubscriptions(source$.subscriptions).toBe("(^!)");
    });
  });

  it("stays silent with a source that never emits", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<Message>("-");
      expectObservable(source$.pipe(forGroup("a"))).toBe("-");
      expectSubscriptions(source$.subscriptions).toBe("^");
    });
  });

  it("passes an error on", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold("-a-b-#", values);
      expectObservable(source$.pipe(forGroup("b"))).toBe("---b-#", values);
      expectSubscriptions(source$.subscriptions).toBe("^----!");
    });
  });

  it("lets go of the source on an early unsubscription", () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot("-a-b-a-a", values);
      const result$ = source$.pipe(
        forGroup("a"),
        map((message) => message),
      );
      expectObservable(result$, "----!").toBe("-a", values);
      expectSubscriptions(source$.subscriptions).toBe("^---!");
    });
  });

  it("stops a synchronous source that nobody wants any longer", () => {
    let produced = 0;
    const endless$ = new Observable<Message>((subscriber) => {
      while (!subscriber.closed && produced < 10) subscriber.next(produced++ % 2 ? a : b);
    });
    endless$.pipe(forGroup("a"), take(2)).subscribe();
    expect(produced).toBe(4);
  });

  it("is re-entrant", () => {
    const source$ = new Subject<Message>();
    const seen: unknown[] = [];
    source$.pipe(forGroup("a")).subscribe(({ data }) => {
      seen.push(data);
      if (data === 1) source$.next({ group: "a", data: 2 });
    });
    source$.next(a);
    source$.next(b);
    expect(seen).toEqual([1, 2]);
  });

  it("serves any number of subscriptions", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold("-a-b-|", values);
      const result$ = source$.pipe(forGroup("a"));
      expectObservable(result$).toBe("-a---|", values);
      expectObservable(result$, "-^").toBe("--a---|", values);
      expectSubscriptions(source$.subscriptions).toBe(["^----!", "-^----!"]);
    });
  });
});
