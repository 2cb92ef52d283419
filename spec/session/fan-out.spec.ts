import { Observable, type Subscription } from "rxjs";
import { FanOut } from "../../lib/session/fan-out.js";

/** A fan-out, subscribers by name, and what came to whom. */
function setUp() {
  const fanOut = new FanOut<number>();
  const values$ = new Observable<number>((subscriber) => {
    fanOut.add(subscriber);
    return () => fanOut.delete(subscriber);
  });
  const seen: string[] = [];
  const add = (name: string, onNext?: () => void): Subscription =>
    values$.subscribe({
      next: (value) => {
        seen.push(`${name} ${value}`);
        onNext?.();
      },
      error: (error: unknown) => seen.push(`${name} fails: ${String(error)}`),
      complete: () => seen.push(`${name} ends`),
    });
  const fresh = () => seen.splice(0);
  return { fanOut, add, fresh };
}

describe("a fan-out", () => {
  it("hands each value to all, in the order they came, whoever of them goes", () => {
    const { fanOut, add, fresh } = setUp();
    const [a, b, c] = [add("a"), add("b"), add("c")];
    fanOut.next(1);
    expect(fresh()).toEqual(["a 1", "b 1", "c 1"]);
    a.unsubscribe();
    fanOut.next(2);
    expect(fresh()).toEqual(["b 2", "c 2"]);
    c.unsubscribe();
    const d = add("d");
    fanOut.next(3);
    expect(fresh()).toEqual(["b 3", "d 3"]);
    b.unsubscribe();
    d.unsubscribe();
    fanOut.next(4);
    expect(fresh()).toEqual([]);
    expect(fanOut.observed).toBe(false);
  });

  it("hands a value to those of the moment that it came", () => {
    const { fanOut, add, fresh } = setUp();
    add("a", () => add("late"));
    const b = add("b", () => b.unsubscribe());
    fanOut.next(1);
    expect(fresh()).toEqual(["a 1", "b 1"]);
  });

  it("completes all, or hands them to whoever tells them why: then they are off", () => {
    const { fanOut, add, fresh } = setUp();
    add("a");
    add("b");
    const taken = fanOut.take();
    expect(fanOut.observed).toBe(false);
    for (const subscriber of taken) subscriber.error("no");
    add("c");
    fanOut.complete();
    fanOut.next(1);
    expect(fresh()).toEqual(["a fails: no", "b fails: no", "c ends"]);
  });
});
