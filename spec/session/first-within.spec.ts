import { firstWithin } from "../../lib/session/first-within.js";
import { marbles, waiting } from "../operators/marbles.js";

const late = new Error("late");

describe("firstWithin", () => {
  it("only passes once a first value has come in time", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source = cold("   --a---------b-|");
      const subscription = "  ^-------------!";
      expectObservable(source.pipe(firstWithin(5, scheduler, () => late))).toBe("--a---------b-|");
      expectSubscriptions(source.subscriptions).toBe(subscription);
    });
  });

  it("errors and lets go of the source when none has come", () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const source = cold(" -------a");
      const expected = "    -----#";
      expectObservable(source.pipe(firstWithin(5, scheduler, () => late))).toBe(expected, undefined, late);
      expectSubscriptions(source.subscriptions).toBe("^----!");
    });
  });

  it.each([
    ["an error", "--#"],
    ["completion", "--|"],
  ])("passes %s of the source at once and leaves no timer", (_what, diagram) => {
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      expectObservable(cold(diagram).pipe(firstWithin(5, scheduler, () => late))).toBe(diagram);
      flush();
      expect(waiting(scheduler)).toBe(0);
    });
  });

  it("leaves no timer when it is unsubscribed", () => {
    marbles(({ cold }, scheduler) => {
      cold("--------")
        .pipe(firstWithin(5, scheduler, () => late))
        .subscribe()
        .unsubscribe();
      expect(waiting(scheduler)).toBe(0);
    });
  });
});
