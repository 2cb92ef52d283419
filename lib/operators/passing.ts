import { Subscription, type Observer, type Subscriber } from "rxjs";

/**
 * What an operator puts between a source and `destination`, for whom it answers for errors and endings too: observer and
 * subscription in one object, which goes into a source as it is, without the wrappers that RxJS puts around observers and
 * between operators. Each of them costs a message some 50 ns and every subscription its memory. `next` may not throw.
 */
export abstract class Passing<In, Out = In> extends Subscription implements Observer<In> {
  /** Its source, if that is such an object too: it ends with this, without the array in which RxJS keeps such things. */
  #source: Subscription | undefined;

  constructor(protected readonly destination: Subscriber<Out>) {
    super();
    // Known before it is subscribed, so that a synchronous source hears of it when nobody wants it any longer. Closed not
    // by way of what a subclass makes of that, which has no fields yet.
    if (destination.closed) super.unsubscribe();
    else if (isPassing(destination) && destination.#source?.closed !== false) destination.#source = this;
    else destination.add(this);
  }

  abstract next(value: In): void;

  error(error: unknown): void {
    this.destination.error(error);
  }

  complete(): void {
    this.destination.complete();
  }

  override unsubscribe(): void {
    super.unsubscribe();
    this.#source?.unsubscribe();
  }
}

const isPassing = (destination: unknown): destination is Passing<unknown> => destination instanceof Passing;
