import { Subscription, type Observer, type Subscriber } from "rxjs";

/**
 * What an operator puts between a source and `destination`, for whom it answers for errors and endings too: observer and
 * subscription in one object, which goes into a source as it is, without the wrappers that RxJS puts around observers and
 * between operators. Each of them costs a message some 50 ns and every subscription its memory. `next` may not throw.
 */
export abstract class Passing<In, Out = In> extends Subscription implements Observer<In> {
  constructor(protected readonly destination: Subscriber<Out>) {
    super();
    // Before it is subscribed, so that a synchronous source hears of it when nobody wants it any longer.
    if (!destination.closed) destination.add(this);
    // Not by way of what a subclass makes of it, which has no fields yet.
    else super.unsubscribe();
  }

  abstract next(value: In): void;

  error(error: unknown): void {
    this.destination.error(error);
  }

  complete(): void {
    this.destination.complete();
  }
}
